package io.larder.tests.simulation;

import io.larder.cache.stats.CacheCounter;
import io.larder.engine.stats.EngineCounter;
import io.larder.platform.time.Clock;
import io.larder.platform.time.SystemClock;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import java.io.Console;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code larder simulate}: many seeds, or one of them line by line. */
@Command(
    name = "larder simulate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    header = {
      "Runs the cache and its flash engine in simulated worlds and compares every answer, byte and"
          + " count.",
      ""
    },
    description = {
      "",
      "A seed decides everything: the sizes of pages, buffers and devices, what is asked, written,"
          + " read and forgotten, in which order background work is done, and which faults strike:"
          + " refused and short reads, refused, torn, lost and misdirected writes, flipped bits,"
          + " stalls, full and dead devices, clock jumps. It is the code that production runs, in"
          + " one thread, so the same seed is the same run.",
      "",
      "The world of the cache asks every kind of request of several sessions at once, and knows what"
          + " may be answered: a miss where something was lost and counted, never a wrong, stale or"
          + " resurrected value, and no answer that no order of the requests explains. The world of"
          + " the engine compares every byte of every record. In the world of crashes"
          + " the process of the cache is killed anywhere, in the middle of a write or a note too, by a"
          + " loss of power now and then, and another one goes on with what is left: what it answers"
          + " is what was last confirmed, or nothing. In all of them, at random moments and at the"
          + " end, the books must balance: pages, segments, leases, buffers, and every counter against"
          + " a second one.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  larder simulate                         a thousand seeds, each in all worlds",
      "  larder simulate --minutes 30            as many as half an hour has room for",
      "  larder simulate --world crash --minutes 10          kills only, and what comes after them",
      "  larder simulate --world cache --first 5000 --seeds 200",
      "  larder simulate --world cache --seed 123            one seed, and what its world is like",
      "  larder simulate --world cache --seed 123 --trace    every event of it, a line each",
      "",
      "Exit codes: 0 all is well, 1 a seed failed (the command that repeats it is printed), 2 wrong",
      "option."
    })
public final class SimulateCommand implements Callable<Integer> {
  private static final long SEEDS_BY_DEFAULT = 1000;
  private static final int EVENTS_SHOWN = 30;

  /** Which worlds a seed is run in. */
  enum Worlds {
    ENGINE(List.of(WorldKind.ENGINE)),
    CACHE(List.of(WorldKind.CACHE)),
    CRASH(List.of(WorldKind.CRASH)),
    ALL(List.of(WorldKind.ENGINE, WorldKind.CACHE, WorldKind.CRASH));

    @SuppressWarnings("ImmutableEnumChecker") // It comes from List.of.
    private final List<WorldKind> kinds;

    Worlds(List<WorldKind> kinds) {
      this.kinds = kinds;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--world",
      paramLabel = "W",
      description = "What is simulated: ${COMPLETION-CANDIDATES}. Default: all.")
  Worlds worlds = Worlds.ALL;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many seeds. Default: 1000, or no limit beside --minutes.")
  @Nullable Long seeds;

  @Option(names = "--first", paramLabel = "S", description = "The first of them. Default: 1.")
  long first = 1;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Begin no further seed after so many minutes; 0.5 is half of one.")
  @Nullable Double minutes;

  @Option(names = "--seed", paramLabel = "S", description = "Run this seed and no other.")
  @Nullable Long seed;

  @Option(names = "--trace", description = "With --seed: print every event.")
  boolean trace;

  @Spec CommandSpec spec = CommandSpec.create();

  private final Clock clock = new SystemClock();

  /** Runs the command and ends the process. */
  public static void main(String... arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** What reads the arguments. */
  static CommandLine commandLine() {
    return new CommandLine(new SimulateCommand()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() {
    Long only = seed;
    if (only == null) {
      if (trace) {
        throw new ParameterException(spec.commandLine(), "--trace needs --seed.");
      }
      return runMany();
    }
    if (seeds != null || minutes != null) {
      throw new ParameterException(
          spec.commandLine(), "--seed runs one seed; --seeds and --minutes are for many.");
    }
    return runOne(only);
  }

  private int runOne(long number) {
    for (WorldKind kind : worlds.kinds) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(kind.describe(number));
      long start = clock.nanos();
      Simulation.Result result = kind.run(number, trace ? Trace.to(out::println) : Trace.silent());
      report(1, result.tally(), clock.nanos() - start);
      row("trace", "%016x, %,d events".formatted(result.traceHash(), result.eventCount()));
      if (!result.passed()) {
        return verdict(result);
      }
    }
    return good();
  }

  private int runMany() {
    Long wanted = seeds;
    Double time = minutes;
    long count = wanted != null ? wanted : time != null ? Long.MAX_VALUE : SEEDS_BY_DEFAULT;
    long start = clock.nanos();
    long limit = time == null ? Long.MAX_VALUE : (long) (time * TimeUnit.MINUTES.toNanos(1));
    Tally sum = new Tally();
    long done = 0;
    Simulation.@Nullable Result failed = null;
    try (Progress progress = Progress.over(time == null ? count : -1)) {
      while (failed == null && done < count && clock.nanos() - start < limit) {
        failed = runInAll(first + done, sum);
        done++;
        progress.step();
      }
    }
    report(done, sum, clock.nanos() - start);
    return failed == null ? good() : verdict(failed);
  }

  /** Runs one seed in every world that is wanted; returns the first result that is bad. */
  private Simulation.@Nullable Result runInAll(long number, Tally sum) {
    for (WorldKind kind : worlds.kinds) {
      Simulation.Result result = kind.run(number);
      sum.add(result.tally());
      if (!result.passed()) {
        return result;
      }
    }
    return null;
  }

  // ------------------------------------------------------------------ output

  private void report(long seedCount, Tally tally, long tookNanos) {
    row("seeds", "%,d".formatted(seedCount));
    row("operations", "%,d".formatted(tally.operationCount()));
    row("records written", "%,d".formatted(tally.recordsWritten()));
    row("records checked", "%,d right".formatted(tally.recordsChecked()));
    row("requests answered", "%,d, all as they may be".formatted(tally.answerCount()));
    row("reads that missed", "%,d".formatted(tally.missCount()));
    row("requests without memory", "%,d".formatted(tally.refusalCount()));
    row("items forgotten", "%,d, all counted".formatted(tally.forgottenCount()));
    row("damaged records", "%,d, all known for it".formatted(tally.damageFoundCount()));
    row("pages reclaimed", "%,d".formatted(tally.pagesReclaimed()));
    row("devices out of service", "%,d".formatted(tally.devicesLost()));
    if (tally.crashPlaceCount() > 0) {
      row("crash points", "%,d, of %,d met".formatted(tally.crashCount(), tally.crashPlaceCount()));
      row(
          "state file rewritten",
          "%,d times; %,d killed while at it"
              .formatted(tally.stateRewriteCount(), tally.crashInRewriteCount()));
      row("stops in order", "%,d".formatted(tally.stopCount()));
      row("records found again", "%,d".formatted(tally.recordsRestored()));
    }
    row("books compared", "%,d times".formatted(tally.bookChecks()));
    counted(tally, CacheCounter.values());
    counted(tally, EngineCounter.values());
    for (FaultKind kind : FaultKind.values()) {
      row(kind.plural(), "%,d".formatted(tally.faultCount(kind)));
    }
    row("time", "%.1f s".formatted(tookNanos / 1e9));
  }

  /** Only where a cache has been run: elsewhere all are 0. */
  private void counted(Tally tally, Enum<?>... counters) {
    for (Enum<?> counter : counters) {
      if (tally.count(counter) > 0) {
        String word = counter.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        row("cache: " + word, "%,d".formatted(tally.count(counter)));
      }
    }
  }

  private int good() {
    row("verdict", "good");
    return CommandLine.ExitCode.OK;
  }

  private int verdict(Simulation.Result result) {
    Throwable failure = result.failure();
    if (failure == null) {
      return good();
    }
    PrintWriter out = spec.commandLine().getOut();
    row("verdict", "BAD: seed " + result.seed() + " of the world " + result.kind().word());
    out.println();
    if (!trace) {
      out.println("What happened last:");
      lastEvents(result.kind(), result.seed()).forEach(out::println);
      out.println();
    }
    failure.printStackTrace(out);
    out.println();
    out.println("To repeat it:");
    out.println("  ./larder simulate --world " + result.kind().word() + " --seed " + result.seed());
    out.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static Deque<String> lastEvents(WorldKind kind, long number) {
    Deque<String> lines = new ArrayDeque<>();
    kind.run(
        number,
        Trace.to(line -> {
          lines.add(line);
          if (lines.size() > EVENTS_SHOWN) {
            lines.remove();
          }
        }));
    return lines;
  }

  private void row(String name, String value) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("%-32s %s".formatted(name, value));
    out.flush();
  }

  /** A bar where somebody is looking, and nothing elsewhere. */
  private record Progress(@Nullable ProgressBar bar) implements AutoCloseable {

    @SuppressWarnings("SystemConsoleNull") // From JDK 25 on it is null again without a terminal.
    static Progress over(long seedCount) {
      Console console = System.console();
      return new Progress(
          console == null || !console.isTerminal()
              ? null
              : new ProgressBarBuilder()
                  .setTaskName("seeds")
                  .setInitialMax(seedCount)
                  .showSpeed()
                  .build());
    }

    void step() {
      if (bar != null) {
        bar.step();
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
