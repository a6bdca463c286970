package io.larder.server.net;

import io.larder.protocol.reply.ReplyChunk;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A chunk of replies as Netty writes it; when Netty lets go of it, its connection hears of it.
 *
 * <p>It stays attached to its chunk from use to use, so a reply allocates nothing.
 *
 * <p><b>Threads.</b> Confined to the loop of its chunk.
 */
final class ReplyMemory extends UnpooledDirectByteBuf {
  private final ReplyChunk chunk;
  private final long address;
  private @Nullable Connection writer;

  private ReplyMemory(ReplyChunk chunk) {
    super(
        UnpooledByteBufAllocator.DEFAULT,
        chunk.bytes().duplicate().clear(),
        chunk.bytes().capacity());
    this.chunk = chunk;
    this.address = chunk.memory().address();
  }

  /** The bytes of {@code chunk}, to be written by {@code writer}. */
  static ReplyMemory of(ReplyChunk chunk, Connection writer) {
    ReplyMemory memory;
    if (chunk.attachment() instanceof ReplyMemory attached) {
      memory = attached;
      memory.resetRefCnt();
    } else {
      memory = new ReplyMemory(chunk);
      chunk.attach(memory);
    }
    memory.setIndex(0, chunk.length());
    memory.writer = writer;
    return memory;
  }

  @Override
  public boolean hasMemoryAddress() {
    return true;
  }

  @Override
  public long memoryAddress() {
    return address;
  }

  @Override
  protected void deallocate() {
    Connection was = writer;
    writer = null;
    if (was != null) {
      was.written(chunk);
    }
  }
}
