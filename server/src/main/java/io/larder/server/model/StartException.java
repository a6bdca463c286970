package io.larder.server.model;

import java.util.List;

/** The server cannot start as it was asked to. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;
  private final transient List<String> problems;

  /**
   * @param problem one sentence: what, why, what to do
   */
  public StartException(ExitCode exitCode, String problem) {
    this(exitCode, List.of(problem));
  }

  /**
   * @param problems a sentence each: what, why, what to do
   */
  public StartException(ExitCode exitCode, List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.exitCode = exitCode;
    this.problems = List.copyOf(problems);
  }

  public ExitCode exitCode() {
    return exitCode;
  }

  /** Everything that speaks against starting, a sentence each. */
  public List<String> problems() {
    return problems;
  }
}
