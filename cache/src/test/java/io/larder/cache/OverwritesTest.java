package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.stats.CacheCounter;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A few items overwritten over and over leave dead records behind, and RAM to the others. */
class OverwritesTest {
  private static final int MIB = 1 << 20;
  private static final int COLD_BYTES = 900;

  /**
   * Half of the RAM holds cold items, an eighth is the hot set; what is overwritten is many times
   * the RAM.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void coldItemsThatFitBesideAHotSetStay(long seed) {
    try (SessionsRig rig = SessionsRig.of(8 * MIB, 1)) {
      int coldCount = 4 * MIB / (COLD_BYTES + 50);
      int hotCount = MIB / 1000;
      for (int i = 0; i < coldCount; i++) {
        assertThat(rig.set(0, "cold" + i, new byte[COLD_BYTES])).isEqualTo(Status.STORED);
      }
      SplittableRandom random = new SplittableRandom(seed);
      int[] hot = new int[hotCount];
      for (long written = 0; written < 20L * 8 * MIB; ) {
        int item = random.nextInt(hotCount);
        hot[item] = 100 + random.nextInt(1800);
        assertThat(rig.set(0, "hot" + item, new byte[hot[item]])).isEqualTo(Status.STORED);
        written += hot[item];
      }

      assertThat(rig.count(CacheCounter.EVICTED_FROM_RAM)).as("evictions").isZero();
      for (int i = 0; i < coldCount; i++) {
        assertThat(rig.get(0, "cold" + i)).as("cold item " + i).hasSize(COLD_BYTES);
      }
      for (int i = 0; i < hotCount; i++) {
        assertThat(rig.get(0, "hot" + i)).as("hot item " + i).hasSize(hot[i]);
      }
    }
  }
}
