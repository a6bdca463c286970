package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an item on flash costs in RAM; tests/memory index measures it at full size. */
class IndexCostTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {20, 200})
  void anItemOnFlashCostsAtMostTwelveBytesWhateverTheLengthOfItsKey(int keyBytes) {
    try (LarderProcess larder =
            LarderProcess.start(
                folder, "-m", "8", "-o", "ext_path=" + folder.resolve("flash") + ":512m");
        IndexCost cost = new IndexCost(larder, keyBytes, 8, 300_000)) {
      // With fewer, the two spare chunks of every shard alone are more than half a byte an item.
      for (long count : new long[] {1_100_000, 1_300_000}) {
        IndexCost.Sample sample = cost.fillTo(count, there -> {});

        assertThat(sample.flashItems()).isGreaterThanOrEqualTo(count);
        assertThat(sample.takenBytesPerItem()).as(sample.toString()).isBetween(8.0, 12.0);
      }
    }
  }
}
