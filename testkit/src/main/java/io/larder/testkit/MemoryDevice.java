package io.larder.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.platform.device.Device;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A device in memory, with switches for everything a device can do wrong.
 *
 * <p>Bytes never written are zero and take no memory, so a test may ask for any size. What was
 * written outlives {@link #close}: {@link #reopen} gives the same bytes to a new device, with all
 * switches off, as a restart would.
 *
 * <p>It insists on the rules a direct device has: block-aligned offsets, lengths and memory. A call
 * that breaks them is a mistake of the caller and fails as one.
 *
 * <p><b>Threads.</b> Any; one call at a time has the device, except that a held write lets others
 * pass.
 */
public final class MemoryDevice implements Device {
  /** One call that reached the device. */
  public record Operation(Kind kind, long offsetBytes, int lengthBytes, boolean succeeded) {}

  /** What a call wanted. */
  public enum Kind {
    /** {@link Device#read}. */
    READ,
    /** {@link Device#write}. */
    WRITE
  }

  private static final int CHUNK_BYTES = 1 << 16;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long HOLD_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

  private final String name;
  private final long sizeBytes;
  private final int blockSizeBytes;
  private final boolean direct;

  @GuardedBy("this")
  private final Map<Long, byte[]> chunks;

  @GuardedBy("this")
  private final List<Operation> log = new ArrayList<>();

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private boolean full;

  @GuardedBy("this")
  private boolean writesHeld;

  @GuardedBy("this")
  private int heldWriteCount;

  @GuardedBy("this")
  private boolean allWritesFail;

  @GuardedBy("this")
  private boolean allReadsFail;

  /** How many writes from now the one is that fails: 1 is the next. */
  @GuardedBy("this")
  private long writesUntilFailure = NEVER;

  @GuardedBy("this")
  private long readsUntilFailure = NEVER;

  /** How much of the failing write arrives all the same. */
  @GuardedBy("this")
  private int tornBytes;

  @GuardedBy("this")
  private long readsUntilShort = NEVER;

  @GuardedBy("this")
  private int shortBytes;

  /** A direct device called {@code memory} with blocks of 512 bytes. */
  public MemoryDevice(long sizeBytes) {
    this("memory", sizeBytes, 512, true);
  }

  /** A device with everything chosen. */
  public MemoryDevice(String name, long sizeBytes, int blockSizeBytes, boolean direct) {
    this(name, sizeBytes, blockSizeBytes, direct, new HashMap<>());
  }

  private MemoryDevice(
      String name, long sizeBytes, int blockSizeBytes, boolean direct, Map<Long, byte[]> chunks) {
    if (sizeBytes <= 0 || Integer.bitCount(blockSizeBytes) != 1) {
      throw new IllegalArgumentException(
          "%s: %d bytes in blocks of %d".formatted(name, sizeBytes, blockSizeBytes));
    }
    this.name = name;
    this.sizeBytes = sizeBytes - sizeBytes % blockSizeBytes;
    this.blockSizeBytes = blockSizeBytes;
    this.direct = direct;
    this.chunks = chunks;
  }

  /** Closes this device and gives its bytes to a new one. */
  public MemoryDevice reopen() {
    close();
    return snapshot();
  }

  /** A device with a copy of the bytes as they are now; this one stays as it is. */
  public synchronized MemoryDevice snapshot() {
    Map<Long, byte[]> copy = new HashMap<>();
    chunks.forEach((index, bytes) -> copy.put(index, bytes.clone()));
    return new MemoryDevice(name, sizeBytes, blockSizeBytes, direct, copy);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int blockSizeBytes() {
    return blockSizeBytes;
  }

  @Override
  public boolean isDirect() {
    return direct;
  }

  // ---------------------------------------------------------------- switches

  /** The next write fails, and nothing of it arrives. */
  public void failNextWrite() {
    failWrite(1);
  }

  /** The {@code n}-th write from now fails, and nothing of it arrives; 1 is the next. */
  public void failWrite(long n) {
    tearWrite(n, 0);
  }

  /** The {@code n}-th write from now fails when its first {@code bytes} bytes have arrived. */
  public synchronized void tearWrite(long n, int bytes) {
    writesUntilFailure = requirePositive(n);
    tornBytes = bytes;
  }

  /** The next read fails. */
  public void failNextRead() {
    failRead(1);
  }

  /** The {@code n}-th read from now fails; 1 is the next. */
  public synchronized void failRead(long n) {
    readsUntilFailure = requirePositive(n);
  }

  /** Every write fails, or none does any longer. */
  public synchronized void failAllWrites(boolean fail) {
    allWritesFail = fail;
  }

  /** Every read fails, or none does any longer. */
  public synchronized void failAllReads(boolean fail) {
    allReadsFail = fail;
  }

  /** Every write fails for want of space, or none does any longer. */
  public synchronized void full(boolean isFull) {
    full = isFull;
  }

  /** The next read delivers {@code bytes} bytes and then meets the end of the device. */
  public synchronized void shortenNextRead(int bytes) {
    readsUntilShort = 1;
    shortBytes = bytes;
  }

  /** Every write waits until {@link #releaseWrites}; the caller's thread is the one that waits. */
  public synchronized void holdWrites() {
    writesHeld = true;
  }

  /** Lets the waiting writes go on, and all later ones. */
  public synchronized void releaseWrites() {
    writesHeld = false;
    notifyAll();
  }

  /** Writes that wait to be released. */
  public synchronized int heldWriteCount() {
    return heldWriteCount;
  }

  /** Turns one bit of what is stored. */
  public synchronized void flipBit(long offsetBytes, int bit) {
    chunk(offsetBytes)[inChunk(offsetBytes)] ^= (byte) (1 << bit);
  }

  // ------------------------------------------------------------ what happened

  /** Everything that was asked of the device, in order, failures included. */
  public synchronized List<Operation> operations() {
    return List.copyOf(log);
  }

  /** Operations of one kind. */
  public synchronized List<Operation> operations(Kind kind) {
    return log.stream().filter(operation -> operation.kind == kind).toList();
  }

  /** Forgets the operations so far. */
  public synchronized void clearOperations() {
    log.clear();
  }

  /** Copy of stored bytes, past all switches and without a note in the log. */
  public synchronized byte[] bytes(long offsetBytes, int lengthBytes) {
    ByteBuffer copy = ByteBuffer.allocate(lengthBytes);
    load(copy, offsetBytes);
    return copy.array();
  }

  /** Puts bytes in place, past all switches, alignment rules and without a note in the log. */
  public synchronized void putBytes(long offsetBytes, byte[] bytes) {
    requireInside("put", offsetBytes, bytes.length);
    store(ByteBuffer.wrap(bytes), offsetBytes);
  }

  // ------------------------------------------------------------------- device

  @Override
  public synchronized void write(ByteBuffer source, long offsetBytes) throws IOException {
    int lengthBytes = source.remaining();
    requireInside("write", offsetBytes, lengthBytes);
    requireAligned("write", source, offsetBytes);
    waitWhileHeld();
    boolean succeeded = false;
    try {
      requireOpen();
      refuseWrite(source, offsetBytes);
      store(source, offsetBytes);
      succeeded = true;
    } finally {
      log.add(new Operation(Kind.WRITE, offsetBytes, lengthBytes, succeeded));
    }
  }

  /** Fills {@code target}; at the end of the device its position says how much there was. */
  @Override
  public synchronized void read(ByteBuffer target, long offsetBytes) throws IOException {
    if (offsetBytes < 0) {
      throw new IllegalArgumentException("read of " + name + " at " + offsetBytes);
    }
    int lengthBytes = target.remaining();
    requireAligned("read", target, offsetBytes);
    boolean succeeded = false;
    try {
      requireOpen();
      refuseRead();
      loadUpTo(readableBytes(offsetBytes, lengthBytes), target, offsetBytes);
      succeeded = true;
    } finally {
      log.add(new Operation(Kind.READ, offsetBytes, lengthBytes, succeeded));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    releaseWrites();
  }

  @GuardedBy("this")
  private void refuseWrite(ByteBuffer source, long offsetBytes) throws IOException {
    if (full) {
      throw new IOException(name + ": No space left on device");
    }
    writesUntilFailure = countDown(writesUntilFailure);
    if (writesUntilFailure == 0) {
      writesUntilFailure = NEVER;
      source.limit(source.position() + Math.min(tornBytes, source.remaining()));
      store(source, offsetBytes);
      throw new IOException(name + ": write failed on demand");
    }
    if (allWritesFail) {
      throw new IOException(name + ": write failed on demand");
    }
  }

  @GuardedBy("this")
  private void refuseRead() throws IOException {
    readsUntilFailure = countDown(readsUntilFailure);
    if (readsUntilFailure == 0) {
      readsUntilFailure = NEVER;
      throw new IOException(name + ": read failed on demand");
    }
    if (allReadsFail) {
      throw new IOException(name + ": read failed on demand");
    }
  }

  @GuardedBy("this")
  private int readableBytes(long offsetBytes, int lengthBytes) {
    int there = (int) Math.clamp(sizeBytes - offsetBytes, 0, (long) lengthBytes);
    readsUntilShort = countDown(readsUntilShort);
    if (readsUntilShort == 0) {
      readsUntilShort = NEVER;
      return Math.min(there, shortBytes);
    }
    return there;
  }

  @GuardedBy("this")
  private void loadUpTo(int readableBytes, ByteBuffer target, long offsetBytes)
      throws EOFException {
    int limit = target.limit();
    target.limit(target.position() + readableBytes);
    load(target, offsetBytes);
    target.limit(limit);
    if (target.hasRemaining()) {
      throw new EOFException(name + " ends at " + (offsetBytes + readableBytes));
    }
  }

  @GuardedBy("this")
  private void load(ByteBuffer target, long offsetBytes) {
    long position = offsetBytes;
    while (target.hasRemaining()) {
      int count = Math.min(target.remaining(), CHUNK_BYTES - inChunk(position));
      byte[] chunk = chunks.get(position / CHUNK_BYTES);
      target.put(chunk == null ? new byte[CHUNK_BYTES] : chunk, inChunk(position), count);
      position += count;
    }
  }

  @GuardedBy("this")
  private void store(ByteBuffer source, long offsetBytes) {
    long position = offsetBytes;
    while (source.hasRemaining()) {
      int count = Math.min(source.remaining(), CHUNK_BYTES - inChunk(position));
      source.get(chunk(position), inChunk(position), count);
      position += count;
    }
  }

  @GuardedBy("this")
  private byte[] chunk(long offsetBytes) {
    return chunks.computeIfAbsent(offsetBytes / CHUNK_BYTES, _ -> new byte[CHUNK_BYTES]);
  }

  private static int inChunk(long offsetBytes) {
    return (int) (offsetBytes % CHUNK_BYTES);
  }

  @GuardedBy("this")
  private void waitWhileHeld() throws IOException {
    long start = System.nanoTime();
    heldWriteCount++;
    try {
      while (writesHeld) {
        if (System.nanoTime() - start > HOLD_NANOS_MAX) {
          throw new IllegalStateException(name + ": nobody released the writes");
        }
        wait(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(name + ": interrupted while writes were held", e);
    } finally {
      heldWriteCount--;
    }
  }

  @GuardedBy("this")
  private void requireOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private void requireInside(String what, long offsetBytes, int lengthBytes) {
    if (offsetBytes < 0 || offsetBytes > sizeBytes - lengthBytes) {
      throw new IllegalArgumentException(
          "%s of %d bytes at %d, but %s has %d"
              .formatted(what, lengthBytes, offsetBytes, name, sizeBytes));
    }
  }

  private void requireAligned(String what, ByteBuffer buffer, long offsetBytes) {
    if (!direct) {
      return;
    }
    boolean memoryAligned =
        buffer.isDirect() && buffer.alignmentOffset(buffer.position(), blockSizeBytes) == 0;
    if (!memoryAligned
        || offsetBytes % blockSizeBytes != 0
        || buffer.remaining() % blockSizeBytes != 0) {
      throw new IllegalArgumentException(
          "%s of %d bytes at %d of direct %s is not aligned to %d (memory %s)"
              .formatted(
                  what,
                  buffer.remaining(),
                  offsetBytes,
                  name,
                  blockSizeBytes,
                  memoryAligned ? "is" : "is not"));
    }
  }

  private static long requirePositive(long n) {
    if (n < 1) {
      throw new IllegalArgumentException("the next operation is number 1, not " + n);
    }
    return n;
  }

  private static long countDown(long n) {
    return n == NEVER ? NEVER : n - 1;
  }
}
