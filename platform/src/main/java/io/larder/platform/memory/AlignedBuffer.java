package io.larder.platform.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of off-heap memory that a device may read into or write from directly.
 *
 * <p>The same bytes are seen as a memory segment (for copying and comparing) and as a byte buffer
 * (for channels). Whoever holds the buffer may use both; there is no lock in here.
 */
public final class AlignedBuffer {
  /** Alignment that satisfies every block size in use: one memory page. */
  public static final int ALIGNMENT_BYTES = 4096;

  private final MemorySegment memory;
  private final ByteBuffer bytes;
  private final @Nullable Arena own;

  private AlignedBuffer(MemorySegment memory, @Nullable Arena own) {
    this.memory = memory;
    this.own = own;
    this.bytes = memory.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Allocates {@code capacityBytes} zeroed bytes that live as long as {@code arena}. */
  public static AlignedBuffer allocate(Arena arena, int capacityBytes) {
    return new AlignedBuffer(arena.allocate(capacityBytes, ALIGNMENT_BYTES), null);
  }

  /** Allocates {@code capacityBytes} zeroed bytes that live until {@link #free}. */
  @SuppressWarnings("MustBeClosed") // the buffer is what has to be freed
  public static AlignedBuffer allocateOwn(int capacityBytes) {
    Arena arena = Arena.ofShared();
    return new AlignedBuffer(arena.allocate(capacityBytes, ALIGNMENT_BYTES), arena);
  }

  /** Gives the memory back at once, if it is the buffer's own. Nobody may touch it any more. */
  public void free() {
    if (own != null) {
      own.close();
    }
  }

  /** The bytes as a memory segment. */
  public MemorySegment memory() {
    return memory;
  }

  /** The bytes as a buffer with its own position and limit; the holder's to set. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** A fresh view of {@code lengthBytes} bytes from {@code offsetBytes}, ready for a channel. */
  public ByteBuffer slice(int offsetBytes, int lengthBytes) {
    return bytes.slice(offsetBytes, lengthBytes);
  }

  /** How many bytes there are. */
  public int capacityBytes() {
    return (int) memory.byteSize();
  }
}
