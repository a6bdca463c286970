package io.larder.engine.page;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.platform.device.Device;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One fixed region of a device, and the life it is living now.
 *
 * <p>A page is claimed by a bucket, filled front to back, sealed when full, and later closed and
 * freed as a whole. Each life has its own version, so an address left over from an earlier life is
 * recognised without touching the device.
 *
 * <p><b>Threads.</b> Any thread may call any method; every field that changes is guarded by the
 * page's own monitor. Lock order: bucket, page, then {@link FreePages}. Never two pages at once.
 */
public final class Page {
  /*
   * Readers are counted and writers are not. A page is only written while OPEN, and an OPEN page
   * cannot be closed, so nothing can pull it away from under a flush. Readers have no such shelter:
   * reclaim may close a page between the look at the index and the device read. The lease is what
   * makes those two moments one.
   *
   * Bytes from flushedBytes on are in one of the write buffers. They are attached and detached under
   * the monitor, and copied out under it, so that a buffer cannot start its next life in the middle
   * of a copy.
   */

  /** Write buffers at once: two that the device is given, and one that is filled meanwhile. */
  public static final int BUFFERS_MAX = 3;

  private final int id;
  private final int deviceIndex;
  private final Bucket freeBucket;
  private final Device device;
  private final long deviceOffsetBytes;
  private final PageSite site;

  @GuardedBy("this")
  private PageState state = PageState.FREE;

  @GuardedBy("this")
  private long version;

  @GuardedBy("this")
  private Bucket bucket = Bucket.DEFAULT;

  @GuardedBy("this")
  private long openedAtSeconds;

  @GuardedBy("this")
  private int flushedBytes;

  /** In the order of their bytes, then nulls. */
  @GuardedBy("this")
  private final @Nullable UnflushedBytes[] unflushed = new @Nullable UnflushedBytes[BUFFERS_MAX];

  @GuardedBy("this")
  private int bufferCount;

  @GuardedBy("this")
  private int leaseCount;

  @GuardedBy("this")
  private boolean givingUp;

  @GuardedBy("this")
  private boolean doomed;

  @GuardedBy("this")
  private int recordCount;

  @GuardedBy("this")
  private int liveCount;

  @GuardedBy("this")
  private long liveBytes;

  @GuardedBy("this")
  private long writtenBytes;

  @GuardedBy("this")
  private long earliestExpirySeconds;

  @GuardedBy("this")
  private long latestExpirySeconds;

  @GuardedBy("this")
  private boolean holdsForever;

  /**
   * A free page of {@code device}.
   *
   * @param freeBucket where it returns whenever it becomes free
   */
  public Page(
      int id,
      int deviceIndex,
      Bucket freeBucket,
      Device device,
      long deviceOffsetBytes,
      PageSite site) {
    this.id = id;
    this.deviceIndex = deviceIndex;
    this.freeBucket = freeBucket;
    this.device = device;
    this.deviceOffsetBytes = deviceOffsetBytes;
    this.site = site;
  }

  /** A write buffer that holds bytes of a page from {@code startBytes} on; a thing of its own. */
  public static final class UnflushedBytes {
    private final AlignedBuffer buffer;
    private final int startBytes;

    public UnflushedBytes(AlignedBuffer buffer, int startBytes) {
      this.buffer = buffer;
      this.startBytes = startBytes;
    }

    public AlignedBuffer buffer() {
      return buffer;
    }

    public int startBytes() {
      return startBytes;
    }
  }

  public int id() {
    return id;
  }

  public int deviceIndex() {
    return deviceIndex;
  }

  /** The bucket its device is kept for. */
  public Bucket freeBucket() {
    return freeBucket;
  }

  public Device device() {
    return device;
  }

  /** Where on the device the page starts. */
  public long deviceOffsetBytes() {
    return deviceOffsetBytes;
  }

  /** Where it stands, in every run of the store. */
  public PageSite site() {
    return site;
  }

  /** Starts a life. */
  public synchronized void claim(long newVersion, Bucket newBucket, long nowSeconds) {
    claim(newVersion, newBucket, nowSeconds, PageState.OPEN);
  }

  @GuardedBy("this")
  private void claim(long newVersion, Bucket newBucket, long nowSeconds, PageState next) {
    become(next);
    version = newVersion;
    bucket = newBucket;
    openedAtSeconds = nowSeconds;
    flushedBytes = 0;
    givingUp = false;
    doomed = false;
    recordCount = 0;
    liveCount = 0;
    liveBytes = 0;
    writtenBytes = 0;
    earliestExpirySeconds = 0;
    latestExpirySeconds = 0;
    holdsForever = false;
  }

  /**
   * Goes on with a life that began in an earlier run. Everything on the page is on the device; what
   * it holds is still to be found.
   */
  public synchronized void liveOn(long oldVersion) {
    claim(oldVersion, Bucket.DEFAULT, 0, PageState.RESTORING);
    flushedBytes = Integer.MAX_VALUE;
  }

  /**
   * Says what the page tells of itself. It is being restored.
   *
   * @param records what its trailer says of them; none for a page that was never sealed
   */
  public synchronized void isOf(Bucket oldBucket, long oldOpenedAtSeconds, RecordSpan records) {
    bucket = oldBucket;
    openedAtSeconds = oldOpenedAtSeconds;
    recordCount = records.count();
    earliestExpirySeconds = records.earliestExpirySeconds();
    latestExpirySeconds = records.latestExpirySeconds();
    holdsForever = recordCount > 0 && latestExpirySeconds == 0;
  }

  /**
   * How many records a page holds, and when they expire.
   *
   * @param earliestExpirySeconds unix seconds; 0 when nothing expires
   * @param latestExpirySeconds unix seconds; 0 when something never expires
   */
  public record RecordSpan(int count, long earliestExpirySeconds, long latestExpirySeconds) {
    /** Nothing is known yet. */
    public static final RecordSpan NONE = new RecordSpan(0, 0, 0);
  }

  /** Counts a record that a scan has found, live or not. The page is being restored. */
  public synchronized void scanned(long expirySeconds) {
    recordCount++;
    noteExpiry(expirySeconds);
  }

  /** Counts a record that an address is about to point at again. The page is being restored. */
  public synchronized void found(int countedBytes) {
    liveCount++;
    liveBytes += countedBytes;
    writtenBytes += countedBytes;
  }

  /** Counts a record that nothing points at any more. The page is being restored. */
  public synchronized void foundDead(int bytes) {
    writtenBytes += bytes;
  }

  /** Every record has been found again, or has been refused. */
  public synchronized void restored() {
    become(PageState.SEALED);
  }

  /** Whether nothing on it is wanted any more. */
  public synchronized boolean isDoomed() {
    return doomed;
  }

  /**
   * Makes unflushed bytes readable, which come behind those that are. At most {@link #BUFFERS_MAX}
   * buffers at once.
   *
   * <p>A page that has failed takes none: its bucket may not have heard of it yet, and what is
   * attached now would still be there in the next life.
   */
  public synchronized void attach(UnflushedBytes bytes) {
    if (state == PageState.FAILED) {
      return;
    }
    if (bufferCount == BUFFERS_MAX) {
      throw new IllegalStateException("a write buffer too many for " + this);
    }
    unflushed[bufferCount++] = bytes;
  }

  /** Everything before {@code endBytes} is on the device; {@code bytes} may be used again. */
  public synchronized void flushed(UnflushedBytes bytes, int endBytes) {
    flushedBytes = endBytes;
    detach(bytes);
  }

  /** Everything before {@code endBytes} is on the device; the last of it came past the buffers. */
  public synchronized void flushedDirectly(int endBytes) {
    flushedBytes = endBytes;
  }

  /** Write buffers in use. */
  public synchronized int bufferCount() {
    return bufferCount;
  }

  @GuardedBy("this")
  private void detach(UnflushedBytes bytes) {
    for (int i = 0; i < bufferCount; i++) {
      if (unflushed[i] == bytes) {
        bufferCount--;
        System.arraycopy(unflushed, i + 1, unflushed, i, bufferCount - i);
        unflushed[bufferCount] = null;
        return;
      }
    }
    throw new IllegalStateException("a write buffer that is not of " + this);
  }

  /**
   * Counts a record that has been written into a buffer.
   *
   * @param life the version of the page when room was taken for the record
   * @return false when that life has failed in the meantime: the record is not there
   */
  public synchronized boolean commit(long life, int countedBytes, long expirySeconds) {
    if (!isOpenIn(life)) {
      return false;
    }
    recordCount++;
    liveCount++;
    liveBytes += countedBytes;
    writtenBytes += countedBytes;
    noteExpiry(expirySeconds);
    return true;
  }

  @GuardedBy("this")
  private void noteExpiry(long expirySeconds) {
    if (expirySeconds == 0) {
      holdsForever = true;
    } else {
      latestExpirySeconds = Math.max(latestExpirySeconds, expirySeconds);
      earliestExpirySeconds =
          earliestExpirySeconds == 0
              ? expirySeconds
              : Math.min(earliestExpirySeconds, expirySeconds);
    }
  }

  /**
   * Counts a record that no address points to any more; the same bytes as at its commit.
   *
   * @return the life in which that has to be noted; 0 when nothing on the page outlives this run
   */
  public synchronized long forget(int countedBytes) {
    forget(1, countedBytes);
    return isMarked() ? version : 0;
  }

  /** Whether what is on the page may be found again by a later run. */
  @GuardedBy("this")
  private boolean isMarked() {
    return state != PageState.FAILED && !givingUp;
  }

  @GuardedBy("this")
  private void forget(int count, long countedBytes) {
    if (count < 0 || countedBytes < 0 || liveCount < count || liveBytes < countedBytes) {
      throw new IllegalStateException(
          "forgetting " + count + " records, " + countedBytes + " bytes, more than " + this);
    }
    liveCount -= count;
    liveBytes -= countedBytes;
  }

  /**
   * As {@link #forget}, if the page still lives the life whose version ends in these bits; 0
   * otherwise.
   */
  public synchronized long forgetIfAlive(long versionBits, long versionMask, int countedBytes) {
    return forgetIfAlive(versionBits, versionMask, 1, countedBytes);
  }

  /** As above, for several records at once. */
  public synchronized long forgetIfAlive(
      long versionBits, long versionMask, int count, long countedBytes) {
    if (!livesOn(versionBits, versionMask)) {
      return 0;
    }
    forget(count, countedBytes);
    return version;
  }

  /**
   * Whether the page lives the life whose version ends in these bits and is not about to lose it.
   */
  public synchronized boolean livesOn(long versionBits, long versionMask) {
    return isReadable() && !givingUp && (version & versionMask) == versionBits;
  }

  @GuardedBy("this")
  private boolean isReadable() {
    return state == PageState.OPEN || state == PageState.SEALED || state == PageState.RESTORING;
  }

  /** Whether the page is still being filled in this life. */
  public synchronized boolean isOpenIn(long life) {
    return state == PageState.OPEN && version == life;
  }

  /** Whether the page is full and flushed in this life, and not on its way out. */
  public synchronized boolean isSealedIn(long life) {
    return state == PageState.SEALED && version == life && !givingUp;
  }

  /** Full and flushed. */
  public synchronized void seal() {
    become(PageState.SEALED);
  }

  /** A write was refused: nothing on the page counts, and its buffers hold nothing any more. */
  public synchronized void fail() {
    become(PageState.FAILED);
    Arrays.fill(unflushed, null);
    bufferCount = 0;
  }

  /**
   * If the page is full, nothing on it is wanted any more and it is to be given up, as soon as it
   * may be.
   */
  public synchronized void doomIfSealed() {
    doomed |= state == PageState.SEALED || state == PageState.RESTORING;
  }

  /** From here on no address may be pointed at the page again. */
  public synchronized void beginGivingUp() {
    givingUp = true;
  }

  /**
   * Lets nobody in any more.
   *
   * @return whether nobody is left either, and the page is free at once
   */
  public synchronized boolean close() {
    become(PageState.CLOSING);
    return freeIfLeft();
  }

  /**
   * Keeps the page from being used again until {@link #release}.
   *
   * @return false when nothing on it can be read
   */
  public synchronized boolean lease() {
    if (!isReadable()) {
      return false;
    }
    leaseCount++;
    return true;
  }

  /**
   * Gives a lease back.
   *
   * @return whether it was the last of a closing page, which is free now
   */
  public synchronized boolean release() {
    if (leaseCount == 0) {
      throw new IllegalStateException("a lease too many given back to " + this);
    }
    leaseCount--;
    return state == PageState.CLOSING && freeIfLeft();
  }

  @GuardedBy("this")
  private boolean freeIfLeft() {
    if (leaseCount > 0) {
      return false;
    }
    become(PageState.FREE);
    version = 0;
    liveCount = 0;
    liveBytes = 0;
    return true;
  }

  /**
   * Copies unflushed bytes, if that is what they are. The caller holds a lease.
   *
   * @return how many bytes were copied to the front of {@code target}; 0 when they are on the
   *     device
   */
  public synchronized int readUnflushed(int offsetBytes, int lengthBytes, MemorySegment target) {
    if (offsetBytes < flushedBytes) {
      return 0;
    }
    UnflushedBytes holder = holderOf(offsetBytes);
    if (holder == null) {
      return 0;
    }
    int from = offsetBytes - holder.startBytes();
    int length = Math.min(lengthBytes, holder.buffer().capacityBytes() - from);
    if (length <= 0) {
      // Nothing has been written there yet: whatever the device has is as good.
      return 0;
    }
    MemorySegment.copy(holder.buffer().memory(), from, target, 0, length);
    return length;
  }

  @GuardedBy("this")
  private @Nullable UnflushedBytes holderOf(int offsetBytes) {
    for (int i = bufferCount - 1; i >= 0; i--) {
      UnflushedBytes one = unflushed[i];
      if (one != null && one.startBytes() <= offsetBytes) {
        return one;
      }
    }
    return null;
  }

  /** Where the bytes end that are on the device. The caller holds a lease. */
  public synchronized int flushedBytes() {
    return flushedBytes;
  }

  public synchronized PageState state() {
    return state;
  }

  public synchronized long version() {
    return version;
  }

  public synchronized long openedAtSeconds() {
    return openedAtSeconds;
  }

  /** What the page is and holds at this moment. */
  public synchronized PageSnapshot snapshot() {
    return new PageSnapshot(
        id,
        deviceIndex,
        state,
        version,
        bucket,
        freeBucket,
        openedAtSeconds,
        recordCount,
        liveCount,
        liveBytes,
        writtenBytes,
        earliestExpirySeconds,
        holdsForever ? 0 : latestExpirySeconds,
        leaseCount,
        givingUp,
        doomed);
  }

  @GuardedBy("this")
  private void become(PageState next) {
    if (!state.canBecome(next)) {
      throw new IllegalStateException(this + " cannot become " + next);
    }
    state = next;
  }

  @Override
  public synchronized String toString() {
    return "page "
        + id
        + " of "
        + device.name()
        + " ("
        + state
        + ", version "
        + version
        + ", "
        + liveCount
        + " live, "
        + leaseCount
        + " leases)";
  }
}
