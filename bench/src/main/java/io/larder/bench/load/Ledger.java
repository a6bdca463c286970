package io.larder.bench.load;

import org.jspecify.annotations.Nullable;

/**
 * Which versions of each key a read may still return.
 *
 * <p><b>Threads.</b> Confined to one: only who sends all requests knows their order.
 */
final class Ledger {
  /*
   * Every change of a key gets a version, in the order of sending. While changes of one key overlap
   * nobody outside the server can tell which of them came last, so they are taken together: when the
   * last of them has been answered, none older than the oldest of them may be seen again. That bound
   * is the key's floor. A read remembers the floor it was sent with.
   *
   * Keys share a place when new ones have replaced old ones; the generation tells them apart, and
   * who comes late from an older one is not held to anything.
   */

  static final int NO_FLOOR = 0;

  private final long keyCount;
  private final int run;
  private final int[] floors;
  private final int[] oldestUnderWay;
  private final int[] generations;
  private final short[] underWay;
  private int lastVersion;

  Ledger(long keyCount, int run) {
    int count = Math.toIntExact(keyCount);
    this.keyCount = keyCount;
    this.run = run;
    this.floors = new int[count];
    this.oldestUnderWay = new int[count];
    this.generations = new int[count];
    this.underWay = new short[count];
  }

  /** A change of a key is about to be sent; its version. */
  int changeStarts(long number) {
    int version = ++lastVersion;
    int place = place(number);
    if (isCurrent(number, place)) {
      if (underWay[place]++ == 0) {
        oldestUnderWay[place] = version;
      }
    }
    return version;
  }

  /** It has been answered: carried out, or perhaps not. */
  void changeEnds(long number, boolean isDone) {
    int place = place(number);
    if (generations[place] != generation(number)) {
      return;
    }
    if (!isDone) {
      oldestUnderWay[place] = Math.min(oldestUnderWay[place], floors[place]);
    }
    if (--underWay[place] == 0) {
      floors[place] = oldestUnderWay[place];
    }
  }

  /** The oldest version that a read sent now may return. */
  int floor(long number) {
    int place = place(number);
    return isCurrent(number, place) ? floors[place] : NO_FLOOR;
  }

  /** What is wrong with a version that a read has returned, or null. */
  @Nullable String complaint(int floor, int version, int versionRun) {
    if (floor == NO_FLOOR) {
      return null;
    }
    if (versionRun != run) {
      return "a value from before this run, although it had been replaced or deleted";
    }
    return version >= floor
        ? null
        : "version " + version + ", although version " + floor + " had replaced or deleted it";
  }

  private int place(long number) {
    return (int) (number % keyCount);
  }

  private int generation(long number) {
    return (int) (number / keyCount);
  }

  private boolean isCurrent(long number, int place) {
    int generation = generation(number);
    if (generation > generations[place]) {
      generations[place] = generation;
      floors[place] = NO_FLOOR;
      underWay[place] = 0;
    }
    return generation == generations[place];
  }
}
