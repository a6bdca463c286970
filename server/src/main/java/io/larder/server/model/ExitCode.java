package io.larder.server.model;

/** How the program ends, in the numbers of {@code sysexits.h} that memcached uses too. */
public enum ExitCode {
  /** It was told to stop and did. */
  OK(0),
  /** What was looked at is damaged. */
  DAMAGE(1),
  /** The command line cannot be carried out. */
  USAGE(64),
  /** The user to run as does not exist. */
  NO_USER(67),
  /** The system refuses something: a port, a file, a right. */
  SYSTEM(71);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
