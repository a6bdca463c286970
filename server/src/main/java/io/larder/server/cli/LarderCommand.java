package io.larder.server.cli;

import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code larder}, which does nothing without a sub-command. */
@Command(
    name = "larder",
    header = {"A cache that is larger than memory and speaks memcached.", ""},
    description = {"", "RAM first, flash behind it, one server for both."},
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Start with:",
      "  larder serve           listens on 127.0.0.1:11211, with 64 MB of RAM and a flash file",
      "  larder serve --help    every option, with units, defaults and examples",
      "  larder inspect FILE    what a flash file or a state file holds, every record checked",
      "",
      "In a source tree also:",
      "  larder bench           load on any memcached server; has a --help too",
      "  larder certify         what to expect of a device, before it is used; has a --help too",
      "  larder simulate        the flash engine on devices that fail, from seeds; has a --help too"
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 90,
    versionProvider = Version.class)
public final class LarderCommand implements Runnable {
  /** The program is at fault, not who started it. */
  private static final int EXIT_SOFTWARE = 70;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Carries out a command line and returns the exit code. */
  public static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  /** The command line, to be executed or looked at. */
  static CommandLine commandLine() {
    CommandLine serve = new CommandLine(new ServeCommand());
    serve.getCommandSpec().usageMessage().footer(footer());
    CommandLine line =
        new CommandLine(new LarderCommand())
            .addSubcommand(serve)
            .addSubcommand(new InspectCommand())
            .addSubcommand(new RehearseCommand());
    line.setParameterExceptionHandler((e, arguments) -> {
      String command = e.getCommandLine().getCommandSpec().qualifiedName();
      complain(
          line, "%s; see %s --help.".formatted(sentence(String.valueOf(e.getMessage())), command));
      return ExitCode.USAGE.number();
    });
    line.setExecutionExceptionHandler((e, failed, parsed) -> {
      if (e instanceof StartException refused) {
        refused.problems().forEach(problem -> complain(line, problem));
        return refused.exitCode().number();
      }
      e.printStackTrace(line.getErr());
      return EXIT_SOFTWARE;
    });
    return line;
  }

  private static String[] footer() {
    String[] extended = ExtendedHelp.lines();
    String[] examples = ServeCommand.EXAMPLES.toArray(String[]::new);
    String[] both = new String[extended.length + examples.length];
    System.arraycopy(extended, 0, both, 0, extended.length);
    System.arraycopy(examples, 0, both, extended.length, examples.length);
    return both;
  }

  private static String sentence(String message) {
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }

  private static void complain(CommandLine line, String sentence) {
    PrintWriter err = line.getErr();
    err.println("larder: " + sentence);
    err.flush();
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
