package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.ForeseenKeys;
import io.larder.cache.stats.CacheCounter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** To be told of keys changes nothing, wherever they are. */
class ForeseenReadsTest {
  private static final int ITEM_COUNT = 3000;

  private static Map<CacheCounter, Long> counters(CacheRig rig) {
    Map<CacheCounter, Long> all = new EnumMap<>(CacheCounter.class);
    for (CacheCounter counter : CacheCounter.values()) {
      all.put(counter, rig.count(counter));
    }
    return all;
  }

  private static void foresee(CacheRig rig, List<String> keys) {
    ForeseenKeys foreseen = new ForeseenKeys();
    try (Arena arena = Arena.ofConfined()) {
      byte[] text = String.join("", keys).getBytes(StandardCharsets.US_ASCII);
      foreseen.clear(arena.allocate(text.length).copyFrom(MemorySegment.ofArray(text)));
      int at = 0;
      for (String key : keys) {
        foreseen.add(at, key.length());
        at += key.length();
      }
      rig.session.foresee(foreseen);
    }
  }

  @Test
  void itemsInRamOnFlashAndNowhere() {
    try (CacheRig rig = CacheRig.of(64)) {
      byte[] value = new byte[1000];
      Arrays.fill(value, (byte) 'v');
      for (int i = 0; i < ITEM_COUNT; i++) {
        rig.set("key-" + i, value);
      }
      rig.settle();
      assertThat(rig.count(CacheCounter.DEMOTED)).isPositive();
      Map<CacheCounter, Long> before = counters(rig);

      for (int i = 0; i < ITEM_COUNT + 100; i += 2) {
        foresee(rig, List.of("key-" + i, "key-" + (i + 1)));
      }

      assertThat(counters(rig)).isEqualTo(before);
      assertThat(rig.get("key-" + (ITEM_COUNT - 1))).isEqualTo(value);
      assertThat(rig.get("key-" + ITEM_COUNT)).isNull();
    }
  }

  @Test
  void asManyAsThereCanBe() {
    try (CacheRig rig = CacheRig.of(8)) {
      foresee(
          rig, Arrays.asList(new String[ForeseenKeys.COUNT_MAX]).stream().map(_ -> "k").toList());

      assertThat(rig.get("k")).isNull();
    }
  }
}
