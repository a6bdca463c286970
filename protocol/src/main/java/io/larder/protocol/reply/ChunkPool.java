package io.larder.protocol.reply;

import org.jspecify.annotations.Nullable;

/**
 * Chunks for replies, in two sizes.
 *
 * <p>Replies that go out in order are written to large chunks, one behind the other. A reply that
 * has to wait for an earlier one starts in a small chunk, so that many of them wait cheaply.
 *
 * <p>What is given back is kept for the next taker, up to a limit; the rest is freed at once.
 *
 * <p><b>Threads.</b> Confined to the loop that owns it, which is the thread of its first use.
 */
public final class ChunkPool {
  /** A chunk that replies share. */
  public static final int LARGE_BYTES = 16 * 1024;

  /** A chunk for one reply that waits: a value of 4 KiB, with the longest key, fits. */
  public static final int SMALL_BYTES = 5 * 1024;

  private final int retainedMax;
  private @Nullable ReplyChunk idleLarge;
  private @Nullable ReplyChunk idleSmall;
  private int largeCount;
  private int smallCount;
  private int takenCount;
  private long takenBytes;

  /**
   * @param retainedMax the most idle chunks of each size that are kept
   */
  public ChunkPool(int retainedMax) {
    this.retainedMax = retainedMax;
  }

  ReplyChunk takeLarge() {
    takenCount++;
    takenBytes += LARGE_BYTES;
    ReplyChunk chunk = idleLarge;
    if (chunk == null) {
      return new ReplyChunk(LARGE_BYTES);
    }
    idleLarge = chunk.next;
    chunk.next = null;
    largeCount--;
    return chunk;
  }

  ReplyChunk takeSmall() {
    takenCount++;
    takenBytes += SMALL_BYTES;
    ReplyChunk chunk = idleSmall;
    if (chunk == null) {
      return new ReplyChunk(SMALL_BYTES);
    }
    idleSmall = chunk.next;
    chunk.next = null;
    smallCount--;
    return chunk;
  }

  /** Takes a chunk back; its holder must not touch it again. */
  public void giveBack(ReplyChunk chunk) {
    takenCount--;
    takenBytes -= chunk.capacity();
    chunk.length = 0;
    if (chunk.capacity() == LARGE_BYTES && largeCount < retainedMax) {
      chunk.next = idleLarge;
      idleLarge = chunk;
      largeCount++;
    } else if (chunk.capacity() == SMALL_BYTES && smallCount < retainedMax) {
      chunk.next = idleSmall;
      idleSmall = chunk;
      smallCount++;
    } else {
      chunk.free();
    }
  }

  /** How many chunks are in somebody's hands. */
  public int takenCount() {
    return takenCount;
  }

  /** How many chunks there are. Another thread sees what was true a moment ago. */
  public int count() {
    return takenCount + largeCount + smallCount;
  }

  /** Bytes of all chunks. Another thread sees what was true a moment ago. */
  public long bytes() {
    return takenBytes + (long) largeCount * LARGE_BYTES + (long) smallCount * SMALL_BYTES;
  }
}
