package io.larder.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code larder simulate} says, and how it ends. */
class SimulateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void manySeedsEndWithAReport() {
    assertThat(run("--first", "7", "--seeds", "3")).isZero();
    assertThat(out.toString())
        .containsPattern("seeds +3\\R")
        .contains(
            "operations",
            "records checked",
            "writes misdirected",
            "pages reclaimed",
            "crash points")
        .containsPattern("verdict +good");
  }

  @Test
  void oneSeedSaysWhatItsWorldsAreLike() {
    assertThat(run("--seed", "7")).isZero();
    assertThat(out.toString())
        .contains("Scenario[seed=7", "CacheScenario[seed=7", "verdict", "trace");
  }

  @Test
  void oneWorldAloneIsRunWhenOnlyThatIsWanted() {
    assertThat(run("--world", "engine", "--seed", "7")).isZero();
    assertThat(out.toString()).contains("Scenario[seed=7").doesNotContain("CacheScenario");
  }

  @Test
  void anUnknownWorldIsRefused() {
    assertThat(run("--world", "moon")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("moon", "engine", "cache", "crash", "all");
  }

  @Test
  void traceIsALineForEveryEvent() {
    assertThat(run("--seed", "7", "--trace")).isZero();
    assertThat(out.toString().lines().count()).isGreaterThan(500);
  }

  @Test
  void timeLimitsTheSeeds() {
    assertThat(run("--minutes", "0.001")).isZero();
    assertThat(out.toString()).contains("verdict");
  }

  @Test
  void optionsThatContradictEachOtherAreRefused() {
    assertThat(run("--seed", "7", "--seeds", "3")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--seed runs one seed");
  }

  @Test
  void traceAloneIsRefused() {
    assertThat(run("--trace")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--trace needs --seed");
  }

  @Test
  void helpHasExamples() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("Usage: larder simulate", "larder simulate --world cache --seed 123");
  }

  private int run(String... arguments) {
    return SimulateCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
