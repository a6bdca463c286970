package io.larder.tests.conformance.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.tests.conformance.client.SpyClient;
import io.larder.tests.conformance.client.Values;
import io.larder.tests.conformance.proof.Round;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server on files and file systems that are full, read-only, or cut short under it.
 *
 * <p>Some of it needs a user who may mount a file system, and is skipped for any other.
 */
@Timeout(180)
class FlashFileTest {
  private static final int MIB = 1 << 20;
  private static final int ITEMS = 6000;
  private static final int VALUE_BYTES = 4096;
  private static final int EXIT_SYSTEM = 71;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private @Nullable Path mounted;
  private @Nullable String loopDevice;

  @AfterEach
  void unmount() {
    if (mounted != null) {
      run("umount", mounted.toString());
    }
    if (loopDevice != null) {
      run("losetup", "--detach", loopDevice);
    }
  }

  /** A file system in memory of so many MiB, in a folder of its own. */
  private Path mount(int megabytes) throws IOException {
    Path point = Files.createDirectory(folder.resolve("mounted"));
    Ended ended =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "none", point.toString());
    assumeTrue(ended.code() == 0, "no file system can be mounted here: " + ended.printed());
    mounted = point;
    return point;
  }

  private record Ended(int code, String printed) {}

  private static Ended run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      return new Ended(process.waitFor(), printed);
    } catch (IOException e) {
      return new Ended(-1, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ended(-1, e.toString());
    }
  }

  private static void sparse(Path file, int megabytes) throws IOException {
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength((long) megabytes * MIB);
    }
  }

  /** Starts a server that is expected to refuse; what it says. */
  private String refusal(List<String> runner, String extPath) {
    try (LarderProcess larder =
        LarderProcess.launchUnder(
            runner, folder, FreePort.find(), "-m", "8", "-o", "ext_path=" + extPath)) {
      assertThat(larder.awaitExit(PATIENCE)).as(larder.printed()).isEqualTo(EXIT_SYSTEM);
      assertThat(larder.standardError().strip()).hasLineCount(1);
      return larder.standardError().strip();
    }
  }

  // ------------------------------------------------------------------ at the start

  @Test
  void everyBlockOfTheFlashHasItsPlaceOnTheDiskWhenTheServerIsReady() {
    Path flash = folder.resolve("flash");
    try (LarderProcess larder = start("auto", flash, 64)) {
      assertThat(larder.isAlive()).isTrue();
      Ended stat = run("stat", "-c", "%b", flash.toString());
      assumeTrue(stat.code() == 0, "no stat -c: " + stat.printed());
      assertThat(Long.parseLong(stat.printed()) * 512).isGreaterThanOrEqualTo(64L * MIB);
    }
  }

  @Test
  void aFileSystemThatIsTooSmallIsRefusedAndNothingIsLeftOnIt() throws IOException {
    Path small = mount(16);

    assertThat(refusal(List.of(), small.resolve("flash") + ":64m"))
        .contains("64.0 MiB more are needed on its file system", "choose a smaller size");
    assertThat(small).isEmptyDirectory();
  }

  @Test
  void holesThatFindNoRoomAreRefusedAndTheOtherDevicesRoomIsGivenBack() throws IOException {
    Path small = mount(32);
    Path holes = small.resolve("holes");
    sparse(holes, 64);

    assertThat(refusal(List.of(), small.resolve("fits") + ":8m,ext_path=" + holes + ":64m"))
        .contains(
            holes + ": its file system does not give it 64.0 MiB",
            "ENOSPC",
            "choose a smaller size or free some space.");
    assertThat(small.resolve("fits")).doesNotExist();
    assertThat(holes).hasSize(64L * MIB);
  }

  @Test
  void aLimitOnTheSizeOfFilesIsRefusedInOneSentence() {
    List<String> limited = List.of("prlimit", "--fsize=" + 16 * MIB);
    assumeTrue(run("prlimit", "--version").code() == 0, "no prlimit here");
    Path flash = folder.resolve("flash");

    assertThat(refusal(limited, flash + ":64m"))
        .contains("its file system does not give it 64.0 MiB", "EFBIG");
    assertThat(flash).doesNotExist();
  }

  @Test
  void aReadOnlyFileSystemIsRefusedInOneSentence() throws IOException {
    Path point = mount(16);
    sparse(point.resolve("flash"), 8);
    Ended ended = run("mount", "-o", "remount,ro", point.toString());
    assumeTrue(ended.code() == 0, "it stays writable: " + ended.printed());

    assertThat(refusal(List.of(), point.resolve("flash") + ":8m"))
        .contains("this user may not read and write it", "name another path");
    assertThat(refusal(List.of(), point.resolve("other") + ":8m"))
        .contains("its folder is not writable for this user", "name another path");
  }

  @ParameterizedTest
  @EnumSource(IoEngine.class)
  void aBlockDeviceServesAsFlash(IoEngine io) throws IOException {
    io.assumeAvailable(folder);
    Path image = folder.resolve("image");
    sparse(image, 64);
    Ended ended = run("losetup", "--find", "--show", image.toString());
    assumeTrue(ended.code() == 0, "no loop device can be made here: " + ended.printed());
    loopDevice = ended.printed();

    assertThat(refusal(List.of(), loopDevice + ":80m"))
        .contains("the block device has 64.0 MiB and 80.0 MiB are wanted");
    try (LarderProcess larder = start(io.word(), Path.of(loopDevice), 64);
        SpyClient client = new SpyClient(larder.port())) {
      Round round = new Round(client, ITEMS, VALUE_BYTES);
      round.write(1, item -> {});
      Round.Tally tally = round.read(1, 1, item -> {});

      assertThat(tally.wrong()).isZero();
      assertThat(tally.hits())
          .isEqualTo(ITEMS - larder.stats().number("larder_slots_taken_unread"));
      assertThat(larder.stats("extstore").number("larder_device_0:reads")).isPositive();
    }
  }

  // ------------------------------------------------------------------ under a running server

  private LarderProcess start(String io, Path flash, int megabytes) {
    return LarderProcess.start(
        folder, "-m", "8", "--io", io, "-o", "ext_path=" + flash + ":" + megabytes + "m");
  }

  @Test
  void aFileSystemThatFillsUpLaterTakesNothingFromTheFlash() throws IOException {
    Path point = mount(96);
    try (LarderProcess larder = start("auto", point.resolve("flash"), 64);
        SpyClient client = new SpyClient(larder.port())) {
      fill(point.resolve("filler"));
      Round round = new Round(client, 3L * ITEMS, VALUE_BYTES);
      round.write(1, item -> {});
      Round.Tally tally = round.read(1, ITEMS, item -> {});

      assertThat(tally.wrong()).isZero();
      assertThat(tally.newestHitRatio()).isGreaterThan(0.99);
      assertThat(larder.stats().number("extstore_page_reclaims"))
          .as("the flash has been written more than once")
          .isPositive();
      assertThat(larder.stats().number("larder_device_write_errors")).isZero();
    }
  }

  /** Writes until there is no room at all. */
  private static void fill(Path file) throws IOException {
    byte[] bytes = new byte[1 << 16];
    try (RandomAccessFile filler = new RandomAccessFile(file.toFile(), "rw")) {
      while (true) {
        filler.write(bytes);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  @ParameterizedTest
  @EnumSource(IoEngine.class)
  void aFileCutShortCostsMissesThatAreCountedAndTheServerGoesOn(IoEngine io) {
    io.assumeAvailable(folder);
    Path flash = folder.resolve("flash");
    try (LarderProcess larder = start(io.word(), flash, 64);
        SpyClient client = new SpyClient(larder.port())) {
      Round round = new Round(client, ITEMS, VALUE_BYTES);
      round.write(1, item -> {});
      assertThat(round.read(1, 1, item -> {}).hits()).isGreaterThan(ITEMS - 10);

      truncate(flash);
      Round.Tally cut = round.read(1, 1, item -> {});

      Stats stats = larder.stats();
      assertThat(cut.wrong()).isZero();
      assertThat(cut.hits()).as("what RAM held").isLessThan(ITEMS / 2);
      assertThat(stats.number("miss_from_extstore")).isGreaterThan(ITEMS / 4);
      assertThat(stats.number("larder_device_read_errors") + stats.number("badcrc_from_extstore"))
          .isGreaterThan(ITEMS / 4);
      assertThat(larder.stats("extstore").number("larder_device_0:read_errors"))
          .isEqualTo(stats.number("larder_device_read_errors"));

      for (long generation = 2; generation < 6; generation++) {
        round.write(generation, item -> {});
        Round.Tally again = round.read(generation, 1, item -> {});
        assertThat(again.wrong()).as("generation " + generation).isZero();
        assertThat(again.hitRatio()).as("generation " + generation).isGreaterThan(0.99);
      }
      assertThat(larder.isAlive()).isTrue();
    }
  }

  private static void truncate(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(IoEngine.class)
  void aFlashFileWrittenOverByAnotherProgramGivesNoWrongValue(IoEngine io) throws IOException {
    io.assumeAvailable(folder);
    Path flash = folder.resolve("flash");
    try (LarderProcess larder = start(io.word(), flash, 64);
        SpyClient client = new SpyClient(larder.port())) {
      Round round = new Round(client, ITEMS, VALUE_BYTES);
      round.write(1, item -> {});
      try (RandomAccessFile file = new RandomAccessFile(flash.toFile(), "rw")) {
        byte[] garbage = Values.of(-1, -1, MIB);
        for (int at = 0; at < 64; at++) {
          file.seek((long) at * MIB);
          file.write(garbage);
        }
      }

      Round.Tally tally = round.read(1, 1, item -> {});

      assertThat(tally.wrong()).isZero();
      assertThat(larder.stats().number("badcrc_from_extstore")).isGreaterThan(ITEMS / 4);
      assertThat(larder.isAlive()).isTrue();
    }
  }
}
