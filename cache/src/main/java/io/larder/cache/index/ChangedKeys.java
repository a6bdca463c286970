package io.larder.cache.index;

import io.larder.engine.model.KeyGroup;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of a shard were changed while records of an earlier run are still being found: a bit
 * for each group of keys, in pieces that are there once a bit of them is set.
 *
 * <p><b>Threads.</b> Confined by its owner, a shard.
 */
final class ChangedKeys {
  private static final int PIECE_BITS = 15;
  private static final int PIECE_WORDS = 1 << (PIECE_BITS - 6);

  private final int shardBits;
  private final long[] @Nullable [] pieces;

  /** None has changed of a shard whose keys agree in the lowest {@code shardBits} of their hash. */
  ChangedKeys(int shardBits) {
    this.shardBits = shardBits;
    this.pieces = new long[1 << (KeyGroup.BITS - shardBits - PIECE_BITS)] @Nullable [];
  }

  /** Adds a key; returns whether it is the first of its group. */
  boolean add(long hash) {
    int bit = bitOf(hash);
    int index = bit >>> PIECE_BITS;
    long[] piece = pieces[index];
    if (piece == null) {
      piece = new long[PIECE_WORDS];
      pieces[index] = piece;
    }
    int word = wordOf(bit);
    long before = piece[word];
    piece[word] |= 1L << bit;
    return piece[word] != before;
  }

  /** Whether a key of its group was added. */
  boolean contains(long hash) {
    int bit = bitOf(hash);
    long[] piece = pieces[bit >>> PIECE_BITS];
    return piece != null && (piece[wordOf(bit)] >>> bit & 1) != 0;
  }

  private int bitOf(long hash) {
    return KeyGroup.of(hash) >>> shardBits;
  }

  private static int wordOf(int bit) {
    return (bit >>> 6) & (PIECE_WORDS - 1);
  }

  /** Bytes of the pieces that are there. */
  long bytes() {
    long bytes = 0;
    for (long[] piece : pieces) {
      bytes += piece == null ? 0 : (long) PIECE_WORDS * Long.BYTES;
    }
    return bytes;
  }

  /** Forgets all. */
  void clear() {
    Arrays.fill(pieces, null);
  }
}
