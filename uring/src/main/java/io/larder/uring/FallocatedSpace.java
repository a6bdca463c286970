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
    int fd = Posix.openReadWrite(path, false);
    try {
      Posix.fallocate(fd, sizeBytes);
    } catch (PosixException e) {
      if (e.errno() != Posix.EOPNOTSUPP && e.errno() != Posix.ENOSYS) {
        Posix.close(fd);
        throw e;
      }
      LOG.info("the file system of {} cannot give it its room at once: {}", path, e.getMessage());
      try {
        otherwise.allocate(path, channel, isUnused, sizeBytes).close();
      } catch (IOException noRoom) {
        Posix.close(fd);
        throw noRoom;
      }
    }
    return () -> Posix.close(fd);
  }
}
