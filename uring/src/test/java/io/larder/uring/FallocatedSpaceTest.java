package io.larder.uring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.platform.device.DeviceException;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.FileDevice;
import io.larder.platform.device.FileSpace;
import io.larder.platform.device.WrittenSpace;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file has its room before anything is written to it. */
class FallocatedSpaceTest {
  private static final long MIB = 1 << 20;

  @TempDir private Path folder;

  private final FileSpace space = FallocatedSpace.orWritten();
  private Path path = Path.of("not yet");

  @BeforeEach
  void needsTheCall() {
    assumeTrue(!(space instanceof WrittenSpace), "this system has no fallocate");
    path = folder.resolve("flash");
  }

  private FileDevice open(long bytes) throws DeviceException {
    return FileDevice.open(new DeviceSpec(path, bytes), _ -> true, space);
  }

  @Test
  void everyBlockOfANewFileHasItsPlaceOnTheDisk() throws Exception {
    open(64 * MIB).close();

    assertThat(path).hasSize(64 * MIB);
    assertThat(run("stat", "-c", "%b", path.toString())).isGreaterThanOrEqualTo(64 * MIB / 512);
  }

  @Test
  void holesOfAFileInUseAreFilledAndItsContentStays() throws Exception {
    byte[] bytes = new byte[1 << 20];
    new Random(1).nextBytes(bytes);
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.write(bytes);
      sparse.setLength(64 * MIB);
      sparse.seek(32 * MIB);
      sparse.write(bytes);
    }

    open(64 * MIB).close();

    assertThat(run("stat", "-c", "%b", path.toString())).isGreaterThanOrEqualTo(64 * MIB / 512);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      for (long at : new long[] {0, 32 * MIB}) {
        byte[] there = new byte[bytes.length];
        file.seek(at);
        file.readFully(there);
        assertThat(there).isEqualTo(bytes);
      }
    }
  }

  @Test
  void fileIsStillLockedWhenItHasItsRoom() throws Exception {
    try (FileDevice device = open(MIB)) {
      assertThat(device.sizeBytes()).isEqualTo(MIB);
      assertThat(askAnotherProcess()).contains("another process already uses it");
    }
    assertThat(askAnotherProcess()).contains("free");
  }

  private String askAnotherProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Asker.class.getName(),
                path.toString())
            .redirectErrorStream(true)
            .start();
    String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return answer;
  }

  /** What another process does: tries to use the file. */
  static final class Asker {
    public static void main(String[] args) {
      try {
        FileDevice.check(List.of(new DeviceSpec(Path.of(args[0]), MIB)), _ -> true);
        System.out.println("free");
      } catch (DeviceException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void sparseFileOnAFullFileSystemIsRefusedAndStaysAsItWas() throws Exception {
    Path mount = Files.createDirectory(folder.resolve("small"));
    String[] command = {"mount", "-t", "tmpfs", "-o", "size=4m", "none", mount.toString()};
    assumeTrue(mounts(command), "this user may not mount a file system");
    try {
      path = mount.resolve("flash");
      byte[] bytes = new byte[1 << 20];
      new Random(1).nextBytes(bytes);
      try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
        sparse.write(bytes);
        sparse.setLength(16 * MIB);
      }

      assertThatThrownBy(() -> open(16 * MIB))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("its file system does not give it 16.0 MiB")
          .hasMessageContaining("ENOSPC")
          .hasMessageEndingWith("choose a smaller size or free some space.");

      assertThat(path).hasSize(16 * MIB);
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
        byte[] there = new byte[bytes.length];
        file.readFully(there);
        assertThat(there).isEqualTo(bytes);
      }
    } finally {
      run("umount", mount.toString());
    }
  }

  @Test
  void roomIsWrittenWhereTheFileSystemDoesNotKnowTheCall() throws Exception {
    Path image = folder.resolve("image");
    try (RandomAccessFile made = new RandomAccessFile(image.toFile(), "rw")) {
      made.setLength(48 * MIB);
    }
    Path mount = Files.createDirectory(folder.resolve("old"));
    assumeTrue(
        mounts("mkfs.ext2", "-q", "-F", image.toString())
            && mounts("mount", "-o", "loop", image.toString(), mount.toString()),
        "this user may not mount a file system of the kind without the call");
    try {
      path = mount.resolve("flash");
      open(16 * MIB).close();
      assertThat(path).hasSize(16 * MIB);
      assertThat(run("stat", "-c", "%b", path.toString())).isGreaterThanOrEqualTo(16 * MIB / 512);

      path = mount.resolve("sparse");
      try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
        sparse.setLength(64 * MIB);
      }
      assertThatThrownBy(() -> open(64 * MIB))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("does not give it 64.0 MiB (No space left on device)");
      assertThat(path).as("as long as it was").hasSize(64 * MIB);
    } finally {
      run("umount", mount.toString());
    }
  }

  private static boolean mounts(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs a command and returns the number it prints, or 0. */
  private static long run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    return printed.isEmpty() ? 0 : Long.parseLong(printed);
  }
}
