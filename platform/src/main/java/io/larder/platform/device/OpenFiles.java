package io.larder.platform.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files this process uses as devices, whatever path they were named by.
 *
 * <p><b>Threads.</b> Any.
 */
final class OpenFiles {
  /*
   * On POSIX systems the end of any descriptor of a file drops the locks the process holds on that
   * file. A second opening in the same process, even one that only looks at the first bytes and
   * gives up, would therefore unlock the first one without anybody noticing. So the process asks
   * itself before it asks the file system.
   */

  private static final Set<Object> OPEN = ConcurrentHashMap.newKeySet();

  private OpenFiles() {}

  /** Something that is equal for two paths exactly when they lead to the same existing file. */
  static Object identity(Path existing) throws IOException {
    Object key = Files.readAttributes(existing, BasicFileAttributes.class).fileKey();
    return key != null ? key : existing.toRealPath();
  }

  static boolean isOpen(Object identity) {
    return OPEN.contains(identity);
  }

  /** Whether the file was not open yet; it is now. */
  static boolean claim(Object identity) {
    return OPEN.add(identity);
  }

  static void release(Object identity) {
    OPEN.remove(identity);
  }
}
