package io.larder.engine.state;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The tombstones of a state file: gathered while it is read, sorted by page when it has been.
 *
 * <p><b>Threads.</b> One, or many when sorted.
 */
final class SavedTombstones {
  private static final int DEAD = 1;
  private static final int REVIVED = 2;

  private final long[] marks;

  /** The highest version each page was marked with so far. */
  private final long[] highest;

  private long[] versions = new long[1024];

  /** Page, offset, and 1 for a revival. */
  private long[] notes = new long[1024];

  private int noteCount;
  private int[] starts = {};
  private int[] offsets = {};

  /** Looks at the marks as they change, up to the last. */
  SavedTombstones(long[] marks, long[] highest) {
    this.marks = marks;
    this.highest = highest;
  }

  /** One more note, of a tombstone or of its revival. */
  void add(int page, long version, int offsetUnits, boolean isRevival) {
    if (noteCount == notes.length) {
      dropDead();
      if (noteCount > notes.length / 2) {
        notes = Arrays.copyOf(notes, 2 * notes.length);
        versions = Arrays.copyOf(versions, notes.length);
      }
    }
    notes[noteCount] =
        ((long) page * NoteLayout.OFFSET_UNITS_MAX + offsetUnits) << 1 | (isRevival ? 1 : 0);
    versions[noteCount] = version;
    noteCount++;
  }

  /** Keeps those of the marked version, and of versions that may still be marked. */
  private void dropDead() {
    int kept = 0;
    for (int i = 0; i < noteCount; i++) {
      int page = page(notes[i] >>> 1);
      if (versions[i] == marks[page] || versions[i] > highest[page]) {
        notes[kept] = notes[i];
        versions[kept] = versions[i];
        kept++;
      }
    }
    noteCount = kept;
  }

  /** No more are added, and the marks are the last. */
  void sort() {
    LongMap last = new LongMap();
    for (int i = 0; i < noteCount; i++) {
      if (versions[i] == marks[page(notes[i] >>> 1)]) {
        last.put(notes[i] >>> 1, (notes[i] & 1) == 1 ? REVIVED : DEAD);
      }
    }
    notes = new long[0];
    versions = new long[0];
    noteCount = 0;
    int[] ends = new int[marks.length + 1];
    last.forEach((where, state) -> {
      if (state == DEAD) {
        ends[page(where) + 1]++;
      }
    });
    for (int page = 0; page < marks.length; page++) {
      ends[page + 1] += ends[page];
    }
    starts = ends.clone();
    offsets = new int[ends[marks.length]];
    last.forEach((where, state) -> {
      if (state == DEAD) {
        offsets[ends[page(where)]++] = (int) (where % NoteLayout.OFFSET_UNITS_MAX);
      }
    });
    for (int page = 0; page < marks.length; page++) {
      Arrays.sort(offsets, starts[page], starts[page + 1]);
    }
  }

  int count(int page) {
    return starts[page + 1] - starts[page];
  }

  void forEach(int page, IntConsumer each) {
    for (int i = starts[page]; i < starts[page + 1]; i++) {
      each.accept(offsets[i]);
    }
  }

  private static int page(long where) {
    return (int) (where / NoteLayout.OFFSET_UNITS_MAX);
  }
}
