package io.larder.uring;

import io.larder.platform.device.FileSpace;
import io.larder.platform.device.WrittenSpace;
import io.larder.uring.Posix.PosixException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a file its room by {@code fallocate}, at once and whatever it held before: holes of a
 * sparse file are given a place too. Where the file system cannot do that, zeros are written.
 *
 * <p><b>Threads.</b> Any.
 */
public final class FallocatedSpace implements FileSpace {
  private static final Logger LOG = LoggerFactory.getLogger(FallocatedSpace.class);

  private final FileSpace otherwise = new WrittenSpace();

  private FallocatedSpace() {}

  /** Room by {@code fallocate} where this system has the call, else room that is written. */
  public static FileSpace orWritten() {
    try {
      Posix.load();
      return new FallocatedSpace();
    } catch (LinkageError e) {
      LOG.debug("files are given their room by writing it: {}", e.toString());
      return new WrittenSpace();
    }
  }

  @Override
  public Closeable allocate(Path path, FileChannel channel, boolean isUnused, long sizeBytes)
      throws IOException {
    long lengthBefore = channel.size();
    int fd = Posix.openReadWrite(path, false);
    try {
      allocate(fd, path, channel, isUnused, sizeBytes);
    } catch (IOException e) {
      // Here, because the lock goes with the descriptor, and then the file may be somebody else's.
      if (channel.size() > lengthBefore) {
        channel.truncate(lengthBefore);
      }
      Posix.close(fd);
      throw e;
    }
    return () -> Posix.close(fd);
  }

  private void allocate(int fd, Path path, FileChannel channel, boolean isUnused, long sizeBytes)
      throws IOException {
    try {
      Posix.fallocate(fd, sizeBytes);
    } catch (PosixException e) {
      if (e.errno() != Posix.EOPNOTSUPP && e.errno() != Posix.ENOSYS) {
        throw e;
      }
      LOG.info("the file system of {} cannot give it its room at once: {}", path, e.getMessage());
      otherwise.allocate(path, channel, isUnused, sizeBytes).close();
    }
  }
}
