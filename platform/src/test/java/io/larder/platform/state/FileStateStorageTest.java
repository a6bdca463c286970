package io.larder.platform.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state file on a file system that is full, or that somebody cuts short. */
class FileStateStorageTest {
  private static final int MIB = 1 << 20;
  private static final int CHUNK_NOTES = MIB / StateStorage.NOTE_BYTES;

  @TempDir private Path folder;

  private Path path = Path.of("not yet");
  private FileStateStorage storage = new FileStateStorage(path);

  @BeforeEach
  void choosePath() {
    keepIn(folder);
  }

  private void keepIn(Path where) {
    path = where.resolve("state");
    storage = new FileStateStorage(path);
  }

  private StateAppender create() throws IOException {
    return storage.create(ByteBuffer.allocate(StateStorage.HEADER_BYTES));
  }

  private long foundCount() throws IOException {
    try (StateReader reader = Objects.requireNonNull(storage.open())) {
      long[] count = {0};
      reader.notes(
          (index, first, second) -> count[0] += first == index && second == ~index ? 1 : 0);
      return count[0];
    }
  }

  private static void append(StateAppender file, long count) throws IOException {
    for (long i = 0; i < count; i++) {
      file.append(file.noteCount(), ~file.noteCount());
    }
  }

  @Test
  void fileIsItsOwnersAloneAndGrowsByWholeChunks() throws IOException {
    try (StateAppender file = create()) {
      assertThat(folder.resolve("state.new")).hasSize(StateStorage.HEADER_BYTES + MIB);
      append(file, CHUNK_NOTES - 1);
      file.publish();
      assertThat(path).hasSize(StateStorage.HEADER_BYTES + MIB);
      append(file, 1);
      assertThat(path).hasSize(StateStorage.HEADER_BYTES + 2L * MIB);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(folder.resolve("state.new")).doesNotExist();
    assertThat(foundCount()).isEqualTo(CHUNK_NOTES);
  }

  @Test
  void whatAnEarlierProcessLeftUnpublishedIsReplaced() throws IOException {
    Files.writeString(folder.resolve("state.new"), "left");
    try (StateAppender file = create()) {
      append(file, 2);
      file.publish();
    }
    assertThat(foundCount()).isEqualTo(2);
    assertThat(folder.resolve("state.new")).doesNotExist();
  }

  @Test
  void fullFileSystemIsAnErrorAndNothingWorse() throws Exception {
    mount("8m");
    try {
      try (StateAppender file = create()) {
        file.publish();
        append(file, 3);
        assertThatThrownBy(() -> append(file, 10L * CHUNK_NOTES))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space left on device");
        assertThatThrownBy(() -> append(file, 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(file::makeRoom).isInstanceOf(IOException.class);
        assertThat(file.noteCount()).isEqualTo(7L * CHUNK_NOTES - 1);
        assertThat(foundCount()).isEqualTo(7L * CHUNK_NOTES - 1);

        assertThatThrownBy(this::create).isInstanceOf(IOException.class);
        assertThat(folder.resolve("small/state.new")).doesNotExist();
        file.force();
      }
      storage.delete();
      create().close();
    } finally {
      unmount();
    }
  }

  @Test
  void roomThatComesBackIsUsed() throws Exception {
    mount("4m");
    try {
      Path filler = folder.resolve("small/filler");
      try (StateAppender file = create()) {
        Files.write(filler, new byte[2 * MIB + 500_000]);
        append(file, CHUNK_NOTES - 1);
        assertThatThrownBy(() -> append(file, 1)).isInstanceOf(IOException.class);
        Files.delete(filler);
        append(file, 10);
        file.publish();
        assertThat(foundCount()).isEqualTo(CHUNK_NOTES + 9);
      }
    } finally {
      unmount();
    }
  }

  @Test
  void fileCutOffUnderTheMappingIsAnErrorAndNothingWorse() throws IOException {
    try (StateAppender file = create()) {
      file.publish();
      append(file, 100);
      try (RandomAccessFile cut = new RandomAccessFile(path.toFile(), "rw")) {
        cut.setLength(StateStorage.HEADER_BYTES);
      }
      assertThatThrownBy(() -> append(file, CHUNK_NOTES))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("was cut off");
      assertThat(foundCount()).isZero();
    }
  }

  @Test
  void folderThatIsNotThereIsAnError() {
    keepIn(folder.resolve("lost"));
    assertThatThrownBy(this::create).isInstanceOf(IOException.class);
  }

  @Test
  void bootIsKnownByItsIdAndAnUnknownOneIsTheSameAsNone() throws IOException {
    Path id = folder.resolve("boot_id");
    assertThat(BootId.readFrom(id)).isEqualTo(BootId.UNKNOWN);
    Files.writeString(id, "not an id");
    assertThat(BootId.readFrom(id)).isEqualTo(BootId.UNKNOWN);
    UUID boot = new UUID(0x1122334455667788L, 0x99aabbccddeeff00L);
    Files.writeString(id, boot + "\n");
    assertThat(BootId.readFrom(id)).isEqualTo(boot);

    assertThat(BootId.isSame(boot, BootId.readFrom(id))).isTrue();
    assertThat(BootId.isSame(boot, new UUID(1, 1))).isFalse();
    assertThat(BootId.isSame(boot, BootId.UNKNOWN)).isFalse();
    assertThat(BootId.isSame(BootId.UNKNOWN, BootId.UNKNOWN)).isFalse();
    assertThat(BootId.current()).as("does not change").isEqualTo(BootId.current());
  }

  private void mount(String size) throws Exception {
    Path point = Files.createDirectory(folder.resolve("small"));
    assumeTrue(
        runs("mount", "-t", "tmpfs", "-o", "size=" + size, "none", point.toString()),
        "this user may not mount a file system");
    keepIn(point);
  }

  private void unmount() throws Exception {
    runs("umount", folder.resolve("small").toString());
  }

  private static boolean runs(String... command) throws Exception {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      return process.waitFor() == 0 && printed.isEmpty();
    } catch (IOException e) {
      return false;
    }
  }
}
