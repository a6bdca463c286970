package io.larder.engine;

import io.larder.engine.model.Bucket;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.DeviceCounts;
import java.util.List;

/**
 * A store at one moment.
 *
 * @param memory what is lent out of the memory that buckets share
 * @param offHeapBytes memory of write buffers, directories and reclaim
 * @param writeAmplification see {@link io.larder.engine.stats.EngineStats#writeAmplification}
 */
public record StoreSnapshot(
    int pageBytes,
    int freePageCount,
    List<PageSnapshot> pages,
    List<DeviceSnapshot> devices,
    MemorySnapshot memory,
    long offHeapBytes,
    double writeAmplification) {

  /**
   * A device at one moment.
   *
   * @param freeBucket the bucket it is kept for
   * @param outOfService whether it refused too often and gets no more writes
   */
  public record DeviceSnapshot(
      String name, long sizeBytes, Bucket freeBucket, boolean outOfService, DeviceCounts counts) {}

  /**
   * The memory that buckets share, at one moment. What is not idle belongs to a page that is open
   * or on its way out.
   *
   * @param writeBufferCount write buffers allocated so far
   * @param directoryChunkCount pieces of directories allocated so far
   */
  public record MemorySnapshot(
      int writeBufferCount,
      int idleWriteBufferCount,
      int directoryChunkCount,
      int idleDirectoryChunkCount) {}

  /** Live bytes on all pages, padding included. */
  public long liveBytes() {
    return pages.stream().mapToLong(PageSnapshot::liveBytes).sum();
  }

  /** Pages of one device. */
  public long pageCount(int deviceIndex) {
    return pages.stream().filter(page -> page.deviceIndex() == deviceIndex).count();
  }

  /** Pages of one device that hold nothing. */
  public long freePageCount(int deviceIndex) {
    return pages.stream()
        .filter(page -> page.deviceIndex() == deviceIndex && page.state() == PageState.FREE)
        .count();
  }

  /** Live records on all pages. */
  public long liveCount() {
    return pages.stream().mapToLong(PageSnapshot::liveCount).sum();
  }

  /**
   * When the oldest page in use was opened, unix seconds; 0 when there is none. Those that are
   * still being restored are left out.
   */
  public long oldestOpenedAtSeconds() {
    return pages.stream()
        .filter(page -> page.state() != PageState.FREE && page.state() != PageState.RESTORING)
        .mapToLong(PageSnapshot::openedAtSeconds)
        .min()
        .orElse(0);
  }
}
