package io.larder.cache.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two million slots: found again, at a steady price, and gone when they are removed. */
class IndexTest {
  private static final int SLAB_BYTES = 64 * 1024;
  private static final int PLACE_OF_SEGMENTS = 1000;

  private final Arena arena = Arena.ofConfined();
  private long takenBytes;
  private long mayTakeBytes = Long.MAX_VALUE;
  private Index index = newIndex(1);

  private Index newIndex(long expectedItems) {
    takenBytes = 0;
    return new Index(SLAB_BYTES, this::slab, expectedItems, PLACE_OF_SEGMENTS);
  }

  private @Nullable MemorySegment slab() {
    if (takenBytes + SLAB_BYTES > mayTakeBytes) {
      return null;
    }
    takenBytes += SLAB_BYTES;
    return arena.allocate(SLAB_BYTES, 4096);
  }

  // ------------------------------------------------------------------ items by number

  /** The hash of item {@code i}: the same every time, and like no other's. */
  private static long hash(int i) {
    long mixed = (i + 1) * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  /** Where item {@code i} is: the odd ones in RAM. */
  private static int place(int i) {
    return i % 2 == 0 ? (i >>> 12) % PLACE_OF_SEGMENTS : PLACE_OF_SEGMENTS + (i >>> 12);
  }

  private static long location(int i) {
    return Slot.location(place(i), i & 0xfff);
  }

  private boolean insert(int i) {
    Shard shard = index.shardOf(hash(i));
    synchronized (shard) {
      long slot = Slot.of(shard.tag(hash(i)), i % 4, i % 64, place(i), i & 0xfff);
      return shard.insert(hash(i), slot);
    }
  }

  private void insertAll(int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(insert(i)).isTrue();
    }
  }

  /** Whether item {@code i} is found, as it was put in. */
  private boolean isThere(int i) {
    Shard shard = index.shardOf(hash(i));
    synchronized (shard) {
      long cursor = shard.find(hash(i), location(i));
      return cursor != Shard.NONE
          && shard.get(cursor) == Slot.of(shard.tag(hash(i)), i % 4, i % 64, place(i), i & 0xfff);
    }
  }

  private void remove(int i) {
    Shard shard = index.shardOf(hash(i));
    synchronized (shard) {
      shard.remove(shard.find(hash(i), location(i)));
    }
  }

  private interface OfShard {
    long of(Shard shard);
  }

  private long sum(OfShard figure) {
    long sum = 0;
    for (Shard shard : index.shards()) {
      sum += figure.of(shard);
    }
    return sum;
  }

  private long usedBytes() {
    return sum(shard -> {
      synchronized (shard) {
        return shard.usedBytes();
      }
    });
  }

  private long itemCount() {
    return sum(shard -> {
      synchronized (shard) {
        return shard.itemCount();
      }
    });
  }

  private long flashItemCount() {
    return sum(shard -> {
      synchronized (shard) {
        return shard.flashItemCount();
      }
    });
  }

  private long bucketCount() {
    return sum(shard -> {
      synchronized (shard) {
        return shard.bucketCount();
      }
    });
  }

  private int tagBitsLeft(int shardNumber) {
    Shard shard = index.shards().get(shardNumber);
    synchronized (shard) {
      return shard.tagBitsLeft();
    }
  }

  @AfterEach
  void freeMemory() {
    assertThat(usedBytes()).as("more in use than taken").isLessThanOrEqualTo(takenBytes);
    arena.close();
  }

  // ------------------------------------------------------------------ growth

  @Test
  void twoMillionSlotsStayFindableWhileTheTablesGrow() {
    int step = 200_000;
    for (int count = 0; count < 2_000_000; count += step) {
      insertAll(count, count + step);
      for (int i = 0; i < count + step; i += 37) {
        assertThat(isThere(i)).as("item %d of %d", i, count + step).isTrue();
      }
    }
    for (int i = 0; i < 2_000_000; i++) {
      assertThat(isThere(i)).as("item " + i).isTrue();
    }
    assertThat(itemCount()).isEqualTo(2_000_000);
    assertThat(flashItemCount()).isEqualTo(1_000_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 100_000, 300_000})
  void priceOfAnItemIsTheSameAtEverySize(long expectedItems) {
    index = newIndex(expectedItems);
    int from = (int) Math.max(100_000, 13 * expectedItems / 10);
    insertAll(0, from);
    // A hundredth more each time, so that nothing can hide between two looks.
    for (int count = from + from / 100; count < 2_000_000; count += count / 100) {
      long before = usedBytes();
      insertAll(from, count);
      assertThat((double) usedBytes() / count)
          .as("bytes in use per item at " + count)
          .isBetween(8.5, 12.0);
      assertThat(usedBytes()).as("no jump at " + count).isLessThan(before * 103 / 100);
      if (count > 1_000_000) {
        assertThat((double) takenBytes / count)
            .as("bytes taken per item at " + count)
            .isLessThan(12.0);
      }
      from = count;
    }
  }

  @Test
  void priceOfAnItemIsTheSameAfterAnyNumberOfItemsHaveComeAndGone() {
    int count = 200_000;
    int[] alive = IntStream.range(0, count).toArray();
    insertAll(0, count);
    SplittableRandom random = new SplittableRandom(3);
    int next = count;
    for (int round = 1; round <= 8; round++) {
      for (int i = 0; i < count; i++) {
        int leaves = random.nextInt(count);
        remove(alive[leaves]);
        alive[leaves] = next++;
        assertThat(insert(alive[leaves])).isTrue();
      }
      assertThat((double) usedBytes() / count)
          .as("bytes in use per item after round " + round)
          .isBetween(8.5, 12.0);
    }
    for (int item : alive) {
      assertThat(isThere(item)).as("item " + item).isTrue();
    }
    assertThat(itemCount()).isEqualTo(count);
  }

  @Test
  void memoryTakenStaysWithinThePriceAndTwoChunksAShard() {
    for (int count = 0; count < 1_500_000; count += 20_000) {
      insertAll(count, count + 20_000);
      assertThat(takenBytes)
          .as("at " + (count + 20_000))
          .isLessThan((long) (11.5 * (count + 20_000)) + Index.SHARD_COUNT * 3 * 4096 + SLAB_BYTES);
    }
  }

  @Test
  void oneInsertSplitsAtMostOneBucketAndTakesAtMostOneSlab() {
    long splits = 0;
    int mostSplit = 0;
    long mostUsed = 0;
    long mostTaken = 0;
    for (int i = 0; i < 1_000_000; i++) {
      Shard shard = index.shardOf(hash(i));
      long takenBefore = takenBytes;
      synchronized (shard) {
        int bucketsBefore = shard.bucketCount();
        long usedBefore = shard.usedBytes();
        insert(i);
        int split = shard.bucketCount() - bucketsBefore;
        splits += split;
        mostSplit = Math.max(mostSplit, split);
        mostUsed = Math.max(mostUsed, shard.usedBytes() - usedBefore);
      }
      mostTaken = Math.max(mostTaken, takenBytes - takenBefore);
    }
    assertThat(itemCount()).isEqualTo(1_000_000);
    assertThat(splits).isGreaterThan(50_000);
    assertThat(mostSplit).as("buckets split by one insert").isEqualTo(1);
    assertThat(mostUsed).as("a bucket and an overflow").isLessThanOrEqualTo(128 + 64);
    assertThat(mostTaken).isEqualTo(SLAB_BYTES);
  }

  @Test
  void everyDoublingCostsOneBitOfTheTag() {
    assertThat(IntStream.range(0, Index.SHARD_COUNT).map(this::tagBitsLeft)).containsOnly(18);
    long before = bucketCount();

    int count = 0;
    while (bucketCount() < 8 * before) {
      insertAll(count, count + 1000);
      count += 1000;
    }

    assertThat(IntStream.range(0, Index.SHARD_COUNT).map(this::tagBitsLeft)).containsOnly(15, 16);
  }

  @Test
  void firstTableIsMadeForWhatIsExpectedAndSaysSoBefore() {
    for (long expected : new long[] {1, 10_000, 1_000_000, 3_000_000}) {
      index = newIndex(expected);
      assertThat(usedBytes()).isEqualTo(Index.firstTableBytes(expected));
    }
  }

  @Test
  void indexWithoutMemoryForItsFirstTableIsNotMade() {
    mayTakeBytes = SLAB_BYTES;

    assertThatThrownBy(() -> newIndex(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no memory");
    mayTakeBytes = Long.MAX_VALUE;
    index = newIndex(1);
  }

  // ------------------------------------------------------------------ removal

  @Test
  void removedItemsAreGoneAndTheOthersStay() {
    insertAll(0, 300_000);
    for (int i = 0; i < 300_000; i += 3) {
      remove(i);
    }

    for (int i = 0; i < 300_000; i++) {
      assertThat(isThere(i)).as("item " + i).isEqualTo(i % 3 != 0);
    }
    assertThat(itemCount()).isEqualTo(200_000);
    assertThat(flashItemCount()).isEqualTo(100_000);
  }

  @Test
  void itemInsertedAndRemovedOverAndOverTakesNoMemory() {
    insertAll(0, 50_000);
    long used = usedBytes();
    long taken = takenBytes;

    for (int i = 0; i < 500_000; i++) {
      assertThat(insert(60_000 + i % 7)).isTrue();
      remove(60_000 + i % 7);
    }

    assertThat(usedBytes()).isLessThanOrEqualTo(used + Index.SHARD_COUNT * 128L);
    assertThat(takenBytes).isLessThanOrEqualTo(taken + SLAB_BYTES);
  }

  // ------------------------------------------------------------------ no more memory

  @Test
  void insertWithoutMemoryChangesNothing() {
    mayTakeBytes = 16L * SLAB_BYTES;
    int count = 0;
    while (insert(count)) {
      count++;
    }
    assertThat(count).isGreaterThan(60_000);

    long used = usedBytes();
    for (int i = count; i < count + 1000; i++) {
      long before = itemCount();
      boolean inserted = insert(i);
      assertThat(isThere(i)).isEqualTo(inserted);
      assertThat(itemCount()).isEqualTo(before + (inserted ? 1 : 0));
      if (inserted) {
        remove(i);
      }
    }
    assertThat(usedBytes()).isLessThanOrEqualTo(used + Index.SHARD_COUNT * 4096L);
    for (int i = 0; i < count; i++) {
      assertThat(isThere(i)).as("item " + i).isTrue();
    }
  }

  @Test
  void fullIndexTakesAnItemInThePlaceOfAnother() {
    mayTakeBytes = 16L * SLAB_BYTES;
    int refused = 0;
    while (insert(refused)) {
      refused++;
    }
    Shard full = index.shardOf(hash(refused));
    for (int i = 0; i < refused; i++) {
      if (index.shardOf(hash(i)).equals(full)) {
        remove(i);
      }
    }

    assertThat(insert(refused)).isTrue();
    assertThat(isThere(refused)).isTrue();
  }

  @Test
  void indexGrowsOnWhenThereIsMemoryAgain() {
    mayTakeBytes = 16L * SLAB_BYTES;
    int count = 0;
    while (insert(count)) {
      count++;
    }
    mayTakeBytes = Long.MAX_VALUE;

    insertAll(count, 500_000);

    for (int i = 0; i < 500_000; i++) {
      assertThat(isThere(i)).as("item " + i).isTrue();
    }
    assertThat((double) usedBytes() / 500_000).isBetween(8.5, 12.0);
  }

  // ------------------------------------------------------------------ scan

  @Test
  void everySlotOfAPlaceIsShownOnceAndEmptiedIfAsked() {
    insertAll(0, 200_000);
    int place = place(8192);
    Set<Long> expected = new HashSet<>();
    for (int i = 0; i < 200_000; i++) {
      if (place(i) == place) {
        expected.add(location(i));
      }
    }
    assertThat(expected).hasSizeGreaterThan(1000);
    Set<Long> shown = new HashSet<>();
    for (Shard shard : index.shards()) {
      synchronized (shard) {
        shard.visitPlace(
            place,
            slot -> {
              assertThat(shown.add(Slot.location(slot))).isTrue();
              return Slot.offset(slot) % 8 == 0;
            });
      }
    }

    assertThat(shown).isEqualTo(expected);
    for (int i = 0; i < 200_000; i++) {
      boolean emptied = place(i) == place && (i & 0xfff) % 8 == 0;
      assertThat(isThere(i)).as("item " + i).isEqualTo(!emptied);
    }
  }

  // ------------------------------------------------------------------ slots of one tag

  @Test
  void allSlotsOfOneTagAreFoundOneAfterTheOther() {
    insertAll(0, 20_000);
    long hash = hash(77);
    Shard shard = index.shardOf(hash);
    Set<Integer> offsets = new HashSet<>();
    synchronized (shard) {
      for (int i = 1; i <= 60; i++) {
        assertThat(shard.insert(hash, Slot.of(shard.tag(hash), 0, 0, 999, 0x10000 + i))).isTrue();
      }
      for (long at = shard.first(hash); at != Shard.NONE; at = shard.next(at, hash)) {
        assertThat(Slot.tag(shard.get(at))).isEqualTo(shard.tag(hash));
        offsets.add(Slot.offset(shard.get(at)));
      }
    }

    assertThat(offsets).contains(77 & 0xfff).hasSizeGreaterThanOrEqualTo(61);
    assertThat(IntStream.rangeClosed(1, 60).map(i -> 0x10000 + i)).allMatch(offsets::contains);
  }

  @Test
  void slotThatIsPointedElsewhereIsCountedWhereItPoints() {
    insertAll(0, 1000);
    Shard shard = index.shardOf(hash(1));
    synchronized (shard) {
      int before = shard.flashItemCount();
      long cursor = shard.find(hash(1), location(1));
      shard.set(cursor, Slot.of(shard.tag(hash(1)), 0, 0, 5, 99));
      assertThat(shard.flashItemCount()).isEqualTo(before + 1);
      shard.hit(cursor);
      assertThat(Slot.hits(shard.get(cursor))).isEqualTo(1);
      shard.set(cursor, Slot.of(shard.tag(hash(1)), 0, 0, PLACE_OF_SEGMENTS, 99));
      assertThat(shard.flashItemCount()).isEqualTo(before);
    }
  }
}
