package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.Bucket;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a store answers its owner, and what it leaves on the device for whoever looks there. */
class StoreAnswersTest {
  private static final int KIB = 1024;

  private final PageStoreRig rig = PageStoreRig.of(8);

  @AfterEach
  void close() {
    rig.close();
  }

  private String wordAt(long offsetBytes) {
    return new String(rig.device().bytes(offsetBytes, 8), StandardCharsets.US_ASCII);
  }

  @Test
  void sizesAreThoseItWasCutTo() {
    assertThat(rig.store.pageCount()).isEqualTo(8);
    assertThat(rig.store.directRecordBytesMin()).isEqualTo(8 * KIB);
    assertThat(PageGeometry.of(PageStoreRig.PAGE_BYTES).recordCountMax()).isEqualTo(768);
  }

  @Test
  void pageIsAliveInItsOwnLifeOnly() {
    Held record = rig.write(Bucket.DEFAULT, KIB);

    assertThat(rig.store.isAlive(record.pageId(), record.version(), -1)).isTrue();
    assertThat(rig.store.isAlive(record.pageId(), record.version() + 1, -1)).isFalse();
  }

  @Test
  void ownerIsWokenByEveryFlushAndEveryFailure() {
    AtomicInteger wokenCount = new AtomicInteger();
    rig.store.wakes(wokenCount::incrementAndGet);
    rig.write(Bucket.DEFAULT, KIB);
    rig.store.finish();
    rig.work.runOnce("flush-0");
    assertThat(wokenCount).as("a buffer has come back").hasValue(1);
    rig.settle();

    rig.writeWhileThereIsRoom(Bucket.DEFAULT, KIB);
    rig.device().failNextWrite();
    wokenCount.set(0);
    long progress = rig.store.progress();
    rig.work.runOnce("flush-0");

    assertThat(wokenCount).as("a page has been abandoned").hasValue(1);
    assertThat(rig.store.progress()).isEqualTo(progress + 1);
  }

  @Test
  void readsThatFailInASweepCountAgainstTheirDevice() {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
    rig.owner.isWanted = records.getFirst()::equals;
    rig.device().failRead(3);

    rig.store.requestEviction();
    rig.settle();

    assertThat(rig.owner.held()).isEmpty();
    assertThat(rig.store.snapshot().devices().getFirst().counts().readErrors()).isEqualTo(1);
  }

  @Test
  void pagesSayWhoseTheyAreInFrontAndBehind() {
    rig.write(Bucket.LOWTTL, KIB, rig.clock.unixSeconds() + 60);
    int pageId = rig.owner.held().iterator().next().pageId();
    rig.store.finish();
    rig.settle();

    long start = rig.store.page(pageId).deviceOffsetBytes();
    assertThat(wordAt(start)).isEqualTo("LARDERPG");
    assertThat(wordAt(start + PageStoreRig.PAGE_BYTES - TrailerLayout.BYTES)).isEqualTo("LARDERTR");
    MemorySegment header = MemorySegment.ofArray(rig.device().bytes(start, 4096));
    assertThat(HeaderLayout.bucket(header, 0)).isEqualTo(3);
  }

  @Test
  void readKnowsWhereTheBytesEndThatItHas() {
    rig.write(Bucket.DEFAULT, 100);
    Held second = rig.write(Bucket.DEFAULT, 100);
    rig.store.finish();
    rig.settle();

    PageStoreRig.Reading reading = Objects.requireNonNull(rig.startReading(second));
    rig.reads.completeAll();

    assertThat(reading.dataOffset()).isEqualTo(128);
    assertThat(reading.dataLength()).isEqualTo(512 - 128);
    reading.finish();
  }
}
