package io.larder.bench.engine;

import io.larder.bench.report.Measure;
import io.larder.engine.PageStore;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.page.Page;
import io.larder.engine.read.PageRead;
import io.larder.engine.read.ReadBuffers;
import io.larder.platform.device.ReadQueue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Whole records of a filled store at random, a fixed number of them at a time, each checked.
 *
 * <p><b>Threads.</b> Confined to the owner of the read queue.
 */
final class RandomReads {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final FilledStore filled;
  private final PageStore store;
  private final ReadQueue queue;
  private final ReadBuffers buffers;
  private final SplittableRandom random;
  private final Histogram latency = new Histogram(SIGNIFICANT_DIGITS);
  private final CompletableFuture<Measure> ended = new CompletableFuture<>();
  private final long durationNanos;
  private long cpuAtStart;
  private long startNanos;
  private int activeCount;

  RandomReads(FilledStore filled, ReadQueue queue, long seed, double seconds) {
    this.filled = filled;
    this.store = filled.store();
    this.queue = queue;
    this.buffers = store.newReadBuffers();
    this.random = new SplittableRandom(seed);
    this.durationNanos = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  /** What was measured, completed when the last read has ended. */
  CompletableFuture<Measure> ended() {
    return ended;
  }

  void start(int depth) {
    cpuAtStart = Cpu.processNanos();
    startNanos = System.nanoTime();
    activeCount = depth;
    for (int i = 0; i < depth; i++) {
      new RecordRead().next();
    }
  }

  private void end() {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double cpuSeconds = (Cpu.processNanos() - cpuAtStart) / 1e9;
    buffers.close();
    long count = latency.getTotalCount();
    ended.complete(
        new Measure(
            count,
            count * filled.recordBytes(),
            seconds,
            cpuSeconds,
            latency.getValueAtPercentile(50) / 1e3,
            latency.getValueAtPercentile(99) / 1e3,
            latency.getValueAtPercentile(99.9) / 1e3));
  }

  private final class RecordRead extends PageRead {
    private int number;
    private long begunNanos;

    RecordRead() {
      super(buffers, store.readListener());
    }

    void next() {
      begunNanos = System.nanoTime();
      number = random.nextInt(filled.recordCount());
      Page page = store.page(filled.pageOf(number));
      if (!page.lease()) {
        throw new IllegalStateException("record " + number + " has lost its page: " + page);
      }
      start(page, filled.offsetOf(number), filled.recordBytes(), store.geometry(), queue);
    }

    @Override
    protected void done(ReadOutcome outcome) {
      boolean isRight =
          outcome == ReadOutcome.READ
              && filled.record().isAt(data().memory(), dataOffset(), dataLength(), number);
      finish();
      long now = System.nanoTime();
      latency.recordValue(now - begunNanos);
      if (!isRight) {
        ended.completeExceptionally(
            new IllegalStateException("record " + number + " came back wrong: " + outcome));
      }
      if (now - startNanos < durationNanos && !ended.isDone()) {
        next();
      } else if (--activeCount == 0 && !ended.isDone()) {
        end();
      }
    }
  }
}
