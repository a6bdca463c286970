package io.larder.cache.session;

import io.larder.cache.index.Index;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.ItemVisitor;
import io.larder.cache.model.ItemWalk;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.SlabClasses;
import io.larder.cache.tier.FlashRecords;
import io.larder.cache.tier.Tiers;
import io.larder.engine.PageStore;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.page.Page;
import io.larder.engine.read.PageRead;
import io.larder.engine.read.PageReadListener;
import io.larder.engine.read.ReadBuffers;
import io.larder.platform.device.ReadQueue;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The walk of one session over all items, by the slots of the index.
 *
 * <p>Closed in the middle of reads, it lets them come home and shows nothing of them.
 *
 * <p><b>Threads.</b> Confined to its session. Takes one shard's lock at a time, for one part of its
 * table.
 */
final class SessionWalk implements ItemWalk {
  /*
   * A slot stays in the index wherever its record goes, so a walk over the slots misses nothing that
   * moves between the tiers, as a walk over pages or segments would. The price is a read for each item
   * on flash: of the block or two that hold header and key, not of the value.
   *
   * The checksum covers the value too, so where the value has not been read it cannot be verified.
   * What is verified instead is what a slot knows: the life of the page, the sizes, and that the key
   * that was read hashes to the part and the tag it was found under.
   */

  /** Reads under way at once. */
  private static final int READS_MAX = 32;

  private static final int HEAD_BYTES_MAX = RecordLayout.HEADER_BYTES + RecordLayout.KEY_BYTES_MAX;

  private final Tiers tiers;
  private final ReadBuffers buffers;
  private final PageReadListener listener;
  private final @Nullable ReadQueue reads;
  private final ItemVisitor visitor;
  private final boolean withFlash;
  private final long readBytesMax;
  private final ItemView view = new ItemView();
  private final Deque<HeadRead> idle = new ArrayDeque<>();

  // --- where it is

  private int shardIndex;
  private int part;

  /** Bits of the parts of this shard; negative before its first. */
  private int partBits = -1;

  private int seenCount;

  // --- slots of the last part whose pages are leased, those from slotAt on not being read yet

  private long[] slots = new long[32];
  private int slotAt;
  private int slotCount;
  private @Nullable Shard slotsShard;
  private int slotsPart;
  private int slotsPartBits;

  private int inFlightCount;
  private boolean advancing;
  private boolean closed;

  SessionWalk(
      Tiers tiers,
      ReadBuffers buffers,
      PageReadListener listener,
      @Nullable ReadQueue reads,
      ItemVisitor visitor,
      boolean withFlash,
      long readBytesMax) {
    this.tiers = tiers;
    this.buffers = buffers;
    this.listener = listener;
    this.reads = reads;
    this.visitor = visitor;
    this.withFlash = withFlash;
    this.readBytesMax = readBytesMax;
  }

  @Override
  public Progress advance(int itemCount) {
    advancing = true;
    Progress progress = goOn(itemCount);
    advancing = false;
    return progress;
  }

  private Progress goOn(int itemCount) {
    seenCount = 0;
    while (!closed) {
      if (!readLeased()) {
        return Progress.WAITS;
      }
      if (seenCount >= itemCount) {
        return Progress.MORE;
      }
      if (shardIndex == Index.SHARD_COUNT) {
        return inFlightCount == 0 ? Progress.ENDED : Progress.WAITS;
      }
      nextPart();
    }
    return Progress.ENDED;
  }

  /** Shows what is in RAM of one part, and leases the pages of what is on flash. */
  private void nextPart() {
    Shard shard = tiers.index().shards().get(shardIndex);
    long now = tiers.clock().unixSeconds();
    tiers.flushIfDue(now);
    synchronized (shard) {
      if (partBits < 0) {
        partBits = shard.partBits();
        part = 0;
      }
      slotAt = 0;
      slotCount = 0;
      shard.visitPart(part, partBits, this::collect);
      seenCount += 1 + slotCount;
      showAndLease(now);
    }
    slotsShard = shard;
    slotsPart = part;
    slotsPartBits = partBits;
    part++;
    if (part == 1 << partBits) {
      shardIndex++;
      partBits = -1;
    }
  }

  private boolean collect(long slot) {
    if (slotCount == slots.length) {
      slots = Arrays.copyOf(slots, 2 * slotCount);
    }
    slots[slotCount++] = slot;
    return false;
  }

  /** Under the shard's lock. Leaves in {@link #slots} only those that are to be read. */
  private void showAndLease(long now) {
    int foundCount = slotCount;
    slotCount = 0;
    for (int i = 0; i < foundCount; i++) {
      long slot = slots[i];
      if (tiers.isRam(slot)) {
        MemorySegment memory = tiers.segmentOf(slot).memory();
        long offset = Tiers.ramOffset(slot);
        if (!tiers.isDead(memory, offset, now)) {
          boolean hitBefore = (RecordLayout.state(memory, offset) & RecordLayout.FETCHED) != 0;
          visitor.inRam(
              view.show(memory, offset, RecordLayout.accessSeconds(memory, offset), hitBefore),
              SlabClasses.of(RecordLayout.spanBytes(memory, offset)));
        }
      } else if (withFlash && tiers.flashOfSlot().page(Slot.place(slot)).lease()) {
        slots[slotCount++] = slot;
      }
    }
  }

  // --- flash

  /** Starts reads of what is leased; false if some have to wait. */
  private boolean readLeased() {
    while (slotAt < slotCount) {
      PageStore flash = tiers.flashOfSlot();
      boolean isBusy = flash.lentReadBytes() > readBytesMax;
      if (inFlightCount >= (isBusy ? 1 : READS_MAX)) {
        return false;
      }
      HeadRead read = idle.poll();
      if (read == null) {
        read = new HeadRead();
      }
      read.find(slots[slotAt++], slotsShard, slotsPart, slotsPartBits);
      start(read, Math.min(HEAD_BYTES_MAX, read.recordBytesMax()));
    }
    return true;
  }

  private void start(HeadRead read, int lengthBytes) {
    ReadQueue queue = reads;
    if (queue == null) {
      throw new IllegalStateException("a session without a read queue cannot read flash");
    }
    PageStore flash = tiers.flashOfSlot();
    inFlightCount++;
    read.start(
        flash.page(Slot.place(read.slot)),
        read.offsetBytes(flash),
        lengthBytes,
        flash.geometry(),
        queue);
  }

  private void ended(HeadRead read, ReadOutcome outcome) {
    inFlightCount--;
    if (!closed && outcome == ReadOutcome.READ && isWhatTheSlotMeans(read)) {
      if (!hasWholeCas(read) && read.page().lease()) {
        // The client's own CAS stands behind the value: all of the record is needed.
        read.finish();
        start(read, read.recordBytesMax());
        return;
      }
      show(read);
    }
    read.finish();
    idle.push(read);
    if (!advancing && !closed) {
      visitor.readsEnded();
    }
  }

  private boolean isWhatTheSlotMeans(HeadRead read) {
    MemorySegment memory = read.data().memory();
    int offset = read.dataOffset();
    int length = read.dataLength();
    if (length < RecordLayout.HEADER_BYTES) {
      return false;
    }
    int keyLength = RecordLayout.keyLength(memory, offset);
    int valueLength = RecordLayout.valueLength(memory, offset);
    if (keyLength == 0
        || keyLength > RecordLayout.KEY_BYTES_MAX
        || length < RecordLayout.HEADER_BYTES + keyLength
        || valueLength < 0
        || valueLength > read.recordBytesMax()
        || RecordLayout.pageVersion(memory, offset) != (int) read.page().version()) {
      return false;
    }
    long hash = tiers.hash(memory, RecordLayout.keyOffset(offset), keyLength);
    int recordBytes = RecordLayout.recordBytes(memory, offset);
    return read.isWhereItWasFound(hash)
        && recordBytes <= read.recordBytesMax()
        && (recordBytes > length
            || FlashRecords.isIntact(
                memory, offset, length, read.page().version(), Slot.offset(read.slot)))
        && !tiers.isDead(memory, offset, tiers.clock().unixSeconds());
  }

  private static boolean hasWholeCas(HeadRead read) {
    MemorySegment memory = read.data().memory();
    int offset = read.dataOffset();
    return (RecordLayout.state(memory, offset) & RecordLayout.OWN_CAS) == 0
        || RecordLayout.recordBytes(memory, offset) <= read.dataLength();
  }

  private void show(HeadRead read) {
    MemorySegment memory = read.data().memory();
    int offset = read.dataOffset();
    if (!hasWholeCas(read)) {
      // Its page is leaving, and the item with it.
      return;
    }
    boolean hitBefore =
        Slot.hits(read.slot) > 0
            || (RecordLayout.state(memory, offset) & RecordLayout.FETCHED) != 0;
    visitor.onFlash(
        view.show(memory, offset, read.page().openedAtSeconds(), hitBefore),
        read.page().id(),
        read.offsetBytes(tiers.flashOfSlot()));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    while (slotAt < slotCount) {
      Page page = tiers.flashOfSlot().page(Slot.place(slots[slotAt++]));
      if (page.release()) {
        listener.lastLeaseReturned(page);
      }
    }
  }

  /** Reads header and key of the record that a slot points at. */
  private final class HeadRead extends PageRead {
    private long slot;
    private @Nullable Shard shard;
    private int part;
    private int partBits;

    HeadRead() {
      super(buffers, listener);
    }

    void find(long found, @Nullable Shard in, int inPart, int inPartBits) {
      slot = found;
      shard = in;
      part = inPart;
      partBits = inPartBits;
    }

    int recordBytesMax() {
      return SizeClasses.bytes(Slot.sizeClass(slot));
    }

    int offsetBytes(PageStore flash) {
      return Slot.offset(slot) * flash.geometry().unitBytes();
    }

    boolean isWhereItWasFound(long hash) {
      Shard in = shard;
      return in != null
          && tiers.index().shardOf(hash) == in
          && in.tag(hash) == Slot.tag(slot)
          && in.partOf(hash, partBits) == part;
    }

    @Override
    protected void done(ReadOutcome outcome) {
      ended(this, outcome);
    }
  }
}
