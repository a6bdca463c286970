package io.larder.server;

import io.larder.server.cli.LarderCommand;

/** Where the program starts. */
public final class Main {
  private Main() {}

  /** Carries out a command line and ends the process. */
  public static void main(String[] arguments) {
    System.exit(LarderCommand.run(arguments));
  }
}
