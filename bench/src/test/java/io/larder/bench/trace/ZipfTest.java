package io.larder.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Made-up reads: the shares they should have, and the same again from the same seed. */
class ZipfTest {
  @Test
  void theMostPopularKeyHasItsShare() {
    int requests = 200_000;
    Trace trace = Zipf.trace(1, 1000, requests, 1);

    int[] counts = new int[trace.keyCount()];
    int most = 0;
    for (int i = 0; i < requests; i++) {
      most = Math.max(most, ++counts[trace.key(i)]);
    }

    // One in H(1000) = 7.4855.
    assertThat((double) most / requests).isCloseTo(1 / 7.4855, within(0.003));
  }

  @Test
  void theSameSeedDrawsTheSameTrace() {
    assertThat(keys(Zipf.trace(0.9, 100, 1000, 7))).isEqualTo(keys(Zipf.trace(0.9, 100, 1000, 7)));
    assertThat(keys(Zipf.trace(0.9, 100, 1000, 7)))
        .isNotEqualTo(keys(Zipf.trace(0.9, 100, 1000, 8)));
  }

  private static int[] keys(Trace trace) {
    int[] keys = new int[trace.requestCount()];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = trace.key(i);
    }
    return keys;
  }
}
