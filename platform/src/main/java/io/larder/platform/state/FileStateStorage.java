package io.larder.platform.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A state file on a file system; the unpublished one beside it is called the same and {@code .new}.
 */
public final class FileStateStorage implements StateStorage {
  private static final Set<OpenOption> NEW_FILE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);

  private final Path path;
  private final Path unpublished;

  /** Keeps the file at {@code path}. */
  public FileStateStorage(Path path) {
    this.path = path.toAbsolutePath();
    this.unpublished = this.path.resolveSibling(this.path.getFileName() + ".new");
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public @Nullable StateReader open() throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      return new FileStateReader(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public StateAppender create(ByteBuffer header) throws IOException {
    if (header.remaining() != HEADER_BYTES) {
      throw new IllegalArgumentException("header of " + header.remaining() + " bytes");
    }
    Files.deleteIfExists(unpublished);
    FileChannel channel = FileChannel.open(unpublished, NEW_FILE, ownerOnly());
    try {
      return new FileStateAppender(channel, header.duplicate(), unpublished, path);
    } catch (IOException | RuntimeException e) {
      channel.close();
      Files.deleteIfExists(unpublished);
      throw e;
    }
  }

  @Override
  public void delete() throws IOException {
    if (Files.deleteIfExists(path)) {
      forceFolder(path);
    }
  }

  private FileAttribute<?>[] ownerOnly() {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
  }

  /** Makes which files the folder of {@code file} has survive a loss of power. */
  static void forceFolder(Path file) throws IOException {
    FileChannel folder;
    try {
      folder = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ);
    } catch (IOException e) {
      // A system that does not let a folder be opened keeps its own order of such changes.
      return;
    }
    try (folder) {
      folder.force(true);
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
