package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.crash.CrashProof;
import io.larder.tests.conformance.crash.Findings;
import io.larder.tests.conformance.crash.MortalLarder;
import io.larder.tests.conformance.process.LarderProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A real server, killed at random moments under load and started again; every key is read. */
@Command(
    name = "tests/crash",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Kills a Larder of its own with -9 at random moments while clients change and read items, starts it",
      "again on the same flash, and reads every key. A value must be the last one that was granted, or that",
      "of a change that was under way: never an older one, a deleted, flushed or expired one, another key's.",
      ""
    },
    footer = {
      "",
      "Ends with 0 if no value was wrong and all went as it should, with 3 if a value was wrong, whose key's",
      "history is printed then, and with 1 for anything else.",
      "",
      "  tests/crash                     20 rounds, and one of each special trouble",
      "  tests/crash --rounds 200        the long one",
      "  tests/crash --seed 7            draws the same ends and the same requests again, as far as a",
      "                                  process and a machine let them happen at the same moments"
    })
public final class Crash implements Callable<Integer> {
  private static final int WRONG = 3;

  @Option(names = "--rounds", paramLabel = "N", description = "Ordinary rounds. Default: 20.")
  int rounds = 20;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Load in a round, about. Default: 2.")
  double seconds = 2;

  @Option(
      names = "--special",
      negatable = true,
      fallbackValue = "true",
      description = "One round of each special trouble as well. Default: yes.")
  boolean special = true;

  @Option(names = "--seed", paramLabel = "N", description = "Default: the time.")
  long seed = System.currentTimeMillis() % 1_000_000;

  @Option(names = "--clients", paramLabel = "N", description = "How many. Default: 6.")
  int clients = 6;

  @Option(
      names = "--items",
      paramLabel = "N",
      description = "How many items there are; about 3 KB each. Default: 60000.")
  int items = 60_000;

  @Option(names = "-m", paramLabel = "MB", description = "RAM of the server. Default: 32.")
  int ramMegabytes = 32;

  @Option(
      names = "--flash",
      paramLabel = "SIZE",
      description = "Size of the flash file: a number and m or g. Default: 256m.")
  String flash = "256m";

  @Option(names = "--io", paramLabel = "ENGINE", description = "auto, io_uring, epoll or nio.")
  String io = "auto";

  @Option(
      names = "--folder",
      paramLabel = "PATH",
      description = "Where the flash file is made. Default: the folder for temporary files.")
  Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "-o",
      paramLabel = "OPTION",
      description = "Further -o options of the server, ext_durability=power for instance.")
  List<String> serverOptions = new ArrayList<>();

  @Spec CommandSpec spec = CommandSpec.create();

  public static void main(String... arguments) {
    System.exit(new CommandLine(new Crash()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory(folder, "larder-crash-");
    Path launcher = Path.of(System.getProperty("larder.home", "."), "larder").toAbsolutePath();
    MortalLarder server =
        new MortalLarder(options ->
            LarderProcess.launchByLauncher(launcher, scratch, options.toArray(String[]::new)));
    PrintWriter out = spec.commandLine().getOut();
    CrashProof proof = new CrashProof();
    Findings findings;
    // Built before the clock runs.
    LarderProcess.startByLauncher(launcher, scratch, "--ram-only").close();
    try {
      CrashProof.Plan plan = plan(scratch);
      out.println("seed " + seed + ", " + plan.count() + " rounds");
      out.flush();
      try (ProgressBar bar =
          new ProgressBarBuilder().setTaskName("crashing").setInitialMax(plan.count()).build()) {
        findings = proof.run(server, plan, new Bar(bar));
      }
    } finally {
      Scratch.remove(scratch);
    }
    findings.wrong().forEach(wrong -> out.println("WRONG: " + wrong));
    for (String[] row : proof.rows()) {
      out.println("%-28s %s".formatted(row[0], row[1]));
    }
    boolean isGood = findings.wrongCount() == 0 && findings.unmet().isEmpty();
    out.println("%-28s %s, seed %d".formatted("verdict", isGood ? "good" : "BAD", seed));
    out.flush();
    return isGood ? 0 : findings.wrongCount() > 0 ? WRONG : 1;
  }

  private record Bar(ProgressBar bar) implements CrashProof.Progress {
    @Override
    public void accept(String round) {
      bar.setExtraMessage(" " + round);
    }

    @Override
    public void roundOver() {
      bar.step();
    }
  }

  private CrashProof.Plan plan(Path scratch) {
    List<String> options = new ArrayList<>(List.of("--io", io));
    for (String option : serverOptions) {
      options.addAll(List.of("-o", option));
    }
    return new CrashProof.Plan(
        scratch.resolve("flash"),
        flashMegabytes(),
        ramMegabytes,
        options,
        clients,
        items,
        rounds,
        seconds,
        special,
        seed);
  }

  private int flashMegabytes() {
    String text = flash.toLowerCase(Locale.ROOT);
    int number = Integer.parseInt(text.substring(0, text.length() - 1));
    return text.endsWith("g") ? number << 10 : number;
  }
}
