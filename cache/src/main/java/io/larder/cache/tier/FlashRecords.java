package io.larder.cache.tier;

import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.record.RecordLayout;
import io.larder.engine.PageStore;
import io.larder.engine.write.DirectWrite;
import io.larder.engine.write.Reservation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Records on their way to flash and back. Stateless. */
public final class FlashRecords {
  /** The checksum covers everything behind itself. */
  private static final int CHECKED_FROM = 4;

  /** Of a page's version, all of it. */
  private static final long ALL_BITS = -1;

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
    RecordLayout.setChecksum(
        target, at, checksum(reservation.recordFrom(CHECKED_FROM), reservation.offsetUnits()));
    long expiry = RecordLayout.expirySeconds(target, at);
    int sizeClass = SizeClasses.of(recordBytes);
    int page = reservation.pageId();
    int offset = reservation.offsetUnits();
    return store.commit(reservation, SizeClasses.bytes(sizeClass), expiry)
        ? Slot.of(tag, 0, sizeClass, page, offset)
        : Slot.EMPTY;
  }

  /**
   * Gives a large record that has room reserved the header it has on flash, and has it written.
   *
   * @param addedState state bits it gets on the way
   */
  static void writeDirectly(PageStore store, DirectWrite write, int addedState) {
    MemorySegment header = write.firstBlock();
    int kept = ~(RecordLayout.TWIN | RecordLayout.BUSY);
    RecordLayout.setState(header, 0, (RecordLayout.state(header, 0) | addedState) & kept);
    RecordLayout.setPageVersion(header, 0, write.pageVersion());
    CRC32C crc = new CRC32C();
    crc.update(write.firstBlockFrom(CHECKED_FROM));
    crc.update(write.rest());
    RecordLayout.setChecksum(header, 0, (int) crc.getValue() ^ write.offsetUnits());
    long expiry = RecordLayout.expirySeconds(header, 0);
    store.commitDirect(write, countedBytes(write), expiry);
  }

  /** The slot of a large record that has been written, if its page still lives. */
  static long slotOf(PageStore store, DirectWrite write, int tag, int hits) {
    return write.outcome() == DirectWrite.Outcome.WRITTEN
            && store.isAlive(write.pageId(), write.pageVersion(), ALL_BITS)
        ? Slot.of(
            tag, hits, SizeClasses.of(write.lengthBytes()), write.pageId(), write.offsetUnits())
        : Slot.EMPTY;
  }

  /** Nothing points at a large record that has been written, and nothing will. */
  static void forget(PageStore store, DirectWrite write) {
    store.forgetIfAlive(
        write.pageId(), write.offsetUnits(), write.pageVersion(), ALL_BITS, countedBytes(write));
  }

  private static int countedBytes(DirectWrite write) {
    return SizeClasses.bytes(SizeClasses.of(write.lengthBytes()));
  }

  /**
   * Whether an intact record of this place in this life of its page stands at {@code offset}.
   *
   * @param validBytes how many bytes from {@code offset} on have been read
   * @param offsetUnits where in the page they were read from
   */
  public static boolean isIntact(
      MemorySegment memory, long offset, int validBytes, long pageVersion, int offsetUnits) {
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
    return checksum(checked, offsetUnits) == RecordLayout.checksum(memory, offset);
  }

  /**
   * The place is in it because a device that misdirects a write by a little may put an older record
   * of a key where its newest should be: same key, same life of the page, and intact.
   */
  private static int checksum(ByteBuffer bytes, int offsetUnits) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue() ^ offsetUnits;
  }
}
