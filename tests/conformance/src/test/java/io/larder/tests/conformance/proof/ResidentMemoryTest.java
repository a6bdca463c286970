package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.ProcessMemory;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked of it, a server takes no more memory than {@code -m} and a constant. */
class ResidentMemoryTest {
  private static final int MEGABYTES = 64;
  private static final long RAM_BYTES = (long) MEGABYTES << 20;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void noLoadTakesMoreThanRamAndTheConstant(String io) {
    Assumptions.assumeTrue(ProcessMemory.isKnown());
    try (LarderProcess larder =
        LarderProcess.start(
            folder,
            "-m",
            Integer.toString(MEGABYTES),
            "--io",
            io,
            "-o",
            "ext_path=" + folder.resolve("flash") + ":1g")) {
      for (MemoryLoad load : MemoryLoad.values()) {
        load.play(larder.port(), RAM_BYTES);
        long over = larder.rssPeakBytes() - RAM_BYTES;
        System.out.printf(
            "%s, after %s: RSS %d MB, at most -m + %d MB%n",
            io, load.word(), larder.rssBytes() / 1_000_000, over / 1_000_000);

        assertThat(over)
            .as("bytes over -m after " + load.word())
            .isLessThan(MemoryLoad.OVER_RAM_BYTES_MAX);
      }
    }
  }
}
