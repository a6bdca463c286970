package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.tests.conformance.process.LarderProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libmemcached's own checks of a server's protocols. */
class MemccapableTest {
  private static final Path TOOL = Path.of("/usr/bin/memccapable");

  @TempDir Path folder;

  @Test
  void everyClassicCheckPasses() throws IOException, InterruptedException {
    check("-a", "ascii ");
  }

  @Test
  void everyBinaryCheckPasses() throws IOException, InterruptedException {
    check("-b", "binary ");
  }

  private void check(String option, String name) throws IOException, InterruptedException {
    if (System.getenv("LARDER_REQUIRE_MEMCACHED") == null) {
      assumeTrue(Files.isExecutable(TOOL), "Debian's libmemcached-tools is not installed");
    }
    try (LarderProcess larder = LarderProcess.start(folder, "-m", "64", "--ram-only")) {
      Process process =
          new ProcessBuilder(
                  TOOL.toString(), "-h", "127.0.0.1", "-p", Integer.toString(larder.port()), option)
              .redirectErrorStream(true)
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(process.waitFor()).as(printed).isZero();
      List<String> checks = printed.lines().filter(line -> line.startsWith(name)).toList();
      assertThat(checks).hasSize(27).allMatch(line -> line.endsWith("[pass]"));
    }
  }
}
