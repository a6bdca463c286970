package io.larder.engine.inspect;

import io.larder.engine.inspect.PageLook.Kind;
import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.RecordFinder;
import io.larder.engine.model.RecordFinder.ScannedRecord;
import io.larder.engine.page.Page;
import io.larder.engine.reclaim.ReclaimBuffers;
import io.larder.engine.reclaim.SealedDirectory;
import io.larder.engine.restart.PageCut;
import io.larder.engine.restart.PageScan;
import io.larder.engine.restart.PageWindow;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateDevice;
import io.larder.platform.device.Device;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the pages of a device, checks every record, and changes nothing.
 *
 * <p>It takes as much memory as the largest record or directory, however large the device is.
 *
 * <p>Life: {@link #lookAt} for each row, in any order.
 *
 * <p><b>Threads.</b> One.
 */
public final class DeviceWalk {
  /*
   * A page that is free holds what its last life has left, and that is as intact as ever. It is
   * checked like any other: who looks for a device that turns bits wants to know of all of them.
   */

  private final Device device;
  private final DeviceIdentity identity;
  private final PageGeometry geometry;
  private final RecordFinder records;
  private final @Nullable SavedState saved;
  private final int[] savedPageIds;
  private final WalkListener listener;
  private final ReclaimBuffers buffers = new ReclaimBuffers();
  private final BitSet dead = new BitSet();

  // The page that is being looked at.
  private int row;
  private long version;
  private long mark;
  private int recordCount;
  private long recordBytes;
  private long paddingBytes;
  private int voidCount;
  private int countingCount;
  private int tombstonedCount;
  private long earliestExpirySeconds;
  private long latestExpirySeconds;
  private boolean holdsForever;
  private int damageCount;

  /**
   * A walk that has not begun.
   *
   * @param records knows the records of this store
   * @param saved what the state file says; null when there is none of this store
   */
  public DeviceWalk(
      Device device,
      DeviceIdentity identity,
      RecordFinder records,
      @Nullable SavedState saved,
      WalkListener listener) {
    this.device = device;
    this.identity = identity;
    this.geometry = PageGeometry.of(identity.pageBytes());
    this.records = records;
    this.saved = saved;
    this.savedPageIds = saved == null ? new int[0] : savedPageIds(saved, identity.deviceId());
    this.listener = listener;
  }

  /** The ids of the device's pages in the state file, row by row. */
  private static int[] savedPageIds(SavedState saved, long deviceId) {
    List<StateDevice> devices = saved.identity().devices();
    List<PageCut> pages = PageCut.of(devices.stream().map(StateDevice::pageCount).toList());
    int[] ids = new int[0];
    for (StateDevice known : devices) {
      if (known.deviceId() == deviceId) {
        ids = new int[known.pageCount()];
      }
    }
    for (int id = 0; id < pages.size(); id++) {
      PageCut page = pages.get(id);
      if (devices.get(page.deviceIndex()).deviceId() == deviceId) {
        ids[page.row()] = id;
      }
    }
    return ids;
  }

  /** Pages that fit the device. */
  public int pageCount() {
    return (int) (device.sizeBytes() / geometry.pageBytes());
  }

  /** Pages with a mark that the device has no room for any more. */
  public int missingPageCount() {
    int count = 0;
    for (int i = pageCount(); i < savedPageIds.length; i++) {
      count += markOf(i) > 0 ? 1 : 0;
    }
    return count;
  }

  private long markOf(int ofRow) {
    SavedState state = saved;
    if (state == null) {
      return PageLook.NO_MARK;
    }
    return ofRow < savedPageIds.length ? state.mark(savedPageIds[ofRow]) : 0;
  }

  /** Looks at one page, and shows the listener what is on it. */
  public void lookAt(int pageRow) {
    begin(pageRow);
    Kind kind = Kind.BROKEN;
    int bucket = 0;
    long openedAt = 0;
    try {
      MemorySegment header = read(0, PageGeometry.HEADER_BYTES);
      kind = kindByHeader(header);
      if (kind != Kind.BROKEN && kind != Kind.UNUSED) {
        version = HeaderLayout.version(header, 0);
        bucket = HeaderLayout.bucket(header, 0);
        openedAt = HeaderLayout.openedAtSeconds(header, 0);
      }
      if (mark > 0 && version != mark) {
        damage(
            0,
            version == 0
                ? "has no header, and its mark says that version " + mark + " counts"
                : "has a header of version %d, and its mark says that %d counts"
                    .formatted(version, mark));
      }
      if (kind == Kind.OPEN) {
        kind = lookAtRecords();
      }
    } catch (IOException e) {
      damage(0, "cannot be read: " + e.getMessage());
    }
    listener.page(
        new PageLook(
            row,
            kind,
            version,
            bucket,
            openedAt,
            recordCount,
            recordBytes,
            paddingBytes,
            voidCount,
            countingCount,
            tombstonedCount,
            earliestExpirySeconds,
            holdsForever ? 0 : latestExpirySeconds,
            mark,
            damageCount));
  }

  private void begin(int pageRow) {
    row = pageRow;
    version = 0;
    mark = markOf(pageRow);
    recordCount = 0;
    recordBytes = 0;
    paddingBytes = 0;
    voidCount = 0;
    countingCount = 0;
    tombstonedCount = 0;
    earliestExpirySeconds = 0;
    latestExpirySeconds = 0;
    holdsForever = false;
    damageCount = 0;
    dead.clear();
    if (saved != null && mark > 0) {
      saved.tombstones(savedPageIds[pageRow], dead::set);
    }
  }

  private long pageAt() {
    return (long) row * geometry.pageBytes();
  }

  private MemorySegment read(int from, int lengthBytes) throws IOException {
    AlignedBuffer window = buffers.window(lengthBytes);
    device.read(window.slice(0, lengthBytes), pageAt() + from);
    return window.memory();
  }

  private void damage(int offsetBytes, String what) {
    damageCount++;
    listener.damage(row, pageAt() + offsetBytes, what);
  }

  private Kind kindByHeader(MemorySegment header) {
    if (!HeaderLayout.isHeader(header, 0)) {
      if (isZero(header)) {
        return Kind.UNUSED;
      }
      damage(0, "has a damaged header");
      return Kind.BROKEN;
    }
    if (HeaderLayout.version(header, 0) == 0) {
      return Kind.UNUSED;
    }
    if (!HeaderLayout.belongsTo(header, 0, identity.store(), geometry.pageBytes())) {
      return Kind.FOREIGN;
    }
    PageSite site = HeaderLayout.site(header, 0);
    if (site.row() != row) {
      damage(0, "has the header of page " + site.row());
      return Kind.BROKEN;
    }
    if (site.deviceId() != identity.deviceId()) {
      damage(0, "has a header of device " + site.deviceId());
      return Kind.BROKEN;
    }
    return Kind.OPEN;
  }

  private static boolean isZero(MemorySegment header) {
    return header
            .asSlice(0, PageGeometry.HEADER_BYTES)
            .mismatch(MemorySegment.ofArray(new byte[PageGeometry.HEADER_BYTES]))
        == -1;
  }

  // ------------------------------------------------------------------ records

  private Kind lookAtRecords() throws IOException {
    Page page =
        new Page(row, 0, Bucket.DEFAULT, device, pageAt(), new PageSite(identity.deviceId(), row));
    page.liveOn(version);
    int tailAt = geometry.pageBytes() - PageGeometry.BLOCK_BYTES;
    int trailerAt = PageGeometry.BLOCK_BYTES - TrailerLayout.BYTES;
    MemorySegment tail = read(tailAt, PageGeometry.BLOCK_BYTES);
    if (TrailerLayout.belongsTo(tail, trailerAt, page.site(), version)) {
      long earliest = TrailerLayout.earliestExpirySeconds(tail, trailerAt);
      long latest = TrailerLayout.latestExpirySeconds(tail, trailerAt);
      SealedDirectory directory = directory(page);
      if (directory != null) {
        check(page, directory);
        checkSpan(tailAt + trailerAt, earliest, latest);
        return Kind.SEALED;
      }
    } else if (TrailerLayout.isOfLife(tail, trailerAt, version)) {
      damage(tailAt + trailerAt, "has a damaged trailer");
    } else {
      scan(page);
      return Kind.OPEN;
    }
    scan(page);
    return Kind.SEALED;
  }

  private @Nullable SealedDirectory directory(Page page) {
    try {
      return SealedDirectory.read(page, geometry, buffers, (_, _) -> {});
    } catch (IOException e) {
      damage(
          geometry.pageBytes() - PageGeometry.BLOCK_BYTES,
          "has a damaged directory, and is looked through record by record");
      return null;
    }
  }

  private void check(Page page, SealedDirectory directory) throws IOException {
    PageWindow window = new PageWindow(page, geometry, buffers, (_, _) -> {});
    int end = PageGeometry.HEADER_BYTES;
    int limit = geometry.directoryOffset(directory.count());
    for (int i = 0; i < directory.count(); i++) {
      int units = directory.lengthUnits(i);
      if (units == 0) {
        voidCount++;
        continue;
      }
      long start = (long) directory.offsetUnits(i) * geometry.unitBytes();
      long padded = (long) units * geometry.unitBytes();
      long length = padded - directory.paddingBytes(i);
      if (start < end || start + padded > limit || length < PageScan.RECORD_BYTES_MIN) {
        damage(
            limit,
            "has a directory whose entry %d names %d bytes at %d, where no record can be"
                .formatted(i, length, start));
        continue;
      }
      end = (int) (start + padded);
      check(window, (int) start, (int) length, directory.keyHash(i));
    }
  }

  private void check(PageWindow window, int start, int length, long keyHash) throws IOException {
    MemorySegment memory = window.show(start, length);
    long at = window.at(start);
    int units = start / geometry.unitBytes();
    ScannedRecord record =
        records.lengthAt(memory, at) == length
            ? records.scan(memory, at, length, version, units)
            : null;
    if (record == null) {
      damage(start, "has a record of %d bytes that is not as it was written".formatted(length));
    } else if (record.keyHash() != keyHash) {
      damage(start, "has a record of another key than its directory says");
    } else {
      count(memory, at, units, length, record);
    }
  }

  private void scan(Page page) throws IOException {
    PageScan scan = new PageScan(page, version, geometry, records, buffers, (_, _) -> {});
    while (scan.next()) {
      ScannedRecord record = scan.record();
      if (record != null) {
        MemorySegment memory = scan.memory();
        count(memory, scan.recordAt(), scan.offsetUnits(), scan.lengthBytes(), record);
      }
    }
    if (scan.isBroken()) {
      damage(
          scan.atBytes(),
          "has something that is not whole: it is damaged, or was being written when the process"
              + " ended; a restart keeps what stands before it");
    }
  }

  private void count(
      MemorySegment memory, long at, int offsetUnits, int length, ScannedRecord record) {
    if (record.isFiller()) {
      voidCount++;
      return;
    }
    recordCount++;
    recordBytes += length;
    paddingBytes += geometry.padded(length) - length;
    long expiry = record.expirySeconds();
    if (expiry == 0) {
      holdsForever = true;
    } else {
      latestExpirySeconds = Math.max(latestExpirySeconds, expiry);
      earliestExpirySeconds =
          earliestExpirySeconds == 0 ? expiry : Math.min(earliestExpirySeconds, expiry);
    }
    RecordStanding standing = standing(record.keyHash(), offsetUnits);
    countingCount += standing == RecordStanding.COUNTS ? 1 : 0;
    tombstonedCount += standing == RecordStanding.TOMBSTONED ? 1 : 0;
    listener.record(memory, at, row, offsetUnits * geometry.unitBytes(), record, standing);
  }

  private RecordStanding standing(long keyHash, int offsetUnits) {
    SavedState state = saved;
    if (state == null) {
      return RecordStanding.UNKNOWN;
    }
    if (mark != version) {
      return RecordStanding.PAGE_DOES_NOT_COUNT;
    }
    if (dead.get(offsetUnits)) {
      return RecordStanding.TOMBSTONED;
    }
    return state.changedKeysVersion(keyHash) >= version
        ? RecordStanding.CHANGED
        : RecordStanding.COUNTS;
  }

  /** A page whose trailer says too little of its records' lives is given up too early. */
  private void checkSpan(int trailerAt, long earliest, long latest) {
    if (damageCount > 0 || recordCount == 0) {
      return;
    }
    boolean endsTooEarly = latest != 0 && (holdsForever || latest < latestExpirySeconds);
    boolean beginsTooLate =
        earliestExpirySeconds != 0 && (earliest == 0 || earliest > earliestExpirySeconds);
    if (endsTooEarly || beginsTooLate) {
      damage(trailerAt, "has a trailer that does not know when its records expire");
    }
  }
}
