package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.Departure;
import io.larder.engine.PageStore;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.model.PageRestorer;
import io.larder.engine.model.RecordFinder;
import io.larder.engine.model.RestoredPage;
import io.larder.engine.page.Page;
import io.larder.engine.state.SavedState;
import io.larder.platform.memory.AlignedBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Points slots at the records of an earlier run again.
 *
 * <p><b>Threads.</b> Any; takes one shard's lock at a time.
 */
public final class RecordRestorer implements PageRestorer {
  /*
   * A request that changes a key while its record has not been found yet leaves the key's hash with
   * the shard, in the same hold of its lock in which it acts. So there are two cases only: it came
   * before the record was found, and then the record is refused; or after, and then it has seen the
   * slot.
   *
   * Two live records of one key there should never be: whatever replaces a record has its tombstone
   * written first. Should a device have lost some, neither is kept, for nobody can say which is the
   * newer. Slots know too little of a hash to tell; so where the tag is the same the other record is
   * read. That is one in thousands.
   */

  private final Tiers tiers;
  private final PageStore flash;
  private final SavedState saved;
  private final RecordFinder finder;
  private final LongSupplier requestCount;

  /** Never asked for: a read that leads to nothing is one that the compiler leaves out. */
  @SuppressWarnings("UnusedVariable")
  private volatile long fetched;

  /**
   * Restores into {@code tiers} what {@code saved} lets live.
   *
   * @param requestCount grows with every request that is answered
   */
  public RecordRestorer(Tiers tiers, PageStore flash, SavedState saved, LongSupplier requestCount) {
    this.tiers = tiers;
    this.flash = flash;
    this.saved = saved;
    this.finder = tiers.recordFinder();
    this.requestCount = requestCount;
  }

  @Override
  public Answer restore(RestoredPage page, long keyHash, int offsetUnits, int lengthBytes) {
    if (saved.changedKeysVersion(keyHash) >= page.version()) {
      return Answer.CHANGED;
    }
    Shard shard = tiers.index().shardOf(keyHash);
    // Locations that were read and found to be other keys'.
    List<Long> others = List.of();
    while (true) {
      long doubtful;
      Page doubtfulPage;
      synchronized (shard) {
        if (shard.hasChanged(keyHash)) {
          return Answer.CHANGED;
        }
        doubtful = doubtful(shard, keyHash, others);
        if (doubtful == Slot.EMPTY) {
          return point(shard, page, keyHash, offsetUnits, lengthBytes);
        }
        doubtfulPage = flash.page(Slot.place(doubtful));
        if (!doubtfulPage.lease()) {
          // Its page has failed and its slot is about to go; it may as well be another's.
          others = with(others, doubtful);
          continue;
        }
      }
      boolean isSame = hashOf(doubtful, doubtfulPage) == keyHash;
      if (doubtfulPage.release()) {
        flash.readListener().lastLeaseReturned(doubtfulPage);
      }
      if (isSame) {
        synchronized (shard) {
          long cursor = shard.find(keyHash, Slot.location(doubtful));
          if (cursor != Shard.NONE) {
            tiers.dropFlash(shard, cursor, keyHash, Departure.DEVICE_ERROR);
          }
        }
        return Answer.TWICE;
      }
      others = with(others, doubtful);
    }
  }

  @Override
  public void willBeAsked(long[] keyHashes, int from, int to) {
    long read = 0;
    for (int at = from; at < to; at++) {
      read ^= tiers.index().shardOf(keyHashes[at]).touch(keyHashes[at]);
    }
    fetched = read;
  }

  private static List<Long> with(List<Long> others, long slot) {
    List<Long> more = new ArrayList<>(others);
    more.add(Slot.location(slot));
    return more;
  }

  /** A slot of the key's tag on flash that may be the key's own; EMPTY if there is none. */
  @GuardedBy("shard")
  private long doubtful(Shard shard, long keyHash, List<Long> others) {
    for (long at = shard.first(keyHash); at != Shard.NONE; at = shard.next(at, keyHash)) {
      long slot = shard.get(at);
      if (!tiers.isRam(slot) && !others.contains(Slot.location(slot))) {
        return slot;
      }
    }
    return Slot.EMPTY;
  }

  @GuardedBy("shard")
  private Answer point(
      Shard shard, RestoredPage page, long keyHash, int offsetUnits, int lengthBytes) {
    int sizeClass = SizeClasses.of(lengthBytes);
    long slot = Slot.of(shard.tag(keyHash), 0, sizeClass, page.pageId(), offsetUnits);
    if (!shard.insert(keyHash, slot)) {
      return Answer.NO_ROOM;
    }
    page.count(SizeClasses.bytes(sizeClass));
    return Answer.FOUND;
  }

  /** The hash of the key of a record on flash; of a broken one the complement of its place. */
  private long hashOf(long slot, Page page) {
    int unit = flash.geometry().unitBytes();
    int start = Slot.offset(slot) * unit;
    int wanted =
        Math.min(
            RecordLayout.HEADER_BYTES + RecordLayout.KEY_BYTES_MAX,
            flash.geometry().pageBytes() - start);
    int from = start & -PageGeometry.BLOCK_BYTES;
    int length = PageGeometry.blocks(start + wanted) - from;
    try (Arena arena = Arena.ofConfined()) {
      AlignedBuffer buffer = AlignedBuffer.allocate(arena, length);
      MemorySegment memory = buffer.memory();
      if (page.readUnflushed(start, wanted, memory.asSlice(start - from)) == 0) {
        page.device().read(buffer.slice(0, length), page.deviceOffsetBytes() + from);
      }
      long at = (long) start - from;
      if (RecordLayout.pageVersion(memory, at) == (int) page.version()) {
        return tiers.hash(memory, RecordLayout.keyOffset(at), RecordLayout.keyLength(memory, at));
      }
    } catch (IOException e) {
      // Whoever asks for it will find it broken, too, and drop it.
    }
    return ~Slot.location(slot);
  }

  @Override
  public int lengthAt(MemorySegment memory, long at) {
    return finder.lengthAt(memory, at);
  }

  @Override
  public boolean isOfLife(MemorySegment memory, long at, long pageVersion) {
    return finder.isOfLife(memory, at, pageVersion);
  }

  @Override
  public @Nullable ScannedRecord scan(
      MemorySegment memory, long at, int lengthBytes, long pageVersion, int offsetUnits) {
    return finder.scan(memory, at, lengthBytes, pageVersion, offsetUnits);
  }

  @Override
  public int groupOf(long keyHash) {
    return tiers.index().neighbourhood(keyHash);
  }

  @Override
  public long requestCount() {
    return requestCount.getAsLong();
  }

  @Override
  public void restored() {
    tiers.restored();
  }
}
