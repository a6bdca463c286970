package io.larder.engine.reclaim;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.page.Page;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One page on its way out: its directory, and how far its owner has got with it.
 *
 * <p><b>Threads.</b> Confined to the reclaim step.
 */
final class Sweep implements PageSweep {
  private final Page page;
  private final long version;
  private final GiveUpReason reason;
  private final Bucket bucket;
  private final DirectorySource directory;
  private final PageGeometry geometry;
  private final ReclaimBuffers buffers;
  private final ReclaimListener listener;
  private final long openedAtSeconds;
  private final SweepScope scope;
  private int nextEntry;
  private int rescuedBytes;
  private @Nullable AlignedBuffer filledWindow;
  private int windowStart;
  private int windowEnd;

  Sweep(
      Page page,
      GiveUpReason reason,
      SweepScope scope,
      DirectorySource directory,
      PageGeometry geometry,
      ReclaimBuffers buffers,
      ReclaimListener listener) {
    this.page = page;
    this.version = page.version();
    this.openedAtSeconds = page.openedAtSeconds();
    this.reason = reason;
    this.scope = scope;
    this.bucket = page.snapshot().bucket();
    this.directory = directory;
    this.geometry = geometry;
    this.buffers = buffers;
    this.listener = listener;
  }

  /**
   * Has {@code owner} leave up to {@code countMax} records.
   *
   * @return whether it got stuck on one that has to be asked about again
   */
  boolean advance(PageOwner owner, int countMax) {
    int end = Math.min(directory.count(), nextEntry + countMax);
    while (nextEntry < end) {
      int lengthUnits = directory.lengthUnits(nextEntry);
      // Of room that was abandoned the owner knows nothing.
      if (lengthUnits != 0
          && !owner.leave(
              this, directory.keyHash(nextEntry), directory.offsetUnits(nextEntry), lengthUnits)) {
        return true;
      }
      nextEntry++;
    }
    return false;
  }

  boolean isDone() {
    return nextEntry == directory.count();
  }

  Page page() {
    return page;
  }

  void release() {
    directory.release();
  }

  @Override
  public int pageId() {
    return page.id();
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public GiveUpReason reason() {
    return reason;
  }

  @Override
  public long openedAtSeconds() {
    return openedAtSeconds;
  }

  @Override
  public Bucket bucket() {
    return bucket;
  }

  @Override
  public boolean isUnderDropLimit() {
    return scope.isUnderDropLimit();
  }

  @Override
  public boolean mayRescue(Bucket into, int bytes) {
    if (!bucket.isCompacted()) {
      return false;
    }
    // Compacting ends because each time what is dead has become less.
    if (reason == GiveUpReason.COMPACTED) {
      return true;
    }
    // Giving up the oldest must gain at least half a page, or reclaim could run without end.
    return reason == GiveUpReason.EVICTED
        && !bucket.isLastStop()
        && (scope.isElsewhere(into) || rescuedBytes + bytes <= geometry.pageBytes() / 2);
  }

  @Override
  public void rescued(Bucket into, int bytes) {
    rescuedBytes += scope.isElsewhere(into) ? 0 : bytes;
    listener.rescued(bytes);
  }

  @Override
  public @Nullable MemorySegment read(int offsetUnits, int lengthBytes) {
    int start = offsetUnits * geometry.unitBytes();
    AlignedBuffer window = buffers.window(lengthBytes + 2 * PageGeometry.BLOCK_BYTES);
    // The buffer grows by replacement, and a new one holds nothing yet.
    if (window != filledWindow || start < windowStart || start + lengthBytes > windowEnd) {
      if (!readWindow(window, start)) {
        return null;
      }
    }
    if (start + lengthBytes > windowEnd) {
      return null;
    }
    return window.memory().asSlice(start - windowStart, lengthBytes);
  }

  private boolean readWindow(AlignedBuffer window, int start) {
    int from = start & -PageGeometry.BLOCK_BYTES;
    int length =
        Math.min(window.capacityBytes() & -PageGeometry.BLOCK_BYTES, geometry.pageBytes() - from);
    filledWindow = null;
    try {
      page.device().read(window.slice(0, length), page.deviceOffsetBytes() + from);
    } catch (IOException e) {
      listener.readFailed(page.deviceIndex(), e);
      return false;
    }
    listener.read(page.deviceIndex(), length);
    filledWindow = window;
    windowStart = from;
    windowEnd = from + length;
    return true;
  }
}
