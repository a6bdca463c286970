package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.stats.CacheCounter;
import io.larder.testkit.MemoryDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who listens hears which items leave in the background, by their keys, from either tier. */
class TierListenerTest {

  private static void store(CacheRig rig, int count, int bytes) {
    for (int i = 0; i < count; i++) {
      assertThat(rig.set("key-" + i, new byte[bytes])).isEqualTo(Status.STORED);
    }
    rig.settle();
  }

  private static List<String> missing(CacheRig rig, int count) {
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (rig.get("key-" + i) == null) {
        missing.add("key-" + i);
      }
    }
    return missing;
  }

  @Test
  void everyItemThatRamHasNoRoomForIsTold() {
    try (CacheRig rig = CacheRig.of(0)) {
      rig.listener.listens = true;
      store(rig, 3000, 1000);

      assertThat(rig.listener.evictedFromRam)
          .hasSize((int) rig.count(CacheCounter.EVICTED_FROM_RAM))
          .containsExactlyInAnyOrderElementsOf(missing(rig, 3000));
    }
  }

  @Test
  void everyItemThatIsWrittenAndEveryItemThatIsLostWithItsPageIsTold() {
    try (CacheRig rig = CacheRig.of(12)) {
      rig.listener.listens = true;
      store(rig, 4000, 1500);

      assertThat(rig.listener.written).hasSize((int) rig.count(CacheCounter.DEMOTED));
      assertThat(rig.listener.evictedFromFlash)
          .hasSize((int) rig.count(CacheCounter.EVICTED_FROM_FLASH))
          .containsExactlyInAnyOrderElementsOf(missing(rig, 4000));
      assertThat(rig.listener.system.getFirst()).startsWith("leaves");
      assertThat(rig.listener.system).anyMatch(line -> line.startsWith("left "));
    }
  }

  @Test
  void recordsOfAPageThatIsGivenUpAreNotReadForNobody() {
    assertThat(readsOfStoring(false)).isLessThan(readsOfStoring(true));
  }

  private static int readsOfStoring(boolean listens) {
    try (CacheRig rig = CacheRig.of(12)) {
      rig.listener.listens = listens;
      store(rig, 4000, 1500);
      assertThat(rig.listener.evictedFromFlash.isEmpty()).isEqualTo(!listens);
      return rig.flashDevice().operations(MemoryDevice.Kind.READ).size();
    }
  }
}
