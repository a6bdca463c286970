package io.larder.engine.layout;

/**
 * The sizes that every page of a store shares.
 *
 * <pre>
 *  0        4096                                                        size
 *  | header | records, in units, front to back | (free) | directory | trailer |
 *                                                       ^ block-aligned
 * </pre>
 *
 * @param pageBytes size of a page, a multiple of {@link #BLOCK_BYTES}
 * @param unitBytes alignment of records and grain of their offsets: 64 bytes up to pages of 64 MiB,
 *     then page size / 2^20 rounded up to a power of two
 */
public record PageGeometry(int pageBytes, int unitBytes) {
  /** Grain of everything written: large enough for every device's logical block. */
  public static final int BLOCK_BYTES = 4096;

  /** Bytes of the header at the front of a page. */
  public static final int HEADER_BYTES = 4096;

  /** Bytes of the smallest page: header, one block of records, one of directory and trailer. */
  public static final int PAGE_BYTES_MIN = HEADER_BYTES + 2 * BLOCK_BYTES;

  /** Bits of an offset or a length in units. */
  public static final int UNIT_BITS = 20;

  private static final int UNIT_BYTES_MIN = 64;

  /** The geometry of pages of {@code pageBytes}. */
  public static PageGeometry of(int pageBytes) {
    if (pageBytes < PAGE_BYTES_MIN || pageBytes % BLOCK_BYTES != 0) {
      throw new IllegalArgumentException("page of " + pageBytes + " bytes");
    }
    int unit = UNIT_BYTES_MIN;
    while ((long) unit << UNIT_BITS < pageBytes) {
      unit *= 2;
    }
    return new PageGeometry(pageBytes, unit);
  }

  /** Units that {@code bytes} take. */
  public int units(int bytes) {
    return (bytes + unitBytes - 1) / unitBytes;
  }

  /** {@code bytes} rounded up to whole units. */
  public int padded(int bytes) {
    return (bytes + unitBytes - 1) & -unitBytes;
  }

  /** {@code bytes} rounded up to whole blocks. */
  public static int blocks(int bytes) {
    return (bytes + BLOCK_BYTES - 1) & -BLOCK_BYTES;
  }

  /** Bytes that directory and trailer of {@code recordCount} records take. */
  public static int directoryBytes(int recordCount) {
    return blocks(recordCount * DirectoryLayout.ENTRY_BYTES + TrailerLayout.BYTES);
  }

  /** Where in the page the directory of {@code recordCount} records starts. */
  public int directoryOffset(int recordCount) {
    return pageBytes - directoryBytes(recordCount);
  }

  /** Largest record that fits a page. */
  public int recordBytesMax() {
    return directoryOffset(1) - HEADER_BYTES;
  }

  /** Largest record that also fits one of the write buffers a page is filled through. */
  public int bufferedRecordBytesMax(int bufferBytes) {
    return Math.min(bufferBytes, recordBytesMax());
  }

  /** Most records a page can hold. */
  public int recordCountMax() {
    return (pageBytes - HEADER_BYTES) / (unitBytes + DirectoryLayout.ENTRY_BYTES);
  }
}
