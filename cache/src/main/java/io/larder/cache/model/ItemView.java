package io.larder.cache.model;

import io.larder.cache.record.RecordLayout;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An item as it is shown to who asked for it: a window on the bytes of its record, in RAM, in a
 * write buffer or in a read buffer.
 *
 * <p>Borrowed: valid only inside {@link Request#answered}, which copies what it needs.
 *
 * <p><b>Threads.</b> Confined to the session that shows it.
 */
public final class ItemView {
  private @Nullable MemorySegment memory;
  private long offset;
  private long accessSeconds;
  private boolean hitBefore;

  /**
   * Points the view at a record.
   *
   * @param accessSeconds when it was last read, unix seconds
   * @param hitBefore whether it had been read since it was stored
   */
  public ItemView show(MemorySegment memory, long offset, long accessSeconds, boolean hitBefore) {
    this.memory = memory;
    this.offset = offset;
    this.accessSeconds = accessSeconds;
    this.hitBefore = hitBefore;
    return this;
  }

  /** The bytes that hold key and value. */
  public MemorySegment memory() {
    MemorySegment shown = memory;
    if (shown == null) {
      throw new IllegalStateException("nothing is shown");
    }
    return shown;
  }

  /** Where the record starts in {@link #memory}. */
  public long offset() {
    return offset;
  }

  public long keyOffset() {
    return RecordLayout.keyOffset(offset);
  }

  public int keyLength() {
    return RecordLayout.keyLength(memory(), offset);
  }

  public long valueOffset() {
    return RecordLayout.valueOffset(memory(), offset);
  }

  public int valueLength() {
    return RecordLayout.valueLength(memory(), offset);
  }

  /** What clients are shown as its size: header, key and value. */
  public int sizeBytes() {
    return RecordLayout.shownBytes(memory(), offset);
  }

  /** The client's flags, an unsigned 32-bit number. */
  public int flags() {
    return RecordLayout.flags(memory(), offset);
  }

  /** Unix seconds, 0 for never. */
  public long expirySeconds() {
    return RecordLayout.expirySeconds(memory(), offset);
  }

  /** The CAS unique. */
  public long cas() {
    return RecordLayout.cas(memory(), offset);
  }

  /** When it was last read before this request, unix seconds; on flash, when it was written. */
  public long accessSeconds() {
    return accessSeconds;
  }

  /** Whether it had been read before this request since it was stored. */
  public boolean hitBefore() {
    return hitBefore;
  }

  public boolean stale() {
    return (RecordLayout.state(memory(), offset) & RecordLayout.STALE) != 0;
  }

  /** Whether an earlier request has already been told to refresh it. */
  public boolean tokenSent() {
    return (RecordLayout.state(memory(), offset) & RecordLayout.TOKEN_SENT) != 0;
  }

  /** Whether the client who stored it sent the key base64-encoded. */
  public boolean keyBinary() {
    return (RecordLayout.state(memory(), offset) & RecordLayout.KEY_BINARY) != 0;
  }
}
