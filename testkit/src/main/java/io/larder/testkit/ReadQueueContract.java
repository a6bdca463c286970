package io.larder.testkit;

import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What every {@link ReadQueue} promises, tried on a real file. Knows no test framework: a test runs
 * every one of {@link #checks}.
 */
public final class ReadQueueContract {
  /** The queue under test, and what it needs to live. */
  public interface Subject {
    /** Opens a new, empty device. */
    Device open(DeviceSpec spec) throws IOException;

    /** The owner, which runs its tasks on one thread. */
    Executor owner();

    /** A new queue of the owner; called on the owner. */
    ReadQueue newQueue();
  }

  /** One promise. */
  public record Check(String sentence, Body body) {}

  /** What finds out whether a promise is kept. */
  @FunctionalInterface
  public interface Body {
    /** Fails when it is not. */
    void run() throws Exception;
  }

  private static final int FILE_BYTES = 8 << 20;
  private static final int READ_BYTES_MAX = 64 << 10;
  private static final int NOT_YET = Integer.MIN_VALUE;
  private static final long PATIENCE_SECONDS = 30;

  private final Subject subject;
  private final Path folder;
  private final AtomicInteger fileCount = new AtomicInteger();

  /** Puts its files into {@code folder}. */
  public ReadQueueContract(Subject subject, Path folder) {
    this.subject = subject;
    this.folder = folder;
  }

  /** All promises. */
  public List<Check> checks() {
    return List.of(
        check("many reads at once deliver the right bytes", this::manyReads),
        check("one read at a time delivers the right bytes", this::oneByOne),
        check("submit never completes a read inside", this::neverInside),
        check("a read that reaches over the end is short", this::shortAtTheEnd),
        check("a read beyond the end gets nothing", this::nothingBeyondTheEnd),
        check("a file that was cut off delivers what is left", this::fileCutOff),
        check("a read the device refuses completes with an error", this::refused),
        check("a read of a closed device completes with an error", this::closedDevice),
        check("a buffer that is too small is refused", this::bufferTooSmall),
        check("closing completes what is in flight with an error", this::closedInFlight),
        check("closing from within a completion is fine", this::closedFromCompletion),
        check("after closing every read completes with an error", this::submittedAfterClose),
        check("a completion that throws harms no other read", this::throwingCompletion));
  }

  private Check check(String sentence, RigBody body) {
    return new Check(
        sentence,
        () -> {
          Rig rig = new Rig();
          try {
            body.run(rig);
          } catch (Exception | Error e) {
            rig.abandon(e);
            throw e;
          }
          rig.end();
        });
  }

  @FunctionalInterface
  private interface RigBody {
    void run(Rig rig) throws Exception;
  }

  private void manyReads(Rig rig) throws Exception {
    Reader reader = new Reader(rig, new Random(42), 1000, 64);
    reader.run();
  }

  private void oneByOne(Rig rig) throws Exception {
    Reader reader = new Reader(rig, new Random(43), 100, 1);
    reader.run();
  }

  private void neverInside(Rig rig) throws Exception {
    List<Probe> probes = rig.probes(70);
    rig.onOwner(() -> {
      for (Probe probe : probes) {
        rig.queue.submit(probe.at(0, 4096));
        same(NOT_YET, probe.result, "result right after submit");
      }
      // Neither those that end without the device: beyond the end, and refused.
      Probe beyond = rig.probe();
      rig.queue.submit(beyond.at(rig.device.sizeBytes(), 4096));
      same(NOT_YET, beyond.result, "result right after submit");
      same(71, rig.queue.inFlightCount(), "reads in flight");
      return null;
    });
    rig.awaitIdle();
    for (Probe probe : probes) {
      same(4096, probe.result, "bytes read");
      same(1, probe.completedCount, "completions");
    }
  }

  private void shortAtTheEnd(Rig rig) throws Exception {
    int block = rig.device.blockSizeBytes();
    Probe probe = rig.read(rig.device.sizeBytes() - block, 4 * block);
    same(block, probe.result, "bytes read");
    rig.verify(probe, rig.device.sizeBytes() - block, block);
  }

  private void nothingBeyondTheEnd(Rig rig) throws Exception {
    same(0, rig.read(rig.device.sizeBytes(), 4096).result, "bytes read at the end");
    same(0, rig.read(rig.device.sizeBytes() + 4096, 4096).result, "bytes read beyond the end");
  }

  private void fileCutOff(Rig rig) throws Exception {
    try (FileChannel other = FileChannel.open(rig.path, StandardOpenOption.WRITE)) {
      other.truncate(4096 + 100);
    }
    Probe probe = rig.read(0, 8192);
    same(4196, probe.result, "bytes read");
    rig.verify(probe, 0, 4196);
    same(0, rig.read(16384, 4096).result, "bytes read beyond what is left");
  }

  private void refused(Rig rig) throws Exception {
    negative(rig.read(-4096, 4096).result);
    if (rig.device.isDirect()) {
      negative(rig.read(1, 4096).result);
    }
    same(4096, rig.read(0, 4096).result, "bytes read afterwards");
  }

  private void closedDevice(Rig rig) throws Exception {
    rig.device.close();
    negative(rig.read(0, 4096).result);
  }

  private void bufferTooSmall(Rig rig) throws Exception {
    negative(rig.read(0, 2 * READ_BYTES_MAX).result);
  }

  private void closedInFlight(Rig rig) throws Exception {
    List<Probe> probes = rig.probes(600);
    rig.onOwner(() -> {
      probes.forEach(probe -> rig.queue.submit(probe.at(0, READ_BYTES_MAX)));
      rig.queue.close();
      return null;
    });
    rig.awaitIdle();
    for (Probe probe : probes) {
      negative(probe.result);
      same(1, probe.completedCount, "completions");
    }
  }

  private void closedFromCompletion(Rig rig) throws Exception {
    List<Probe> probes = rig.probes(100);
    probes.get(10).then = rig.queue::close;
    rig.onOwner(() -> {
      probes.forEach(probe -> rig.queue.submit(probe.at(0, 4096)));
      return null;
    });
    rig.awaitIdle();
    for (Probe probe : probes) {
      same(1, probe.completedCount, "completions");
    }
  }

  private void submittedAfterClose(Rig rig) throws Exception {
    rig.onOwner(() -> {
      rig.queue.close();
      return null;
    });
    Probe probe = rig.read(0, 4096);
    negative(probe.result);
    same(1, probe.completedCount, "completions");
  }

  private void throwingCompletion(Rig rig) throws Exception {
    List<Probe> probes = rig.probes(20);
    probes.get(3).then =
        () -> {
          throw new IllegalStateException("thrown on purpose by a completion");
        };
    rig.onOwner(() -> {
      probes.forEach(probe -> rig.queue.submit(probe.at(0, 4096)));
      return null;
    });
    rig.awaitIdle();
    for (Probe probe : probes) {
      same(4096, probe.result, "bytes read");
    }
  }

  /** The byte every file of the contract has at an offset. */
  private static byte byteAt(long offsetBytes) {
    long mixed = (offsetBytes + 1) * 0x9E3779B97F4A7C15L;
    return (byte) (mixed >>> 56);
  }

  private static void same(long expected, long actual, String what) {
    if (expected != actual) {
      throw new AssertionError(what + ": expected " + expected + ", was " + actual);
    }
  }

  private static void negative(int result) {
    if (result >= 0) {
      throw new AssertionError("expected an error, but " + result + " bytes were read");
    }
  }

  /** A device full of known bytes, and a queue. */
  private final class Rig {
    final Arena arena = Arena.ofShared();
    final Path path = folder.resolve("contract-" + fileCount.incrementAndGet());
    final Device device;
    final ReadQueue queue;
    final Thread owner;

    Rig() throws Exception {
      device = subject.open(new DeviceSpec(path, FILE_BYTES));
      AlignedBuffer content = AlignedBuffer.allocate(arena, FILE_BYTES);
      for (int i = 0; i < FILE_BYTES; i++) {
        content.bytes().put(i, byteAt(i));
      }
      device.write(content.bytes(), 0);
      owner = onOwner(Thread::currentThread);
      queue = onOwner(subject::newQueue);
    }

    Probe probe() {
      return new Probe(this);
    }

    List<Probe> probes(int count) {
      List<Probe> probes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        probes.add(probe());
      }
      return probes;
    }

    Probe read(long offsetBytes, int lengthBytes) throws Exception {
      Probe probe = probe();
      onOwner(() -> {
        queue.submit(probe.at(offsetBytes, lengthBytes));
        return null;
      });
      awaitIdle();
      return probe;
    }

    void verify(Probe probe, long offsetBytes, int lengthBytes) {
      ByteBuffer bytes = probe.buffer().slice(0, lengthBytes);
      for (int i = 0; i < lengthBytes; i++) {
        if (bytes.get(i) != byteAt(offsetBytes + i)) {
          throw new AssertionError("wrong byte at " + (offsetBytes + i));
        }
      }
    }

    <T> T onOwner(Callable<T> task) throws Exception {
      CompletableFuture<T> answer = new CompletableFuture<>();
      subject
          .owner()
          .execute(() -> {
            try {
              answer.complete(task.call());
            } catch (Throwable e) {
              answer.completeExceptionally(e);
            }
          });
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    void awaitIdle() throws Exception {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (onOwner(queue::inFlightCount) > 0) {
        if (System.nanoTime() > end) {
          throw new AssertionError(onOwner(queue::inFlightCount) + " reads never completed");
        }
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }

    void end() throws Exception {
      onOwner(() -> {
        queue.close();
        return null;
      });
      awaitIdle();
      device.close();
      arena.close();
    }

    /** Ends what can be ended after a failure, which stays the one that is reported. */
    void abandon(Throwable failure) {
      try {
        end();
      } catch (Exception | Error e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** A read that remembers what became of it. */
  private static final class Probe extends DeviceRead {
    private final Rig rig;
    private final AlignedBuffer memory;
    private int result = NOT_YET;
    private int completedCount;
    private @Nullable Runnable then;

    Probe(Rig rig) {
      this.rig = rig;
      this.memory = AlignedBuffer.allocate(rig.arena, READ_BYTES_MAX);
    }

    DeviceRead at(long offsetBytes, int lengthBytes) {
      prepare(rig.device, offsetBytes, lengthBytes, memory);
      return this;
    }

    @Override
    public void completed(int bytesRead) {
      result = Thread.currentThread() == rig.owner ? bytesRead : NOT_YET + 1;
      completedCount++;
      if (then != null) {
        then.run();
      }
    }
  }

  /** Keeps a number of random reads in flight until enough have been verified. */
  private static final class Reader {
    private final Rig rig;
    private final Random random;
    private final int readCount;
    private final int depth;
    private final CompletableFuture<@Nullable Void> finished = new CompletableFuture<>();
    private int submittedCount;
    private int verifiedCount;

    Reader(Rig rig, Random random, int readCount, int depth) {
      this.rig = rig;
      this.random = random;
      this.readCount = readCount;
      this.depth = depth;
    }

    void run() throws Exception {
      List<RandomRead> reads = new ArrayList<>();
      for (int i = 0; i < depth; i++) {
        reads.add(new RandomRead(AlignedBuffer.allocate(rig.arena, READ_BYTES_MAX)));
      }
      rig.onOwner(() -> {
        reads.forEach(RandomRead::next);
        return null;
      });
      finished.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      same(readCount, rig.onOwner(() -> verifiedCount), "reads verified");
    }

    private final class RandomRead extends DeviceRead {
      private final AlignedBuffer memory;

      RandomRead(AlignedBuffer memory) {
        this.memory = memory;
      }

      void next() {
        int block = rig.device.blockSizeBytes();
        int length = block * (1 + random.nextInt(READ_BYTES_MAX / block));
        long offset = (long) block * random.nextInt((FILE_BYTES - length) / block + 1);
        prepare(rig.device, offset, length, memory);
        submittedCount++;
        rig.queue.submit(this);
      }

      @Override
      public void completed(int bytesRead) {
        try {
          verify(bytesRead);
          if (submittedCount < readCount) {
            next();
          } else if (verifiedCount == readCount) {
            finished.complete(null);
          }
        } catch (AssertionError e) {
          finished.completeExceptionally(e);
        }
      }

      private void verify(int bytesRead) {
        if (!Objects.equals(Thread.currentThread(), rig.owner)) {
          throw new AssertionError("completed on " + Thread.currentThread());
        }
        same(lengthBytes(), bytesRead, "bytes read at " + offsetBytes());
        ByteBuffer bytes = memory.slice(0, bytesRead);
        for (int i = 0; i < bytesRead; i++) {
          if (bytes.get(i) != byteAt(offsetBytes() + i)) {
            throw new AssertionError("wrong byte at " + (offsetBytes() + i));
          }
        }
        verifiedCount++;
      }
    }
  }
}
