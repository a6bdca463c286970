package io.larder.bench;

import java.io.IOException;
import picocli.CommandLine;

/** A command that says in one sentence what went wrong. */
final class OneSentence {
  private OneSentence() {}

  static CommandLine of(Object program) {
    return new CommandLine(program)
        .setExecutionExceptionHandler((failure, command, _) -> {
          String message = failure.getMessage();
          command
              .getErr()
              .println(
                  command.getCommandName()
                      + ": "
                      + (failure instanceof IOException && message != null
                          ? message
                          : failure.toString()));
          return CommandLine.ExitCode.SOFTWARE;
        });
  }
}
