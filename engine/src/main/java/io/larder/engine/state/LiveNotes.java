package io.larder.engine.state;

/**
 * What of the notes in a state file still counts, as far as it can be known without a list of
 * tombstones.
 *
 * <p><b>Threads.</b> Guarded by the monitor of its {@link StateFile}.
 */
final class LiveNotes {
  private final long[] marks;

  /** The highest version each page was marked with. */
  private final long[] highest;

  /** Tombstones and revivals of the marked version. */
  private final int[] counts;

  /** Tombstones and revivals of a version above every mark: it may still be marked. */
  private final int[] aheadCounts;

  private final long[] values = new long[StateValue.values().length];
  private long estimate;
  private long hashCount;

  LiveNotes(int pageCount) {
    this.marks = new long[pageCount];
    this.highest = new long[pageCount];
    this.counts = new int[pageCount];
    this.aheadCounts = new int[pageCount];
  }

  int pageCount() {
    return marks.length;
  }

  /** About how many notes a rewrite would keep. */
  long estimate() {
    return estimate;
  }

  long markOf(int page) {
    return marks[page];
  }

  long valueOf(StateValue which) {
    return values[which.ordinal()];
  }

  /** Whether that is news. */
  boolean mark(int page, long version) {
    if (version == marks[page]) {
      return false;
    }
    if (version < 0 || (version != 0 && version <= highest[page])) {
      throw new IllegalArgumentException(
          "page %d is marked with version %d after it was with %d, and is with %d"
              .formatted(page, version, highest[page], marks[page]));
    }
    estimate += (version == 0 ? 0 : 1) - (marks[page] == 0 ? 0 : 1) - counts[page];
    marks[page] = version;
    counts[page] = 0;
    if (version != 0) {
      highest[page] = version;
      counts[page] = aheadCounts[page];
      aheadCounts[page] = 0;
    }
    return true;
  }

  /** Whether a tombstone or revival of that version can count, now or later. */
  boolean counts(int page, long version) {
    return version != 0 && (version == marks[page] || version > highest[page]);
  }

  /** A tombstone or revival that counts. */
  void add(int page, long version) {
    estimate++;
    if (version == marks[page]) {
      counts[page]++;
    } else {
      aheadCounts[page]++;
    }
  }

  /** Whether that is news. */
  boolean value(StateValue which, long value) {
    long before = values[which.ordinal()];
    if (value == before) {
      return false;
    }
    estimate += (value == 0 ? 0 : 1) - (before == 0 ? 0 : 1);
    values[which.ordinal()] = value;
    return true;
  }

  void addHash() {
    estimate++;
    hashCount++;
  }

  void rebuilt() {
    estimate -= hashCount;
    hashCount = 0;
  }
}
