package io.larder.protocol.reply;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of off-heap memory with bytes of replies in it, from its start to {@link #length}.
 *
 * <p>Taken from a {@link ChunkPool}, filled by a {@link ReplyChain}, handed to the server, written
 * to the socket and given back.
 *
 * <p><b>Threads.</b> Confined to the loop of its pool.
 */
public final class ReplyChunk {
  private final Arena arena = Arena.ofConfined();
  final MemorySegment memory;
  private final ByteBuffer bytes;
  private @Nullable Object attachment;
  @Nullable ReplyChunk next;
  int length;

  ReplyChunk(int capacityBytes) {
    this.memory = arena.allocate(capacityBytes, Long.BYTES);
    this.bytes = memory.asByteBuffer();
  }

  /** How many bytes are to be sent. */
  public int length() {
    return length;
  }

  public MemorySegment memory() {
    return memory;
  }

  /** The whole memory as a buffer; position and limit are the holder's to set. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** What the server has attached to this memory, such as its own kind of buffer around it. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** Attaches something that stays with this memory from use to use. */
  public void attach(@Nullable Object attachment) {
    this.attachment = attachment;
  }

  int capacity() {
    return (int) memory.byteSize();
  }

  void free() {
    arena.close();
  }
}
