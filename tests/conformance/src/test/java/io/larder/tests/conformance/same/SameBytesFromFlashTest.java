package io.larder.tests.conformance.same;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.IoEngine;
import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.same.SideBySide.Difference;
import io.larder.tests.conformance.same.SideBySide.Play;
import io.larder.tests.conformance.same.Wire.Pace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The questions picked by hand, asked about items that have gone to flash meanwhile. */
class SameBytesFromFlashTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void everyQuestionAboutAnItemOnFlash(IoEngine io) {
    io.assumeAvailable(folder);
    try (MemcachedProcess memcached = MemcachedProcess.start(folder);
        LarderProcess larder =
            LarderProcess.start(
                folder,
                "-m",
                "8",
                "--io",
                io.word(),
                "-o",
                "ext_path=" + folder.resolve("flash") + ":256m")) {
      SideBySide sides = new SideBySide(memcached, larder, AcceptedDeviation.LAST_ACCESS);
      List<Play> plays = new ArrayList<>();
      Exchanges.all()
          .filter(Exchange::keepsToItself)
          .forEach(exchange -> plays.add(sides.begin(exchange.script(Pace.WHOLE))));
      List<Difference> early =
          plays.stream().map(Play::next).filter(found -> found != null).toList();
      assertThat(early).as("while they are prepared").isEmpty();

      new Filler(larder, 24 << 20).fill();
      assertThat(shareOnFlash(larder, plays)).as("share of items on flash").isGreaterThan(0.95);

      SoftAssertions answers = new SoftAssertions();
      for (Play play : plays) {
        answers.assertThat(play.rest()).as(play.script().name()).isNull();
      }
      answers.assertAll();
    }
  }

  /** Of the items that have been prepared, how many a read finds on flash. */
  private static double shareOnFlash(LarderProcess larder, List<Play> plays) {
    StringBuilder reads = new StringBuilder();
    plays.forEach(play -> reads.append("me ").append(play.key("a")).append("\r\n"));
    long before = larder.stats().number("get_extstore");
    String answers = Bytes.text(Wire.ask(larder, Bytes.of(reads.toString()), Pace.WHOLE, 0));
    double onFlash = larder.stats().number("get_extstore") - before;
    return onFlash / answers.lines().filter(line -> line.startsWith("ME")).count();
  }
}
