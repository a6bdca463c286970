package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.PageStoreRig.Reading;
import io.larder.engine.RecordingOwner.Asked;
import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages that somebody asks for by their number and version. */
class PageRequestTest {
  private static final int KIB = 1024;

  private final PageStoreRig rig = PageStoreRig.of(8);

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private List<Held> fill() {
    return rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
  }

  @Test
  void pageThatIsEvictedOnRequestNeedNotBeTheOldestAndItsWantedRecordsAreMoved() {
    List<Held> older = fill();
    List<Held> newer = fill();
    Held wanted = newer.get(2);
    rig.owner.isWanted = wanted::equals;

    assertThat(rig.store.requestEvictionOf(newer.getFirst().pageId(), wanted.version())).isTrue();
    rig.settle();

    assertThat(rig.page(newer.getFirst().pageId()).state()).isEqualTo(PageState.FREE);
    assertThat(rig.page(older.getFirst().pageId()).state()).isEqualTo(PageState.SEALED);
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isEqualTo(1);
    Held moved = Objects.requireNonNull(rig.owner.find(wanted.keyHash()));
    assertThat(rig.read(moved)).isEqualTo(wanted.bytes());
    assertThat(rig.owner.asked).extracting(Asked::reason).containsOnly(GiveUpReason.EVICTED);
  }

  @Test
  void pageThatIsClosedOnRequestLosesEverythingAndIsNoEviction() {
    List<Held> records = fill();
    Held first = records.getFirst();
    rig.owner.isWanted = _ -> true;

    assertThat(rig.store.requestClosing(first.pageId(), first.version())).isTrue();
    rig.settle();

    assertThat(rig.page(first.pageId()).state()).isEqualTo(PageState.FREE);
    assertThat(rig.owner.held()).isEmpty();
    assertThat(rig.count(EngineCounter.RECORDS_RESCUED)).isZero();
    assertThat(rig.count(EngineCounter.PAGE_EVICTIONS)).isZero();
  }

  @Test
  void openPageIsRefusedAndGoesOnBeingFilled() {
    Held record = rig.write(Bucket.DEFAULT, KIB);

    assertThat(rig.store.requestClosing(record.pageId(), record.version())).isFalse();
    assertThat(rig.store.requestEvictionOf(record.pageId(), record.version())).isFalse();
    rig.settle();

    Held next = rig.write(Bucket.DEFAULT, KIB);
    assertThat(next.pageId()).isEqualTo(record.pageId());
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void pageOfAnotherLifeIsRefused() {
    Held record = fill().getFirst();

    assertThat(rig.store.requestEvictionOf(record.pageId(), record.version() + 1)).isFalse();
    assertThat(rig.store.requestEvictionOf(7, 0)).as("a free page").isFalse();
    rig.settle();

    assertThat(rig.page(record.pageId()).state()).isEqualTo(PageState.SEALED);
  }

  @Test
  void requestThatComesTooLateDoesNotHitTheNextLifeOfItsPage() {
    Held record = fill().getFirst();
    rig.store.requestEvictionOfSealed();
    assertThat(rig.store.requestEvictionOf(record.pageId(), record.version())).isTrue();
    assertThat(rig.store.requestClosing(record.pageId(), record.version())).isTrue();

    rig.settle();

    assertThat(rig.count(EngineCounter.PAGE_RECLAIMS)).as("it goes once").isEqualTo(1);
    assertThat(rig.store.requestEvictionOf(record.pageId(), record.version())).isFalse();
  }

  @Test
  void pageThatIsReadIsFreeWhenItsLastReaderHasLeft() {
    Held record = fill().getFirst();
    Reading reading = Objects.requireNonNull(rig.startReading(record));
    rig.store.requestClosing(record.pageId(), record.version());
    rig.settle();
    assertThat(rig.page(record.pageId()).state()).isEqualTo(PageState.CLOSING);

    rig.reads.completeNext();
    assertThat(reading.bytes(record.lengthBytes())).isEqualTo(record.bytes());
    reading.finish();

    assertThat(rig.page(record.pageId()).state()).isEqualTo(PageState.FREE);
  }

  @Test
  void requestsMadeWhileReclaimIsAtWorkAreNotLost() {
    List<Held> first = fill();
    List<Held> second = fill();
    List<Held> third = fill();
    rig.owner.isWanted =
        _ -> {
          // In the middle of the first page's sweep.
          Held other = second.getFirst();
          rig.store.requestClosing(other.pageId(), other.version());
          rig.store.requestEviction();
          return false;
        };

    rig.store.requestEvictionOf(first.getFirst().pageId(), first.getFirst().version());
    rig.settle();

    for (List<Held> page : List.of(first, second, third)) {
      assertThat(rig.page(page.getFirst().pageId()).state()).isEqualTo(PageState.FREE);
    }
  }

  @Test
  void maintenanceThatFindsNothingToDoDoesNothing() {
    Held record = fill().getFirst();

    rig.store.maintain();
    assertThat(rig.work.dueNames()).contains("reclaim");
    rig.settle();

    assertThat(rig.page(record.pageId()).state()).isEqualTo(PageState.SEALED);
    assertThat(rig.owner.asked).isEmpty();
  }
}
