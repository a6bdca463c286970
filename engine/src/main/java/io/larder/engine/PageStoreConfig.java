package io.larder.engine;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import java.util.ArrayList;
import java.util.List;

/**
 * How a store is cut.
 *
 * @param pageBytes size of a page, a multiple of 4 KiB
 * @param writeBufferBytes size of a write buffer, a multiple of 4 KiB that divides a page
 * @param writeBufferCount how many write buffers all buckets share, at least 4
 * @param identity written into every page header
 * @param freeBuckets the bucket each device is kept for, in the order of the devices; empty = every
 *     device is a default one
 */
public record PageStoreConfig(
    int pageBytes,
    int writeBufferBytes,
    int writeBufferCount,
    StoreIdentity identity,
    List<Bucket> freeBuckets) {

  /**
   * Fewest pages of default devices that leave one to fill, one to rescue into, one to give up and
   * one to read.
   */
  public static final int PAGE_COUNT_MIN = 4;

  /**
   * Fewest pages of the devices that are kept for one bucket: one to fill and one to read. With a
   * single page everything would be given up as soon as it has been written.
   */
  public static final int PAGE_COUNT_KEPT_MIN = 2;

  private static final int WRITE_BUFFER_COUNT_MIN = 4;

  public PageStoreConfig {
    freeBuckets = List.copyOf(freeBuckets);
  }

  /** A store whose devices are all default ones. */
  public PageStoreConfig(
      int pageBytes, int writeBufferBytes, int writeBufferCount, StoreIdentity identity) {
    this(pageBytes, writeBufferBytes, writeBufferCount, identity, List.of());
  }

  /** The bucket that the device with this number is kept for. */
  public Bucket freeBucketOf(int deviceIndex) {
    return freeBuckets.isEmpty() ? Bucket.DEFAULT : freeBuckets.get(deviceIndex);
  }

  /** Every problem, a sentence each; empty when there is none. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (pageBytes < PageGeometry.PAGE_BYTES_MIN || pageBytes % PageGeometry.BLOCK_BYTES != 0) {
      problems.add("a page of " + pageBytes + " bytes is not a multiple of 4096, at least 12288");
    }
    if (writeBufferBytes < PageGeometry.BLOCK_BYTES
        || writeBufferBytes % PageGeometry.BLOCK_BYTES != 0) {
      problems.add("a write buffer of " + writeBufferBytes + " bytes is not a multiple of 4096");
    } else if (pageBytes % writeBufferBytes != 0) {
      problems.add(
          "a page of "
              + pageBytes
              + " bytes cannot be divided into write buffers of "
              + writeBufferBytes);
    }
    if (writeBufferCount < WRITE_BUFFER_COUNT_MIN) {
      problems.add(writeBufferCount + " write buffers are fewer than " + WRITE_BUFFER_COUNT_MIN);
    }
    if (!freeBuckets.isEmpty() && !freeBuckets.contains(Bucket.DEFAULT)) {
      problems.add("every device is kept for one bucket, and none is a default one");
    }
    return problems;
  }
}
