package io.larder.engine.model;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A page on its way out, as its owner sees it. Valid only during {@link PageOwner#leave}. */
public interface PageSweep {

  int pageId();

  /** Which life of the page is ending. */
  long version();

  GiveUpReason reason();

  /** When that life began, unix seconds. */
  long openedAtSeconds();

  /**
   * Whether {@code bytes} more may be moved to another page: at most half a page is, and nothing of
   * a page of a bucket that is not {@linkplain Bucket#isCompacted compacted}, whatever device it is
   * on.
   */
  boolean mayRescue(int bytes);

  /** Counts what has been moved. */
  void rescued(int bytes);

  /**
   * Reads a record's bytes from the device, waiting for it.
   *
   * @return the bytes from their start, valid until the next call; null when the device refuses
   */
  @Nullable MemorySegment read(int offsetUnits, int lengthBytes);
}
