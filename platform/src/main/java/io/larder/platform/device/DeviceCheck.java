package io.larder.platform.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Everything that can be said against a set of devices without opening one for writing, creating or
 * changing anything.
 */
final class DeviceCheck {
  /** What the caller's predicate gets to see. */
  private static final int HEAD_BYTES = 4096;

  /**
   * How far a file or block device must be zero to count as unused. Several formats leave their
   * first blocks empty: Btrfs begins at 64 KiB, a CD image at 32 KiB, ZFS at 8 KiB, software RAID
   * at 4 KiB.
   */
  private static final int UNUSED_BYTES = 1 << 20;

  private static final int FILE_TYPE_MASK = 0xF000;
  private static final int FILE_TYPE_BLOCK = 0x6000;

  private final Predicate<ByteBuffer> looksLikeOurs;
  private final Set<Object> seen = new HashSet<>();
  private final Map<FileStore, Long> missingBytes = new HashMap<>();

  private DeviceCheck(Predicate<ByteBuffer> looksLikeOurs) {
    this.looksLikeOurs = looksLikeOurs;
  }

  static void run(List<DeviceSpec> specs, Predicate<ByteBuffer> looksLikeOurs)
      throws DeviceException {
    DeviceCheck check = new DeviceCheck(looksLikeOurs);
    for (DeviceSpec spec : specs) {
      try {
        check.one(spec);
      } catch (DeviceException e) {
        throw e;
      } catch (IOException | SecurityException e) {
        throw new DeviceException(
            "Cannot use " + spec.path() + ": " + e + "; check the path and its permissions.", e);
      }
    }
  }

  private void one(DeviceSpec spec) throws IOException {
    Path path = spec.path().toAbsolutePath();
    if (Files.isDirectory(path)) {
      throw refused(
          path, "it is a directory", "name a file in it, such as " + path.resolve("larder.flash"));
    }
    if (Files.exists(path)) {
      existing(path, spec.sizeBytes());
    } else {
      missing(path, spec.sizeBytes());
    }
  }

  private void missing(Path path, long sizeBytes) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(path, "it is a link to nothing", "repair the link or name another path");
    }
    Path folder = path.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw refused(
          path,
          "its folder does not exist or is out of this user's reach",
          "create " + folder + " or name another path");
    }
    if (!Files.isWritable(folder) || !Files.isExecutable(folder)) {
      throw refused(
          path,
          "its folder is not writable for this user",
          "give the user access to " + folder + " or name another path");
    }
    rememberIdentity(path, folder.toRealPath().resolve(path.getFileName()));
    takeSpace(path, folder, sizeBytes);
  }

  private void existing(Path path, long sizeBytes) throws IOException {
    boolean blockDevice = isBlockDevice(path);
    if (!blockDevice && !Files.isRegularFile(path)) {
      throw refused(
          path, "it is neither a regular file nor a block device", "name one or the other");
    }
    if (!Files.isReadable(path) || !Files.isWritable(path)) {
      throw refused(
          path,
          "this user may not read and write it",
          "change its owner or mode, or name another path");
    }
    Object identity = OpenFiles.identity(path);
    rememberIdentity(path, identity);
    if (OpenFiles.isOpen(identity)) {
      throw inUse(path, "this");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      checkUnlocked(path, channel);
      isUnused(path, channel, looksLikeOurs);
      if (blockDevice) {
        checkRoom(path, channel.size(), sizeBytes);
      } else {
        // The length stands for the bytes the file has on the disk, which Java cannot ask for. For
        // a sparse file the room shows when it is given its own, before anything is written to it.
        takeSpace(path, path, Math.max(0, sizeBytes - channel.size()));
      }
    }
  }

  private void rememberIdentity(Path path, Object identity) throws DeviceException {
    if (!seen.add(identity)) {
      throw refused(path, "it is given twice", "name each file or device once");
    }
  }

  private static void checkUnlocked(Path path, FileChannel channel) throws IOException {
    try (FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
      if (lock == null) {
        throw inUse(path, "another");
      }
    } catch (OverlappingFileLockException e) {
      throw inUse(path, "this");
    }
  }

  private static void checkRoom(Path path, long deviceBytes, long wantedBytes)
      throws DeviceException {
    if (deviceBytes < wantedBytes) {
      throw refused(
          path,
          "the block device has %s and %s are wanted"
              .formatted(readable(deviceBytes), readable(wantedBytes)),
          "choose a size that fits");
    }
  }

  /** Counts the bytes as taken, so that devices that share a file system must fit together. */
  private void takeSpace(Path path, Path onSameStore, long bytes) throws IOException {
    FileStore store = Files.getFileStore(onSameStore);
    long wanted = missingBytes.merge(store, bytes, Math::addExact);
    long usable = store.getUsableSpace();
    if (bytes > 0 && wanted > usable) {
      throw refused(
          path,
          "%s more are needed on its file system and %s are free"
              .formatted(readable(wanted), readable(usable)),
          "choose a smaller size or free some space");
    }
  }

  /**
   * Refuses content that is neither ours nor nothing at all.
   *
   * @return whether it is nothing at all
   */
  static boolean isUnused(Path path, FileChannel channel, Predicate<ByteBuffer> looksLikeOurs)
      throws IOException {
    ByteBuffer start = ByteBuffer.allocate(UNUSED_BYTES);
    while (start.hasRemaining() && channel.read(start, start.position()) > 0) {
      // a short read; the rest stays zero when the file is shorter
    }
    if (isZero(start.array())) {
      return true;
    }
    ByteBuffer head = start.slice(0, HEAD_BYTES).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (!looksLikeOurs.test(head)) {
      throw refused(
          path,
          "it holds data that Larder did not write, which would be lost",
          isBlockDevice(path)
              ? "name another device, or zero its first MiB if nothing on it is needed"
              : "name another path, or remove the file if it is not needed");
    }
    return false;
  }

  private static boolean isZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  static boolean isBlockDevice(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return false;
    }
    int mode = (Integer) Files.getAttribute(path, "unix:mode");
    return (mode & FILE_TYPE_MASK) == FILE_TYPE_BLOCK;
  }

  static DeviceException inUse(Path path, String whichProcess) {
    return refused(
        path,
        whichProcess + " process already uses it",
        "stop the other user or name another path");
  }

  static DeviceException noRoom(Path path, long wantedBytes, IOException cause) {
    return new DeviceException(
        "Cannot use %s: its file system does not give it %s (%s); choose a smaller size or free some space."
            .formatted(path, readable(wantedBytes), cause.getMessage()),
        cause);
  }

  private static DeviceException refused(Path path, String why, String whatToDo) {
    return new DeviceException("Cannot use " + path + ": " + why + "; " + whatToDo + ".");
  }

  private static String readable(long bytes) {
    if (bytes < 1 << 20) {
      return bytes + " bytes";
    }
    return bytes < 1 << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / 0x1p20)
        : String.format(Locale.ROOT, "%.1f GiB", bytes / 0x1p30);
  }
}
