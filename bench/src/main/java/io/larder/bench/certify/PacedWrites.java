package io.larder.bench.certify;

import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;

/**
 * Write buffers put on the ground one after another, round and round, at a rate or as fast as the
 * device takes them: as the engine fills its pages, one at a time and by a thread of its own.
 *
 * <p><b>Life.</b> {@link #start}, then {@link #end}.
 *
 * <p><b>Threads.</b> Started and ended by one; writes on its own.
 */
final class PacedWrites {
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final long PATIENCE_SECONDS = 120;
  private static final double SAMPLE_SECONDS = 0.5;
  private static final long LOOK_NANOS = 50_000_000;

  /**
   * What was measured.
   *
   * @param bufferBytes of each write
   * @param bytesPerSecond that the device took
   * @param nanos how long each write took
   * @param course seconds, and megabytes a second up to then
   */
  record Writes(int bufferBytes, double bytesPerSecond, Histogram nanos, List<double[]> course) {}

  private final Ground ground;
  private final int bufferBytes;
  private final double gapNanos;
  private final long firstPlace;
  private final long countMax;
  private final CompletableFuture<Writes> ended = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean isStopped;
  private volatile long writtenBytes;

  /**
   * Writes that have not begun.
   *
   * @param bytesPerSecond how fast; 0 is as fast as the device takes them
   * @param firstPlace the number of the first buffer, counted from the front of the ground
   * @param countMax buffers after which they end by themselves
   */
  private PacedWrites(
      Ground ground, int bufferBytes, double bytesPerSecond, long firstPlace, long countMax) {
    this.ground = ground;
    this.bufferBytes = bufferBytes;
    this.gapNanos =
        bytesPerSecond > 0 ? bufferBytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond : 0;
    this.firstPlace = firstPlace;
    this.countMax = countMax;
    this.thread = Thread.ofPlatform().daemon().name("larder-certify-writes").unstarted(this::run);
  }

  static PacedWrites start(
      Ground ground, int bufferBytes, double bytesPerSecond, long firstPlace, long countMax) {
    PacedWrites writes = new PacedWrites(ground, bufferBytes, bytesPerSecond, firstPlace, countMax);
    writes.thread.start();
    return writes;
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      AlignedBuffer buffer = AlignedBuffer.allocate(arena, bufferBytes);
      Stamp.noise(buffer, firstPlace);
      ended.complete(write(buffer));
    } catch (IOException | RuntimeException e) {
      ended.completeExceptionally(e);
    }
  }

  private Writes write(AlignedBuffer buffer) throws IOException {
    Histogram nanos = new Histogram(SIGNIFICANT_DIGITS);
    List<double[]> course = new ArrayList<>();
    long places = ground.sizeBytes() / bufferBytes;
    long start = System.nanoTime();
    double due = start;
    long sampled = start;
    long count = 0;
    long countSampled = 0;
    while (!isStopped && count < countMax) {
      waitUntil((long) due);
      long offset = ground.firstByte() + (firstPlace + count) % places * bufferBytes;
      Stamp.put(buffer, offset);
      long before = System.nanoTime();
      ground.device().write(buffer.slice(0, bufferBytes), offset);
      long now = System.nanoTime();
      nanos.recordValue(now - before);
      count++;
      writtenBytes = count * bufferBytes;
      // What was missed while the device was slow is not made up for in a rush.
      due = Math.max(due + gapNanos, now - gapNanos);
      if ((now - sampled) / 1e9 >= SAMPLE_SECONDS) {
        course.add(
            new double[] {
              (now - start) / 1e9,
              (count - countSampled) * bufferBytes / ((now - sampled) / 1e9) / 1e6
            });
        sampled = now;
        countSampled = count;
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Writes(bufferBytes, count * bufferBytes / seconds, nanos, course);
  }

  private void waitUntil(long dueNanos) {
    long wait = dueNanos - System.nanoTime();
    while (wait > 0 && !isStopped) {
      LockSupport.parkNanos(wait);
      wait = dueNanos - System.nanoTime();
    }
  }

  /** Waits for the end that they come to by themselves. */
  Writes awaitEnd(LongConsumer watcher) throws IOException {
    long last = 0;
    long lastNanos = System.nanoTime();
    while (!ended.isDone()) {
      long now = System.nanoTime();
      long written = writtenBytes;
      watcher.accept(written);
      if (written != last) {
        last = written;
        lastNanos = now;
      } else if ((now - lastNanos) / 1e9 > PATIENCE_SECONDS) {
        break;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return end();
  }

  /** Lets no further write begin; what was measured. */
  Writes end() throws IOException {
    isStopped = true;
    LockSupport.unpark(thread);
    return Waited.forResult(ended, PATIENCE_SECONDS, "the device has not taken a write");
  }
}
