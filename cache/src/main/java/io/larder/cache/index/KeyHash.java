package io.larder.cache.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * XXH64, the seeded 64-bit hash by which keys are found in the index and in directories.
 *
 * <p>Source: Yann Collet, xxHash, the algorithm's public specification (XXH64). Name and seed are
 * part of the flash format.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class KeyHash {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;
  private static final int STRIPE_BYTES = 32;

  private final long seed;
  private final long bits;

  /** A hash of its own for every seed. */
  public KeyHash(long seed) {
    this(seed, -1L);
  }

  private KeyHash(long seed, long bits) {
    this.seed = seed;
    this.bits = bits;
  }

  /** A hash that has only the low {@code bitCount} bits, so that a test meets collisions. */
  public static KeyHash weakened(long seed, int bitCount) {
    return new KeyHash(seed, (1L << bitCount) - 1);
  }

  /** The hash of {@code length} bytes from {@code offset}. */
  public long of(MemorySegment memory, long offset, int length) {
    long at = offset;
    long end = offset + length;
    long hash;
    if (length >= STRIPE_BYTES) {
      long a = seed + PRIME_1 + PRIME_2;
      long b = seed + PRIME_2;
      long c = seed;
      long d = seed - PRIME_1;
      for (; at + STRIPE_BYTES <= end; at += STRIPE_BYTES) {
        a = round(a, memory.get(LONG, at));
        b = round(b, memory.get(LONG, at + 8));
        c = round(c, memory.get(LONG, at + 16));
        d = round(d, memory.get(LONG, at + 24));
      }
      hash =
          Long.rotateLeft(a, 1)
              + Long.rotateLeft(b, 7)
              + Long.rotateLeft(c, 12)
              + Long.rotateLeft(d, 18);
      hash = merge(merge(merge(merge(hash, a), b), c), d);
    } else {
      hash = seed + PRIME_5;
    }
    hash += length;
    for (; at + 8 <= end; at += 8) {
      hash = Long.rotateLeft(hash ^ round(0, memory.get(LONG, at)), 27) * PRIME_1 + PRIME_4;
    }
    if (at + 4 <= end) {
      long four = Integer.toUnsignedLong(memory.get(INT, at));
      hash = Long.rotateLeft(hash ^ four * PRIME_1, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < end; at++) {
      long one = memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
      hash = Long.rotateLeft(hash ^ one * PRIME_5, 11) * PRIME_1;
    }
    return avalanche(hash) & bits;
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
  }

  private static long avalanche(long hash) {
    long mixed = (hash ^ hash >>> 33) * PRIME_2;
    mixed = (mixed ^ mixed >>> 29) * PRIME_3;
    return mixed ^ mixed >>> 32;
  }
}
