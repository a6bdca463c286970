package io.larder.platform.state;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Appends notes to a file through memory, a chunk at a time.
 *
 * <p>Mapped are the chunk that is filled and the one that is prepared to follow it.
 */
final class FileStateAppender implements StateAppender {
  /*
   * A store to mapped memory costs no call to the system, and the page cache outlives the process.
   * Its danger is a page that the file system cannot back: a signal that ends the process. So each
   * chunk is written full of zeros before it is mapped, and a file system without room says so
   * there. A file that is cut off under the mapping is another matter; the JVM turns that signal
   * into an error.
   *
   * A note's second half is stored after its first, in that order for every processor: a process
   * that ends between the two leaves a note that a reader knows for half of one.
   */

  /** Bytes of a chunk. */
  static final int CHUNK_BYTES = 1 << 20;

  private static final int CHUNK_NOTES = CHUNK_BYTES / StateStorage.NOTE_BYTES;
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final FileChannel channel;
  private final Path unpublished;
  private final Path path;

  /** Held while a chunk is prepared. */
  private final Object room = new Object();

  /** Held while mapped memory is forced or given back. */
  private final ReentrantLock mapping = new ReentrantLock();

  @GuardedBy("room")
  private int chunkCount;

  private final AtomicReference<@Nullable Chunk> prepared = new AtomicReference<>();

  /** Chunks that are full. They are given back by whoever forces or prepares, not by an append. */
  private final Queue<Chunk> full = new ConcurrentLinkedQueue<>();

  private volatile Chunk tail;
  private volatile boolean published;
  private volatile boolean folderForced;
  private long noteCount;

  private static final class Chunk {
    final Arena arena;
    final MemorySegment memory;

    Chunk(Arena arena, MemorySegment memory) {
      this.arena = arena;
      this.memory = memory;
    }
  }

  /** Writes the header and the first chunk. */
  FileStateAppender(FileChannel channel, ByteBuffer header, Path unpublished, Path path)
      throws IOException {
    this.channel = channel;
    this.unpublished = unpublished;
    this.path = path;
    Uninterrupted.call(() -> write(header, 0));
    this.tail = newChunk(0);
    synchronized (room) {
      chunkCount = 1;
    }
  }

  @Override
  public void append(long first, long second) throws IOException {
    if (second == 0) {
      throw new IllegalArgumentException("a note whose second half is 0");
    }
    int slot = (int) (noteCount % CHUNK_NOTES);
    boolean isLast = slot == CHUNK_NOTES - 1;
    if (isLast) {
      // Not after it: the file must never be without a slot that is zero.
      makeRoom();
    }
    Chunk chunk = tail;
    long at = (long) slot * StateStorage.NOTE_BYTES;
    try {
      LONG.set(chunk.memory, at, first);
      LONG.setRelease(chunk.memory, at + Long.BYTES, second);
    } catch (InternalError e) {
      // How the JVM tells that the file is no longer under the mapping.
      throw new IOException(path + " was cut off, or its device failed", e);
    }
    noteCount++;
    if (isLast) {
      Chunk next = prepared.getAndSet(null);
      if (next == null) {
        throw new IllegalStateException(path + ": no room after " + noteCount + " notes");
      }
      full.add(chunk);
      tail = next;
    }
  }

  @Override
  public long noteCount() {
    return noteCount;
  }

  @Override
  public boolean wantsRoom() {
    return noteCount % CHUNK_NOTES > CHUNK_NOTES / 2 && prepared.get() == null;
  }

  @Override
  public void makeRoom() throws IOException {
    synchronized (room) {
      if (prepared.get() == null) {
        prepared.set(newChunk(chunkCount));
        chunkCount++;
      }
    }
    unmapFull();
  }

  @SuppressWarnings("MustBeClosedChecker") // The chunk keeps it, and closes it when it is full.
  private Chunk newChunk(int index) throws IOException {
    return Uninterrupted.call(() -> {
      long at = StateStorage.HEADER_BYTES + (long) index * CHUNK_BYTES;
      write(ByteBuffer.allocate(CHUNK_BYTES), at);
      Arena arena = Arena.ofShared();
      try {
        return new Chunk(
            arena, channel.map(FileChannel.MapMode.READ_WRITE, at, CHUNK_BYTES, arena));
      } catch (IOException | RuntimeException e) {
        arena.close();
        throw e;
      }
    });
  }

  private long write(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
    return position;
  }

  @Override
  public void copyTo(long fromIndex, long toIndex, StateReader.NoteVisitor visitor)
      throws IOException {
    Uninterrupted.call(() -> {
      FileStateReader.readNotes(channel, fromIndex, toIndex, visitor);
      return true;
    });
  }

  @Override
  public void force() throws IOException {
    Uninterrupted.call(() -> {
      mapping.lock();
      try {
        forceMapped();
      } finally {
        mapping.unlock();
      }
      boolean isPublished = published;
      channel.force(true);
      if (isPublished && !folderForced) {
        FileStateStorage.forceFolder(path);
        folderForced = true;
      }
      return true;
    });
  }

  @GuardedBy("mapping")
  private void forceMapped() {
    // Looked at first: should it fill up meanwhile, it is forced as one of the full ones, or is
    // still mapped.
    Chunk last = tail;
    boolean lastIsGivenBack = false;
    for (Chunk chunk = full.poll(); chunk != null; chunk = full.poll()) {
      chunk.memory.force();
      chunk.arena.close();
      lastIsGivenBack |= chunk == last;
    }
    if (!lastIsGivenBack) {
      last.memory.force();
    }
  }

  /**
   * Gives the full chunks back; what of them is not on the device yet, the channel's force finds.
   */
  private void unmapFull() {
    // Whoever holds the lock gives them back, or the next one does.
    if (mapping.tryLock()) {
      try {
        for (Chunk chunk = full.poll(); chunk != null; chunk = full.poll()) {
          chunk.arena.close();
        }
      } finally {
        mapping.unlock();
      }
    }
  }

  @Override
  public void publish() throws IOException {
    Files.move(
        unpublished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    published = true;
  }

  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    unmapFull();
    tail.arena.close();
    Chunk next = prepared.getAndSet(null);
    if (next != null) {
      next.arena.close();
    }
    channel.close();
    if (!published) {
      Files.deleteIfExists(unpublished);
    }
  }
}
