package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.stats.EngineCounter;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was evicted with its page leaves nothing behind, whatever happens to its name later. */
class EvictedItemsTest {
  private static final int ITEM_COUNT = 4000;

  private final CacheRig rig = CacheRig.of(12);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private static byte[] value(int key, int round) {
    byte[] bytes = new byte[1500];
    new Random(31L * key + round).nextBytes(bytes);
    return bytes;
  }

  /** Stores more than both tiers hold. */
  private void storeAll(int round) {
    for (int i = 0; i < ITEM_COUNT; i++) {
      assertThat(rig.set("key-" + i, value(i, round))).isEqualTo(Status.STORED);
    }
    rig.settle();
  }

  @Test
  void pagesAreEvictedOldestFirstAndTheirItemsAreMisses() {
    storeAll(0);
    assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isPositive();
    assertThat(rig.cache.snapshot().itemCount()).isLessThan(ITEM_COUNT);

    int first = 0;
    while (rig.get("key-" + first) == null) {
      first++;
    }
    assertThat(first).isBetween(200, ITEM_COUNT - 500);
    for (int i = first + 400; i < ITEM_COUNT; i++) {
      assertThat(rig.get("key-" + i)).as("key-" + i).isEqualTo(value(i, 0));
    }
    assertThat(rig.count(CacheCounter.EVICTED_FROM_FLASH)).isPositive();
    assertThat(rig.count(CacheCounter.CHECKSUM_FAILURES)).isZero();
  }

  @Test
  void addOfAnEvictedItemSucceedsAndItsNewValueStays() {
    storeAll(0);
    assertThat(rig.get("key-5")).isNull();

    assertThat(rig.store(StoreMode.ADD, "key-5", value(5, 1))).isEqualTo(Status.STORED);
    assertThat(rig.store(StoreMode.ADD, "key-5", value(5, 2))).isEqualTo(Status.NOT_STORED);
    for (int i = 1000; i < 2500; i++) {
      rig.set("key-" + i, value(i, 1));
    }
    rig.settle();

    assertThat(rig.get("key-5")).isEqualTo(value(5, 1));
  }

  @Test
  void addAgreesWithGetAboutEveryItem() {
    storeAll(0);
    for (int i = 0; i < ITEM_COUNT; i += 13) {
      boolean there = rig.get("key-" + i) != null;
      Status added = rig.store(StoreMode.ADD, "key-" + i, value(i, 1));
      assertThat(added).as("key-" + i).isEqualTo(there ? Status.NOT_STORED : Status.STORED);
    }
  }

  @Test
  void noValueOfAnEarlierRoundIsEverSeenAgain() {
    for (int round = 0; round < 5; round++) {
      storeAll(round);
      for (int i = 0; i < ITEM_COUNT; i += 7) {
        byte[] seen = rig.get("key-" + i);
        assertThat(seen == null || Arrays.equals(seen, value(i, round)))
            .as("key-%d in round %d", i, round)
            .isTrue();
      }
    }
    assertThat(rig.cache.get(EngineCounter.PAGE_EVICTIONS)).isGreaterThan(50);
  }

  @Test
  void deletedItemsDoNotComeBackWithTheirPages() {
    storeAll(0);
    for (int i = 0; i < ITEM_COUNT; i += 3) {
      rig.delete("key-" + i);
    }
    for (int i = 0; i < ITEM_COUNT; i += 3) {
      assertThat(rig.get("key-" + i)).isNull();
    }
    for (int i = 1; i < ITEM_COUNT; i += 3) {
      rig.set("key-" + i, value(i, 1));
    }
    rig.settle();
    for (int i = 0; i < ITEM_COUNT; i += 3) {
      assertThat(rig.get("key-" + i)).as("key-" + i).isNull();
    }
  }

  @Test
  void itemsReadAgainAndAgainOutliveTheirPages() {
    storeAll(0);
    int kept = ITEM_COUNT - 1500;
    for (int round = 1; round < 4; round++) {
      for (int i = 0; i < ITEM_COUNT; i++) {
        rig.set("other-" + round + "-" + i, value(i, round));
        if (i % 200 == 0) {
          for (int hot = kept; hot < kept + 20; hot++) {
            rig.get("key-" + hot);
          }
        }
      }
    }
    rig.settle();

    int alive = 0;
    for (int hot = kept; hot < kept + 20; hot++) {
      byte[] seen = rig.get("key-" + hot);
      if (seen != null) {
        assertThat(seen).isEqualTo(value(hot, 0));
        alive++;
      }
    }
    assertThat(alive).as("of 20, while everything else was replaced twice over").isGreaterThan(15);
  }

  @Test
  void itemsOfAPageWithoutADirectoryAreFoundAndEvictedAllTheSame() {
    storeAll(0);
    // The last block of every page: its trailer.
    for (long end = CacheRig.PAGE_BYTES;
        end <= rig.flashDevice().sizeBytes();
        end += CacheRig.PAGE_BYTES) {
      rig.flashDevice().flipBit(end - 60, 1);
    }
    for (int i = 0; i < 2500; i++) {
      rig.set("other-" + i, value(i, 1));
    }
    rig.settle();

    assertThat(rig.cache.get(EngineCounter.DIRECTORY_FAILURES)).isPositive();
    for (int i = 0; i < ITEM_COUNT; i += 11) {
      byte[] seen = rig.get("key-" + i);
      assertThat(seen == null || Arrays.equals(seen, value(i, 0))).as("key-" + i).isTrue();
    }
  }
}
