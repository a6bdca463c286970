package io.larder.cache.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.model.KeyGroup;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which keys were changed during a rebuild, in memory that has an end. */
class ChangedKeysTest {
  private static final int SHARD_BITS = 6;

  private final ChangedKeys keys = new ChangedKeys(SHARD_BITS);

  @Test
  void holdsTheGroupsThatASetHolds() {
    SplittableRandom random = new SplittableRandom(3);
    Set<Integer> groups = new HashSet<>();
    for (int i = 0; i < 200_000; i++) {
      long hash = hashIn(random);
      assertThat(keys.add(hash)).isEqualTo(groups.add(KeyGroup.of(hash)));
      assertThat(keys.contains(hash)).isTrue();
    }
    for (int i = 0; i < 200_000; i++) {
      long hash = hashIn(random);
      assertThat(keys.contains(hash)).isEqualTo(groups.contains(KeyGroup.of(hash)));
    }
    keys.clear();
    assertThat(keys.bytes()).isZero();
    assertThat(keys.contains(groups.iterator().next())).isFalse();
  }

  /** A hash of the shard that has the number 5. */
  private static long hashIn(SplittableRandom random) {
    return random.nextLong() << SHARD_BITS | 5;
  }

  @Test
  void aFewKeysTakeLittle() {
    keys.add(5);
    keys.add(5 | 1L << 63);
    assertThat(keys.bytes()).isEqualTo(4096);
  }

  @Test
  void memoryHasAnEndHoweverManyKeysAreChanged() {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 5_000_000; i++) {
      keys.add(hashIn(random));
    }
    assertThat(keys.bytes()).isEqualTo(KeyGroup.COUNT / Index.SHARD_COUNT / Byte.SIZE);
  }
}
