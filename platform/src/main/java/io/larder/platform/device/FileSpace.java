package io.larder.platform.device;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Gives a regular file its room on the file system, so that no later write finds it full.
 *
 * <p><b>Threads.</b> Any.
 */
public interface FileSpace {

  /**
   * Makes sure that the first {@code sizeBytes} of a file have their place on the disk. The file is
   * then at least that long; what it held stays, and what is new is zero. After an exception it may
   * have grown.
   *
   * @param path of the file
   * @param channel the file, opened for reading and writing and locked
   * @param isUnused whether nothing in the file is wanted
   * @return what is to be closed together with the file and not before: closing any descriptor of a
   *     file drops the locks that the process holds on it
   * @throws IOException when the file system has no room, or refuses for another reason
   */
  Closeable allocate(Path path, FileChannel channel, boolean isUnused, long sizeBytes)
      throws IOException;
}
