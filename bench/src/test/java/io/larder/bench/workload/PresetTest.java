package io.larder.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.larder.bench.wire.KeyText;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The workloads with names are what they were made from. */
class PresetTest {
  private static final int DRAWS = 200_000;

  @Test
  void allCanBeUsed() {
    assertThat(Preset.all())
        .extracting(Preset::name)
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(55);
    for (Preset preset : Preset.all()) {
      SplittableRandom random = new SplittableRandom(1);
      Popularity popularity = preset.popularity(1000);
      for (int i = 0; i < 2000; i++) {
        assertThat(popularity.next(random)).as(preset.name()).isBetween(0L, 999L);
        assertThat(preset.sizes().of(i)).as(preset.name()).isBetween(1, 5_000_000);
        assertThat(preset.ttls().secondsOf(i)).as(preset.name()).isNotNegative();
      }
      assertThat(preset.keyBytes()).isBetween(KeyText.BYTES_MIN, KeyText.BYTES_MAX);
      assertThat(preset.about()).isNotEmpty();
    }
  }

  @Test
  void cacheBenchKeepsItsShape() {
    Preset preset = named("cachebench-kvcache-reg");
    Popularity popularity = preset.popularity(10_483_642);
    SplittableRandom random = new SplittableRandom(1);
    int first = 0;
    int firstThousand = 0;
    double bytes = 0;
    for (int i = 0; i < DRAWS; i++) {
      long rank = popularity.next(random);
      first += rank == 0 ? 1 : 0;
      firstThousand += rank < 1159 ? 1 : 0;
      bytes += preset.sizes().of(i);
    }
    assertThat((double) first / DRAWS).isCloseTo(0.066, within(0.003));
    assertThat((double) firstThousand / DRAWS).isCloseTo(0.418, within(0.005));
    // Means of 335 B in the source; the largest sizes, which a few points stand for, weigh most.
    assertThat(bytes / DRAWS).isBetween(200.0, 600.0);
    assertThat(preset.mix().share(OperationKind.lone_get)).isCloseTo(0.12, within(1e-9));
  }

  @Test
  void twitterHasItsTtls() {
    Preset preset = named("twitter-52");
    assertThat(preset.keyBytes()).isEqualTo(20);
    assertThat(preset.sizes().of(7)).isEqualTo(273);
    assertThat(preset.zipfTheta()).isEqualTo(1.2117);
    assertThat(preset.ttls().describe()).startsWith("86400 s (66 %), 1209600 s (27 %)");
  }

  @Test
  void whereTheCacheIsSmallerTheShapeIsScaled() {
    TablePopularity table =
        new TablePopularity(new long[] {10, 1000}, new double[] {0.5, 1}, 100, "test");
    SplittableRandom random = new SplittableRandom(1);
    int first = 0;
    for (int i = 0; i < DRAWS; i++) {
      first += table.next(random) == 0 ? 1 : 0;
    }
    assertThat((double) first / DRAWS).as("a hundredth of the keys").isCloseTo(0.5, within(0.01));
  }

  private static Preset named(String name) {
    Preset preset = Preset.named(name);
    if (preset == null) {
      throw new AssertionError(name);
    }
    return preset;
  }
}
