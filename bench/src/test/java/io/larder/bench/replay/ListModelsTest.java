package io.larder.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The caches that Larder is compared with, in traces small enough to follow by hand. */
class ListModelsTest {
  private static final int KEYS = 100;

  @Test
  void lruLetsGoWhatWasUsedLongestAgo() {
    LruModel lru = new LruModel(KEYS, Capacity.ofItems(2));
    store(lru, 0);
    store(lru, 1);
    assertThat(lru.read(0)).isTrue();
    store(lru, 2);

    assertThat(lru.read(1)).isFalse();
    assertThat(lru.read(0)).isTrue();
    assertThat(lru.read(2)).isTrue();
  }

  @Test
  void bytesCountHeaderKeyPaddingAndSlot() {
    int bytes = Item.bytes(10, 100);
    assertThat(bytes).isEqualTo(32 + 10 + 100 + 2 + 8);

    LruModel lru = new LruModel(KEYS, Capacity.ofBytes(2L * bytes));
    for (int key = 0; key < 3; key++) {
      lru.store(key, 10, 100, 0);
    }
    assertThat(lru.itemCount()).isEqualTo(2);
    lru.store(3, 10, 3 * bytes, 0);
    assertThat(lru.read(3)).as("larger than the whole").isFalse();
    assertThat(lru.itemCount()).as("nobody had to go for it").isEqualTo(2);
  }

  @Test
  void itemsExpireAndAreDeleted() {
    LruModel lru = new LruModel(KEYS, Capacity.ofItems(10));
    lru.passTo(100);
    lru.store(0, 1, 1, 5);
    lru.store(1, 1, 1, 0);
    lru.passTo(104);
    assertThat(lru.read(0)).isTrue();
    lru.passTo(105);
    assertThat(lru.read(0)).isFalse();
    assertThat(lru.read(1)).isTrue();
    lru.delete(1);
    assertThat(lru.read(1)).isFalse();
    assertThat(lru.itemCount()).isZero();
  }

  @Test
  void segmentedLruLetsItemsFlowFromHotToColdAndOut() {
    SegmentedLruModel model = new SegmentedLruModel(KEYS, Capacity.ofItems(10));
    for (int key = 0; key < 11; key++) {
      store(model, key);
    }

    assertThat(model.itemCount()).isEqualTo(10);
    assertThat(model.read(0)).as("the oldest, at the end of cold").isFalse();
    assertThat(model.read(1)).isTrue();
  }

  @Test
  void oneReadDoesNotSaveAnItemOfSegmentedLruAndTwoDo() {
    SegmentedLruModel model = new SegmentedLruModel(KEYS, Capacity.ofItems(10));
    store(model, 0);
    store(model, 1);
    model.read(0);
    model.read(1);
    model.read(1);
    for (int key = 2; key < 30; key++) {
      store(model, key);
    }

    assertThat(model.read(0)).as("fetched only").isFalse();
    assertThat(model.read(1)).as("active when it left hot, so in warm").isTrue();
  }

  @Test
  void theSecondReadOfAColdItemMovesItToWarm() {
    SegmentedLruModel model = new SegmentedLruModel(KEYS, Capacity.ofItems(10));
    for (int key = 0; key < 10; key++) {
      store(model, key);
    }
    model.read(0);
    model.read(0);
    for (int key = 10; key < 40; key++) {
      store(model, key);
    }

    assertThat(model.read(0)).isTrue();
    assertThat(model.itemCount()).isEqualTo(10);
  }

  @Test
  void warmKeepsToItsShare() {
    SegmentedLruModel model = new SegmentedLruModel(KEYS, Capacity.ofItems(10));
    for (int key = 0; key < 10; key++) {
      store(model, key);
      model.read(key);
      model.read(key);
    }
    for (int key = 10; key < 40; key++) {
      store(model, key);
    }

    long kept = IntStream.range(0, 10).filter(key -> model.read(key)).count();
    assertThat(kept).as("of items that are not read any more, 40 % stay").isEqualTo(4);
  }

  private static void store(PlayedCache cache, int key) {
    cache.store(key, 1, 1, 0);
  }
}
