package io.larder.cache.index;

import io.larder.cache.stats.Departure;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys that have left a shard lately, and why: the ghost queue of S3-FIFO (Yang et al., SOSP
 * 2023), and the reason of a miss.
 *
 * <p>Not the keys themselves but 16 bits of their hashes, in buckets of 16, so one cache line
 * answers. A key is forgotten when as many others have departed as are to be remembered, or when
 * its bucket needs the room. A wrong answer, for one new key in some 4,000, costs a little policy
 * and a little truth of a counter, never a value.
 *
 * <p><b>Threads.</b> Guarded by the lock of its shard.
 */
final class Ghost {
  /*
   *  entry: fingerprint 16 | stamp 12 | departure + 1 in 4 bits          0 = none
   *
   * It grows by a bucket at a time, as the shard's table does. No bit of the hash is kept that could
   * say which half of a bucket's keys belongs into the new one, so the new one is a copy: what
   * does not belong there is never asked for and ages.
   *
   * Stamps come round again after 16 times the memory. Every new entry clears what is too old in one
   * more bucket, so no entry is there that long.
   */

  static final int PIECE_BYTES = 1024;
  private static final int BUCKET_BYTES = 64;
  private static final int ENTRY_BYTES = 4;
  private static final int BUCKETS_PER_PIECE = PIECE_BYTES / BUCKET_BYTES;

  /** Of 16; the rest is for chance, which fills some buckets more than others. */
  private static final int ENTRIES_WANTED_PER_BUCKET = 12;

  private static final int STAMP_SHIFT = 4;
  private static final int STAMP_MASK = (1 << 12) - 1;
  private static final int DEPARTURE_MASK = 15;
  private static final Departure[] DEPARTURES = Departure.values();

  private final IndexMemory memory;
  private final GhostClock clock;
  private final int hashShift;
  private final int shardCount;
  private long[] pieces = new long[0];
  private int bucketCount;
  private int atLevel = BUCKETS_PER_PIECE;
  private int nextToClear;

  /**
   * Empty, with no memory yet.
   *
   * @param hashBitsUsed low bits of the hash that chose the shard
   */
  Ghost(IndexMemory memory, GhostClock clock, int hashBitsUsed) {
    this.memory = memory;
    this.clock = clock;
    this.hashShift = hashBitsUsed;
    this.shardCount = 1 << hashBitsUsed;
  }

  /** Remembers that a key has left, unless there is no memory at all. */
  void add(long hash, Departure why) {
    clock.tick(why);
    grow();
    if (bucketCount == 0) {
      return;
    }
    clearOld(nextToClear);
    nextToClear = (nextToClear + 1) % bucketCount;
    int now = clock.stamp(why) & STAMP_MASK;
    long at = entryFor(bucketOf(hash), fingerprint(hash));
    memory.setInt(at, fingerprint(hash) | (now << STAMP_SHIFT) | (why.ordinal() + 1));
  }

  /**
   * Where a key goes: where it stands already, else where none does, else in the oldest's place.
   */
  private long entryFor(long bucket, int fingerprint) {
    long best = bucket;
    int bestAge = -1;
    for (long at = bucket; at < bucket + BUCKET_BYTES; at += ENTRY_BYTES) {
      int entry = memory.getInt(at);
      if (entry != 0 && (entry & FINGERPRINT_MASK) == fingerprint) {
        return at;
      }
      int age = entry == 0 ? Integer.MAX_VALUE : age(entry);
      if (age > bestAge) {
        bestAge = age;
        best = at;
      }
    }
    return best;
  }

  /** Why a key has left, or null if it is not known to have been here. */
  @Nullable Departure find(long hash) {
    long at = entryOf(hash);
    return at < 0 ? null : departure(memory.getInt(at));
  }

  /**
   * Whether a key is among the last that have left the queue of RAM it was in: a tenth as many as
   * there are items in RAM.
   */
  boolean hasJustLeft(long hash) {
    long at = entryOf(hash);
    if (at < 0) {
      return false;
    }
    int entry = memory.getInt(at);
    return age(entry) <= clock.stampsOfATenth(departure(entry));
  }

  /** Forgets a key: it is back. */
  void remove(long hash) {
    long at = entryOf(hash);
    if (at >= 0) {
      memory.setInt(at, 0);
    }
  }

  private long entryOf(long hash) {
    if (bucketCount == 0) {
      return -1;
    }
    int fingerprint = fingerprint(hash);
    long bucket = bucketOf(hash);
    for (long at = bucket; at < bucket + BUCKET_BYTES; at += ENTRY_BYTES) {
      int entry = memory.getInt(at);
      if (entry != 0
          && (entry & FINGERPRINT_MASK) == fingerprint
          && age(entry) <= GhostClock.STAMPS) {
        return at;
      }
    }
    return -1;
  }

  private static final int FINGERPRINT_MASK = 0xffff0000;

  private static int fingerprint(long hash) {
    return (int) (hash >>> 32) & FINGERPRINT_MASK;
  }

  private static Departure departure(int entry) {
    return DEPARTURES[(entry & DEPARTURE_MASK) - 1];
  }

  private int age(int entry) {
    return (clock.stamp(departure(entry)) - (entry >>> STAMP_SHIFT)) & STAMP_MASK;
  }

  private void clearOld(int number) {
    long bucket = addressOf(number);
    for (long at = bucket; at < bucket + BUCKET_BYTES; at += ENTRY_BYTES) {
      int entry = memory.getInt(at);
      if (entry != 0 && age(entry) > GhostClock.STAMPS) {
        memory.setInt(at, 0);
      }
    }
  }

  private long bucketOf(long hash) {
    int bits = (int) (hash >>> hashShift);
    int wide = bits & (2 * atLevel - 1);
    return addressOf(wide < bucketCount ? wide : bits & (atLevel - 1));
  }

  private long addressOf(int bucket) {
    return pieces[bucket / BUCKETS_PER_PIECE] + (long) (bucket % BUCKETS_PER_PIECE) * BUCKET_BYTES;
  }

  private void grow() {
    long wanted = clock.keys() / shardCount / ENTRIES_WANTED_PER_BUCKET + 1;
    if (bucketCount >= wanted && bucketCount >= BUCKETS_PER_PIECE) {
      return;
    }
    if (bucketCount % BUCKETS_PER_PIECE == 0) {
      long piece = memory.takeGhostPiece();
      if (piece < 0) {
        return;
      }
      pieces = Arrays.copyOf(pieces, pieces.length + 1);
      pieces[pieces.length - 1] = piece;
    }
    if (bucketCount < BUCKETS_PER_PIECE) {
      bucketCount = BUCKETS_PER_PIECE;
      return;
    }
    long from = addressOf(bucketCount - atLevel);
    long to = addressOf(bucketCount);
    for (int i = 0; i < BUCKET_BYTES; i += ENTRY_BYTES) {
      memory.setInt(to + i, memory.getInt(from + i));
    }
    bucketCount++;
    if (bucketCount == 2 * atLevel) {
      atLevel *= 2;
    }
  }
}
