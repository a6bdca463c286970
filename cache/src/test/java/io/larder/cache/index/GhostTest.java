package io.larder.cache.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.stats.Departure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GhostTest {
  private static final int SLAB_BYTES = 64 * 1024;
  private static final int SHARD_BITS = 2;

  private final SplittableRandom random = new SplittableRandom(7);
  private final GhostClock clock = new GhostClock();
  private final IndexMemory memory =
      new IndexMemory(SLAB_BYTES, () -> Arena.ofAuto().allocate(SLAB_BYTES, 64));
  private final Ghost ghost = new Ghost(memory, clock, SHARD_BITS);

  /** The hash of some key of this shard. */
  private long hash() {
    return random.nextLong() << SHARD_BITS;
  }

  @Test
  void knowsWhyAKeyHasLeftUntilItComesBack() {
    long one = hash();
    long other = hash();
    ghost.add(one, Departure.DELETED);
    ghost.add(other, Departure.EVICTED_FROM_RAM);

    assertThat(ghost.find(one)).isEqualTo(Departure.DELETED);
    assertThat(ghost.find(other)).isEqualTo(Departure.EVICTED_FROM_RAM);
    assertThat(ghost.find(hash())).isNull();

    ghost.remove(one);
    assertThat(ghost.find(one)).isNull();
    assertThat(ghost.find(other)).isEqualTo(Departure.EVICTED_FROM_RAM);
  }

  @Test
  void theLatestReasonCounts() {
    long key = hash();
    ghost.add(key, Departure.EVICTED_FROM_FLASH);
    ghost.add(key, Departure.EXPIRED);

    assertThat(ghost.find(key)).isEqualTo(Departure.EXPIRED);
  }

  /** Departs as many keys from this shard as would, of all, in one memory of {@code keys}. */
  private Deque<Long> departAll(int keys) {
    Deque<Long> left = new ArrayDeque<>();
    int shards = 1 << SHARD_BITS;
    for (int i = 0; i < keys; i++) {
      if (i % shards == 0) {
        left.add(hash());
        ghost.add(left.getLast(), Departure.EVICTED_FROM_RAM);
      } else {
        clock.tick(Departure.EVICTED_FROM_RAM);
      }
    }
    return left;
  }

  @Test
  void remembersAsManyAsItIsToldTo() {
    for (int keys : new int[] {200, 5_000, 200_000}) {
      clock.remember(keys, 0);
      departAll(3 * keys);
      Deque<Long> older = departAll(keys);
      Deque<Long> newest = departAll(keys - keys / 50);

      // A bucket that is split last has to hold up to twice as many as the others.
      assertThat(shareKnown(newest)).as("of the last %d", keys).isGreaterThan(0.92);
      assertThat(shareKnown(older)).as("of those before the last %d", keys).isLessThan(0.05);
    }
  }

  private double shareKnown(Deque<Long> hashes) {
    return hashes.stream().filter(hash -> ghost.find(hash) != null).count()
        / (double) hashes.size();
  }

  @Test
  void theLastTenthHasJustLeft() {
    clock.remember(1_000, 0);
    Deque<Long> older = departAll(500);
    Deque<Long> newest = departAll(80);

    assertThat(newest).allMatch(ghost::hasJustLeft);
    assertThat(older.stream().limit(50)).noneMatch(ghost::hasJustLeft);
    assertThat(older).allMatch(hash -> ghost.find(hash) == Departure.EVICTED_FROM_RAM);
  }

  @Test
  void theQueuesOfRamHaveTimesOfTheirOwn() {
    clock.remember(1_000, 0);
    long fromMain = hash();
    ghost.add(fromMain, Departure.EVICTED_FROM_MAIN);
    departAll(500);

    assertThat(ghost.hasJustLeft(fromMain)).isTrue();
    for (int i = 0; i < 110; i++) {
      clock.tick(Departure.REFUSED_FROM_MAIN);
    }
    assertThat(ghost.hasJustLeft(fromMain)).isFalse();
  }

  @Test
  void whatDidNotWantRoomDoesNotMakeItForget() {
    clock.remember(1_000, 0);
    long key = hash();
    ghost.add(key, Departure.REFUSED);
    for (int i = 0; i < 40; i++) {
      ghost.add(hash(), Departure.DELETED);
    }
    assertThat(ghost.find(key)).isEqualTo(Departure.REFUSED);
  }

  @Test
  void seldomTakesOneKeyForAnother() {
    clock.remember(100_000, 0);
    departAll(100_000);
    int mistaken = 0;
    for (int i = 0; i < 100_000; i++) {
      mistaken += ghost.find(hash()) == null ? 0 : 1;
    }
    assertThat(mistaken).isLessThan(100);
  }

  @Test
  void growsWithItsMemoryAndTakesAboutFiveBytesAKey() {
    clock.remember(400_000, 0);
    departAll(600_000);
    long takenBytes = memory.takeGhostPiece();
    // Of four shards this is one, and half as many again are remembered for other reasons.
    assertThat(takenBytes).isBetween(150_000L * 5, 150_000L * 6);
  }

  @Test
  void withoutMemoryNothingIsRemembered() {
    Ghost poor = new Ghost(new IndexMemory(SLAB_BYTES, GhostTest::nothing), clock, SHARD_BITS);
    long key = hash();
    poor.add(key, Departure.DELETED);

    assertThat(poor.find(key)).isNull();
    poor.remove(key);
  }

  private static @Nullable MemorySegment nothing() {
    return null;
  }
}
