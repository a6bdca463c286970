package io.larder.tests.conformance.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The whole proof: rounds as a seed draws them, those of special trouble, and what came of them.
 *
 * <p><b>Threads.</b> One.
 */
public final class CrashProof {
  private final Findings findings = new Findings();
  private final List<String[]> rows = new ArrayList<>();

  /**
   * What to run.
   *
   * @param flash file that the server gets as flash
   * @param secondsMax of load in a round, about
   * @param special whether every special trouble has a round as well
   */
  public record Plan(
      Path flash,
      int flashMegabytes,
      int ramMegabytes,
      List<String> options,
      int clients,
      int items,
      int rounds,
      double secondsMax,
      boolean special,
      long seed) {

    private List<CrashRound> draw() {
      SplittableRandom random = new SplittableRandom(seed);
      long millis = Math.max(10, (long) (secondsMax * 1000));
      Stream<CrashRound> ordinary =
          Stream.generate(() -> CrashRound.drawn(random, millis)).limit(rounds);
      return Stream.concat(ordinary, special ? CrashRound.special(millis).stream() : Stream.of())
          .toList();
    }

    /** How many rounds there are. */
    public int count() {
      return draw().size();
    }
  }

  /** Hears of each round that begins. */
  public interface Progress extends Consumer<String> {
    /** A round is over. */
    void roundOver();
  }

  /** Runs it all on a server; the findings say how it went. */
  public Findings run(MortalLarder server, Plan plan, Progress progress)
      throws IOException, InterruptedException {
    List<String> common = new ArrayList<>(plan.options());
    common.add("-m");
    common.add(Integer.toString(plan.ramMegabytes()));
    Setup setup = new Setup(plan.flash(), plan.flashMegabytes(), common);
    try (CrashRun run =
        new CrashRun(
            server, setup, plan.items(), plan.clients(), plan.seed(), findings, progress)) {
      try {
        for (CrashRound round : plan.draw()) {
          run.run(round);
          progress.roundOver();
          if (findings.wrongCount() > 0) {
            break;
          }
        }
      } catch (IllegalStateException e) {
        findings.unmet(String.valueOf(e.getMessage()));
      }
      if (!run.tellsOfRestarts()) {
        run.figures().notes.add("this server keeps nothing when it ends, and nothing was expected");
      }
      rows.addAll(run.figures().rows(run.world(), findings));
    }
    return findings;
  }

  /** The table: names and what is to be said of each. */
  public List<String[]> rows() {
    return List.copyOf(rows);
  }
}
