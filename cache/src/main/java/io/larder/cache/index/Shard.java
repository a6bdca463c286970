package io.larder.cache.index;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.stats.Departure;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The slots of the keys that share some bits of their hash: a linear hash table (Litwin, VLDB 1980)
 * that grows by splitting one bucket at a time.
 *
 * <pre>
 *  bucket, 128 bytes:   15 slots | link
 *  overflow, 64 bytes:   7 slots | link          link = address of the next overflow + 1, 0 = none
 * </pre>
 *
 * <p><b>Threads.</b> Guarded by its own monitor, which also guards the RAM bytes that its slots
 * point to. Every method is called with it held. First in the cache's lock order; never two shards
 * at once.
 */
public final class Shard {
  /*
   * Hash bits, from the low end: the shard, then the bucket at the first level, then the tag. Keys
   * are not read back when a bucket is split, so the bit that decides comes from the tag: splitting
   * at level n looks at tag bit n. All slots of a bucket agree in the tag bits used so far, which is
   * why each doubling costs a bit of discrimination.
   *
   * A bucket is split only while the bytes after it stay under 11.5 for each item, so the load, and
   * with it the price of an item, stays the same at every size. That goes for the bytes in use and
   * for the chunks taken: in the course of a doubling the share of the overflows rises and falls,
   * and chunks of idle overflows are memory all the same.
   *
   * Where items come and go and their number stays, no bucket is split, and every bucket would in
   * time have the overflows of its fullest hour. So above that price an insert gives back the last
   * overflow of its own bucket, and of the next one in turn, if what is in it has room before it. It
   * is the insert that does so, and not the removal, because only an insert ends the life of cursors.
   */

  /** No slot. */
  public static final long NONE = -1;

  private static final int BUCKET_BYTES = 128;
  private static final int OVERFLOW_BYTES = 64;
  private static final int WORD_BYTES = 8;
  private static final int BUCKETS_PER_CHUNK = IndexMemory.CHUNK_BYTES / BUCKET_BYTES;

  /** Twice the bytes an item may cost before a bucket is split: 11.5. */
  private static final int HALF_BYTES_PER_ITEM = 23;

  /** Chunks that need not be paid for by items: one of buckets and one of overflows, half used. */
  private static final int SPARE_CHUNK_COUNT = 2;

  private final IndexMemory memory;

  @GuardedBy("this")
  private final Ghost ghost;

  @GuardedBy("this")
  private final ChangedKeys changedKeys;

  private final int placeOfSegments;
  private final int bucketShift;
  private final int tagShift;
  private final int firstLevelBits;

  @GuardedBy("this")
  private long[] chunks;

  @GuardedBy("this")
  private int bucketCount;

  @GuardedBy("this")
  private int level;

  @GuardedBy("this")
  private long freeOverflow;

  @GuardedBy("this")
  private int overflowCount;

  @GuardedBy("this")
  private int overflowChunkCount;

  @GuardedBy("this")
  private int nextToTighten;

  @GuardedBy("this")
  private int itemCount;

  @GuardedBy("this")
  private int flashItemCount;

  /** Items in RAM and on flash by the size class of their slots, which differ in the two tiers. */
  @GuardedBy("this")
  private final int[] ramCounts = new int[Slot.SIZE_CLASS_COUNT];

  @GuardedBy("this")
  private final int[] flashCounts = new int[Slot.SIZE_CLASS_COUNT];

  /**
   * A table with 2^firstLevelBits empty buckets.
   *
   * @param hashBitsUsed low bits of the hash that chose this shard
   * @param placeOfSegments places from here on are segments
   */
  Shard(
      IndexMemory memory,
      GhostClock ghostClock,
      int hashBitsUsed,
      int firstLevelBits,
      int placeOfSegments) {
    this.memory = memory;
    this.ghost = new Ghost(memory, ghostClock, hashBitsUsed);
    this.changedKeys = new ChangedKeys(hashBitsUsed);
    this.placeOfSegments = placeOfSegments;
    this.firstLevelBits = firstLevelBits;
    this.bucketShift = hashBitsUsed;
    this.tagShift = hashBitsUsed + firstLevelBits;
    int buckets = 1 << firstLevelBits;
    this.chunks = new long[Math.max(1, buckets / BUCKETS_PER_CHUNK)];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = memory.takeChunk();
      if (chunks[i] < 0) {
        throw new IllegalArgumentException("no memory for the first " + buckets + " buckets");
      }
    }
    this.bucketCount = buckets;
  }

  /** The tag of a hash. */
  public int tag(long hash) {
    return (int) (hash >>> tagShift) & ((1 << Slot.TAG_BITS) - 1);
  }

  @GuardedBy("this")
  private int bucketOf(long hash) {
    int low = (int) (hash >>> bucketShift) & ((1 << firstLevelBits) - 1);
    int bits = low | ((tag(hash) & ((1 << (level + 1)) - 1)) << firstLevelBits);
    int atLevel = bits & ((1 << (firstLevelBits + level)) - 1);
    return bits < bucketCount ? bits : atLevel;
  }

  @GuardedBy("this")
  private long addressOf(int bucket) {
    return addressOf(bucket, chunks);
  }

  private static long addressOf(int bucket, long[] inChunks) {
    return inChunks[bucket / BUCKETS_PER_CHUNK]
        + (long) (bucket % BUCKETS_PER_CHUNK) * BUCKET_BYTES;
  }

  /**
   * The first slot with the tag of {@code hash}, or NONE. Cursors are good until the next insert.
   */
  @GuardedBy("this")
  public long first(long hash) {
    long bucket = addressOf(bucketOf(hash));
    return scan(bucket, bucket + BUCKET_BYTES - WORD_BYTES, tag(hash));
  }

  /*
   * A lock is a fence: what was read before it must have arrived before anything behind it is read.
   * So who takes a lock for each of many keys waits for memory as often as there are keys. The two
   * that follow take none. They may meet a table that is being changed, so whatever they say may be
   * wrong, and nothing may be decided by it.
   */

  /**
   * Reads from both lines of a key's bucket, without the lock.
   *
   * @return something that depends on what was read
   */
  public long touch(long hash) {
    long bucket = likelyBucket(hash);
    return bucket == NONE ? 0 : memory.get(bucket) ^ memory.get(bucket + BUCKET_BYTES - WORD_BYTES);
  }

  /**
   * A slot of the key's tag that is in its bucket, without the lock; EMPTY if there is none, or if
   * it is in an overflow.
   */
  public long likelySlot(long hash) {
    long bucket = likelyBucket(hash);
    if (bucket == NONE) {
      return Slot.EMPTY;
    }
    int tag = tag(hash);
    MemorySegment slab = memory.slab(bucket);
    long first = memory.offset(bucket);
    for (int i = 0; i < BUCKET_BYTES - WORD_BYTES; i += WORD_BYTES) {
      long slot = slab.get(ValueLayout.JAVA_LONG, first + i);
      if (Slot.tag(slot) == tag && slot != Slot.EMPTY) {
        return slot;
      }
    }
    return Slot.EMPTY;
  }

  @SuppressWarnings("GuardedBy")
  private long likelyBucket(long hash) {
    long[] known = chunks;
    int bucket = bucketOf(hash);
    if (bucket / BUCKETS_PER_CHUNK >= known.length) {
      return NONE;
    }
    long address = addressOf(bucket, known);
    return memory.has(address) ? address : NONE;
  }

  /** The next slot with the same tag behind {@code cursor}, or NONE. */
  @GuardedBy("this")
  public long next(long cursor, long hash) {
    return scan(cursor + WORD_BYTES, linkOf(cursor), tag(hash));
  }

  /*
   * A cursor is the address of a slot. Whether it lies in a bucket or in an overflow, and so where
   * the link stands, follows from its chunk: bucket chunks and overflow chunks differ in their last
   * word, which in an overflow chunk is no link but a mark.
   */
  @GuardedBy("this")
  private long linkOf(long cursor) {
    return isOverflow(cursor)
        ? (cursor & -OVERFLOW_BYTES) + OVERFLOW_BYTES - WORD_BYTES
        : (cursor & -BUCKET_BYTES) + BUCKET_BYTES - WORD_BYTES;
  }

  @GuardedBy("this")
  private boolean isOverflow(long cursor) {
    long chunkEnd = (cursor & -IndexMemory.CHUNK_BYTES) + IndexMemory.CHUNK_BYTES;
    return memory.get(chunkEnd - WORD_BYTES) == OVERFLOW_MARK;
  }

  private static final long OVERFLOW_MARK = -1;

  @GuardedBy("this")
  private long scan(long from, long link, int tag) {
    long at = from;
    long end = link;
    while (true) {
      MemorySegment slab = memory.slab(at);
      long first = memory.offset(at);
      int slotBytes = (int) (end - at);
      for (int i = 0; i < slotBytes; i += WORD_BYTES) {
        long slot = slab.get(ValueLayout.JAVA_LONG, first + i);
        if (Slot.tag(slot) == tag && slot != Slot.EMPTY) {
          return at + i;
        }
      }
      long next = slab.get(ValueLayout.JAVA_LONG, first + slotBytes);
      if (next == 0) {
        return NONE;
      }
      at = next - 1;
      end = at + OVERFLOW_BYTES - WORD_BYTES;
    }
  }

  /** The slot that points at this location, or NONE. */
  @GuardedBy("this")
  public long find(long hash, long location) {
    for (long at = first(hash); at != NONE; at = next(at, hash)) {
      if (Slot.location(memory.get(at)) == location) {
        return at;
      }
    }
    return NONE;
  }

  /** The slot at a cursor. */
  @GuardedBy("this")
  public long get(long cursor) {
    return memory.get(cursor);
  }

  /** Points the slot at {@code cursor} elsewhere; the tag stays. */
  @GuardedBy("this")
  public void set(long cursor, long slot) {
    count(memory.get(cursor), -1);
    memory.set(cursor, slot);
    count(slot, 1);
  }

  /** Counts a hit in the slot at {@code cursor}. */
  @GuardedBy("this")
  public void hit(long cursor) {
    long slot = memory.get(cursor);
    long hit = Slot.hit(slot);
    if (hit != slot) {
      memory.set(cursor, hit);
    }
  }

  @GuardedBy("this")
  private void count(long slot, int by) {
    if (Slot.place(slot) < placeOfSegments) {
      flashItemCount += by;
      flashCounts[Slot.sizeClass(slot)] += by;
    } else {
      ramCounts[Slot.sizeClass(slot)] += by;
    }
  }

  /** Empties the slot at {@code cursor}. */
  @GuardedBy("this")
  public void remove(long cursor) {
    count(memory.get(cursor), -1);
    memory.set(cursor, Slot.EMPTY);
    itemCount--;
  }

  /**
   * A key is changed by a request that may not know of its record of an earlier run.
   *
   * @return whether nobody has said so before of any key of its group
   */
  @GuardedBy("this")
  public boolean keyChanges(long hash) {
    return changedKeys.add(hash);
  }

  /**
   * Whether a key was changed in this run before all records of an earlier one were found, or one
   * that is not told from it.
   */
  @GuardedBy("this")
  public boolean hasChanged(long hash) {
    return changedKeys.contains(hash);
  }

  /** All records of the earlier run have been found: which keys were changed matters no more. */
  @GuardedBy("this")
  public void forgetChangedKeys() {
    changedKeys.clear();
  }

  /** Remembers that the item of a key is gone, and why. */
  @GuardedBy("this")
  public void departed(long hash, Departure why) {
    ghost.add(hash, why);
  }

  /** Why a key that has no slot has none, or null if it is not known to have been here. */
  @GuardedBy("this")
  public @Nullable Departure departure(long hash) {
    return ghost.find(hash);
  }

  /** Whether a key that has no slot is among the last that have left the queue it was in. */
  @GuardedBy("this")
  public boolean hasJustLeft(long hash) {
    return ghost.hasJustLeft(hash);
  }

  /** A key that may have departed is back. */
  @GuardedBy("this")
  public void cameBack(long hash) {
    ghost.remove(hash);
  }

  /**
   * Adds a slot for a new item.
   *
   * @return false when the index cannot have the memory; nothing has changed
   */
  @GuardedBy("this")
  public boolean insert(long hash, long slot) {
    long bucket = addressOf(bucketOf(hash));
    long at = emptySlot(bucket);
    if (at == NONE) {
      return false;
    }
    memory.set(at, slot);
    itemCount++;
    count(slot, 1);
    if (maySplit()) {
      split();
    } else if (isTooDear()) {
      tighten(bucket);
      nextToTighten = (nextToTighten + 1) % bucketCount;
      tighten(addressOf(nextToTighten));
    }
    return true;
  }

  @GuardedBy("this")
  private long emptySlot(long bucket) {
    long at = bucket;
    long end = bucket + BUCKET_BYTES - WORD_BYTES;
    while (true) {
      MemorySegment slab = memory.slab(at);
      long first = memory.offset(at);
      int slotBytes = (int) (end - at);
      for (int i = 0; i < slotBytes; i += WORD_BYTES) {
        if (slab.get(ValueLayout.JAVA_LONG, first + i) == Slot.EMPTY) {
          return at + i;
        }
      }
      long next = slab.get(ValueLayout.JAVA_LONG, first + slotBytes);
      if (next == 0) {
        long overflow = takeOverflow();
        if (overflow == NONE) {
          return NONE;
        }
        memory.set(end, overflow + 1);
        return overflow;
      }
      at = next - 1;
      end = at + OVERFLOW_BYTES - WORD_BYTES;
    }
  }

  /** Gives the last overflow of a bucket back, if there is room before it for what it holds. */
  @GuardedBy("this")
  private void tighten(long bucket) {
    long linkToLast = bucket + BUCKET_BYTES - WORD_BYTES;
    if (memory.get(linkToLast) == 0) {
      return;
    }
    int roomBefore = emptyCount(bucket, linkToLast);
    long last = memory.get(linkToLast) - 1;
    long link = last + OVERFLOW_BYTES - WORD_BYTES;
    while (memory.get(link) != 0) {
      roomBefore += emptyCount(last, link);
      linkToLast = link;
      last = memory.get(link) - 1;
      link = last + OVERFLOW_BYTES - WORD_BYTES;
    }
    int slotCount = OVERFLOW_BYTES / WORD_BYTES - 1;
    if (slotCount - emptyCount(last, link) > roomBefore) {
      return;
    }
    memory.set(linkToLast, 0);
    for (long at = last; at < link; at += WORD_BYTES) {
      long slot = memory.get(at);
      if (slot != Slot.EMPTY) {
        memory.set(emptySlot(bucket), slot);
        memory.set(at, Slot.EMPTY);
      }
    }
    giveOverflow(last);
  }

  @GuardedBy("this")
  private int emptyCount(long from, long to) {
    MemorySegment slab = memory.slab(from);
    long first = memory.offset(from);
    int slotBytes = (int) (to - from);
    int count = 0;
    for (int i = 0; i < slotBytes; i += WORD_BYTES) {
      count += slab.get(ValueLayout.JAVA_LONG, first + i) == Slot.EMPTY ? 1 : 0;
    }
    return count;
  }

  @GuardedBy("this")
  private long takeOverflow() {
    if (freeOverflow == 0) {
      long chunk = memory.takeChunk();
      if (chunk < 0) {
        return NONE;
      }
      overflowChunkCount++;
      // The last overflow of the chunk is given up for the mark.
      memory.set(chunk + IndexMemory.CHUNK_BYTES - WORD_BYTES, OVERFLOW_MARK);
      long last = chunk + IndexMemory.CHUNK_BYTES - OVERFLOW_BYTES;
      for (long at = chunk; at < last; at += OVERFLOW_BYTES) {
        chainFree(at);
      }
    }
    long overflow = freeOverflow - 1;
    long link = overflow + OVERFLOW_BYTES - WORD_BYTES;
    freeOverflow = memory.get(link);
    memory.set(link, 0);
    overflowCount++;
    return overflow;
  }

  @GuardedBy("this")
  private void giveOverflow(long overflow) {
    chainFree(overflow);
    overflowCount--;
  }

  @GuardedBy("this")
  private void chainFree(long overflow) {
    memory.set(overflow + OVERFLOW_BYTES - WORD_BYTES, freeOverflow);
    freeOverflow = overflow + 1;
  }

  @GuardedBy("this")
  private long tableBytes() {
    return (long) bucketCount * BUCKET_BYTES + (long) overflowCount * OVERFLOW_BYTES;
  }

  /** What the items may cost: what is in use, and, with two chunks to spare, what is taken. */
  @GuardedBy("this")
  private long limitBytes() {
    return (long) HALF_BYTES_PER_ITEM * itemCount / 2;
  }

  @GuardedBy("this")
  private boolean maySplit() {
    boolean needsChunk = bucketCount == chunks.length * BUCKETS_PER_CHUNK;
    int chunkCount = takenChunkCount() + (needsChunk ? 1 : 0);
    return tableBytes() + BUCKET_BYTES < limitBytes()
        && (long) (chunkCount - SPARE_CHUNK_COUNT) * IndexMemory.CHUNK_BYTES < limitBytes();
  }

  @GuardedBy("this")
  private boolean isTooDear() {
    return tableBytes() > limitBytes()
        || (long) (takenChunkCount() - SPARE_CHUNK_COUNT) * IndexMemory.CHUNK_BYTES > limitBytes();
  }

  @GuardedBy("this")
  private int takenChunkCount() {
    return chunks.length + overflowChunkCount;
  }

  @GuardedBy("this")
  private void split() {
    if (level >= Slot.TAG_BITS) {
      return;
    }
    int atLevel = 1 << (firstLevelBits + level);
    int bucket = bucketCount - atLevel;
    int chunk = bucketCount / BUCKETS_PER_CHUNK;
    if (chunk >= chunks.length) {
      long taken = memory.takeChunk();
      if (taken < 0) {
        return;
      }
      chunks = Arrays.copyOf(chunks, chunks.length + 1);
      chunks[chunk] = taken;
    }
    moveHalf(addressOf(bucket), addressOf(bucketCount));
    bucketCount++;
    if (bucketCount == 2 * atLevel) {
      level++;
    }
  }

  /** Moves the slots whose deciding bit is set to a new bucket, and closes the gaps they leave. */
  @GuardedBy("this")
  private void moveHalf(long from, long to) {
    long[] slots = new long[64];
    int count = 0;
    long at = from;
    long end = from + BUCKET_BYTES - WORD_BYTES;
    while (true) {
      for (; at < end; at += WORD_BYTES) {
        long slot = memory.get(at);
        if (slot != Slot.EMPTY) {
          if (count == slots.length) {
            slots = Arrays.copyOf(slots, 2 * count);
          }
          slots[count++] = slot;
          memory.set(at, Slot.EMPTY);
        }
      }
      long next = memory.get(end);
      memory.set(end, 0);
      if (end != from + BUCKET_BYTES - WORD_BYTES) {
        giveOverflow(end - OVERFLOW_BYTES + WORD_BYTES);
      }
      if (next == 0) {
        break;
      }
      at = next - 1;
      end = at + OVERFLOW_BYTES - WORD_BYTES;
    }
    for (int i = 0; i < count; i++) {
      boolean moves = ((Slot.tag(slots[i]) >>> level) & 1) != 0;
      // The overflows just given back are at least as many as are needed again.
      memory.set(emptySlot(moves ? to : from), slots[i]);
    }
  }

  /** What is done with each slot that points into a place. */
  @FunctionalInterface
  public interface SlotVisitor {
    /** Returns whether the slot is to be emptied. */
    boolean visit(long slot);
  }

  /** Shows every slot that points into {@code place}; for when no directory can be read. */
  @GuardedBy("this")
  public void visitPlace(int place, SlotVisitor visitor) {
    visit(slot -> Slot.place(slot) == place && visitor.visit(slot));
  }

  /** Shows every slot. */
  @GuardedBy("this")
  public void visit(SlotVisitor visitor) {
    for (int bucket = 0; bucket < bucketCount; bucket++) {
      visitBucket(bucket, visitor);
    }
  }

  @GuardedBy("this")
  private void visitBucket(int bucket, SlotVisitor visitor) {
    long at = addressOf(bucket);
    long end = at + BUCKET_BYTES - WORD_BYTES;
    while (true) {
      for (; at < end; at += WORD_BYTES) {
        long slot = memory.get(at);
        if (slot != Slot.EMPTY && visitor.visit(slot)) {
          remove(at);
        }
      }
      long next = memory.get(end);
      if (next == 0) {
        return;
      }
      at = next - 1;
      end = at + OVERFLOW_BYTES - WORD_BYTES;
    }
  }

  /*
   * A walk that lets the lock go in between must not lose what a split moves meanwhile, nor meet it
   * twice. So its pieces are not buckets but parts: all keys with the same low bits of the bucket,
   * as many as told the buckets apart when the walk began. A split never takes a key out of its part.
   */

  /** How many bits tell the parts of a walk apart that begins now: there are 2^bits of them. */
  @GuardedBy("this")
  public int partBits() {
    return firstLevelBits + level;
  }

  /** Which part a key belongs to. */
  public int partOf(long hash, int partBits) {
    int low = (int) (hash >>> bucketShift) & ((1 << firstLevelBits) - 1);
    return (low | tag(hash) << firstLevelBits) & ((1 << partBits) - 1);
  }

  /** Shows every slot of a part, however many buckets it has become since. */
  @GuardedBy("this")
  public void visitPart(int part, int partBits, SlotVisitor visitor) {
    for (long bucket = part; bucket < bucketCount; bucket += 1L << partBits) {
      visitBucket((int) bucket, visitor);
    }
  }

  /** Bits of the tag that still tell the slots of one bucket apart. */
  @GuardedBy("this")
  public int tagBitsLeft() {
    return Slot.TAG_BITS - level;
  }

  /** Items in either tier. */
  @GuardedBy("this")
  public int itemCount() {
    return itemCount;
  }

  /** Items on flash. */
  @GuardedBy("this")
  public int flashItemCount() {
    return flashItemCount;
  }

  /** Items in RAM whose slots tell this size class. */
  @GuardedBy("this")
  public int ramItemCount(int sizeClass) {
    return ramCounts[sizeClass];
  }

  /** Items on flash whose slots tell this size class. */
  @GuardedBy("this")
  public int flashItemCount(int sizeClass) {
    return flashCounts[sizeClass];
  }

  /** Buckets there are. */
  @GuardedBy("this")
  public int bucketCount() {
    return bucketCount;
  }

  /** Bytes of buckets and overflows in use. */
  @GuardedBy("this")
  public long usedBytes() {
    return tableBytes();
  }
}
