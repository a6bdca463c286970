package io.larder.engine;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import java.util.ArrayList;
import java.util.List;

/**
 * How a store is cut.
 *
 * @param pageBytes size of a page, a multiple of 4 KiB
 * @param writeBufferBytes size of a write buffer, a multiple of 4 KiB that divides a page
 * @param writeBufferCount how many write buffers all buckets share, at least 4
 * @param identity written into every page header
 */
public record PageStoreConfig(
    int pageBytes, int writeBufferBytes, int writeBufferCount, StoreIdentity identity) {

  /** Fewest pages that leave one to fill, one to rescue into, one to give up and one to read. */
  public static final int PAGE_COUNT_MIN = 4;

  private static final int WRITE_BUFFER_COUNT_MIN = 4;

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
    return problems;
  }
}
