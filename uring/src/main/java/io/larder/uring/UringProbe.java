package io.larder.uring;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether reads through io_uring work in this process, found out by reading.
 *
 * <p>A kernel may lack io_uring, a container may forbid it, a system may take it away from this
 * user, and some let a ring be made but nothing be done with it. So the probe makes a ring and
 * reads a few bytes of a file every Java runtime has. It writes nothing.
 *
 * @param works whether {@link UringIoEngine} can be used
 * @param reason why or why not, as half a sentence
 */
public record UringProbe(boolean works, String reason) {
  private static final int SAMPLE_BYTES = 4096;
  private static final long ANSWER_SECONDS_MAX = 5;

  /** Tries it; takes some tens of milliseconds. */
  public static UringProbe run() {
    try {
      if (!IoUring.isAvailable()) {
        return refused(IoUring.unavailabilityCause());
      }
      Posix.load();
      return readSample(Path.of(System.getProperty("java.home"), "lib", "modules"));
    } catch (TimeoutException e) {
      return refused("a ring gave no answer within " + ANSWER_SECONDS_MAX + " seconds");
    } catch (Exception | LinkageError e) {
      return refused(e);
    }
  }

  private static UringProbe refused(Throwable cause) {
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return refused(deepest.toString());
  }

  private static UringProbe refused(String why) {
    return new UringProbe(false, "io_uring refused: " + why);
  }

  private static UringProbe readSample(Path path) throws Exception {
    MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, UringLoops.newFactory());
    int fd = Posix.openReadOnly(path);
    try {
      byte[] read = readThroughRing(group.next(), fd);
      if (!Arrays.equals(read, readPlainly(path))) {
        return refused("a ring delivered wrong bytes");
      }
      return new UringProbe(true, "a read through a ring succeeded");
    } finally {
      group.shutdownGracefully(0, ANSWER_SECONDS_MAX, TimeUnit.SECONDS).syncUninterruptibly();
      Posix.close(fd);
    }
  }

  private static byte[] readThroughRing(IoEventLoop loop, int fd)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    // Left to the collector: a ring that does not answer in time may still write into it.
    MemorySegment target = Arena.ofAuto().allocate(SAMPLE_BYTES);
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    IoRegistration registration = loop.register(new OneAnswer(answer)).sync().getNow();
    registration.submit(UringReadQueue.readOp(fd, 0, target.address(), SAMPLE_BYTES, 0));
    int result = answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    if (result != SAMPLE_BYTES) {
      throw new IOException(
          result < 0 ? "read: " + Posix.errorName(-result) : "only " + result + " bytes were read");
    }
    return target.toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] readPlainly(Path path) throws IOException {
    byte[] bytes = new byte[SAMPLE_BYTES];
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      file.readFully(bytes);
    }
    return bytes;
  }

  private record OneAnswer(CompletableFuture<Integer> answer) implements IoUringIoHandle {
    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      answer.complete(((IoUringIoEvent) event).res());
      registration.cancel();
    }

    @Override
    public void close() {
      answer.completeExceptionally(new IOException("the ring was closed"));
    }
  }
}
