package io.larder.engine.stats;

import java.util.concurrent.atomic.LongAdder;

/**
 * What one device was asked and how it answered.
 *
 * <p><b>Threads.</b> Any.
 */
public final class DeviceStats {
  private final LongAdder reads = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder readErrors = new LongAdder();
  private final LongAdder reclaimBytesRead = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();
  private final LongAdder writeErrors = new LongAdder();
  private final LatencyHistogram readLatency = new LatencyHistogram();
  private final LatencyHistogram writeLatency = new LatencyHistogram();

  /**
   * A read of a get has succeeded.
   *
   * @param tookNanos from its submission to its completion, waiting included
   */
  public void read(int bytes, long tookNanos) {
    reads.increment();
    bytesRead.add(bytes);
    readLatency.record(tookNanos);
  }

  /** Reclaim has read a directory or records. */
  public void reclaimRead(int bytes) {
    reclaimBytesRead.add(bytes);
  }

  /** A read of whomever was refused, or cut short. */
  public void readRefused() {
    readErrors.increment();
  }

  /** A write has succeeded. */
  public void wrote(int bytes, long tookNanos) {
    writes.increment();
    bytesWritten.add(bytes);
    writeLatency.record(tookNanos);
  }

  public void writeRefused() {
    writeErrors.increment();
  }

  /** Everything counted so far. */
  public DeviceCounts counts() {
    return new DeviceCounts(
        reads.sum(),
        bytesRead.sum(),
        readErrors.sum(),
        reclaimBytesRead.sum(),
        writes.sum(),
        bytesWritten.sum(),
        writeErrors.sum(),
        readLatency.snapshot(),
        writeLatency.snapshot());
  }

  /** Starts everything at 0 again. */
  public void reset() {
    reads.reset();
    bytesRead.reset();
    readErrors.reset();
    reclaimBytesRead.reset();
    writes.reset();
    bytesWritten.reset();
    writeErrors.reset();
    readLatency.reset();
    writeLatency.reset();
  }
}
