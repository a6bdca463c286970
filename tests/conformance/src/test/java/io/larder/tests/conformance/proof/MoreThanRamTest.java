package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.client.SpyClient;
import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.Stats;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client from outside stores more than RAM holds, and reads all of it back. */
class MoreThanRamTest {
  private static final int VALUE_BYTES = 4096;
  private static final long RSS_BYTES_MAX = (64L << 20) + 250_000_000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void fiftyThousandItemsComeBackFromSixtyFourMegabytes(String io) {
    int items = 50_000;
    try (LarderProcess larder = start(io, "512m");
        SpyClient client = new SpyClient(larder.port())) {
      Round round = new Round(client, items, VALUE_BYTES);
      round.write(1, item -> {});
      assertThat(Books.settle(larder.port(), true)).isEmpty();
      Stats stats = Stats.of(larder.port());

      Round.Tally tally = round.read(1, items, item -> {});

      assertThat(tally.wrong()).as("wrong values").isZero();
      assertThat(tally.hitRatio()).isGreaterThanOrEqualTo(0.999);
      assertThat(stats.number("extstore_objects_used") + stats.number("larder_ram_items"))
          .as("items on flash and in RAM")
          .isEqualTo(stats.number("curr_items"))
          .isBetween(items - items / 1000L, (long) items);
      assertThat(larder.rssPeakBytes()).isLessThan(RSS_BYTES_MAX);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void flashSmallerThanTheDataKeepsTheNewest(String io) {
    int items = 60_000;
    try (LarderProcess larder = start(io, "128m");
        SpyClient client = new SpyClient(larder.port())) {
      Round round = new Round(client, items, VALUE_BYTES);
      round.write(1, item -> {});
      long rssAfterOnePass = larder.rssBytes();
      round.write(2, item -> {});
      round.write(3, item -> {});
      List<String> problems = Books.settle(larder.port(), true);
      Stats stats = Stats.of(larder.port());
      Round.Tally tally = round.read(3, 15_000, item -> {});

      assertThat(problems).isEmpty();
      assertThat(tally.wrong()).as("wrong values").isZero();
      assertThat(tally.newestHitRatio()).isGreaterThanOrEqualTo(0.999);
      assertThat(tally.hits()).as("hits").isLessThan(items);
      assertThat(stats.number("extstore_page_reclaims")).isPositive();
      assertThat(larder.rssPeakBytes()).isLessThan(RSS_BYTES_MAX);
      assertThat(larder.rssBytes()).as("RSS").isLessThan(rssAfterOnePass + (64 << 20));
    }
  }

  private LarderProcess start(String io, String flash) {
    return LarderProcess.start(
        folder, "-m", "64", "--io", io, "-o", "ext_path=" + folder.resolve("flash") + ":" + flash);
  }
}
