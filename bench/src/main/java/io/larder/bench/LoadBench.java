package io.larder.bench;

import io.larder.bench.load.LoadHtml;
import io.larder.bench.load.LoadReport;
import io.larder.bench.load.LoadResult;
import io.larder.bench.load.LoadRun;
import io.larder.bench.load.LoadSettings;
import io.larder.bench.load.Phase;
import io.larder.bench.load.ServerAddress;
import io.larder.bench.load.ServerProcess;
import io.larder.bench.plot.HtmlReport;
import io.larder.bench.report.Machine;
import io.larder.bench.report.Progress;
import io.larder.bench.workload.Preset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code larder bench}: load on any memcached server. */
@Command(
    name = "larder bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    commandListHeading = "%nCommands:%n",
    subcommands = {CompareBench.class, ScaleBench.class, OverloadBench.class},
    header = {"Puts load on any memcached server, and measures it.", ""},
    description = {
      "",
      "Closed loop: each connection keeps --pipeline requests under way; a new one starts when one"
          + " has been answered. This finds what a server can do. Open loop, with --rate: requests"
          + " start by the clock, and latency counts from the moment each was meant to start, so that"
          + " a server that stalls cannot hide it. This finds what clients would wait.",
      "",
      "On a machine that others use, believe CPU a key (--server-pid) before throughput, and ratios of"
          + " runs that took turns before figures.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  larder bench --load                              fill 127.0.0.1:11211 with a million keys,"
          + " then read them",
      "  larder bench --pipeline 20 --seconds 30          20 requests under way on each connection",
      "  larder bench --rate 50000 --zipf 0.99            what clients would wait at that rate",
      "  larder bench --load --verify --mix get=80,set=15,delete=5 --value-size 24-4000",
      "  larder bench --workload cachebench-kvcache-reg --load --verify",
      "  larder bench --server /run/cache.sock --server-pid $(pgrep memcached) --json run.json",
      "  larder bench --load --html run.html              a report with plots",
      "",
      "A run that verifies must be alone in changing the keys.",
      "",
      "Exit codes: 0 measured, 1 something failed, 2 wrong option, 3 wrong values were read."
    })
public final class LoadBench implements Callable<Integer> {
  static final int EXIT_WRONG_VALUES = 3;
  private static final int PROGRESS_STEPS = 1000;

  @Option(
      names = "--server",
      paramLabel = "WHERE",
      description = "HOST:PORT, or the path of a socket. Default: 127.0.0.1:11211.")
  String server = "127.0.0.1:11211";

  @Option(
      names = "--server-pid",
      paramLabel = "PID",
      description = "Of the server, on this machine: measures its CPU a key and its memory.")
  @Nullable Long serverPid;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long to measure; 0 only loads. Default: 10.")
  double seconds = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "The same load before, not counted. Default: 2.")
  double warmUp = 2;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Requests a second, by the clock: an open loop. Default: a closed loop.")
  double rate;

  @Option(names = "--load", description = "Write every key once before.")
  boolean load;

  @Option(
      names = "--load-rate",
      paramLabel = "R",
      description =
          "Keys a second while loading, for a server that drops what it cannot write in time."
              + " Default: as many as are answered.")
  double loadRate;

  @Mixin LoadOptions options = new LoadOptions();

  @Mixin ReportOptions files = new ReportOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  /** Runs the command and ends the process. */
  public static void main(String... arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command, which says in one sentence what went wrong. */
  static CommandLine commandLine() {
    return OneSentence.of(new LoadBench());
  }

  @Override
  public Integer call() throws IOException {
    if ("list".equals(options.preset)) {
      PrintWriter list = spec.commandLine().getOut();
      Preset.all().forEach(preset -> list.println(describe(preset)));
      list.flush();
      return CommandLine.ExitCode.OK;
    }
    LoadSettings settings = settings();
    Phase measured = Phase.of("run", seconds, rate);
    ServerProcess process = serverPid == null ? null : new ServerProcess(serverPid);
    PrintWriter out = spec.commandLine().getOut();
    try (LoadRun run = LoadRun.connect(settings, process)) {
      Map<String, String> facts = LoadReport.facts(settings, measured, run.io());
      Map<String, Object> written = new LinkedHashMap<>();
      HtmlReport report =
          new HtmlReport(
              "larder bench",
              facts.get("server") + "; " + facts.get("client") + "; " + facts.get("keys"));
      print(out, facts);
      boolean isRight = true;
      if (load) {
        LoadResult loaded = phase(run, Phase.load(loadRate), settings.workload().keys().keyCount());
        out.println("load");
        isRight = show(out, loaded, Phase.load(loadRate));
        written.put("load", LoadReport.figures(loaded));
        LoadHtml.add(report, loaded, Phase.load(loadRate));
      }
      if (warmUp > 0 && seconds > 0) {
        isRight &= phase(run, Phase.of("warm-up", warmUp, rate), 0).tally().wrongCount() == 0;
      }
      if (seconds > 0) {
        LoadResult result = phase(run, measured, 0);
        isRight &= show(out, result, measured);
        written.put("result", LoadReport.figures(result));
        LoadHtml.add(report, result, measured);
      }
      Map<String, String> machine = Machine.facts(Path.of("here"));
      written.put("machine", machine);
      files.write(
          facts,
          written,
          () -> report.heading("The run").facts(facts).heading("The machine").facts(machine));
      return isRight ? CommandLine.ExitCode.OK : EXIT_WRONG_VALUES;
    }
  }

  private static String describe(Preset preset) {
    return "%-32s%s; %s".formatted(preset.name(), preset.about(), preset.mix().describe());
  }

  private LoadSettings settings() {
    if (!(seconds >= 0) || !(warmUp >= 0) || !(rate >= 0) || !(loadRate >= 0)) {
      throw wrong("--seconds, --warm-up, --rate and --load-rate are 0 or more");
    }
    try {
      return options.settings(ServerAddress.parse(server));
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence + ".");
  }

  private static LoadResult phase(LoadRun run, Phase phase, long requestsMax) throws IOException {
    try (Progress progress = Progress.over(phase.name(), PROGRESS_STEPS)) {
      return run.run(
          phase,
          (requests, passed) ->
              progress.stepTo(
                  (long)
                      (PROGRESS_STEPS
                          * (requestsMax > 0
                              ? (double) requests / requestsMax
                              : passed / phase.seconds())),
                  String.format(Locale.ROOT, "%.0f/s", requests / passed)));
    }
  }

  private static void print(PrintWriter out, Map<String, String> facts) {
    facts.forEach((name, value) -> out.println("%-10s%s".formatted(name, value)));
    out.println();
    out.flush();
  }

  /** Prints a phase; whether nothing wrong was read. */
  private static boolean show(PrintWriter out, LoadResult result, Phase phase) {
    LoadReport.table(result).forEach(out::println);
    List<String> warnings = LoadReport.warnings(result, phase);
    warnings.forEach(out::println);
    out.println();
    out.flush();
    return result.tally().wrongCount() == 0;
  }
}
