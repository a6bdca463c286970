package io.larder.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.platform.state.StateAppender;
import io.larder.platform.state.StateReader;
import io.larder.platform.state.StateStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A state file in memory, with switches for everything that can happen to one.
 *
 * <p>It outlives what was opened from it: {@link #crash} is the end of the process, {@link
 * #loseUnforced} that of the machine.
 *
 * <p><b>Threads.</b> Any.
 */
public final class MemoryStateStorage implements StateStorage {
  private static final int BLOCK_BYTES = 4096;
  private static final int CHUNK_BYTES = 1 << 16;
  private static final long NEVER = Long.MAX_VALUE;

  private final String name;
  private final int chunkBytes;

  /** What a process finds. */
  @GuardedBy("this")
  private @Nullable Content published;

  /** What a machine finds that lost its power. */
  @GuardedBy("this")
  private @Nullable Content safelyPublished;

  /** The process whose appenders may write. */
  @GuardedBy("this")
  private int processNumber;

  @GuardedBy("this")
  private boolean appendsRefused;

  @GuardedBy("this")
  private boolean createsRefused;

  @GuardedBy("this")
  private boolean publishesRefused;

  @GuardedBy("this")
  private boolean forcesRefused;

  @GuardedBy("this")
  private boolean deletesRefused;

  @GuardedBy("this")
  private boolean readsRefused;

  /** How many appends from now the one is that fails: 1 is the next. */
  @GuardedBy("this")
  private long appendsUntilFailure = NEVER;

  @GuardedBy("this")
  private long forceCount;

  @GuardedBy("this")
  private int openCount;

  /** The bytes of one file: as the process sees them, and as they are on the device. */
  private static final class Content {
    byte[] seen;
    byte[] safe = {};

    Content(byte[] seen) {
      this.seen = seen;
    }

    void grow(int bytes) {
      seen = Arrays.copyOf(seen, seen.length + bytes);
    }

    void force() {
      safe = seen.clone();
    }
  }

  /** One called {@code state}, which grows by 64 KiB. */
  public MemoryStateStorage() {
    this("state", CHUNK_BYTES);
  }

  /** One that grows by {@code chunkBytes}, a multiple of the size of a note. */
  public MemoryStateStorage(String name, int chunkBytes) {
    this.name = name;
    this.chunkBytes = chunkBytes;
  }

  // -------------------------------------------------------------------- switches

  /** The process ends here: unpublished files vanish, and its appenders may not be used again. */
  public synchronized void crash() {
    processNumber++;
    openCount = 0;
  }

  /**
   * The machine loses its power, which ends the process as well. Every block of 4096 bytes that has
   * changed since the last force is kept, lost, or torn somewhere; of a publication that was not
   * forced it is open which file is found.
   *
   * @param choose returns a number below its argument, and so decides
   */
  public synchronized void loseUnforced(IntUnaryOperator choose) {
    crash();
    if (published != safelyPublished && choose.applyAsInt(2) == 0) {
      published = safelyPublished;
    }
    Content content = published;
    if (content != null) {
      content.seen = survivors(content, choose);
      content.force();
    }
    safelyPublished = content;
  }

  private static byte[] survivors(Content content, IntUnaryOperator choose) {
    byte[] found = Arrays.copyOf(content.safe, content.seen.length);
    for (int at = 0; at < found.length; at += BLOCK_BYTES) {
      int end = Math.min(found.length, at + BLOCK_BYTES);
      if (Arrays.equals(content.seen, at, end, found, at, end)) {
        continue;
      }
      int arrives =
          switch (choose.applyAsInt(3)) {
            case 0 -> end - at;
            case 1 -> 0;
            default -> choose.applyAsInt(end - at);
          };
      System.arraycopy(content.seen, at, found, at, arrives);
    }
    return found;
  }

  /** Every append fails for want of space, or none does any longer. */
  public synchronized void refuseAppends(boolean refuse) {
    appendsRefused = refuse;
  }

  /** The {@code n}-th append from now fails; 1 is the next. */
  public synchronized void failAppend(long n) {
    appendsUntilFailure = n;
  }

  /** No new file can be made, or it can again. */
  public synchronized void refuseCreates(boolean refuse) {
    createsRefused = refuse;
  }

  /** No file can be published, or it can again. */
  public synchronized void refusePublishes(boolean refuse) {
    publishesRefused = refuse;
  }

  /** No force succeeds, or it does again. */
  public synchronized void refuseForces(boolean refuse) {
    forcesRefused = refuse;
  }

  /** No file can be deleted, or it can again. */
  public synchronized void refuseDeletes(boolean refuse) {
    deletesRefused = refuse;
  }

  /** No file can be read, or it can again. */
  public synchronized void refuseReads(boolean refuse) {
    readsRefused = refuse;
  }

  /** Turns one bit of the published file. */
  public synchronized void flipBit(long bit) {
    required().seen[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
  }

  /** Cuts the published file off. */
  public synchronized void truncate(long bytes) {
    Content content = required();
    content.seen = Arrays.copyOf(content.seen, (int) bytes);
  }

  // --------------------------------------------------------------- what happened

  /** Whether a file is published. */
  public synchronized boolean isPublished() {
    return published != null;
  }

  /** Copy of the published file. */
  public synchronized byte[] bytes() {
    return required().seen.clone();
  }

  /** Puts bytes into the published file; it must be long enough. */
  public synchronized void putBytes(int at, byte[] bytes) {
    System.arraycopy(bytes, 0, required().seen, at, bytes.length);
  }

  /** Forces that succeeded. */
  public synchronized long forceCount() {
    return forceCount;
  }

  /** Appenders of this process that were not closed. */
  public synchronized int openCount() {
    return openCount;
  }

  @GuardedBy("this")
  private Content required() {
    Content content = published;
    if (content == null) {
      throw new IllegalStateException("no state file is published");
    }
    return content;
  }

  // --------------------------------------------------------------------- storage

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized @Nullable StateReader open() throws IOException {
    requireNot(readsRefused, "read failed on demand");
    return published == null ? null : new Reader(published.seen.clone());
  }

  @Override
  public synchronized StateAppender create(ByteBuffer header) throws IOException {
    requireNot(createsRefused, "No space left on device");
    if (header.remaining() != HEADER_BYTES) {
      throw new IllegalArgumentException("header of " + header.remaining() + " bytes");
    }
    byte[] bytes = new byte[HEADER_BYTES + chunkBytes];
    header.duplicate().get(bytes, 0, HEADER_BYTES);
    openCount++;
    return new Appender(new Content(bytes), processNumber);
  }

  @Override
  public synchronized void delete() throws IOException {
    requireNot(deletesRefused, "delete failed on demand");
    published = null;
    safelyPublished = null;
  }

  private void requireNot(boolean refused, String why) throws IOException {
    if (refused) {
      throw new IOException(name + ": " + why);
    }
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void show(
      byte[] bytes, long fromIndex, long toIndex, StateReader.NoteVisitor visitor) {
    ByteBuffer buffer = wrap(bytes);
    for (long index = fromIndex; index < toIndex; index++) {
      int at = HEADER_BYTES + (int) index * NOTE_BYTES;
      visitor.note(index, buffer.getLong(at), buffer.getLong(at + Long.BYTES));
    }
  }

  private static final class Reader implements StateReader {
    private final byte[] bytes;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public ByteBuffer header() {
      return wrap(Arrays.copyOf(bytes, HEADER_BYTES));
    }

    @Override
    public void notes(NoteVisitor visitor) {
      show(bytes, 0, Math.max(0, bytes.length - HEADER_BYTES) / NOTE_BYTES, visitor);
    }

    @Override
    public void close() {}
  }

  private final class Appender implements StateAppender {
    private final Content content;
    private final int itsProcess;
    private long noteCount;
    private boolean closed;

    Appender(Content content, int itsProcess) {
      this.content = content;
      this.itsProcess = itsProcess;
    }

    @GuardedBy("MemoryStateStorage.this")
    private void requireUsable() {
      if (itsProcess != processNumber) {
        throw new IllegalStateException(name + " is used by a process that has ended");
      }
      if (closed) {
        throw new IllegalStateException(name + " is closed");
      }
    }

    @Override
    public void append(long first, long second) throws IOException {
      synchronized (MemoryStateStorage.this) {
        requireUsable();
        if (second == 0) {
          throw new IllegalArgumentException("a note whose second half is 0");
        }
        appendsUntilFailure -= appendsUntilFailure == NEVER ? 0 : 1;
        if (appendsUntilFailure == 0) {
          appendsUntilFailure = NEVER;
          throw new IOException(name + ": append failed on demand");
        }
        requireNot(appendsRefused, "No space left on device");
        int at = HEADER_BYTES + (int) noteCount * NOTE_BYTES;
        if (at + 2 * NOTE_BYTES > content.seen.length) {
          content.grow(chunkBytes);
        }
        wrap(content.seen).putLong(at, first).putLong(at + Long.BYTES, second);
        noteCount++;
      }
    }

    @Override
    public long noteCount() {
      synchronized (MemoryStateStorage.this) {
        return noteCount;
      }
    }

    @Override
    public boolean wantsRoom() {
      synchronized (MemoryStateStorage.this) {
        long free = content.seen.length - HEADER_BYTES - noteCount * NOTE_BYTES;
        return free < chunkBytes / 2;
      }
    }

    @Override
    public void makeRoom() throws IOException {
      synchronized (MemoryStateStorage.this) {
        requireUsable();
        requireNot(appendsRefused, "No space left on device");
        long free = content.seen.length - HEADER_BYTES - noteCount * NOTE_BYTES;
        if (free <= chunkBytes) {
          content.grow(chunkBytes);
        }
      }
    }

    @Override
    public void copyTo(long fromIndex, long toIndex, StateReader.NoteVisitor visitor) {
      byte[] bytes;
      synchronized (MemoryStateStorage.this) {
        requireUsable();
        bytes = content.seen;
      }
      show(bytes, fromIndex, toIndex, visitor);
    }

    @Override
    public void force() throws IOException {
      synchronized (MemoryStateStorage.this) {
        requireUsable();
        requireNot(forcesRefused, "force failed on demand");
        content.force();
        if (published == content) {
          safelyPublished = content;
        }
        forceCount++;
      }
    }

    @Override
    public void publish() throws IOException {
      synchronized (MemoryStateStorage.this) {
        requireUsable();
        requireNot(publishesRefused, "publish failed on demand");
        published = content;
      }
    }

    @Override
    public void close() {
      synchronized (MemoryStateStorage.this) {
        if (!closed && itsProcess == processNumber) {
          openCount--;
        }
        closed = true;
      }
    }
  }
}
