package io.larder.bench.certify;

import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Reads at random places of the ground, a fixed number of them under way, each checked.
 *
 * <p><b>Threads.</b> Confined to the owner of the read queue.
 */
final class DeviceReads {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Ground ground;
  private final ReadQueue queue;
  private final int lengthBytes;
  private final long places;
  private final SplittableRandom random;
  private final Histogram nanos = new Histogram(SIGNIFICANT_DIGITS);
  private final CompletableFuture<Reads> ended = new CompletableFuture<>();
  private final Arena arena = Arena.ofShared();
  private final long durationNanos;
  private final int depth;
  private long startNanos;
  private int activeCount;

  /**
   * What was measured.
   *
   * @param depth reads that were under way
   * @param lengthBytes of each
   * @param perSecond how many ended
   * @param nanos how long each took
   */
  record Reads(int depth, int lengthBytes, double perSecond, Histogram nanos) {
    double micros(double percentile) {
      return nanos.getValueAtPercentile(percentile) / 1e3;
    }
  }

  DeviceReads(
      Ground ground, ReadQueue queue, int lengthBytes, int depth, double seconds, long seed) {
    this.ground = ground;
    this.queue = queue;
    this.lengthBytes = lengthBytes;
    this.depth = depth;
    // At multiples of 4 KiB, whatever the length: so do records lie on pages.
    this.places = (ground.sizeBytes() - lengthBytes) / Stamp.BLOCK_BYTES + 1;
    this.random = new SplittableRandom(seed);
    this.durationNanos = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  CompletableFuture<Reads> ended() {
    return ended;
  }

  void start() {
    startNanos = System.nanoTime();
    activeCount = depth;
    for (int i = 0; i < depth; i++) {
      new OneRead(AlignedBuffer.allocate(arena, lengthBytes)).next();
    }
  }

  private void oneLess() {
    if (--activeCount > 0) {
      return;
    }
    arena.close();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    ended.complete(new Reads(depth, lengthBytes, nanos.getTotalCount() / seconds, nanos));
  }

  private final class OneRead extends DeviceRead {
    private final AlignedBuffer target;
    private long begunNanos;

    OneRead(AlignedBuffer target) {
      this.target = target;
    }

    void next() {
      long offset = ground.firstByte() + random.nextLong(places) * Stamp.BLOCK_BYTES;
      begunNanos = System.nanoTime();
      prepare(ground.device(), offset, lengthBytes, target);
      queue.submit(this);
    }

    @Override
    public void completed(int bytesRead) {
      long now = System.nanoTime();
      nanos.recordValue(now - begunNanos);
      if (bytesRead != lengthBytes) {
        fail(
            "answered a read of %d bytes at %d with %d"
                .formatted(lengthBytes, offsetBytes(), bytesRead));
      } else if (!Stamp.isAt(target, lengthBytes, offsetBytes())) {
        fail("returned other bytes at %d than were written there".formatted(offsetBytes()));
      }
      if (now - startNanos < durationNanos && !ended.isDone()) {
        next();
      } else {
        oneLess();
      }
    }

    private void fail(String what) {
      ended.completeExceptionally(
          new IOException(
              ground.device().name() + " " + what + "; do not use it, and look at its log"));
    }
  }
}
