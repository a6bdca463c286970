package io.larder.cache.tier;

import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.record.RecordLayout;
import io.larder.engine.PageStore;
import io.larder.engine.write.Reservation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Records on their way to flash and back. Stateless. */
public final class FlashRecords {
  /** The checksum covers everything behind itself. */
  private static final int CHECKED_FROM = 4;

  private FlashRecords() {}

  /**
   * Writes a record into a reservation and commits it.
   *
   * @param recordBytes of the record as it stands on flash, twin left out
   * @return its slot, without hits; {@link Slot#EMPTY} when the page has failed meanwhile
   */
  static long write(
      PageStore store,
      Reservation reservation,
      MemorySegment source,
      long sourceOffset,
      int recordBytes,
      int tag) {
    MemorySegment target = reservation.memory();
    int at = reservation.memoryOffset();
    MemorySegment.copy(source, sourceOffset, target, at, recordBytes);
    int kept = ~(RecordLayout.TWIN | RecordLayout.BUSY);
    RecordLayout.setState(target, at, RecordLayout.state(target, at) & kept);
    RecordLayout.setPageVersion(target, at, reservation.pageVersion());
    RecordLayout.setChecksum(target, at, checksum(reservation.recordFrom(CHECKED_FROM)));
    long expiry = RecordLayout.expirySeconds(target, at);
    int sizeClass = SizeClasses.of(recordBytes);
    int page = reservation.pageId();
    int offset = reservation.offsetUnits();
    return store.commit(reservation, SizeClasses.bytes(sizeClass), expiry)
        ? Slot.of(tag, 0, sizeClass, page, offset)
        : Slot.EMPTY;
  }

  /**
   * Whether an intact record of this life of its page stands at {@code offset}.
   *
   * @param validBytes how many bytes from {@code offset} on have been read
   */
  public static boolean isIntact(
      MemorySegment memory, long offset, int validBytes, long pageVersion) {
    if (validBytes < RecordLayout.HEADER_BYTES) {
      return false;
    }
    int valueLength = RecordLayout.valueLength(memory, offset);
    if (valueLength < 0 || valueLength > validBytes) {
      return false;
    }
    int recordBytes = RecordLayout.recordBytes(memory, offset);
    if (recordBytes > validBytes || RecordLayout.pageVersion(memory, offset) != (int) pageVersion) {
      return false;
    }
    ByteBuffer checked =
        memory.asSlice(offset + CHECKED_FROM, recordBytes - CHECKED_FROM).asByteBuffer();
    return checksum(checked) == RecordLayout.checksum(memory, offset);
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
