package io.larder.tests.conformance.crash;

/** How a life of the server ends. */
enum End {
  KILL("kill -9", false),
  TERM("SIGTERM", true),
  USR1("SIGUSR1", true),
  /**
   * Stopped for a while, as by a debugger or a machine that is moved; then it goes on, and is
   * killed.
   */
  FROZEN_THEN_KILL("SIGSTOP, SIGCONT, kill -9", false),
  /** Killed while it is stopped. */
  KILLED_FROZEN("SIGSTOP, kill -9", false);

  private final String words;
  private final boolean isClean;

  End(String words, boolean isClean) {
    this.words = words;
    this.isClean = isClean;
  }

  String words() {
    return words;
  }

  /** Whether the server may save what is in RAM. */
  boolean isClean() {
    return isClean;
  }
}
