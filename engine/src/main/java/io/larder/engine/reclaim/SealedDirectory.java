package io.larder.engine.reclaim;

import io.larder.engine.layout.DirectoryLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.page.Page;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.util.zip.CRC32C;

/** The directory of a sealed page, read back from the device and checked. */
public final class SealedDirectory implements DirectorySource {
  private final AlignedBuffer bytes;
  private final int count;

  private SealedDirectory(AlignedBuffer bytes, int count) {
    this.bytes = bytes;
    this.count = count;
  }

  /**
   * Reads the directory of {@code page}.
   *
   * @throws IOException when the device refuses, or what it gives is not this page's directory
   */
  public static SealedDirectory read(
      Page page, PageGeometry geometry, ReclaimBuffers buffers, ReadCounter counter)
      throws IOException {
    AlignedBuffer tail = buffers.directory(PageGeometry.BLOCK_BYTES);
    readTail(page, geometry, tail, PageGeometry.BLOCK_BYTES, counter);
    int trailerAt = PageGeometry.BLOCK_BYTES - TrailerLayout.BYTES;
    int count = countIn(tail, trailerAt, page, geometry);
    int length = PageGeometry.directoryBytes(count);
    AlignedBuffer bytes = buffers.directory(length);
    readTail(page, geometry, bytes, length, counter);
    trailerAt = length - TrailerLayout.BYTES;
    if (countIn(bytes, trailerAt, page, geometry) != count
        || TrailerLayout.checksum(bytes.memory(), trailerAt) != checksum(bytes, trailerAt, count)) {
      throw new IOException("the directory of " + page + " is damaged");
    }
    return new SealedDirectory(bytes, count);
  }

  private static void readTail(
      Page page, PageGeometry geometry, AlignedBuffer into, int length, ReadCounter counter)
      throws IOException {
    page.device()
        .read(into.slice(0, length), page.deviceOffsetBytes() + geometry.pageBytes() - length);
    counter.read(page.deviceIndex(), length);
  }

  private static int countIn(AlignedBuffer bytes, int trailerAt, Page page, PageGeometry geometry)
      throws IOException {
    if (!TrailerLayout.belongsTo(bytes.memory(), trailerAt, page.site(), page.version())) {
      throw new IOException("the trailer of " + page + " is damaged");
    }
    int count = TrailerLayout.recordCount(bytes.memory(), trailerAt);
    if (count < 0 || count > geometry.recordCountMax()) {
      throw new IOException("the trailer of " + page + " counts " + count + " records");
    }
    return count;
  }

  private static int checksum(AlignedBuffer bytes, int trailerAt, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, count * DirectoryLayout.ENTRY_BYTES));
    crc.update(bytes.slice(trailerAt, TrailerLayout.CHECKED_BYTES));
    return (int) crc.getValue();
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public long keyHash(int entry) {
    return DirectoryLayout.keyHash(bytes.memory(), at(entry));
  }

  @Override
  public int offsetUnits(int entry) {
    return DirectoryLayout.offsetUnits(bytes.memory(), at(entry));
  }

  @Override
  public int lengthUnits(int entry) {
    return DirectoryLayout.lengthUnits(bytes.memory(), at(entry));
  }

  @Override
  public int paddingBytes(int entry) {
    return DirectoryLayout.paddingBytes(bytes.memory(), at(entry));
  }

  @Override
  public void release() {
    // The memory is the reclaim step's own and serves the next page too.
  }

  private static long at(int entry) {
    return (long) entry * DirectoryLayout.ENTRY_BYTES;
  }
}
