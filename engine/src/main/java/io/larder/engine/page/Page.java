package io.larder.engine.page;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.engine.model.Bucket;
import io.larder.platform.device.Device;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.MemorySegment;
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
   * Bytes from flushedBytes on are in one of the two write buffers. They are attached and detached
   * under the monitor, and copied out under it, so that a buffer cannot start its next life in the
   * middle of a copy.
   */

  private final int id;
  private final int deviceIndex;
  private final Bucket freeBucket;
  private final Device device;
  private final long deviceOffsetBytes;

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

  @GuardedBy("this")
  private @Nullable UnflushedBytes first;

  @GuardedBy("this")
  private @Nullable UnflushedBytes second;

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
  public Page(int id, int deviceIndex, Bucket freeBucket, Device device, long deviceOffsetBytes) {
    this.id = id;
    this.deviceIndex = deviceIndex;
    this.freeBucket = freeBucket;
    this.device = device;
    this.deviceOffsetBytes = deviceOffsetBytes;
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

  /** Starts a life. */
  public synchronized void claim(long newVersion, Bucket newBucket, long nowSeconds) {
    become(PageState.OPEN);
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
   * Makes unflushed bytes readable. At most two buffers at once.
   *
   * <p>A page that has failed takes none: its bucket may not have heard of it yet, and what is
   * attached now would still be there in the next life.
   */
  public synchronized void attach(UnflushedBytes bytes) {
    if (state == PageState.FAILED) {
      return;
    }
    if (first == null) {
      first = bytes;
    } else if (second == null) {
      second = bytes;
    } else {
      throw new IllegalStateException("third write buffer for " + this);
    }
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

  /** Whether both write buffers are in use. */
  public synchronized boolean hasTwoBuffers() {
    return first != null && second != null;
  }

  @GuardedBy("this")
  private void detach(UnflushedBytes bytes) {
    if (first == bytes) {
      first = null;
    } else if (second == bytes) {
      second = null;
    } else {
      throw new IllegalStateException("a write buffer that is not of " + this);
    }
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
    if (expirySeconds == 0) {
      holdsForever = true;
    } else {
      latestExpirySeconds = Math.max(latestExpirySeconds, expirySeconds);
      earliestExpirySeconds =
          earliestExpirySeconds == 0
              ? expirySeconds
              : Math.min(earliestExpirySeconds, expirySeconds);
    }
    return true;
  }

  /** Counts a record that no address points to any more; the same bytes as at its commit. */
  public synchronized void forget(int countedBytes) {
    forget(1, countedBytes);
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

  /** As {@link #forget}, if the page still lives the life whose version ends in these bits. */
  public synchronized boolean forgetIfAlive(long versionBits, long versionMask, int countedBytes) {
    return forgetIfAlive(versionBits, versionMask, 1, countedBytes);
  }

  /** As above, for several records at once. */
  public synchronized boolean forgetIfAlive(
      long versionBits, long versionMask, int count, long countedBytes) {
    if (!livesOn(versionBits, versionMask)) {
      return false;
    }
    forget(count, countedBytes);
    return true;
  }

  /**
   * Whether the page lives the life whose version ends in these bits and is not about to lose it.
   */
  public synchronized boolean livesOn(long versionBits, long versionMask) {
    return (state == PageState.OPEN || state == PageState.SEALED)
        && !givingUp
        && (version & versionMask) == versionBits;
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
    first = null;
    second = null;
  }

  /** If the page is sealed, nothing on it is wanted any more and it is to be given up. */
  public synchronized void doomIfSealed() {
    doomed |= state == PageState.SEALED;
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
    if (state != PageState.OPEN && state != PageState.SEALED) {
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
    UnflushedBytes latest = null;
    for (UnflushedBytes one : new UnflushedBytes[] {first, second}) {
      if (one != null
          && one.startBytes() <= offsetBytes
          && (latest == null || one.startBytes() > latest.startBytes())) {
        latest = one;
      }
    }
    return latest;
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
