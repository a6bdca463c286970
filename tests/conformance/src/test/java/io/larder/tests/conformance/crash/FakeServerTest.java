package io.larder.tests.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The proof on servers that do wrong: each of the wrongs it is there for is found, and where there
 * is none, none is found.
 */
@Timeout(120)
class FakeServerTest {
  private static final int ITEMS = 600;
  private static final int CLIENTS = 3;
  private static final long LOAD_MILLIS = 150;

  @TempDir private Path folder;

  private CrashRound round(int at, boolean flushes, int flushDelaySeconds, long downMillis) {
    return new CrashRound(
        End.KILL,
        Trouble.NONE,
        LOAD_MILLIS,
        downMillis,
        0,
        at % 2 == 0,
        flushes,
        flushDelaySeconds);
  }

  private Findings run(FakeServer server, List<CrashRound> rounds)
      throws IOException, InterruptedException {
    Findings findings = new Findings();
    Setup setup = new Setup(folder.resolve("flash"), 64, List.of());
    try (CrashRun run = new CrashRun(server, setup, ITEMS, CLIENTS, 5, findings, _ -> {})) {
      for (CrashRound round : rounds) {
        run.run(round);
      }
      assertThat(run.world().tally().values.sum()).as("values checked").isGreaterThan(ITEMS);
    }
    return findings;
  }

  @Test
  void aServerThatOnlyForgetsIsFoundRight() throws Exception {
    List<CrashRound> rounds =
        List.of(
            round(0, false, 0, 0),
            round(1, false, 0, 2100),
            round(2, true, 0, 0),
            round(3, true, 2, 0),
            round(4, false, 0, 2100),
            new CrashRound(End.KILL, Trouble.NONE, LOAD_MILLIS, 0, 3, true, false, 0));

    Findings findings = run(new FakeServer(1), rounds);

    assertThat(findings.wrong()).isEmpty();
    assertThat(findings.unmet()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyWrongIsFound(FakeServer.Fault fault) throws Exception {
    List<CrashRound> rounds =
        switch (fault) {
          case FLUSHED_VALUE -> List.of(round(0, true, 0, 0), round(1, false, 0, 0));
          // Due in two seconds: with one, what is stored beyond the turn of a second need not die.
          case FORGOTTEN_FLUSH -> List.of(round(0, true, 2, 3100), round(1, false, 0, 0));
          case LONGER_LIFE -> List.of(round(0, false, 0, 4100), round(1, false, 0, 2100));
          default -> List.of(round(0, false, 0, 0), round(1, false, 0, 0), round(2, false, 0, 0));
        };

    Findings findings = run(new FakeServer(1, fault), rounds);

    assertThat(findings.wrongCount()).as("wrong answers of a fake with " + fault).isPositive();
    assertThat(findings.wrong().getFirst()).contains("its history");
  }
}
