package io.larder.engine.model;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A page on its way out, as its owner sees it. Valid only during {@link PageOwner#leave}. */
public interface PageSweep {

  int pageId();

  /** Which life of the page is ending. */
  long version();

  GiveUpReason reason();

  /** The stream of writes that filled it. */
  Bucket bucket();

  /** When that life began, unix seconds. */
  long openedAtSeconds();

  /**
   * Whether free pages were fewer than {@link ReclaimLimits#dropUnderPages} when the page was
   * chosen. It holds for this page alone.
   */
  boolean isUnderDropLimit();

  /**
   * Whether {@code bytes} more may be moved to {@code into}.
   *
   * <p>Off a page that is compacted everything may be moved. Off one that is evicted at most half a
   * page, or there would be nothing gained, but to a device that is kept for such records as much
   * as there is. Nothing off a page of a bucket that is not {@linkplain Bucket#isCompacted
   * compacted}, whatever device it is on, and nothing off the oldest of a {@linkplain
   * Bucket#isLastStop last stop}.
   */
  boolean mayRescue(Bucket into, int bytes);

  /** Counts what has been moved. */
  void rescued(Bucket into, int bytes);

  /**
   * Reads a record's bytes from the device, waiting for it.
   *
   * @return the bytes from their start, valid until the next call; null when the device refuses
   */
  @Nullable MemorySegment read(int offsetUnits, int lengthBytes);
}
