package io.larder.protocol.reply;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Replies in their order, written one behind the other into pooled chunks.
 *
 * <p>{@link #reserve} first, then put: the short puts do not look whether there is room. Values are
 * added with {@link #append(MemorySegment, long, long)}, which goes over as many chunks as it
 * needs.
 *
 * <p><b>Threads.</b> Confined to the loop of its pool.
 */
public final class ReplyChain {
  /** The most that may be reserved. */
  public static final int RESERVE_BYTES_MAX = 1024;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Up to this size a waiting reply is copied behind the one before it rather than linked. */
  private static final int COPIED_BYTES_MAX = 2048;

  private final ChunkPool pool;
  private final boolean startsSmall;
  private @Nullable ReplyChunk head;
  private @Nullable ReplyChunk tail;

  /** The tail's memory and where the next byte goes in it; the tail's own length lags behind. */
  private MemorySegment memory = MemorySegment.NULL;

  private int position;
  private int limit;

  /** Bytes in all chunks but the tail. */
  private long bytesBeforeTail;

  /**
   * @param startsSmall whether the first chunk is a small one
   */
  public ReplyChain(ChunkPool pool, boolean startsSmall) {
    this.pool = pool;
    this.startsSmall = startsSmall;
  }

  public boolean isEmpty() {
    return head == null;
  }

  /** Whether the last bytes are these, and stand in one chunk. */
  public boolean endsWith(byte[] bytes) {
    if (position < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, position - bytes.length + i) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  public long lengthBytes() {
    return bytesBeforeTail + position;
  }

  /** Makes sure that {@code bytes} can be put. */
  public void reserve(int bytes) {
    if (limit - position < bytes) {
      addChunk(startsSmall && head == null);
    }
  }

  /** As {@link #reserve}, in a chunk that also holds the {@code follow} bytes if one can. */
  public void reserve(int bytes, long follow) {
    if (limit - position < bytes) {
      addChunk(startsSmall && head == null && bytes + follow <= ChunkPool.SMALL_BYTES);
    }
  }

  public void putByte(int b) {
    memory.set(ValueLayout.JAVA_BYTE, position++, (byte) b);
  }

  /** Puts two bytes, the lower one first. */
  public void putShort(int twoBytes) {
    memory.set(SHORT, position, (short) twoBytes);
    position += Short.BYTES;
  }

  /** Puts four bytes, the lowest one first. */
  public void putInt(int fourBytes) {
    memory.set(INT, position, fourBytes);
    position += Integer.BYTES;
  }

  /** Puts eight bytes, the lowest one first. */
  public void putLong(long eightBytes) {
    memory.set(LONG, position, eightBytes);
    position += Long.BYTES;
  }

  /** Puts a number that fits into 31 bits, or any number taken as unsigned. */
  public void putDecimal(long number) {
    if (number >= 0 && number < 10) {
      putByte('0' + (int) number);
      return;
    }
    int end = position + decimalDigits(number);
    int at = end;
    long left = number;
    if (left < 0) {
      long tenth = Long.divideUnsigned(left, 10);
      memory.set(ValueLayout.JAVA_BYTE, --at, (byte) ('0' + (left - tenth * 10)));
      left = tenth;
    }
    do {
      long tenth = left / 10;
      memory.set(ValueLayout.JAVA_BYTE, --at, (byte) ('0' + (left - tenth * 10)));
      left = tenth;
    } while (left != 0);
    position = end;
  }

  /** Puts bytes for which there is room. */
  public void put(MemorySegment source, long offset, long length) {
    MemorySegment.copy(source, offset, memory, position, length);
    position += (int) length;
  }

  public void put(Text text) {
    put(text.memory, 0, text.length);
  }

  /** Where the next byte goes in {@link #memory}; {@link #advanceTo} after writing there. */
  public int position() {
    return position;
  }

  public MemorySegment memory() {
    return memory;
  }

  /** Says that the bytes up to {@code position} have been written. */
  public void advanceTo(long position) {
    this.position = (int) position;
  }

  /** Adds a fixed piece, of any length. */
  public void append(Text text) {
    append(text.memory, 0, text.length);
  }

  /** Adds bytes, over as many chunks as they need. */
  public void append(MemorySegment source, long offset, long length) {
    long from = offset;
    long left = length;
    while (left > limit - position) {
      int room = limit - position;
      put(source, from, room);
      from += room;
      left -= room;
      addChunk(startsSmall && head == null && left <= ChunkPool.SMALL_BYTES);
    }
    put(source, from, left);
  }

  /** Adds characters. Allocates: not for the hot path. */
  public void append(String characters) {
    byte[] bytes = characters.getBytes(StandardCharsets.ISO_8859_1);
    append(MemorySegment.ofArray(bytes), 0, bytes.length);
  }

  /** Moves everything in {@code other} behind what is here. */
  public void moveFrom(ReplyChain other) {
    other.settle();
    ReplyChunk chunk = other.head;
    other.forget();
    while (chunk != null) {
      ReplyChunk following = chunk.next;
      chunk.next = null;
      if (chunk.length <= COPIED_BYTES_MAX && chunk.length <= roomWithoutWaste()) {
        reserve(chunk.length);
        put(chunk.memory, 0, chunk.length);
        pool.giveBack(chunk);
      } else {
        link(chunk);
      }
      chunk = following;
    }
  }

  /** Takes the oldest chunk out, or null if there is nothing to send. */
  public @Nullable ReplyChunk takeFirst() {
    ReplyChunk first = head;
    if (first == null) {
      return null;
    }
    settle();
    if (first == tail) {
      forget();
    } else {
      head = first.next;
      bytesBeforeTail -= first.length;
      first.next = null;
    }
    return first;
  }

  /** Gives every chunk back. */
  public void clear() {
    ReplyChunk chunk = head;
    forget();
    while (chunk != null) {
      ReplyChunk following = chunk.next;
      chunk.next = null;
      pool.giveBack(chunk);
      chunk = following;
    }
  }

  /** An empty chain opens a large chunk gladly; a begun one only takes what still fits. */
  private int roomWithoutWaste() {
    return head == null ? ChunkPool.LARGE_BYTES : limit - position;
  }

  private void addChunk(boolean small) {
    link(small ? pool.takeSmall() : pool.takeLarge());
  }

  private void link(ReplyChunk chunk) {
    ReplyChunk last = tail;
    if (last == null) {
      head = chunk;
    } else {
      last.length = position;
      last.next = chunk;
      bytesBeforeTail += position;
    }
    tail = chunk;
    memory = chunk.memory;
    position = chunk.length;
    limit = chunk.capacity();
  }

  private void settle() {
    ReplyChunk last = tail;
    if (last != null) {
      last.length = position;
    }
  }

  private void forget() {
    head = null;
    tail = null;
    memory = MemorySegment.NULL;
    position = 0;
    limit = 0;
    bytesBeforeTail = 0;
  }

  /** How many characters {@link #putDecimal} puts. */
  public static int decimalDigits(long number) {
    if (number < 0) {
      return Long.compareUnsigned(number, -8446744073709551616L) >= 0 ? 20 : 19;
    }
    int digits = 1;
    for (long bound = 10; digits < 19 && number >= bound; bound *= 10) {
      digits++;
    }
    return digits;
  }
}
