package io.larder.engine.state;

import io.larder.platform.state.StateAppender;
import java.io.IOException;
import java.util.Arrays;
import java.util.UUID;

/**
 * A new state file in the making, with what still counts of the old one, which is written on
 * meanwhile.
 *
 * <p>First the marks and values as they are, then the old file's notes from its front to its end,
 * wherever that is by then: of marks and values those that came since.
 *
 * <p><b>Threads.</b> That of the step. What it asks of {@link LiveNotes} it asks under {@code
 * lock}; it writes without.
 */
final class StateRewrite {
  /** Most notes that one piece looks at. */
  static final int PIECE_NOTES = 4096;

  /**
   * What has come between the last piece and the end, while the device worked, is copied at once.
   */
  private static final int FINISH_NOTES_MAX = 16 * PIECE_NOTES;

  private final Object lock;
  private final StateAppender from;
  private final StateAppender to;
  private final LiveNotes live;
  private final NoteLayout layout;

  /** Notes of the old file from here on came after the rewrite began. */
  private final long beganAt;

  /** Hash notes of the old file before this are void. */
  private final long hashesFrom;

  private final long hashFloor;

  /** How many notes there were when the marks of a piece of the pages were read. */
  private final long[] marksReadAt;

  private final long[] firsts = new long[PIECE_NOTES];
  private final long[] seconds = new long[PIECE_NOTES];
  private final boolean[] kept = new boolean[PIECE_NOTES];
  private boolean wroteValues;
  private int nextPage;
  private long nextIndex;
  private long hashesInNewFrom;

  /** Begins; called under {@code lock}. */
  StateRewrite(
      Object lock,
      StateAppender from,
      StateAppender to,
      LiveNotes live,
      UUID storeId,
      long hashesFrom,
      long hashFloor) {
    this.lock = lock;
    this.from = from;
    this.to = to;
    this.live = live;
    this.layout = new NoteLayout(storeId);
    this.beganAt = from.noteCount();
    this.marksReadAt = new long[Math.ceilDiv(live.pageCount(), PIECE_NOTES)];
    this.hashesFrom = hashesFrom;
    this.hashFloor = hashFloor;
  }

  StateAppender to() {
    return to;
  }

  /** Hash notes of the new file before this are void. */
  long hashesInNewFrom() {
    return hashesInNewFrom;
  }

  /**
   * Writes a piece.
   *
   * @return whether so little is left that {@link #finish} can do it
   */
  boolean piece() throws IOException {
    if (!wroteValues) {
      writeValues();
      wroteValues = true;
    } else if (nextPage < live.pageCount()) {
      writeMarks();
    } else {
      long until;
      synchronized (lock) {
        until = Math.min(nextIndex + PIECE_NOTES, from.noteCount());
      }
      copy(until);
      synchronized (lock) {
        return from.noteCount() - nextIndex <= PIECE_NOTES;
      }
    }
    return false;
  }

  /**
   * Copies what is left; called under {@code lock}.
   *
   * @return false when so much has come meanwhile that more pieces are due first
   */
  boolean finish() throws IOException {
    if (from.noteCount() - nextIndex > FINISH_NOTES_MAX) {
      return false;
    }
    while (nextIndex < from.noteCount()) {
      copy(Math.min(nextIndex + PIECE_NOTES, from.noteCount()));
    }
    return true;
  }

  private void writeValues() throws IOException {
    // Without such a point the floors are copied with the hash notes behind them.
    if (hashFloor != 0 && hashesFrom != 0) {
      write(NoteKind.HASH_FLOOR, 0, hashFloor);
    }
    for (StateValue which : StateValue.values()) {
      long value;
      synchronized (lock) {
        value = live.valueOf(which);
      }
      if (value != 0) {
        write(NoteKind.VALUE, which.number(), value);
      }
    }
  }

  private void writeMarks() throws IOException {
    int count = Math.min(PIECE_NOTES, live.pageCount() - nextPage);
    synchronized (lock) {
      marksReadAt[nextPage / PIECE_NOTES] = from.noteCount();
      for (int i = 0; i < count; i++) {
        firsts[i] = live.markOf(nextPage + i);
      }
    }
    for (int i = 0; i < count; i++) {
      if (firsts[i] != 0) {
        write(NoteKind.MARK, nextPage + i, firsts[i]);
      }
    }
    nextPage += count;
  }

  private void copy(long until) throws IOException {
    long start = nextIndex;
    int count = (int) (until - start);
    // What is cut off under us does not read back, and is then no note.
    Arrays.fill(seconds, 0, count, 0);
    from.copyTo(
        start,
        until,
        (index, first, second) -> {
          firsts[(int) (index - start)] = first;
          seconds[(int) (index - start)] = second;
        });
    for (int i = 0; i < count; i++) {
      if (seconds[i] == 0 || !layout.isIntact(start + i, firsts[i], seconds[i])) {
        throw new IOException("note " + (start + i) + " does not read back as it was written");
      }
    }
    synchronized (lock) {
      for (int i = 0; i < count; i++) {
        kept[i] = counts(start + i, firsts[i], seconds[i]);
      }
    }
    for (int i = 0; i < count; i++) {
      if (kept[i]) {
        copy(start + i, firsts[i], seconds[i]);
      }
    }
    nextIndex = until;
  }

  private void copy(long index, long first, long second) throws IOException {
    NoteKind kind = kindOf(index, second);
    to.append(
        first,
        layout.second(
            to.noteCount(), kind, NoteLayout.page(second), NoteLayout.offsetUnits(second), first));
    if (kind == NoteKind.REBUILT) {
      hashesInNewFrom = to.noteCount();
    }
  }

  /**
   * Whether the note is to be in the new file. A tombstone that no longer counts never will. A mark
   * that has been replaced by the one at the front of the new file must not come after it: the
   * tombstones that the later one has would seem to be of a version that is past.
   */
  private boolean counts(long index, long first, long second) {
    return switch (kindOf(index, second)) {
      case MARK -> index >= marksReadAt[NoteLayout.page(second) / PIECE_NOTES];
      case VALUE, REBUILT -> index >= beganAt;
      case TOMBSTONE, REVIVE -> live.counts(NoteLayout.page(second), first);
      case HASH_FLOOR, HASH -> index >= hashesFrom;
      case CLEAN_END -> false;
    };
  }

  private NoteKind kindOf(long index, long second) {
    NoteKind kind = NoteLayout.kind(second);
    if (kind == null) {
      throw new IllegalStateException("note %d reads back as %x".formatted(index, second));
    }
    return kind;
  }

  private void write(NoteKind kind, int page, long payload) throws IOException {
    to.append(payload, layout.second(to.noteCount(), kind, page, 0, payload));
  }
}
