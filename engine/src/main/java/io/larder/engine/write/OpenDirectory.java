package io.larder.engine.write;

import io.larder.engine.layout.DirectoryLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.page.PageSnapshot;
import io.larder.platform.device.Device;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The directory of a page that is being filled, in RAM until the page is sealed.
 *
 * <p><b>Threads.</b> Written under the bucket's lock; read by the flush or the reclaim step once
 * the bucket has let go of the page.
 */
public final class OpenDirectory {
  private static final int ENTRIES_PER_CHUNK =
      DirectoryChunks.CHUNK_BYTES / DirectoryLayout.ENTRY_BYTES;

  private final DirectoryChunks chunks;
  private final List<AlignedBuffer> used = new ArrayList<>();
  private int count;

  /** An empty directory. */
  public OpenDirectory(DirectoryChunks chunks) {
    this.chunks = chunks;
  }

  /** Notes one more record. */
  public void add(long keyHash, int offsetUnits, int lengthUnits, int paddingBytes) {
    if (count % ENTRIES_PER_CHUNK == 0) {
      used.add(chunks.take());
    }
    DirectoryLayout.write(
        used.getLast().memory(), at(count), keyHash, offsetUnits, lengthUnits, paddingBytes);
    count++;
  }

  /** Makes an entry void: its record will never be there. */
  void strike(int entry) {
    DirectoryLayout.write(chunkOf(entry).memory(), at(entry), 0, offsetUnits(entry), 0, 0);
  }

  /** Entries noted so far, those struck out included. */
  public int count() {
    return count;
  }

  public long keyHash(int entry) {
    return DirectoryLayout.keyHash(chunkOf(entry).memory(), at(entry));
  }

  public int offsetUnits(int entry) {
    return DirectoryLayout.offsetUnits(chunkOf(entry).memory(), at(entry));
  }

  public int lengthUnits(int entry) {
    return DirectoryLayout.lengthUnits(chunkOf(entry).memory(), at(entry));
  }

  public int paddingBytes(int entry) {
    return DirectoryLayout.paddingBytes(chunkOf(entry).memory(), at(entry));
  }

  private AlignedBuffer chunkOf(int entry) {
    return used.get(entry / ENTRIES_PER_CHUNK);
  }

  private static long at(int entry) {
    return (long) (entry % ENTRIES_PER_CHUNK) * DirectoryLayout.ENTRY_BYTES;
  }

  /**
   * Writes entries and trailer to the end of the page, block-aligned.
   *
   * @return bytes written
   */
  public int writeTo(
      Device device,
      long pageOffsetBytes,
      PageGeometry geometry,
      PageSite site,
      PageSnapshot page,
      int recordsEndBytes)
      throws IOException {
    int totalBytes = PageGeometry.directoryBytes(count);
    int trailerAt = totalBytes - TrailerLayout.BYTES;
    while (used.size() * DirectoryChunks.CHUNK_BYTES < totalBytes) {
      used.add(chunks.take());
    }
    clearFrom(count * DirectoryLayout.ENTRY_BYTES, totalBytes);
    AlignedBuffer last = used.get(trailerAt / DirectoryChunks.CHUNK_BYTES);
    int trailerInLast = trailerAt % DirectoryChunks.CHUNK_BYTES;
    TrailerLayout.write(
        last.memory(),
        trailerInLast,
        page.version(),
        count,
        site,
        page.earliestExpirySeconds(),
        page.latestExpirySeconds(),
        recordsEndBytes);
    TrailerLayout.setChecksum(last.memory(), trailerInLast, checksum(last, trailerInLast));
    long target = pageOffsetBytes + geometry.directoryOffset(count);
    for (int done = 0; done < totalBytes; done += DirectoryChunks.CHUNK_BYTES) {
      int length = Math.min(DirectoryChunks.CHUNK_BYTES, totalBytes - done);
      device.write(used.get(done / DirectoryChunks.CHUNK_BYTES).slice(0, length), target + done);
    }
    return totalBytes;
  }

  private void clearFrom(int fromBytes, int toBytes) {
    for (int at = fromBytes; at < toBytes; ) {
      int inChunk = at % DirectoryChunks.CHUNK_BYTES;
      int length = Math.min(DirectoryChunks.CHUNK_BYTES - inChunk, toBytes - at);
      used.get(at / DirectoryChunks.CHUNK_BYTES).memory().asSlice(inChunk, length).fill((byte) 0);
      at += length;
    }
  }

  private int checksum(AlignedBuffer last, int trailerInLast) {
    CRC32C crc = new CRC32C();
    int entryBytes = count * DirectoryLayout.ENTRY_BYTES;
    for (int done = 0; done < entryBytes; done += DirectoryChunks.CHUNK_BYTES) {
      int length = Math.min(DirectoryChunks.CHUNK_BYTES, entryBytes - done);
      crc.update(used.get(done / DirectoryChunks.CHUNK_BYTES).slice(0, length));
    }
    ByteBuffer trailer = last.slice(trailerInLast, TrailerLayout.CHECKED_BYTES);
    crc.update(trailer);
    return (int) crc.getValue();
  }

  /** Gives the memory back; nothing is noted any more. */
  public void release() {
    used.forEach(chunks::give);
    used.clear();
    count = 0;
  }
}
