package io.larder.tests.simulation.device;

import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.time.Clock;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Ends reads one by one, in an order and at moments drawn from a seed.
 *
 * <p>The device is asked either when the read is submitted or when it ends, since a real one may do
 * so at any moment in between.
 *
 * <p><b>Threads.</b> One, which plays the owner.
 */
public final class SimulatedReadQueue implements ReadQueue {
  private static final int REFUSED = -1;
  private static final long STALL_NANOS_MAX = 2_000_000_000L;

  private final FaultRates rates;
  private final Clock clock;
  private final RandomGenerator random;
  private final Tally tally;
  private final Trace trace;
  private final List<Pending> pending = new ArrayList<>();
  private long submittedCount;
  private long readBytes;
  private boolean lastWasWhole;

  /** An empty queue. */
  public SimulatedReadQueue(
      FaultRates rates, Clock clock, RandomGenerator random, Tally tally, Trace trace) {
    this.rates = rates;
    this.clock = clock;
    this.random = random;
    this.tally = tally;
    this.trace = trace;
  }

  private static final class Pending {
    final DeviceRead read;
    final long heldUntilNanos;
    @Nullable Integer result;

    Pending(DeviceRead read, long heldUntilNanos) {
      this.read = read;
      this.heldUntilNanos = heldUntilNanos;
    }
  }

  @Override
  public void submit(DeviceRead read) {
    submittedCount++;
    long heldUntilNanos = 0;
    if (rates.strikes(FaultKind.STALL, random)) {
      heldUntilNanos = clock.nanos() + random.nextLong(STALL_NANOS_MAX);
      tally.fault(FaultKind.STALL);
    }
    Pending added = new Pending(read, heldUntilNanos);
    pending.add(added);
    if (random.nextInt(3) == 0) {
      added.result = load(read);
    }
  }

  /** Ends a read that is not held up, the oldest as a rule. Returns false when there is none. */
  public boolean completeOne() {
    List<Pending> ready =
        pending.stream().filter(one -> one.heldUntilNanos <= clock.nanos()).toList();
    if (ready.isEmpty()) {
      return false;
    }
    Pending chosen = ready.getFirst();
    if (rates.has(FaultKind.REORDERED_COMPLETION)) {
      chosen = ready.get(random.nextInt(ready.size()));
    }
    if (chosen != pending.getFirst()) {
      tally.fault(FaultKind.REORDERED_COMPLETION);
    }
    complete(chosen);
    return true;
  }

  /** Ends the oldest read, held up or not. Returns false when there is none. */
  public boolean completeOldest() {
    if (pending.isEmpty()) {
      return false;
    }
    complete(pending.getFirst());
    return true;
  }

  private void complete(Pending chosen) {
    pending.remove(chosen);
    Integer loaded = chosen.result;
    int result = loaded == null ? load(chosen.read) : loaded;
    lastWasWhole = result == chosen.read.lengthBytes();
    if (lastWasWhole) {
      readBytes += result;
    }
    trace.note("read ended", chosen.read.offsetBytes(), result, pending.size());
    chosen.read.completed(result);
  }

  /** Whether the read that ends now has been given everything it asked for. */
  public boolean lastWasWhole() {
    return lastWasWhole;
  }

  /** Bytes of all reads that were given everything. */
  public long readBytes() {
    return readBytes;
  }

  /** Reads ever submitted. */
  public long submittedCount() {
    return submittedCount;
  }

  @Override
  public int inFlightCount() {
    return pending.size();
  }

  @Override
  public void close() {
    while (completeOldest()) {
      // each may wake code that submits again
    }
  }

  private static int load(DeviceRead read) {
    ByteBuffer target = read.buffer().slice(0, read.lengthBytes());
    if (!(read.device() instanceof SimulatedDevice device)) {
      throw new IllegalArgumentException(read.device().name() + " is not simulated");
    }
    try {
      device.load(target, read.offsetBytes());
      return read.lengthBytes();
    } catch (EOFException e) {
      return target.position();
    } catch (IOException e) {
      return REFUSED;
    }
  }
}
