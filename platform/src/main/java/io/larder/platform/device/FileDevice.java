package io.larder.platform.device;

import io.larder.platform.memory.AlignedBuffer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A regular file or a block device as flash, through the JDK's file channels.
 *
 * <p><b>Life.</b> {@link #check} finds whatever speaks against a set of devices and leaves no
 * trace; a program calls it when all its other options are known to be good. {@link #open} then
 * creates the file if it is missing, locks it against other processes, gives it its length and all
 * of that length a place on the disk, and bypasses the page cache where the file system allows. The
 * lock lasts until {@link #close}.
 *
 * <p><b>Threads.</b> Any thread that nobody interrupts. An interrupt that is already pending is
 * kept for after the call, but one that arrives within a call closes the channel, for everybody:
 * the device then fails whatever it is asked, and says in the log why.
 */
public final class FileDevice implements Device {
  /*
   * Two channels. The first, plain one creates, locks and sizes the file; reading a header of 4096
   * bytes through it needs no aligned memory. The second one, opened when the file is ours and has
   * its length, is direct and does the work; where there can be none, the first one works. A
   * direct channel that failed its trial is kept open until the end, because closing any channel
   * of a file drops the process's lock on it.
   *
   * The JDK takes as the unit of direct I/O what the file system calls its block, usually 4096
   * bytes, and enforces it. The device itself may be content with 512; the io_uring device uses
   * that.
   */

  private static final Logger LOG = LoggerFactory.getLogger(FileDevice.class);
  private static final int BLOCK_BYTES_MIN = 512;

  private final Path path;
  private final Object identity;
  private final RandomAccessFile plain;
  private final Closeable spaceHolder;
  private final Direct direct;
  private final FileChannel channel;
  private final long sizeBytes;
  private final AtomicBoolean closed = new AtomicBoolean();

  private FileDevice(
      Path path,
      Object identity,
      RandomAccessFile plain,
      Closeable spaceHolder,
      Direct direct,
      long wantedBytes) {
    this.path = path;
    this.identity = identity;
    this.plain = plain;
    this.spaceHolder = spaceHolder;
    this.direct = direct;
    this.channel = direct.works() ? direct.opened() : plain.getChannel();
    this.sizeBytes = wantedBytes - wantedBytes % direct.blockBytes;
  }

  /**
   * Finds whatever speaks against opening {@code specs} together, and changes nothing.
   *
   * @param looksLikeOurs whether the first 4096 bytes (little endian, zero-padded) of a file that
   *     is not empty may be overwritten; bytes that are all zero are not asked about
   * @throws DeviceException in one sentence what, why and what to do
   */
  public static void check(List<DeviceSpec> specs, Predicate<ByteBuffer> looksLikeOurs)
      throws DeviceException {
    DeviceCheck.run(specs, looksLikeOurs);
  }

  /**
   * Checks {@code spec} again and opens it, direct where that works.
   *
   * @throws DeviceException when the check fails or the system refuses; a file that this call has
   *     created is then gone again, and any other has the length and the content it had
   */
  public static FileDevice open(DeviceSpec spec, Predicate<ByteBuffer> looksLikeOurs)
      throws DeviceException {
    return open(spec, looksLikeOurs, new WrittenSpace());
  }

  /** As above; {@code space} gives a regular file its room. */
  public static FileDevice open(
      DeviceSpec spec, Predicate<ByteBuffer> looksLikeOurs, FileSpace space)
      throws DeviceException {
    return open(spec, looksLikeOurs, space, true);
  }

  static FileDevice open(
      DeviceSpec spec, Predicate<ByteBuffer> looksLikeOurs, FileSpace space, boolean wantDirect)
      throws DeviceException {
    DeviceCheck.run(List.of(spec), looksLikeOurs);
    Path path = spec.path().toAbsolutePath();
    try {
      boolean created = createIfMissing(path);
      try {
        return openExisting(path, spec.sizeBytes(), looksLikeOurs, space, wantDirect);
      } catch (IOException | RuntimeException e) {
        if (created) {
          Files.deleteIfExists(path);
        }
        throw e;
      }
    } catch (DeviceException e) {
      throw e;
    } catch (IOException e) {
      throw new DeviceException(
          "Cannot open " + path + ": " + e + "; check the path and its file system.", e);
    }
  }

  private static boolean createIfMissing(Path path) throws IOException {
    try {
      Files.createFile(path, ownerOnly(path));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path path) {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
  }

  private static FileDevice openExisting(
      Path path,
      long sizeBytes,
      Predicate<ByteBuffer> looksLikeOurs,
      FileSpace space,
      boolean wantDirect)
      throws IOException {
    Object identity = OpenFiles.identity(path);
    if (!OpenFiles.claim(identity)) {
      throw DeviceCheck.inUse(path, "this");
    }
    RandomAccessFile plain = null;
    Closeable spaceHolder = () -> {};
    try {
      plain = new RandomAccessFile(path.toFile(), "rw");
      lock(path, plain.getChannel());
      boolean isUnused = DeviceCheck.isUnused(path, plain.getChannel(), looksLikeOurs);
      if (!DeviceCheck.isBlockDevice(path)) {
        spaceHolder = giveRoom(path, plain, isUnused, sizeBytes, space);
      }
      Direct direct =
          wantDirect ? Direct.tryOn(path) : Direct.refused(path, null, "it was not asked for");
      return new FileDevice(path, identity, plain, spaceHolder, direct, sizeBytes);
    } catch (IOException | RuntimeException e) {
      try {
        spaceHolder.close();
        if (plain != null) {
          plain.close();
        }
      } finally {
        OpenFiles.release(identity);
      }
      throw e;
    }
  }

  /** Gives the file its length and all of it a place on the disk, or leaves it as it was. */
  private static Closeable giveRoom(
      Path path, RandomAccessFile file, boolean isUnused, long sizeBytes, FileSpace space)
      throws IOException {
    long lengthBefore = file.length();
    Closeable holder;
    try {
      holder = space.allocate(path, file.getChannel(), isUnused, sizeBytes);
    } catch (IOException e) {
      if (file.length() != lengthBefore) {
        file.setLength(lengthBefore);
      }
      throw DeviceCheck.noRoom(path, sizeBytes, e);
    }
    try {
      if (file.length() != sizeBytes) {
        file.setLength(sizeBytes);
      }
      return holder;
    } catch (IOException e) {
      holder.close();
      throw e;
    }
  }

  /** Locks the whole file until the channel is closed. */
  private static void lock(Path path, FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw DeviceCheck.inUse(path, "another");
      }
    } catch (OverlappingFileLockException e) {
      throw DeviceCheck.inUse(path, "this");
    }
  }

  @Override
  public String name() {
    return path.toString();
  }

  /** The file behind the device. */
  public Path path() {
    return path;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int blockSizeBytes() {
    return direct.blockBytes;
  }

  @Override
  public boolean isDirect() {
    return direct.works();
  }

  /** Why the page cache is bypassed or not, as the second half of a sentence. */
  public String directNote() {
    return direct.note;
  }

  @Override
  public void write(ByteBuffer source, long offsetBytes) throws IOException {
    if (offsetBytes < 0 || offsetBytes > sizeBytes - source.remaining()) {
      throw new IllegalArgumentException(
          "write of %d bytes at %d to %s of %d bytes"
              .formatted(source.remaining(), offsetBytes, path, sizeBytes));
    }
    boolean interrupted = Thread.interrupted();
    try {
      long position = offsetBytes;
      while (source.hasRemaining()) {
        int written = channel.write(source, position);
        if (written <= 0) {
          throw new IOException(path + " took nothing at " + position);
        }
        position += written;
      }
    } catch (ClosedByInterruptException e) {
      throw lost(e);
    } finally {
      restore(interrupted);
    }
  }

  /** Fills {@code target}; at the end of the device its position says how much there was. */
  @Override
  public void read(ByteBuffer target, long offsetBytes) throws IOException {
    if (offsetBytes < 0) {
      throw new IllegalArgumentException("read of " + path + " at " + offsetBytes);
    }
    int limit = target.limit();
    long there = Math.clamp(sizeBytes - offsetBytes, 0, (long) target.remaining());
    target.limit(target.position() + (int) there);
    boolean interrupted = Thread.interrupted();
    try {
      fill(target, offsetBytes);
    } catch (ClosedByInterruptException e) {
      throw lost(e);
    } finally {
      target.limit(limit);
      restore(interrupted);
    }
    if (target.hasRemaining()) {
      throw new EOFException(path + " ends before " + (offsetBytes + there + target.remaining()));
    }
  }

  private void fill(ByteBuffer target, long offsetBytes) throws IOException {
    long position = offsetBytes;
    while (target.hasRemaining()) {
      int read = channel.read(target, position);
      // A direct read that ends within a block has met the end of the file.
      if (read <= 0 || (isDirect() && read % blockSizeBytes() != 0)) {
        return;
      }
      position += read;
    }
  }

  private IOException lost(ClosedByInterruptException cause) {
    LOG.error("{} is lost: a thread was interrupted while it used the device", path, cause);
    return cause;
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      FileChannel opened = direct.opened;
      if (opened != null) {
        opened.close();
      }
    } finally {
      try {
        spaceHolder.close();
      } finally {
        try {
          plain.close();
        } finally {
          OpenFiles.release(identity);
        }
      }
    }
  }

  @Override
  public String toString() {
    return "%s (%d bytes, blocks of %d, %s)"
        .formatted(path, sizeBytes, blockSizeBytes(), direct.note);
  }

  /** The attempt to bypass the page cache. */
  private static final class Direct {
    private static final String BYPASS_OPTIONS = "com.sun.nio.file.ExtendedOpenOption";

    private final @Nullable FileChannel opened;
    private final @Nullable String refusal;
    private final int blockBytes;
    private final String note;

    private Direct(@Nullable FileChannel opened, int blockBytes, @Nullable String refusal) {
      this.opened = opened;
      this.blockBytes = blockBytes;
      this.refusal = refusal;
      this.note = refusal == null ? "direct" : "buffered, because " + refusal;
    }

    boolean works() {
      return refusal == null;
    }

    FileChannel opened() {
      if (opened == null) {
        throw new IllegalStateException(note);
      }
      return opened;
    }

    static Direct refused(Path path, @Nullable FileChannel opened, String refusal)
        throws IOException {
      int block =
          Math.clamp(fileSystemBlockBytes(path), BLOCK_BYTES_MIN, AlignedBuffer.ALIGNMENT_BYTES);
      return new Direct(opened, block, refusal);
    }

    static Direct tryOn(Path path) throws IOException {
      long block = fileSystemBlockBytes(path);
      if (block > AlignedBuffer.ALIGNMENT_BYTES || block < BLOCK_BYTES_MIN) {
        return refused(path, null, "the file system's block has " + block + " bytes");
      }
      OpenOption bypass = bypassOption();
      if (bypass == null) {
        return refused(path, null, "this Java runtime lacks " + BYPASS_OPTIONS);
      }
      FileChannel channel;
      try {
        channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, bypass);
      } catch (UnsupportedOperationException | IOException e) {
        return refused(path, null, "direct I/O was refused: " + e.getMessage());
      }
      try (Arena arena = Arena.ofConfined()) {
        channel.read(AlignedBuffer.allocate(arena, (int) block).bytes(), 0);
        return new Direct(channel, (int) block, null);
      } catch (IOException e) {
        return refused(path, channel, "a direct read failed: " + e.getMessage());
      }
    }

    /**
     * The JDK's option for direct I/O. It is exported, but by a module that a runtime may lack, and
     * javac has a warning for its name that nothing can suppress; so it is looked up.
     */
    private static @Nullable OpenOption bypassOption() {
      try {
        for (Object option : Class.forName(BYPASS_OPTIONS).getEnumConstants()) {
          if (option.toString().equals("DIRECT")) {
            return (OpenOption) option;
          }
        }
        return null;
      } catch (ClassNotFoundException e) {
        return null;
      }
    }

    private static long fileSystemBlockBytes(Path path) throws IOException {
      try {
        long block = Files.getFileStore(path).getBlockSize();
        return Long.bitCount(block) == 1 ? block : AlignedBuffer.ALIGNMENT_BYTES;
      } catch (UnsupportedOperationException e) {
        return AlignedBuffer.ALIGNMENT_BYTES;
      }
    }
  }
}
