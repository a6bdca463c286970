package io.larder.platform.device;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.platform.memory.AlignedBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file as flash: what is refused before it is touched, and what it does once open. */
class FileDeviceTest {
  private static final long MIB = 1 << 20;

  @TempDir private Path folder;

  private final Arena arena = Arena.ofShared();
  private Path path = Path.of("not yet");

  @BeforeEach
  void choosePath() {
    path = folder.resolve("flash");
  }

  @AfterEach
  void freeMemory() {
    arena.close();
  }

  // ------------------------------------------------------------------ refusals

  @Test
  void checkLeavesNoTrace() throws IOException {
    FileDevice.check(List.of(spec(MIB)), FileDeviceTest::notOurs);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void directoryIsRefused() {
    assertRefused(new DeviceSpec(folder, MIB), "it is a directory", "name a file in it");
  }

  @Test
  void missingFolderIsRefused() {
    Path lost = folder.resolve("lost");
    assertRefused(
        new DeviceSpec(lost.resolve("flash"), MIB),
        "its folder does not exist or is out of this user's reach",
        "create " + lost + " or");
  }

  @Test
  void linkToNothingIsRefused() throws IOException {
    Files.createSymbolicLink(path, folder.resolve("nowhere"));
    assertRefused(spec(MIB), "a link to nothing", "repair the link");
  }

  @Test
  void pipeIsRefusedAndNotOpened() throws Exception {
    assumeTrue(new ProcessBuilder("mkfifo", path.toString()).start().waitFor() == 0, "no mkfifo");
    assertRefused(spec(MIB), "neither a regular file nor a block device", "name one or the other");
  }

  @Test
  void fileWithoutPermissionIsRefused() throws IOException {
    Files.createFile(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
    assumeFalse(Files.isWritable(path), "this user may write everywhere");
    assertRefused(spec(MIB), "may not read and write it", "change its owner or mode");
  }

  @Test
  void folderWithoutPermissionIsRefused() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(folder), "this user may write everywhere");
      assertRefused(spec(MIB), "its folder is not writable", "give the user access");
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void foreignFileIsRefusedAndStaysAsItWas() throws IOException {
    Files.writeString(path, "the only copy of somebody's thesis");
    FileTime before = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(path, before);

    assertRefused(spec(MIB), "holds data that Larder did not write", "name another path");
    assertThatThrownBy(() -> FileDevice.open(spec(MIB), FileDeviceTest::notOurs))
        .isInstanceOf(DeviceException.class);

    assertThat(path).hasContent("the only copy of somebody's thesis");
    assertThat(Files.getLastModifiedTime(path)).isEqualTo(before);
  }

  @Test
  void fileIsRecognisedByItsFirst4096Bytes() throws IOException {
    Files.writeString(path, "ours");
    Predicate<ByteBuffer> ours =
        head -> head.remaining() == 4096 && head.get(0) == 'o' && head.get(5) == 0;
    FileDevice.check(List.of(spec(MIB)), ours);
    FileDevice.open(spec(MIB), ours).close();
    assertThat(path).hasSize(MIB);
  }

  @Test
  void fileThatIsZeroForItsFirstMebibyteCountsAsUnused() throws IOException {
    byte[] bytes = new byte[(int) MIB + 1];
    bytes[(int) MIB] = 1;
    Files.write(path, bytes);
    FileDevice.check(List.of(spec(MIB)), FileDeviceTest::notOurs);
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 8192, 32 << 10, 64 << 10, (1 << 20) - 1})
  void fileWhoseFormatBeginsBehindSomeZerosIsSomebodyElses(int at) throws IOException {
    byte[] bytes = new byte[2 << 20];
    bytes[at] = 1;
    Files.write(path, bytes);

    assertRefused(spec(MIB), "holds data that Larder did not write", "name another path");
    assertThat(path).hasBinaryContent(bytes);
  }

  // ---------------------------------------------------------------------- room on the disk

  /** Refuses, as a full file system does, when it has given a part. */
  private static FileSpace fullAfter(long bytes) {
    return (_, channel, _, _) -> {
      channel.write(ByteBuffer.allocate(1), bytes - 1);
      throw new IOException("No space left on device");
    };
  }

  @Test
  void fileThatFindsNoRoomIsRefusedInOneSentenceAndGoneAgain() {
    assertThatThrownBy(
            () -> FileDevice.open(spec(8 * MIB), FileDeviceTest::notOurs, fullAfter(MIB)))
        .isInstanceOf(DeviceException.class)
        .hasMessage(
            "Cannot use "
                + path
                + ": its file system does not give it 8.0 MiB (No space left on device);"
                + " choose a smaller size or free some space.");
    assertThat(path).doesNotExist();
  }

  @Test
  void fileThatHadGrownWhenTheRoomEndedHasItsLengthAndContentBack() throws Exception {
    byte[] bytes = someBytes(3 << 20);
    Files.write(path, bytes);

    assertThatThrownBy(() -> FileDevice.open(spec(8 * MIB), _ -> true, fullAfter(6 * MIB)))
        .isInstanceOf(DeviceException.class);

    assertThat(path).hasBinaryContent(bytes);
    assertThat(askAnotherProcess()).as("nor is it locked").doesNotContain("uses it");
  }

  @Test
  void fileThatWasToShrinkIsNotCutBeforeItsRoomIsSure() throws IOException {
    byte[] bytes = someBytes(3 << 20);
    Files.write(path, bytes);
    FileSpace full =
        (_, _, _, _) -> {
          throw new IOException("No space left on device");
        };

    assertThatThrownBy(() -> FileDevice.open(spec(MIB), _ -> true, full))
        .isInstanceOf(DeviceException.class);

    assertThat(path).hasBinaryContent(bytes);
  }

  private static byte[] someBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(3).nextBytes(bytes);
    return bytes;
  }

  @Test
  void everyBlockOfANewFileHasItsPlaceOnTheDisk() throws Exception {
    FileDevice.open(spec(8 * MIB), FileDeviceTest::notOurs).close();
    assertThat(bytesOnDisk()).isGreaterThanOrEqualTo(8 * MIB);
  }

  @Test
  void holesOfAFileThatIsNotUsedYetAreFilled() throws Exception {
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.setLength(8 * MIB);
    }
    FileDevice.open(spec(8 * MIB), FileDeviceTest::notOurs).close();
    assertThat(bytesOnDisk()).isGreaterThanOrEqualTo(8 * MIB);
  }

  @Test
  void fileThatGrowsKeepsWhatItHeld() throws Exception {
    byte[] bytes = someBytes(3 << 20);
    Files.write(path, bytes);

    FileDevice.open(spec(8 * MIB), _ -> true).close();

    assertThat(path).hasSize(8 * MIB);
    assertThat(Arrays.copyOf(Files.readAllBytes(path), bytes.length)).isEqualTo(bytes);
    assertThat(bytesOnDisk()).isGreaterThanOrEqualTo(8 * MIB);
  }

  private long bytesOnDisk() throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
    String blocks = new String(stat.getInputStream().readAllBytes(), UTF_8).strip();
    assumeTrue(stat.waitFor() == 0, "no stat -c");
    return Long.parseLong(blocks) * 512;
  }

  @Test
  void fileSystemThatIsTooSmallIsRefusedBeforeAnythingIsCreated() throws IOException {
    long usable = Files.getFileStore(folder).getUsableSpace();
    DeviceSpec tooLarge = spec(usable + (1L << 40));

    assertRefused(tooLarge, "are needed on its file system and", "choose a smaller size");
    assertThatThrownBy(() -> FileDevice.open(tooLarge, FileDeviceTest::notOurs))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("GiB more are needed");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void devicesOnOneFileSystemMustFitTogether() throws IOException {
    long most = Files.getFileStore(folder).getUsableSpace() / 10 * 7;
    DeviceSpec first = new DeviceSpec(folder.resolve("a"), most);
    DeviceSpec second = new DeviceSpec(folder.resolve("b"), most);

    FileDevice.check(List.of(first), FileDeviceTest::notOurs);
    FileDevice.check(List.of(second), FileDeviceTest::notOurs);
    assertThatThrownBy(() -> FileDevice.check(List.of(first, second), FileDeviceTest::notOurs))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("Cannot use " + second.path())
        .hasMessageContaining("needed on its file system");
  }

  @Test
  void oneFileUnderTwoNamesIsRefused() throws IOException {
    Files.createFile(path);
    Path link = Files.createSymbolicLink(folder.resolve("link"), path);
    assertThatThrownBy(() ->
            FileDevice.check(
                List.of(spec(MIB), new DeviceSpec(link, MIB)), FileDeviceTest::notOurs))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("given twice");
  }

  @Test
  void openFileIsRefusedASecondTimeWhateverItsName() throws Exception {
    Path hardLink = folder.resolve("hard");
    try (FileDevice device = FileDevice.open(spec(MIB), FileDeviceTest::notOurs)) {
      Files.createLink(hardLink, path);
      for (Path name : List.of(path, hardLink)) {
        assertRefused(new DeviceSpec(name, MIB), "this process already uses it", "stop the other");
        assertThatThrownBy(
                () -> FileDevice.open(new DeviceSpec(name, MIB), FileDeviceTest::notOurs))
            .isInstanceOf(DeviceException.class);
      }

      assertThat(askAnotherProcess())
          .as("another process, after this one has tried twice")
          .contains("another process already uses it");
      assertThat(device.sizeBytes()).isEqualTo(MIB);
    }
    FileDevice.open(new DeviceSpec(hardLink, MIB), FileDeviceTest::notOurs).close();
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
        FileDevice.check(List.of(new DeviceSpec(Path.of(args[0]), MIB)), FileDeviceTest::notOurs);
        System.out.println("free");
      } catch (DeviceException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  // ---------------------------------------------------------------------- life

  @Test
  void newFileBelongsToItsOwnerAndHasItsLength() throws IOException {
    FileDevice.open(spec(3 * MIB), FileDeviceTest::notOurs).close();
    assertThat(path).hasSize(3 * MIB);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @ParameterizedTest
  @ValueSource(longs = {2 * MIB, 8 * MIB})
  void fileGetsExactlyTheLengthThatIsAskedFor(long newBytes) throws IOException {
    FileDevice.open(spec(4 * MIB), FileDeviceTest::notOurs).close();
    try (FileDevice device = FileDevice.open(spec(newBytes), FileDeviceTest::notOurs)) {
      assertThat(path).hasSize(newBytes);
      assertThat(device.sizeBytes()).isEqualTo(newBytes);
    }
  }

  @Test
  void usableSizeIsWholeBlocks() throws IOException {
    try (FileDevice device = FileDevice.open(spec(MIB + 100), FileDeviceTest::notOurs)) {
      assertThat(path).hasSize(MIB + 100);
      assertThat(device.sizeBytes()).isEqualTo(MIB);
    }
  }

  @Test
  void deviceSaysWhetherAndWhyItIsDirect() throws IOException {
    try (FileDevice device =
        FileDevice.open(spec(MIB), FileDeviceTest::notOurs, new WrittenSpace(), false)) {
      assertThat(device.isDirect()).isFalse();
      assertThat(device.directNote()).isEqualTo("buffered, because it was not asked for");
    }
    try (FileDevice device = FileDevice.open(spec(MIB), FileDeviceTest::notOurs)) {
      assertThat(device.directNote())
          .startsWith(device.isDirect() ? "direct" : "buffered, because");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bytesComeBackAlsoAfterReopening(boolean direct) throws IOException {
    AlignedBuffer written = random(192 << 10);
    try (FileDevice device = open(direct)) {
      device.write(written.slice(0, 64 << 10), 128 << 10);
      device.write(written.slice(64 << 10, 128 << 10), 512 << 10);
      assertThat(read(device, 128 << 10, 64 << 10)).isEqualTo(written.slice(0, 64 << 10));
    }
    Predicate<ByteBuffer> anything = _ -> true;
    try (FileDevice device = FileDevice.open(spec(MIB), anything, new WrittenSpace(), direct)) {
      assertThat(read(device, 128 << 10, 64 << 10)).isEqualTo(written.slice(0, 64 << 10));
      assertThat(read(device, 512 << 10, 128 << 10)).isEqualTo(written.slice(64 << 10, 128 << 10));
      assertThat(read(device, 0, 4096)).isEqualTo(ByteBuffer.allocate(4096));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readOverTheEndSaysHowMuchThereWas(boolean direct) throws IOException {
    try (FileDevice device = open(direct)) {
      AlignedBuffer target = AlignedBuffer.allocate(arena, 16384);
      assertThatThrownBy(() -> device.read(target.bytes(), MIB - 8192))
          .isInstanceOf(EOFException.class);
      assertThat(target.bytes().position()).isEqualTo(8192);
      assertThat(target.bytes().limit()).isEqualTo(16384);

      ByteBuffer beyond = target.slice(0, 4096);
      assertThatThrownBy(() -> device.read(beyond, MIB)).isInstanceOf(EOFException.class);
      assertThat(beyond.position()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void writeOverTheEndIsAMistakeAndChangesNothing(boolean direct) throws IOException {
    try (FileDevice device = open(direct)) {
      AlignedBuffer source = random(8192);
      assertThatThrownBy(() -> device.write(source.bytes(), MIB - 4096))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("write of 8192 bytes at 1044480");
      assertThat(path).hasSize(MIB);
      assertThat(read(device, MIB - 4096, 4096)).isEqualTo(ByteBuffer.allocate(4096));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pendingInterruptIsKeptForAfterTheCall(boolean direct) throws IOException {
    try (FileDevice device = open(direct)) {
      Thread.currentThread().interrupt();
      device.write(random(4096).bytes(), 0);
      read(device, 0, 4096);
      assertThat(Thread.interrupted()).isTrue();
      read(device, 0, 4096);
    }
  }

  @Test
  void closedDeviceRefusesEverythingAndMayBeClosedAgain() throws IOException {
    FileDevice device = open(true);
    device.close();
    try (FileDevice successor = FileDevice.open(spec(MIB), FileDeviceTest::notOurs)) {
      device.close();
      assertThatThrownBy(() -> device.read(random(4096).bytes(), 0))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> device.write(random(4096).bytes(), 0))
          .isInstanceOf(ClosedChannelException.class);
      assertRefused(spec(MIB), "this process already uses it", "stop");
      read(successor, 0, 4096);
    }
  }

  // ------------------------------------------------------------------- helpers

  private static boolean notOurs(ByteBuffer head) {
    return false;
  }

  private DeviceSpec spec(long sizeBytes) {
    return new DeviceSpec(path, sizeBytes);
  }

  private FileDevice open(boolean direct) throws IOException {
    FileDevice device =
        FileDevice.open(spec(MIB), FileDeviceTest::notOurs, new WrittenSpace(), direct);
    if (direct && !device.isDirect()) {
      device.close();
      assumeTrue(false, device.directNote());
    }
    return device;
  }

  private AlignedBuffer random(int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    new Random(7).nextBytes(bytes);
    AlignedBuffer buffer = AlignedBuffer.allocate(arena, lengthBytes);
    buffer.bytes().put(0, bytes);
    return buffer;
  }

  private ByteBuffer read(Device device, long offsetBytes, int lengthBytes) throws IOException {
    AlignedBuffer target = AlignedBuffer.allocate(arena, lengthBytes);
    device.read(target.bytes(), offsetBytes);
    return target.bytes().flip();
  }

  private static void assertRefused(DeviceSpec spec, String why, String whatToDo) {
    assertThatThrownBy(() -> FileDevice.check(List.of(spec), FileDeviceTest::notOurs))
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith("Cannot use " + spec.path() + ": ")
        .hasMessageContaining(why)
        .hasMessageContaining("; " + whatToDo)
        .hasMessageEndingWith(".");
  }
}
