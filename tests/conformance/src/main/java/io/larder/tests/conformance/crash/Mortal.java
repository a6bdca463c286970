package io.larder.tests.conformance.crash;

import java.util.List;

/**
 * A server that may be killed, and started again on what it has left behind.
 *
 * <p><b>Threads.</b> One.
 */
interface Mortal {
  /** Starts it; it need not answer yet. */
  void launch(List<String> options);

  /** Waits until it answers. */
  void awaitAnswer();

  int port();

  boolean isAlive();

  /** Sends a signal by its name, {@code KILL} for instance. */
  void signal(String name);

  /** Waits until it has ended. */
  void awaitEnd();

  /** Whether its start-up line says that its flash is empty. */
  boolean startedEmpty();

  /** What it has printed, for a message. */
  String printed();
}
