package io.larder.tests.simulation.device;

import io.larder.platform.device.Device;
import io.larder.testkit.MemoryDevice;
import io.larder.tests.simulation.model.FaultKind;
import io.larder.tests.simulation.model.SimulationFailure;
import io.larder.tests.simulation.model.Tally;
import io.larder.tests.simulation.model.Trace;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A device that goes wrong by a seed and knows which of its blocks do not hold what they were told
 * to.
 *
 * <p>The blocking calls may stall: then everything else in the world goes on, inside the call, as
 * other threads would while this one waits for the device.
 *
 * <p><b>Threads.</b> One.
 */
public final class SimulatedDevice implements Device {
  /*
   * The book of spoilt blocks is what makes damage provable in both directions: bytes that are
   * wrong where nothing was spoilt are a failure of the engine, not of the device.
   */

  private static final int ONE_AILMENT_IN = 8;

  /** More than the refusals in a row that take a device out of service, though not always. */
  private static final int CALLS_OF_AN_AILMENT_MAX = 12;

  private final MemoryDevice memory;
  private final Fate fate;
  private final int pageBytes;
  private final FaultRates rates;
  private final RandomGenerator random;
  private final Tally tally;
  private final Trace trace;
  private final BitSet spoilt = new BitSet();
  private Runnable meanwhile = () -> {};
  private boolean killsInReads;
  private boolean changingBytes;
  private boolean mended;
  private int deadCallsLeft;
  private int fullCallsLeft;
  private long fullFromBytes;
  private boolean lastReadWasSound = true;
  private long writtenBytes;
  private long writeCount;
  private long refusedWriteCount;

  /**
   * A device in memory, block-aligned as a direct one.
   *
   * @param pageBytes how far apart the ends of pages are
   * @param random draws when faults strike and what they do
   */
  public SimulatedDevice(
      String name,
      long sizeBytes,
      int blockSizeBytes,
      int pageBytes,
      FaultRates rates,
      RandomGenerator random,
      Tally tally,
      Trace trace) {
    this(
        new MemoryDevice(name, sizeBytes, blockSizeBytes, true),
        pageBytes,
        rates,
        random,
        tally,
        trace,
        new Fate());
  }

  /**
   * As above, over what an earlier process has left.
   *
   * @param fate of the process that uses it
   */
  public SimulatedDevice(
      MemoryDevice memory,
      int pageBytes,
      FaultRates rates,
      RandomGenerator random,
      Tally tally,
      Trace trace,
      Fate fate) {
    this.memory = memory;
    this.fate = fate;
    this.pageBytes = pageBytes;
    this.rates = rates;
    this.random = random;
    this.tally = tally;
    this.trace = trace;
  }

  /** From here on bytes may change while they are being written; what arrives is not judged. */
  public void takesChangingBytes() {
    changingBytes = true;
  }

  /** From here on the process may be killed where it reads. */
  public void killsInReads() {
    killsInReads = true;
  }

  /** Says what goes on while a call stalls. */
  public void whileStalled(Runnable others) {
    meanwhile = others;
  }

  @Override
  public String name() {
    return memory.name();
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  @Override
  public int blockSizeBytes() {
    return memory.blockSizeBytes();
  }

  @Override
  public boolean isDirect() {
    return true;
  }

  // ------------------------------------------------------------------ faults

  /** From here on nothing goes wrong any more; what is spoilt stays so. */
  public void mend() {
    mended = true;
    deadCallsLeft = 0;
    fullCallsLeft = 0;
  }

  /** Begins a bad time, now and then: for some calls it is dead, or full behind some offset. */
  public void ail(FaultKind kind) {
    if (mended || !rates.has(kind) || random.nextInt(ONE_AILMENT_IN) != 0) {
      return;
    }
    int calls = 1 + random.nextInt(CALLS_OF_AN_AILMENT_MAX);
    if (kind == FaultKind.DEVICE_DEAD) {
      deadCallsLeft = calls;
    } else {
      fullCallsLeft = calls;
      fullFromBytes = random.nextLong(sizeBytes());
    }
    trace.note("ailing", kind.ordinal(), calls, 0);
  }

  /** Turns a bit somewhere, now and then. */
  public void age() {
    if (strikes(FaultKind.BIT_FLIP)) {
      long at = random.nextLong(sizeBytes());
      if (random.nextBoolean()) {
        // As often where pages end: a trailer is small, and what it says decides about a page.
        at = Math.min(at - at % pageBytes + pageBytes, sizeBytes()) - 1 - random.nextInt(64);
      }
      memory.flipBit(at, random.nextInt(8));
      spoil(at, 1);
      struck(FaultKind.BIT_FLIP, at, 1);
    }
  }

  /** Whether any block of these bytes may hold something else than what was written to it. */
  public boolean isSpoilt(long offsetBytes, int lengthBytes) {
    int found = spoilt.nextSetBit(block(offsetBytes));
    return found >= 0 && found <= block(offsetBytes + lengthBytes - 1);
  }

  /** Whether the last blocking read gave everything, and nothing of it was spoilt. */
  public boolean lastReadWasSound() {
    return lastReadWasSound;
  }

  /** Bytes of all writes that were not refused. */
  public long writtenBytes() {
    return writtenBytes;
  }

  /** Writes that were not refused. */
  public long writeCount() {
    return writeCount;
  }

  public long refusedWriteCount() {
    return refusedWriteCount;
  }

  /** What is stored, past all faults and without a note in the book of what is spoilt. */
  public MemoryDevice memory() {
    return memory;
  }

  // ------------------------------------------------------------------- calls

  @Override
  public void write(ByteBuffer source, long offsetBytes) throws IOException {
    byte[] bytes = bytesOf(source);
    stall();
    fate.place("before a write");
    if (fate.hasStruck()) {
      return;
    }
    String here = "in the middle of a write";
    if (fate.comes(here)) {
      landSome(bytes, offsetBytes);
      fate.strike(here);
    }
    if (!changingBytes && !Arrays.equals(bytes, bytesOf(source))) {
      throw new SimulationFailure(
          "bytes changed while %s was writing them to %d".formatted(name(), offsetBytes));
    }
    FaultKind refusal = refusalOfWrite(offsetBytes, bytes.length);
    if (refusal != null) {
      refusedWriteCount++;
      spoil(offsetBytes, bytes.length);
      if (refusal == FaultKind.TORN_WRITE) {
        landSome(bytes, offsetBytes);
      }
      struck(refusal, offsetBytes, bytes.length);
      throw new IOException(name() + ": write refused by the seed");
    }
    if (strikes(FaultKind.MISDIRECTED_WRITE)) {
      landElsewhere(bytes, offsetBytes);
    } else if (strikes(FaultKind.SILENTLY_TORN_WRITE)) {
      spoil(offsetBytes, bytes.length);
      landSome(bytes, offsetBytes);
      struck(FaultKind.SILENTLY_TORN_WRITE, offsetBytes, bytes.length);
    } else {
      memory.write(source, offsetBytes);
      memory.clearOperations();
      spoilt.clear(block(offsetBytes), block(offsetBytes + bytes.length - 1) + 1);
      trace.note("device wrote", offsetBytes, bytes.length, 0);
    }
    writeCount++;
    writtenBytes += bytes.length;
    fate.place("after a write");
    stall();
  }

  private @Nullable FaultKind refusalOfWrite(long offsetBytes, int lengthBytes) {
    if (isDead()) {
      return FaultKind.DEVICE_DEAD;
    }
    if (fullCallsLeft > 0) {
      fullCallsLeft--;
    }
    if (fullCallsLeft > 0 && offsetBytes + lengthBytes > fullFromBytes) {
      return FaultKind.DEVICE_FULL;
    }
    if (strikes(FaultKind.WRITE_ERROR)) {
      return FaultKind.WRITE_ERROR;
    }
    return strikes(FaultKind.TORN_WRITE) ? FaultKind.TORN_WRITE : null;
  }

  @Override
  public void read(ByteBuffer target, long offsetBytes) throws IOException {
    stall();
    if (killsInReads) {
      fate.place("before a read");
    }
    lastReadWasSound = false;
    int lengthBytes = target.remaining();
    load(target, offsetBytes);
    lastReadWasSound = !isSpoilt(offsetBytes, lengthBytes);
  }

  /** Reads without stalling; whoever calls has waited already. */
  void load(ByteBuffer target, long offsetBytes) throws IOException {
    int lengthBytes = target.remaining();
    if (isDead()) {
      struck(FaultKind.DEVICE_DEAD, offsetBytes, lengthBytes);
      throw new IOException(name() + ": dead by the seed");
    }
    if (strikes(FaultKind.READ_ERROR)) {
      struck(FaultKind.READ_ERROR, offsetBytes, lengthBytes);
      throw new IOException(name() + ": read refused by the seed");
    }
    boolean cut = strikes(FaultKind.SHORT_READ);
    if (cut) {
      memory.shortenNextRead(random.nextInt(lengthBytes));
      struck(FaultKind.SHORT_READ, offsetBytes, lengthBytes);
    }
    try {
      memory.read(target, offsetBytes);
    } catch (EOFException e) {
      if (!cut) {
        throw new SimulationFailure(
            "read of %d bytes at %d of %s, which has %d"
                .formatted(lengthBytes, offsetBytes, name(), sizeBytes()));
      }
      throw e;
    } finally {
      memory.clearOperations();
    }
  }

  @Override
  public void close() {
    memory.close();
  }

  // ----------------------------------------------------------------- details

  private boolean isDead() {
    if (deadCallsLeft == 0) {
      return false;
    }
    deadCallsLeft--;
    return true;
  }

  private void stall() {
    if (strikes(FaultKind.STALL)) {
      struck(FaultKind.STALL, 0, 0);
      meanwhile.run();
    }
  }

  /** Any of the blocks, first, last or in the middle; never all of them. */
  private void landSome(byte[] bytes, long offsetBytes) {
    int blockBytes = blockSizeBytes();
    int missing = random.nextInt(bytes.length / blockBytes);
    boolean frontOnly = random.nextBoolean();
    for (int i = 0; i < bytes.length / blockBytes; i++) {
      boolean lands = frontOnly ? i < missing : i != missing && random.nextBoolean();
      if (lands) {
        int from = i * blockBytes;
        memory.putBytes(offsetBytes + from, Arrays.copyOfRange(bytes, from, from + blockBytes));
      }
    }
  }

  private void landElsewhere(byte[] bytes, long offsetBytes) {
    long blockCount = (sizeBytes() - bytes.length) / blockSizeBytes();
    long target = random.nextLong(blockCount + 1) * blockSizeBytes();
    spoil(offsetBytes, bytes.length);
    spoil(target, bytes.length);
    memory.putBytes(target, bytes);
    struck(FaultKind.MISDIRECTED_WRITE, offsetBytes, target);
  }

  private boolean strikes(FaultKind kind) {
    return !mended && rates.strikes(kind, random);
  }

  private void struck(FaultKind kind, long a, long b) {
    tally.fault(kind);
    trace.note(kind.name(), a, b, 0);
  }

  private void spoil(long offsetBytes, int lengthBytes) {
    spoilt.set(block(offsetBytes), block(offsetBytes + lengthBytes - 1) + 1);
  }

  private int block(long offsetBytes) {
    return (int) (offsetBytes / blockSizeBytes());
  }

  private static byte[] bytesOf(ByteBuffer source) {
    byte[] bytes = new byte[source.remaining()];
    source.get(source.position(), bytes);
    return bytes;
  }
}
