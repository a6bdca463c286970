package io.larder.bench.engine;

/**
 * How the store is cut, as a server would cut it.
 *
 * @param fileBytes whole pages
 * @param pageBytes of a page
 * @param recordBytes of each record
 */
public record StoreSize(long fileBytes, int pageBytes, int recordBytes) {
  /** A server's write buffer, and what fio writes at a time. */
  public static final int WRITE_BUFFER_BYTES = 4 << 20;

  /** Eight pages of the smallest size that write buffers fit in. */
  public static final long FILE_BYTES_MIN = 8L * WRITE_BUFFER_BYTES;

  private static final long PAGE_BYTES_MAX = 64 << 20;
  private static final int PAGES_WANTED = 256;

  /** Pages that stay free, so that none is given up while there is measuring to do. */
  private static final int PAGES_LEFT_FREE_MIN = 3;

  private static final int DIRECTORY_ENTRY_BYTES = 16;
  private static final int UNIT_BYTES = 64;
  private static final int PAGE_OVERHEAD_BYTES = 3 * 4096;

  /** A file of about {@code fileBytes}, at least {@link #FILE_BYTES_MIN}. */
  public static StoreSize of(long fileBytes, int recordBytes) {
    int pageBytes =
        (int)
            Math.clamp(
                Long.highestOneBit(fileBytes / PAGES_WANTED), WRITE_BUFFER_BYTES, PAGE_BYTES_MAX);
    return of(fileBytes, pageBytes, recordBytes);
  }

  /** As many pages of {@code pageBytes} as fit. */
  public static StoreSize of(long fileBytes, int pageBytes, int recordBytes) {
    return new StoreSize(fileBytes - fileBytes % pageBytes, pageBytes, recordBytes);
  }

  /** Shortest record that can be checked. */
  public static int recordBytesMin() {
    return BenchRecord.BYTES_MIN;
  }

  /** How many records are written. */
  public int recordCount() {
    long pages = fileBytes / pageBytes;
    long filled = pages - Math.max(PAGES_LEFT_FREE_MIN, pages / 32);
    int padded = (recordBytes + UNIT_BYTES - 1) & -UNIT_BYTES;
    int inPage = (pageBytes - PAGE_OVERHEAD_BYTES) / (padded + DIRECTORY_ENTRY_BYTES);
    return (int) Math.min(Integer.MAX_VALUE - 8, filled * inPage);
  }
}
