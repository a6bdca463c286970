package io.larder.engine.state;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The tombstones of a state file: gathered while it is read, sorted by page when it has been.
 *
 * <p>There may be as many as there are records on flash, so they live outside the heap, until they
 * are {@linkplain #release released}.
 *
 * <p><b>Threads.</b> One, or many when sorted.
 */
final class SavedTombstones {
  private static final int NOTES_PER_CHUNK = 1 << 16;
  private static final int NOTE_BYTES = 12;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final long[] marks;

  /** The highest version each page was marked with so far. */
  private final long[] highest;

  /**
   * Page, offset and 1 for a revival, and the low bits of the version: what happens to be alike in
   * them is an item lost, not a wrong one.
   */
  private final List<MemorySegment> notes = new ArrayList<>();

  private Arena notesArena = Arena.ofAuto();
  private long noteCount;
  private int[] starts = {};
  private MemorySegment offsets = MemorySegment.NULL;

  /** Looks at the marks as they change, up to the last. */
  SavedTombstones(long[] marks, long[] highest) {
    this.marks = marks;
    this.highest = highest;
  }

  /** One more note, of a tombstone or of its revival. */
  void add(int page, long version, int offsetUnits, boolean isRevival) {
    if (version != marks[page] && version <= highest[page]) {
      return;
    }
    int at = (int) (noteCount % NOTES_PER_CHUNK) * NOTE_BYTES;
    if (at == 0) {
      notes.add(notesArena.allocate((long) NOTES_PER_CHUNK * NOTE_BYTES));
    }
    MemorySegment chunk = notes.getLast();
    chunk.set(
        LONG,
        at,
        ((long) page * NoteLayout.OFFSET_UNITS_MAX + offsetUnits) << 1 | (isRevival ? 1 : 0));
    chunk.set(INT, at + Long.BYTES, (int) version);
    noteCount++;
  }

  /** What is done with each note that may count, in the order of the file. */
  @FunctionalInterface
  private interface Visitor {
    void note(int page, int offsetAndRevival);
  }

  private void forEachCounting(Visitor visitor) {
    for (long i = 0; i < noteCount; i++) {
      MemorySegment chunk = notes.get((int) (i / NOTES_PER_CHUNK));
      long at = i % NOTES_PER_CHUNK * NOTE_BYTES;
      long note = chunk.get(LONG, at);
      int page = (int) ((note >>> 1) / NoteLayout.OFFSET_UNITS_MAX);
      if (chunk.get(INT, at + Long.BYTES) == (int) marks[page]) {
        visitor.note(page, (int) (note % (2L * NoteLayout.OFFSET_UNITS_MAX)));
      }
    }
  }

  /** No more are added, and the marks are the last. The last note of a record counts. */
  void sort() {
    int[] ends = new int[marks.length + 1];
    forEachCounting((page, _) -> ends[page + 1]++);
    for (int page = 0; page < marks.length; page++) {
      ends[page + 1] += ends[page];
    }
    MemorySegment all = Arena.ofAuto().allocate(Math.max(1, 4L * ends[marks.length]));
    int[] next = ends.clone();
    forEachCounting((page, note) -> all.set(INT, 4L * next[page]++, note));
    notes.clear();
    notesArena = Arena.ofAuto();
    noteCount = 0;
    int kept = 0;
    starts = new int[marks.length + 1];
    for (int page = 0; page < marks.length; page++) {
      long[] ofPage = new long[ends[page + 1] - ends[page]];
      for (int i = 0; i < ofPage.length; i++) {
        int note = all.get(INT, 4L * (ends[page] + i));
        // By offset, then in the order of the file.
        ofPage[i] = (long) (note >>> 1) << 32 | (long) i << 1 | (note & 1);
      }
      Arrays.sort(ofPage);
      for (int i = 0; i < ofPage.length; i++) {
        boolean isLast = i + 1 == ofPage.length || ofPage[i + 1] >>> 32 != ofPage[i] >>> 32;
        if (isLast && (ofPage[i] & 1) == 0) {
          // Never more than have been read from there.
          all.set(INT, 4L * kept++, (int) (ofPage[i] >>> 32));
        }
      }
      starts[page + 1] = kept;
    }
    offsets = all;
  }

  /** Nobody asks any more. */
  void release() {
    starts = new int[marks.length + 1];
    offsets = MemorySegment.NULL;
  }

  int count(int page) {
    return starts[page + 1] - starts[page];
  }

  void forEach(int page, IntConsumer each) {
    for (int i = starts[page]; i < starts[page + 1]; i++) {
      each.accept(offsets.get(INT, 4L * i));
    }
  }
}
