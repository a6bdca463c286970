package io.larder.tests.conformance.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the tests start is what the launcher starts. */
class LauncherTest {
  @Test
  void testsStartTheServerWithTheJvmOptionsOfTheLauncher() throws IOException {
    List<String> options =
        Files.readAllLines(Checkout.file("larder")).stream()
            .dropWhile(line -> !line.startsWith("exec \"$LARDER_JAVA/bin/java\""))
            .map(line -> line.replaceAll("\\\\$", "").strip())
            .filter(line -> line.startsWith("-"))
            .filter(line -> !line.startsWith("-cp"))
            .toList();

    assertThat(LarderProcess.JVM_OPTIONS).isEqualTo(options);
  }
}
