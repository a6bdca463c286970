package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.DirectoryLayout;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.write.DirectWrite;
import io.larder.engine.write.Reservation;
import io.larder.platform.memory.AlignedBuffer;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualWork;
import io.larder.testkit.MemoryDevice;
import io.larder.testkit.MemoryDevice.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a sweep tells the owner of each record, on pages larger than what is read at once. */
class SweptRecordsTest {
  private static final int KIB = 1024;
  private static final int PAGE_BYTES = 4 << 20;

  private final Arena arena = Arena.ofConfined();
  private final ManualClock clock = new ManualClock();
  private final ManualWork work = new ManualWork(clock);
  private final MemoryDevice device = new MemoryDevice(5L * PAGE_BYTES);
  private final PageStore store =
      PageStore.open(
          new PageStoreConfig(PAGE_BYTES, 64 * KIB, 5, new StoreIdentity(new UUID(1, 2), 3)),
          List.of(device),
          clock);
  private final NotingOwner owner = new NotingOwner();
  private final Reservation reservation = new Reservation();
  private final DirectWrite directWrite = new DirectWrite();
  private final List<Told> written = new ArrayList<>();

  /** What is known of a record. */
  private record Told(long keyHash, int pageId, int offsetUnits, int lengthUnits) {}

  /** Keeps no addresses; reads what it is asked about, if told to. */
  private static final class NotingOwner implements PageOwner {
    final List<Told> told = new ArrayList<>();
    final List<Long> openedAtSeconds = new ArrayList<>();
    final Map<Long, byte[]> bytes = new HashMap<>();

    @Override
    public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
      told.add(new Told(keyHash, sweep.pageId(), offsetUnits, lengthUnits));
      openedAtSeconds.add(sweep.openedAtSeconds());
      if (sweep.reason() == GiveUpReason.EVICTED) {
        MemorySegment read = sweep.read(offsetUnits, lengthUnits * 64);
        bytes.put(
            keyHash, read == null ? new byte[0] : read.toArray(ValueLayout.JAVA_BYTE).clone());
      }
      return true;
    }

    @Override
    public void leaveUnread(int pageId, GiveUpReason reason) {
      throw new AssertionError("the directory can be read");
    }
  }

  SweptRecordsTest() {
    store.start(work, owner);
    clock.advance(Duration.ofHours(1));
    work.runUntilIdle();
  }

  @AfterEach
  void close() {
    work.runUntilIdle();
    assertThat(store.isQuiet()).isTrue();
    work.close();
    directWrite.close();
    store.close();
    arena.close();
  }

  /** Writes a record that is the low byte of its hash over and over. */
  private void write(long keyHash, int lengthBytes) {
    assertThat(store.reserve(Bucket.DEFAULT, lengthBytes, keyHash, reservation))
        .isEqualTo(ReserveOutcome.RESERVED);
    reservation.memory().asSlice(reservation.memoryOffset(), lengthBytes).fill((byte) keyHash);
    written.add(
        new Told(keyHash, reservation.pageId(), reservation.offsetUnits(), lengthBytes / 64));
    assertThat(store.commit(reservation, lengthBytes, 0)).isTrue();
  }

  private void writeAndFlush(long keyHash, int lengthBytes) {
    write(keyHash, lengthBytes);
    work.runUntilIdle();
  }

  private void writeDirectly(long keyHash, int lengthBytes) {
    AlignedBuffer memory = AlignedBuffer.allocate(arena, lengthBytes);
    memory.memory().fill((byte) keyHash);
    directWrite.from(memory.memory(), lengthBytes);
    assertThat(store.reserveDirect(Bucket.DEFAULT, keyHash, directWrite))
        .isEqualTo(ReserveOutcome.RESERVED);
    written.add(
        new Told(keyHash, directWrite.pageId(), directWrite.offsetUnits(), lengthBytes / 64));
    store.commitDirect(directWrite, lengthBytes, 0);
    work.runUntilIdle();
  }

  private void giveUpThePage() {
    store.finish();
    work.runUntilIdle();
    device.clearOperations();
    store.requestEviction();
    work.runUntilIdle();
  }

  @Test
  void everyRecordIsNamedWhereItStandsAndItsBytesAreThere() {
    long openedAt = clock.unixSeconds();
    write(101, 6400);
    writeDirectly(102, 1536 * KIB);
    write(103, 640);
    writeDirectly(104, 64 * KIB);
    clock.advanceSeconds(77);

    giveUpThePage();

    assertThat(owner.told).isEqualTo(written);
    assertThat(owner.openedAtSeconds).containsOnly(openedAt);
    for (Told record : written) {
      assertThat(owner.bytes.get(record.keyHash()))
          .as(record.toString())
          .hasSize(record.lengthUnits() * 64)
          .containsOnly((byte) record.keyHash());
    }
  }

  @Test
  void recordsThatStandTogetherAreReadTogether() {
    for (int i = 0; i < 100; i++) {
      writeAndFlush(i, 4096);
    }

    giveUpThePage();

    assertThat(owner.bytes).hasSize(100);
    assertThat(owner.bytes.get(99L)).hasSize(4096).containsOnly((byte) 99);
    assertThat(device.operations(Kind.READ)).as("two of the directory, one of records").hasSize(3);
  }

  @Test
  void recordsOfAPageThatFailedAreNamedAsTheyWereReserved() {
    write(201, 640);
    write(202, 1280);
    device.failNextWrite();
    store.finish();
    work.runUntilIdle();

    assertThat(owner.told).isEqualTo(written);
  }

  @Test
  void directoryOfAPageThatFailedGivesItsMemoryBack() {
    write(1, 640);
    device.failNextWrite();
    store.finish();
    work.runUntilIdle();
    long once = store.snapshot().offHeapBytes();

    for (int i = 0; i < 3; i++) {
      write(2, 640);
      device.failNextWrite();
      store.finish();
      work.runUntilIdle();
    }

    assertThat(store.snapshot().offHeapBytes()).isEqualTo(once);
  }

  @Test
  void directoryShowsNothingOfTheLongerOneBeforeIt() {
    for (int i = 0; i < 200; i++) {
      write(i, 64);
    }
    store.finish();
    work.runUntilIdle();
    write(300, 64);
    int pageId = reservation.pageId();
    store.finish();
    work.runUntilIdle();

    int unused = 4096 - DirectoryLayout.ENTRY_BYTES - TrailerLayout.BYTES;
    assertThat(
            device.bytes((pageId + 1L) * PAGE_BYTES - 4096 + DirectoryLayout.ENTRY_BYTES, unused))
        .containsOnly(0);
  }
}
