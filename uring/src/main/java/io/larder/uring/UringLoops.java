package io.larder.uring;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;

/**
 * What drives event loops whose rings carry flash reads, and sockets beside them.
 *
 * <p><b>Threads.</b> Any.
 */
public final class UringLoops {
  /*
   * A loop handles all completions that have come before it goes to the ring again, and only then is
   * what they have led to submitted. With room for 128 submissions, as Netty has it, every read that
   * follows a completed one waits for the whole batch, and the device for all of them. Netty also
   * submits when there is no room for another: so a small ring keeps the device busy, at the price of
   * a system call for each so many entries. docs/benchmarks.md has the figures of other sizes.
   */

  /** Entries that may wait to be submitted, where sockets share the ring. */
  private static final int SUBMISSIONS = 8;

  /** Where they do not: what a system call for four costs is a flash read's to bear, and it can. */
  private static final int READ_SUBMISSIONS = 4;

  /** Completions that may wait to be handled; the kernel keeps more, at a cost. */
  private static final int COMPLETIONS = 4096;

  private UringLoops() {}

  /** For one group of event loops that have sockets and read flash. */
  public static IoHandlerFactory newFactory() {
    return newFactory(SUBMISSIONS);
  }

  /** For one group of event loops that read flash and do nothing else, as an embedded cache's. */
  public static IoHandlerFactory newReadFactory() {
    return newFactory(READ_SUBMISSIONS);
  }

  private static IoHandlerFactory newFactory(int submissions) {
    return IoUringIoHandler.newFactory(
        new IoUringIoHandlerConfig().setRingSize(submissions).setCqSize(COMPLETIONS));
  }
}
