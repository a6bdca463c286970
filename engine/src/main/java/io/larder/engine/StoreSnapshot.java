package io.larder.engine;

import io.larder.engine.model.Bucket;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.DeviceCounts;
import java.util.List;

/**
 * A store at one moment.
 *
 * @param offHeapBytes memory of write buffers, directories and reclaim
 */
public record StoreSnapshot(
    int pageBytes,
    int freePageCount,
    List<PageSnapshot> pages,
    List<DeviceSnapshot> devices,
    long offHeapBytes) {

  /**
   * A device at one moment.
   *
   * @param freeBucket the bucket it is kept for
   * @param outOfService whether it refused too often and gets no more writes
   */
  public record DeviceSnapshot(
      String name, long sizeBytes, Bucket freeBucket, boolean outOfService, DeviceCounts counts) {}

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
}
