package io.larder.tests.conformance.same;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.process.ServerProcess;
import io.larder.tests.conformance.same.Wire.Pace;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each accepted deviation is real, on both sides. */
class AcceptedDeviationTest {
  @TempDir private Path folder;

  private static String answer(ServerProcess server, AcceptedDeviation deviation) {
    var _ = Wire.ask(server, Bytes.of("flush_all\r\n"), Pace.WHOLE, 0);
    String asked = Rendering.plain(deviation.asked());
    byte[] answer = Wire.ask(server, Bytes.of(asked), Pace.WHOLE, 0);
    return deviation.asked().startsWith("‹packet")
        ? PacketTemplate.linesOf(answer).stream()
            .collect(Collectors.joining("\r\n", "", "\r\n"))
            .replaceFirst("^\r\n$", "")
        : Bytes.text(answer);
  }

  private static Pattern pattern(String answer) {
    return Pattern.compile(
        Arrays.stream(answer.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")),
        Pattern.DOTALL);
  }

  @Test
  void memcachedAnswersAsTheListSays() {
    try (MemcachedProcess memcached = MemcachedProcess.start(folder)) {
      assumeTrue(
          memcached.stats().text("version").equals("1.6.18"),
          "the list is about memcached 1.6.18, here is " + memcached.stats().text("version"));
      for (AcceptedDeviation deviation : AcceptedDeviation.values()) {
        assertThat(answer(memcached, deviation))
            .as(deviation.name())
            .matches(pattern(deviation.theirAnswer()));
      }
    }
  }

  @Test
  void larderAnswersAsTheListSays() {
    try (LarderProcess larder = LarderProcess.start(folder, "-m", "64", "--ram-only")) {
      for (AcceptedDeviation deviation : AcceptedDeviation.values()) {
        assertThat(answer(larder, deviation))
            .as(deviation.name())
            .matches(pattern(deviation.ourAnswer()));
      }
    }
  }
}
