package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The soak, short; {@code tests/soak} runs it for as long as one likes. */
class SoakTest {
  @TempDir Path folder;

  @Test
  void everyValueReadIsOneThatMayBe() throws InterruptedException {
    Soak soak = new Soak();
    soak.seconds = 30;
    soak.itemCount = 60_000;
    try (LarderProcess larder =
        LarderProcess.start(
            folder,
            "-m",
            Integer.toString(soak.ramMegabytes),
            "-o",
            "ext_path=" + folder.resolve("flash") + ":128m")) {
      assertThat(soak.soak(larder)).isEmpty();
    }
  }
}
