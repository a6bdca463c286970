package io.larder.engine.state;

import io.larder.engine.model.KeyGroup;
import org.jspecify.annotations.Nullable;

/**
 * Which groups of keys were noted as changed, and up to which version each. Beyond so many of them
 * it is only kept which they are, and the highest version of all.
 *
 * <p><b>Threads.</b> One, or many when nothing is added any more.
 */
final class ChangedGroups {
  /*
   * Records that count for nothing are refused, so a version that is too high costs misses and nothing
   * else: of what an earlier run has stored while it was finding records itself.
   */

  /** Most groups whose versions are kept. */
  static final int EXACT_MAX = 1 << 19;

  private LongMap floors = new LongMap();

  /** A bit for each group, once there are too many; else null. */
  private long @Nullable [] bits;

  private long highestFloor;
  private int size;

  /** The group of a key was noted, up to a version that is not 0. */
  void add(long keyHash, long floor) {
    int group = KeyGroup.of(keyHash);
    highestFloor = Math.max(highestFloor, floor);
    if (bits != null) {
      addTo(bits, group);
      return;
    }
    floors.put(group, Math.max(floor, floors.get(group)));
    size = floors.size();
    if (size > EXACT_MAX) {
      long[] all = new long[KeyGroup.COUNT / Long.SIZE];
      size = 0;
      floors.forEach((each, _) -> addTo(all, (int) each));
      floors = new LongMap();
      bits = all;
    }
  }

  private void addTo(long[] all, int group) {
    long before = all[group >>> 6];
    all[group >>> 6] |= 1L << group;
    size += all[group >>> 6] == before ? 0 : 1;
  }

  /** Up to which version records of a key do not count; 0 when none of its group was noted. */
  long floorOf(long keyHash) {
    int group = KeyGroup.of(keyHash);
    long[] all = bits;
    if (all == null) {
      return floors.get(group);
    }
    return (all[group >>> 6] >>> group & 1) == 0 ? 0 : highestFloor;
  }

  /** How many groups were noted. */
  int size() {
    return size;
  }

  /** Shows each group, as a hash of one of its keys, and its version. */
  <E extends Exception> void forEach(LongMap.Visitor<E> visitor) throws E {
    long[] all = bits;
    if (all == null) {
      floors.forEach(visitor);
      return;
    }
    for (int word = 0; word < all.length; word++) {
      for (long left = all[word]; left != 0; left &= left - 1) {
        visitor.pair(((long) word << 6) + Long.numberOfTrailingZeros(left), highestFloor);
      }
    }
  }
}
