package io.larder.tests.conformance.crash;

import java.util.concurrent.CountDownLatch;

/**
 * One life of a server, from its first answer to its end, and what clients are to do meanwhile.
 *
 * <p><b>Threads.</b> Any; one of them ends it.
 */
final class Life {
  /** What clients do. */
  enum Work {
    /** Store every item once. */
    FILL,
    /** Everything, for as long as it lasts. */
    LOAD,
    /** Nothing. */
    WAIT,
    /** Read every item once. */
    SWEEP
  }

  /**
   * Something to do, and who has done it.
   *
   * @param number of this task within its life
   */
  record Task(int number, Work work, CountDownLatch done, Sweep sweep) {}

  private final int number;
  private final int port;
  private final int clientCount;
  private final CountDownLatch over = new CountDownLatch(1);
  private final CountDownLatch clientsGone;
  private volatile Task task;
  private volatile boolean rebuilding = true;
  private volatile boolean ending;
  private volatile boolean broken;
  private volatile Moment overAt = Moment.now();

  Life(int number, int port, int clientCount, Work work) {
    this.number = number;
    this.port = port;
    this.clientCount = clientCount;
    this.clientsGone = new CountDownLatch(clientCount);
    this.task = new Task(0, work, new CountDownLatch(clientCount), new Sweep());
  }

  int number() {
    return number;
  }

  int port() {
    return port;
  }

  Task task() {
    return task;
  }

  /** Gives clients something else to do. */
  Task begin(Work work) {
    Task next = new Task(task.number() + 1, work, new CountDownLatch(clientCount), new Sweep());
    task = next;
    return next;
  }

  /** Whether the server may still be rebuilding its index. */
  boolean isRebuilding() {
    return rebuilding;
  }

  void rebuilt() {
    rebuilding = false;
  }

  /** From here on connections may be lost. */
  void ends() {
    ending = true;
  }

  boolean isEnding() {
    return ending;
  }

  /** A connection was lost that should not have been, or had to be given up. */
  void breaks() {
    broken = true;
    Task left = task;
    for (int i = 0; i < clientCount; i++) {
      left.done().countDown();
    }
  }

  boolean isBroken() {
    return broken;
  }

  /** The process is gone: nothing that was asked will happen any more. */
  void isOver() {
    overAt = Moment.now();
    over.countDown();
  }

  Moment awaitOver() throws InterruptedException {
    over.await();
    return overAt;
  }

  /** A client knows of the end, and has drawn its conclusions. */
  void clientGone() {
    clientsGone.countDown();
  }

  void awaitClientsGone() throws InterruptedException {
    clientsGone.await();
  }
}
