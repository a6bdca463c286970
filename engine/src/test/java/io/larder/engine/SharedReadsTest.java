package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.PageStoreRig.Reading;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.stats.EngineCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A read of bytes that are just being read asks the device for nothing. */
class SharedReadsTest {
  private final PageStoreRig rig = PageStoreRig.of(12);
  private final List<Reading> readings = new ArrayList<>();

  @AfterEach
  void close() {
    rig.close();
  }

  private Reading start(Held record) {
    Reading reading = Objects.requireNonNull(rig.startReading(record));
    readings.add(reading);
    return reading;
  }

  private void finishAll() {
    readings.forEach(Reading::finish);
    readings.clear();
  }

  private List<Held> sealedPage(int lengthBytes) {
    List<Held> records = rig.fillPage(Bucket.DEFAULT, lengthBytes, 0);
    rig.settle();
    return records;
  }

  @Test
  void manyReadsOfOneRecordAreOneReadOfTheDevice() {
    Held record = sealedPage(1000).get(3);
    List<Reading> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(start(record));
    }
    assertThat(rig.reads.inFlightCount()).isEqualTo(1);

    rig.reads.completeAll();

    for (Reading each : all) {
      assertThat(each.outcome).isEqualTo(ReadOutcome.READ);
      assertThat(each.bytes(1000)).isEqualTo(record.bytes());
    }
    assertThat(rig.count(EngineCounter.DEVICE_READS)).isEqualTo(1);
    assertThat(rig.count(EngineCounter.SHARED_READS)).isEqualTo(9);
    finishAll();
  }

  @Test
  void neighboursInTheSameBlocksShareARead() {
    List<Held> records = sealedPage(100);
    Reading first = start(records.get(0));
    Reading second = start(records.get(1));
    Reading far = start(records.get(100));
    assertThat(rig.reads.inFlightCount()).isEqualTo(2);

    rig.reads.completeAll();

    assertThat(first.bytes(100)).isEqualTo(records.get(0).bytes());
    assertThat(second.bytes(100)).isEqualTo(records.get(1).bytes());
    assertThat(far.bytes(100)).isEqualTo(records.get(100).bytes());
    finishAll();
  }

  @Test
  void smallRecordSharesTheReadOfALongOneThatCoversItsBlocks() {
    Held large = rig.write(Bucket.DEFAULT, 6000);
    Held small = rig.write(Bucket.DEFAULT, 100);
    for (int i = 0; i < 200; i++) {
      rig.write(Bucket.DEFAULT, 1000);
      rig.settle();
    }
    Reading first = start(large);
    Reading second = start(small);

    rig.reads.completeAll();

    assertThat(first.bytes(6000)).isEqualTo(large.bytes());
    assertThat(second.bytes(100)).isEqualTo(small.bytes());
    finishAll();
  }

  @Test
  void whoSharesAReadThatFailsAsksForItself() {
    Held record = sealedPage(1000).get(3);
    Reading first = start(record);
    Reading second = start(record);
    Reading third = start(record);

    rig.reads.failNext();
    assertThat(first.outcome).isEqualTo(ReadOutcome.FAILED);
    assertThat(second.outcome).isNull();
    rig.reads.completeAll();

    assertThat(second.bytes(1000)).isEqualTo(record.bytes());
    assertThat(third.bytes(1000)).isEqualTo(record.bytes());
    finishAll();
  }

  @Test
  void bytesThatWereNotFlushedWhenTheReadBeganAreNotShared() {
    // The read of the first takes in the block behind it, where nothing is yet.
    Held before = rig.write(Bucket.DEFAULT, 400);
    rig.store.finish();
    rig.settle();
    Held first = rig.write(Bucket.DEFAULT, 12 * 1024 - 64);
    Held second = rig.write(Bucket.DEFAULT, 12 * 1024 - 64);
    rig.settle();
    assertThat(before.pageId()).isNotEqualTo(first.pageId());
    Reading early = start(first);
    int submitted = rig.reads.inFlightCount();
    rig.store.finish();
    rig.settle();

    Reading late = start(second);

    assertThat(rig.reads.inFlightCount()).isEqualTo(submitted + 1);
    rig.reads.completeAll();
    assertThat(early.bytes(12 * 1024 - 64)).isEqualTo(first.bytes());
    assertThat(late.bytes(12 * 1024 - 64)).isEqualTo(second.bytes());
    finishAll();
  }

  @Test
  void aReadThatHasEndedIsNotShared() {
    Held record = sealedPage(1000).get(3);
    start(record);
    rig.reads.completeAll();
    Reading next = start(record);
    assertThat(rig.reads.inFlightCount()).isEqualTo(1);
    rig.reads.completeAll();
    assertThat(next.bytes(1000)).isEqualTo(record.bytes());
    finishAll();
  }

  @Test
  void readsOfDifferentPagesDoNotShare() {
    Held one = sealedPage(1000).get(3);
    // A record that was forgotten stands at the front of the next page.
    Held other = sealedPage(1000).get(2);
    assertThat(one.offsetUnits()).isEqualTo(other.offsetUnits());
    Reading first = start(one);
    Reading second = start(other);
    assertThat(rig.reads.inFlightCount()).isEqualTo(2);
    rig.reads.completeAll();
    assertThat(first.bytes(1000)).isEqualTo(one.bytes());
    assertThat(second.bytes(1000)).isEqualTo(other.bytes());
    finishAll();
  }
}
