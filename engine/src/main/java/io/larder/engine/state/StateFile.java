package io.larder.engine.state;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.engine.model.Durability;
import io.larder.platform.state.StateAppender;
import io.larder.platform.state.StateStorage;
import io.larder.platform.work.Step;
import io.larder.platform.work.Wakeup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state file while the store is open.
 *
 * <p><b>Life.</b> {@link #begin}, notes, {@link #endedCleanly} where the store is stopped in order,
 * {@link #close} when the {@link #step} no longer runs. When a note cannot be kept the file is
 * deleted, because what it says is then no longer true; whatever is noted after that is forgotten.
 *
 * <p><b>Threads.</b> Any. Its monitor is the last in the order of locks.
 */
public final class StateFile implements StateLog, AutoCloseable {
  /*
   * A note must never be missing from the file that the next start finds. So the file of this run is
   * published, and what its folder holds forced, before the first page is written: else a loss of
   * power could bring back the file of the run before, which may have ended cleanly. For the same
   * reason a note after a clean end is forced at once, and a rewritten file takes the old one's
   * place only with all that the old one holds.
   */

  /** A file with no more notes than this is not rewritten. */
  public static final int REWRITE_NOTES_MIN = 1 << 16;

  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StateStorage storage;
  private final ByteBuffer header;
  private final UUID storeId;
  private final Durability durability;
  private final long hashFloor;
  private final int rewriteNotesMin;
  private final GroupCommit commit = new GroupCommit();
  private volatile Wakeup wakeup = () -> {};

  /** Changes once, under the monitor. */
  private volatile boolean kept = true;

  @GuardedBy("this")
  private final NoteLayout layout;

  @GuardedBy("this")
  private final LiveNotes live;

  @GuardedBy("this")
  private StateAppender file;

  /** Notes of this run, through all its files. */
  @GuardedBy("this")
  private long appended;

  /** Hash notes of the file before this index are void. */
  @GuardedBy("this")
  private long hashesFrom;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private boolean stepIsWoken;

  @GuardedBy("this")
  private long rewrites;

  /** So many notes must be in the file before the next attempt to rewrite it. */
  @GuardedBy("this")
  private long rewriteFrom;

  /** The step's own. */
  private @Nullable StateRewrite rewrite;

  private StateFile(
      StateStorage storage,
      ByteBuffer header,
      StateAppender file,
      StateIdentity identity,
      long hashFloor,
      Durability durability,
      int rewriteNotesMin) {
    this.storage = storage;
    this.header = header;
    this.file = file;
    this.storeId = identity.store().storeId();
    this.layout = new NoteLayout(storeId);
    this.live = new LiveNotes(identity.pageCount());
    this.hashFloor = hashFloor;
    this.durability = durability;
    this.rewriteNotesMin = rewriteNotesMin;
    this.rewriteFrom = rewriteNotesMin;
  }

  /**
   * Starts a new file with what still counts of an earlier one, and publishes it. Nothing may be
   * written to the flash before.
   *
   * @param saved the earlier one, which is usable; null when nothing on the flash counts
   * @param newPageIdOf from a page's id in {@code saved} to its id now; -1 when the page is gone
   * @param hashFloor version up to which {@link #keyChanged} of this run is about pages; 0 for none
   * @throws IOException when it cannot be written; what was published before is then deleted
   */
  public static StateFile begin(
      StateStorage storage,
      StateIdentity identity,
      @Nullable SavedState saved,
      IntUnaryOperator newPageIdOf,
      long hashFloor,
      Durability durability)
      throws IOException {
    return begin(storage, identity, saved, newPageIdOf, hashFloor, durability, REWRITE_NOTES_MIN);
  }

  /** As above, for a file that is rewritten when it has more than {@code rewriteNotesMin} notes. */
  public static StateFile begin(
      StateStorage storage,
      StateIdentity identity,
      @Nullable SavedState saved,
      IntUnaryOperator newPageIdOf,
      long hashFloor,
      Durability durability,
      int rewriteNotesMin)
      throws IOException {
    ByteBuffer header = StateHeaderLayout.write(identity, durability);
    StateAppender file = null;
    try {
      file = storage.create(header);
      StateFile begun =
          new StateFile(storage, header, file, identity, hashFloor, durability, rewriteNotesMin);
      begun.carryOver(saved, newPageIdOf);
      if (durability == Durability.POWER) {
        file.force();
      }
      file.publish();
      file.force();
      return begun;
    } catch (IOException e) {
      closeAfter(e, file);
      try {
        storage.delete();
      } catch (IOException undeleted) {
        e.addSuppressed(undeleted);
      }
      throw e;
    }
  }

  private static void closeAfter(IOException cause, @Nullable StateAppender file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private synchronized void carryOver(@Nullable SavedState saved, IntUnaryOperator newPageIdOf)
      throws IOException {
    if (saved != null) {
      for (StateValue which : StateValue.values()) {
        if (live.value(which, saved.value(which))) {
          write(NoteKind.VALUE, which.number(), 0, saved.value(which));
        }
      }
      for (int page = 0; page < saved.identity().pageCount(); page++) {
        int newPage = saved.mark(page) == 0 ? -1 : newPageIdOf.applyAsInt(page);
        if (newPage >= 0) {
          carryOver(saved, page, newPage);
        }
      }
      carryOverHashes(saved);
    }
    if (hashFloor != 0) {
      write(NoteKind.HASH_FLOOR, 0, 0, hashFloor);
    }
  }

  @GuardedBy("this")
  private void carryOver(SavedState saved, int page, int newPage) throws IOException {
    long version = saved.mark(page);
    live.mark(newPage, version);
    write(NoteKind.MARK, newPage, 0, version);
    int[] offsets = new int[saved.tombstoneCount(page)];
    int[] count = {0};
    saved.tombstones(page, offset -> offsets[count[0]++] = offset);
    for (int offset : offsets) {
      live.add(newPage, version);
      write(NoteKind.TOMBSTONE, newPage, offset, version);
    }
  }

  /** A floor counts for the hashes behind it, so those of one floor stand together. */
  @GuardedBy("this")
  private void carryOverHashes(SavedState saved) throws IOException {
    TreeSet<Long> floors = new TreeSet<>();
    saved.changedKeys((_, floor) -> floors.add(floor));
    for (long floor : floors) {
      write(NoteKind.HASH_FLOOR, 0, 0, floor);
      carryOverHashes(saved, floor);
    }
  }

  @GuardedBy("this")
  @SuppressWarnings("GuardedBy") // Whoever is shown the hashes is called before the call returns.
  private void carryOverHashes(SavedState saved, long floor) throws IOException {
    saved.<IOException>changedKeys((hash, itsFloor) -> {
      if (itsFloor == floor) {
        live.addHash();
        write(NoteKind.HASH, 0, 0, hash);
      }
    });
  }

  @GuardedBy("this")
  private void write(NoteKind kind, int page, int offsetUnits, long payload) throws IOException {
    file.append(payload, layout.second(file.noteCount(), kind, page, offsetUnits, payload));
    appended++;
  }

  // ----------------------------------------------------------------------- notes

  @Override
  public boolean isKept() {
    return kept;
  }

  @Override
  public void mark(int pageId, long version) {
    boolean wake;
    synchronized (this) {
      wake = kept && live.mark(pageId, version) && note(NoteKind.MARK, pageId, 0, version);
    }
    wakeIf(wake);
  }

  @Override
  public void tombstone(int pageId, long version, int offsetUnits) {
    deadOrNot(NoteKind.TOMBSTONE, pageId, version, offsetUnits);
  }

  @Override
  public void revive(int pageId, long version, int offsetUnits) {
    deadOrNot(NoteKind.REVIVE, pageId, version, offsetUnits);
  }

  private void deadOrNot(NoteKind kind, int pageId, long version, int offsetUnits) {
    if (version <= 0) {
      throw new IllegalArgumentException(
          "%s of page %d with version %d".formatted(kind, pageId, version));
    }
    boolean wake = false;
    synchronized (this) {
      // What is on a page whose mark has gone is dead without a tombstone.
      if (kept && live.counts(pageId, version)) {
        live.add(pageId, version);
        wake = note(kind, pageId, offsetUnits, version);
      }
    }
    wakeIf(wake);
  }

  @Override
  public void value(StateValue which, long value) {
    boolean wake;
    synchronized (this) {
      wake = kept && live.value(which, value) && note(NoteKind.VALUE, which.number(), 0, value);
    }
    wakeIf(wake);
  }

  @Override
  public void keyChanged(long keyHash) {
    if (hashFloor == 0) {
      // No page of an earlier run counts.
      return;
    }
    boolean wake = false;
    synchronized (this) {
      if (kept) {
        live.addHash();
        wake = note(NoteKind.HASH, 0, 0, keyHash);
      }
    }
    wakeIf(wake);
  }

  @Override
  public void rebuilt() {
    boolean wake = false;
    synchronized (this) {
      if (kept) {
        wake = note(NoteKind.REBUILT, 0, 0, 0);
        live.rebuilt();
        hashesFrom = file.noteCount();
      }
    }
    wakeIf(wake);
  }

  /**
   * Makes a note, or loses the file.
   *
   * @return whether the step is to be woken, after the monitor
   */
  @GuardedBy("this")
  private boolean note(NoteKind kind, int page, int offsetUnits, long payload) {
    requireOpen();
    try {
      write(kind, page, offsetUnits, payload);
      if (ended) {
        ended = false;
        file.force();
      }
    } catch (IOException e) {
      lose(e);
      return true;
    }
    if (stepIsWoken || !(file.wantsRoom() || isMostlyDead())) {
      return false;
    }
    stepIsWoken = true;
    return true;
  }

  private void wakeIf(boolean wake) {
    if (wake) {
      wakeup.wake();
    }
  }

  @GuardedBy("this")
  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the state file " + storage.name() + " is closed");
    }
  }

  /** A note could not be made: the file is no longer true. */
  @GuardedBy("this")
  private void lose(IOException cause) {
    if (!kept) {
      return;
    }
    kept = false;
    try {
      storage.delete();
      LOG.error(
          "The state file {} could not be written ({}) and is deleted: this flash will start empty"
              + " next time; give its file system room and restart",
          storage.name(),
          cause.toString(),
          cause);
    } catch (IOException e) {
      e.addSuppressed(cause);
      LOG.error(
          "The state file {} could not be written ({}), nor deleted ({}): delete it before the next"
              + " start, or deleted values may come back",
          storage.name(),
          cause.toString(),
          e.toString(),
          e);
    }
  }

  // -------------------------------------------------------------------- on the device

  @Override
  public void force() {
    if (durability == Durability.POWER && kept) {
      long wanted;
      synchronized (this) {
        wanted = appended;
      }
      forceUpTo(wanted);
    }
  }

  private void forceUpTo(long wanted) {
    if (!commit.begin(wanted)) {
      return;
    }
    long covered = 0;
    try {
      StateAppender forced;
      long forcedCount;
      synchronized (this) {
        if (!kept) {
          return;
        }
        requireOpen();
        forced = file;
        forcedCount = appended;
      }
      forced.force();
      covered = forcedCount;
    } catch (IOException e) {
      loseAndWake(e);
    } finally {
      commit.end(covered);
    }
  }

  private void loseAndWake(IOException cause) {
    synchronized (this) {
      lose(cause);
    }
    wakeup.wake();
  }

  @Override
  public void endedCleanly() {
    long wanted;
    synchronized (this) {
      if (!kept) {
        return;
      }
      wanted = appended;
    }
    // What the last note speaks for has to be there before it.
    forceUpTo(wanted);
    synchronized (this) {
      if (!kept || ended) {
        return;
      }
      note(NoteKind.CLEAN_END, 0, 0, 0);
      ended = kept;
      wanted = appended;
    }
    forceUpTo(wanted);
  }

  // ---------------------------------------------------------------------------- upkeep

  /** What wakes {@link #step}. */
  public void wakes(Wakeup wakeup) {
    this.wakeup = wakeup;
  }

  /** Makes room ahead of the notes, and rewrites the file when it is mostly dead. */
  public Step step() {
    return this::runStep;
  }

  /** The file at this moment. */
  public synchronized StateSnapshot snapshot() {
    long noteCount = file.noteCount();
    return new StateSnapshot(
        StateStorage.HEADER_BYTES + noteCount * StateStorage.NOTE_BYTES,
        noteCount,
        estimate(),
        rewrites,
        kept);
  }

  @GuardedBy("this")
  private long estimate() {
    return live.estimate() + (hashFloor == 0 ? 0 : 1);
  }

  @GuardedBy("this")
  private boolean isMostlyDead() {
    long noteCount = file.noteCount();
    return noteCount > rewriteFrom && noteCount > 2 * estimate();
  }

  private long runStep() {
    StateAppender current;
    boolean isOver;
    boolean wantsRoom;
    boolean wantsRewrite;
    synchronized (this) {
      stepIsWoken = false;
      current = file;
      isOver = !kept || closed || ended;
      wantsRoom = !isOver && file.wantsRoom();
      wantsRewrite = !isOver && isMostlyDead();
    }
    if (isOver) {
      abandonRewrite();
      closeIfLost();
      return Step.UNTIL_WOKEN;
    }
    if (wantsRoom) {
      try {
        current.makeRoom();
      } catch (IOException e) {
        LOG.warn("The state file {} finds no room ahead: {}", storage.name(), e.toString());
        return RETRY_NANOS;
      }
    }
    if (rewrite == null && !wantsRewrite) {
      return Step.UNTIL_WOKEN;
    }
    try {
      return rewritePiece();
    } catch (IOException e) {
      putRewriteOff(e);
      return Step.UNTIL_WOKEN;
    }
  }

  private long rewritePiece() throws IOException {
    StateRewrite current = rewrite;
    if (current == null) {
      StateAppender to = storage.create(header.duplicate());
      synchronized (this) {
        rewrite = new StateRewrite(this, file, to, live, storeId, hashesFrom, hashFloor);
      }
      return Step.AT_ONCE;
    }
    if (!current.piece()) {
      return Step.AT_ONCE;
    }
    if (current.to().wantsRoom()) {
      current.to().makeRoom();
    }
    if (durability == Durability.POWER) {
      current.to().force();
    }
    takeOver(current);
    return Step.AT_ONCE;
  }

  /** The new file takes the old one's place. */
  private void takeOver(StateRewrite current) throws IOException {
    commit.beginAlone();
    long covered = 0;
    try {
      StateAppender old;
      synchronized (this) {
        if (!kept || ended || !current.finish()) {
          return;
        }
        if (durability == Durability.POWER) {
          current.to().force();
        }
        current.to().publish();
        rewrite = null;
        old = file;
        file = current.to();
        hashesFrom = current.hashesInNewFrom();
        rewriteFrom = Math.max(rewriteNotesMin, file.noteCount() / 2 * 3);
        rewrites++;
        covered = forceTaken();
      }
      LOG.debug("The state file {} was rewritten", storage.name());
      closeQuietly(old);
    } finally {
      commit.end(covered);
    }
  }

  /** Forces that the new file is the one in the folder, where that is wanted. */
  @GuardedBy("this")
  private long forceTaken() {
    if (durability == Durability.KILL) {
      return 0;
    }
    try {
      file.force();
      return appended;
    } catch (IOException e) {
      lose(e);
      return 0;
    }
  }

  private void putRewriteOff(IOException cause) {
    LOG.warn(
        "The state file {} could not be rewritten ({}); it is used on as it is",
        storage.name(),
        cause.toString());
    abandonRewrite();
    synchronized (this) {
      rewriteFrom = file.noteCount() + rewriteNotesMin / 4;
    }
  }

  private void abandonRewrite() {
    StateRewrite abandoned = rewrite;
    rewrite = null;
    if (abandoned != null) {
      closeQuietly(abandoned.to());
    }
  }

  /** Gives the room of a deleted file back. */
  private void closeIfLost() {
    if (kept) {
      return;
    }
    commit.beginAlone();
    try {
      synchronized (this) {
        closeQuietly(file);
      }
    } finally {
      commit.end(0);
    }
  }

  private void closeQuietly(StateAppender appender) {
    try {
      appender.close();
    } catch (IOException e) {
      LOG.warn("A file of {} could not be closed: {}", storage.name(), e.toString());
    }
  }

  /** Ends the use of the file, which stays. To be called when the step is no longer run. */
  @Override
  public void close() {
    commit.beginAlone();
    try {
      abandonRewrite();
      synchronized (this) {
        if (!closed) {
          closed = true;
          closeQuietly(file);
        }
      }
    } finally {
      commit.end(0);
    }
  }
}
