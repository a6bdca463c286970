package io.larder.platform.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A regular file or a block device that is only looked at.
 *
 * <p><b>Life.</b> {@link #open} takes a shared lock, which a server's own keeps away, and which
 * keeps a server away until {@link #close}: what is read does not change meanwhile.
 *
 * <p><b>Threads.</b> Any thread that nobody interrupts.
 */
public final class ReadOnlyDevice implements Device {
  private static final int BLOCK_BYTES = 512;

  private final Path path;
  private final FileChannel channel;
  private final long sizeBytes;

  private ReadOnlyDevice(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.sizeBytes = channel.size();
  }

  /**
   * Opens what is there; changes nothing.
   *
   * @throws DeviceException in one sentence what, why and what to do
   */
  public static ReadOnlyDevice open(Path path) throws DeviceException {
    if (!Files.exists(path)) {
      throw new DeviceException("Cannot read " + path + ": there is no such file; check the path.");
    }
    if (Files.isDirectory(path)) {
      throw new DeviceException("Cannot read " + path + ": it is a directory; name a file in it.");
    }
    try {
      if (!Files.isRegularFile(path) && !DeviceCheck.isBlockDevice(path)) {
        throw new DeviceException(
            "Cannot read "
                + path
                + ": it is neither a regular file nor a block device; name one or the other.");
      }
      return locked(path);
    } catch (DeviceException e) {
      throw e;
    } catch (IOException | SecurityException e) {
      throw new DeviceException(
          "Cannot read " + path + ": " + e + "; check the path and its permissions.", e);
    }
  }

  @SuppressWarnings("MustBeClosed") // It is closed by the device that is returned.
  private static ReadOnlyDevice locked(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      if (!isFree(channel)) {
        throw new DeviceException(
            ("Cannot read %s: a running server writes to it, and what it is just writing would look"
                    + " like damage; stop the server first, or look at a snapshot.")
                .formatted(path));
      }
      return new ReadOnlyDevice(path, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Takes the lock, which goes with the channel. */
  @SuppressWarnings("MustBeClosed")
  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int blockSizeBytes() {
    return BLOCK_BYTES;
  }

  @Override
  public boolean isDirect() {
    return false;
  }

  @Override
  public void write(ByteBuffer source, long offsetBytes) throws IOException {
    throw new IOException(path + " is only looked at");
  }

  @Override
  public void read(ByteBuffer target, long offsetBytes) throws IOException {
    long position = offsetBytes;
    while (target.hasRemaining()) {
      int read = channel.read(target, position);
      if (read <= 0) {
        throw new EOFException(path + " ends at " + position);
      }
      position += read;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
