package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Asked;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.RecordingOwner.Unread;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.testkit.MemoryDevice.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The directory of a full page: written exactly, read back, checked. */
class SealingTest {
  private static final int KIB = 1024;

  private final PageStoreRig rig = PageStoreRig.of(16);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private long pageStart(Held record) {
    return (long) record.pageId() * PageStoreRig.PAGE_BYTES;
  }

  /** What must stand at the end of a page that holds exactly these records. */
  private byte[] expectedDirectory(List<Held> records, long earliest, long latest) {
    ByteBuffer entries = ByteBuffer.allocate(records.size() * 16).order(ByteOrder.LITTLE_ENDIAN);
    for (Held record : records) {
      entries.putLong(record.keyHash());
      long units = (record.lengthBytes() + 63L) / 64;
      long padding = units * 64 - record.lengthBytes();
      entries.putLong(record.offsetUnits() | units << 20 | padding << 40);
    }
    Held last = records.getLast();
    ByteBuffer trailer = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    trailer.put("LARDERTR".getBytes(StandardCharsets.US_ASCII));
    trailer.putLong(last.version());
    trailer.putInt(records.size());
    trailer.putInt(last.pageId());
    trailer.putInt((int) earliest);
    trailer.putInt((int) latest);
    trailer.putInt(rig.offsetOf(last) + rig.store.geometry().padded(last.lengthBytes()));
    trailer.putLong(1);
    CRC32C crc = new CRC32C();
    crc.update(entries.array());
    crc.update(trailer.array(), 0, 60);
    trailer.putInt(60, (int) crc.getValue());
    byte[] whole = new byte[(entries.capacity() + 64 + 4095) / 4096 * 4096];
    entries.flip().get(whole, 0, entries.limit());
    trailer.rewind().get(whole, whole.length - 64, 64);
    return whole;
  }

  private void assertDirectory(List<Held> records, long earliest, long latest) {
    byte[] expected = expectedDirectory(records, earliest, latest);
    long at = pageStart(records.getFirst()) + PageStoreRig.PAGE_BYTES - expected.length;

    assertThat(rig.device().bytes(at, expected.length)).isEqualTo(expected);
    assertThat(rig.device().operations(Kind.WRITE).getLast().offsetBytes()).isEqualTo(at);
  }

  // ------------------------------------------------------------------ written

  @Test
  void directoryOfAFullPageIsWrittenExactly() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 1000, 0);

    assertDirectory(records, 0, 0);
  }

  @Test
  void directoryOfOneBlockMayBeFullToItsLastEntry() {
    for (int i = 0; i < 252; i++) {
      rig.write(Bucket.DEFAULT, 64);
      rig.settle();
    }
    rig.store.finish();
    rig.settle();

    assertThat(PageGeometry.directoryBytes(252)).isEqualTo(4096);
    assertDirectory(List.copyOf(rig.owner.held()), 0, 0);
  }

  @Test
  void directoryOfSeveralBlocksIsWrittenExactly() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 64, 0);

    assertThat(PageGeometry.directoryBytes(records.size())).isEqualTo(12288);
    assertDirectory(records, 0, 0);
  }

  @Test
  void pageSealedBeforeItIsFullNamesWhatItHolds() {
    rig.write(Bucket.DEFAULT, 10_000);
    rig.write(Bucket.DEFAULT, 77);
    rig.store.finish();
    rig.settle();

    assertDirectory(List.copyOf(rig.owner.held()), 0, 0);
  }

  @Test
  void trailerNamesTheEarliestAndLatestExpiry() {
    rig.write(Bucket.DEFAULT, 100, 2_000_000_000);
    rig.write(Bucket.DEFAULT, 100, 1_900_000_000);
    rig.write(Bucket.DEFAULT, 100, 4_000_000_000L);
    rig.store.finish();
    rig.settle();

    assertDirectory(List.copyOf(rig.owner.held()), 1_900_000_000, 4_000_000_000L);
  }

  @Test
  void trailerOfAPageWithARecordForEverHasNoLatestExpiry() {
    rig.write(Bucket.DEFAULT, 100, 2_000_000_000);
    rig.write(Bucket.DEFAULT, 100, 0);
    rig.store.finish();
    rig.settle();

    assertDirectory(List.copyOf(rig.owner.held()), 2_000_000_000, 0);
  }

  @Test
  void forgottenRecordsStayInTheDirectory() {
    Held forgotten = rig.write(Bucket.DEFAULT, 100);
    Held kept = rig.write(Bucket.DEFAULT, 100);
    rig.owner.forget(forgotten);
    rig.store.finish();
    rig.settle();

    assertDirectory(List.of(forgotten, kept), 0, 0);
  }

  @Test
  void pageIsSealedOnlyWhenItsDirectoryIsOnTheDevice() {
    Held record = rig.write(Bucket.DEFAULT, 100);
    rig.store.finish();
    rig.work.runOnce("flush-0");
    assertThat(rig.page(record.pageId()).state()).isEqualTo(PageState.OPEN);

    rig.work.runOnce("flush-0");

    assertThat(rig.page(record.pageId()).state()).isEqualTo(PageState.SEALED);
  }

  @Test
  void readBackDirectoryNamesEveryRecordInItsOrder() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 640, 0);

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.owner.asked)
        .isEqualTo(
            records.stream()
                .map(one ->
                    new Asked(one.pageId(), one.version(), GiveUpReason.EVICTED, one.keyHash(), 10))
                .toList());
    assertThat(rig.count(EngineCounter.DIRECTORY_FAILURES)).isZero();
  }

  @Test
  void directoryOfThousandsOfRecordsIsReadBack() {
    try (PageStoreRig large = PageStoreRig.of(1 << 20, 64 * KIB, 5, 8 << 20)) {
      List<Held> records = large.fillPage(Bucket.DEFAULT, 64, 0);
      assertThat(records.size()).as("three chunks of 4096 entries").isGreaterThan(3 * 4096);

      large.store.requestEviction();
      large.settle();

      assertThat(large.owner.asked.stream().map(Asked::keyHash))
          .isEqualTo(records.stream().map(Held::keyHash).toList());
      assertThat(large.count(EngineCounter.DIRECTORY_FAILURES)).isZero();
      assertThat(large.count(EngineCounter.READ_ERRORS)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4092, 4093, 4095, 4096, 4097, 8188, 8189, 8192})
  void directoryThatEndsAtTheEdgeOfAChunkIsReadBack(int recordCount) {
    try (PageStoreRig large = PageStoreRig.of(1 << 20, 64 * KIB, 5, 8 << 20)) {
      for (int i = 0; i < recordCount; i++) {
        large.write(Bucket.DEFAULT, 64);
        large.settle();
      }
      large.store.finish();
      large.settle();

      large.store.requestEviction();
      large.settle();

      assertThat(large.owner.asked).hasSize(recordCount);
      assertThat(large.owner.unread).isEmpty();
    }
  }

  // ------------------------------------------------------------------ damaged

  private void assertLeftUnread(int pageId) {
    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.count(EngineCounter.DIRECTORY_FAILURES)).isEqualTo(1);
    assertThat(rig.owner.unread).containsExactly(new Unread(pageId, GiveUpReason.EVICTED));
    assertThat(rig.owner.asked).as("nothing in a damaged directory is believed").isEmpty();
    assertThat(rig.page(pageId).state()).as("given up all the same").isEqualTo(PageState.FREE);
    assertThat(rig.store.snapshot().devices().getFirst().counts().readErrors()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        4096,
        4096 - 8,
        4096 - 15,
        1000, // entries
        64,
        56,
        48,
        44,
        40,
        36,
        32,
        10, // trailer
        4,
        1 // checksum
      })
  void turnedBitInTheDirectoryMakesItsPageLeftUnread(int bytesFromTheEnd) {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 256, 0);
    assertThat(records.size() * 16).isGreaterThan(4096 - 1000);
    assertThat(PageGeometry.directoryBytes(records.size())).isEqualTo(4096);
    long end = pageStart(records.getFirst()) + PageStoreRig.PAGE_BYTES;

    rig.device().flipBit(end - bytesFromTheEnd, 2);

    assertLeftUnread(records.getFirst().pageId());
  }

  @Test
  void refusedReadOfTheDirectoryMakesItsPageLeftUnread() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    rig.device().failNextRead();

    assertLeftUnread(records.getFirst().pageId());
  }

  @Test
  void directoryThatEndsEarlyMakesItsPageLeftUnread() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 64, 0);
    rig.device().failRead(2);

    assertLeftUnread(records.getFirst().pageId());
  }

  @Test
  void directoryOfAnEarlierLifeIsNotBelieved() {
    List<Held> earlier = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    int pageId = earlier.getFirst().pageId();
    long directoryAt = pageStart(earlier.getFirst()) + PageStoreRig.PAGE_BYTES - 4096;
    byte[] directory = rig.device().bytes(directoryAt, 4096);
    rig.store.finish();
    rig.settle();
    rig.store.requestEvictionOfSealed();
    rig.settle();
    rig.owner.asked.clear();
    Held later = rig.write(Bucket.DEFAULT, KIB);
    while (later.pageId() != pageId) {
      rig.store.finish();
      later = rig.write(Bucket.DEFAULT, KIB);
    }
    rig.store.finish();
    rig.settle();

    rig.device().putBytes(directoryAt, directory);
    rig.store.requestEvictionOfSealed();
    rig.settle();

    assertThat(rig.owner.unread).containsExactly(new Unread(pageId, GiveUpReason.EXPIRED));
    assertThat(rig.owner.asked).noneMatch(asked -> asked.pageId() == pageId);
  }

  @Test
  void trailerThatCountsMoreThanAPageCanHoldIsNotBelieved() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, KIB, 0);
    long countAt = pageStart(records.getFirst()) + PageStoreRig.PAGE_BYTES - TrailerLayout.BYTES;
    byte[] huge = {-1, -1, -1, 0x7f};
    rig.device().putBytes(countAt + 16, huge);

    assertLeftUnread(records.getFirst().pageId());
  }
}
