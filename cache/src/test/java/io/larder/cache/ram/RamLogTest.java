package io.larder.cache.ram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.cache.record.RecordLayout;
import io.larder.platform.work.Wakeup;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Segments: filled by their writers, chosen in order, given up whole. */
class RamLogTest {
  private static final int UNIT = 4096;
  private static final int UNIT_COUNT = 64;

  private final RamBudget budget = new RamBudget(UNIT, UNIT_COUNT);
  private final RamLog log = new RamLog(budget, Integer.MAX_VALUE);
  private final RamWriter writer = RamWriter.forRequests(log, RamQueue.PROBATION);
  private final RamWriter mainWriter = RamWriter.forDemotion(log, RamQueue.MAIN);
  private final List<Written> all = new ArrayList<>();
  private int demotionWakeCount;

  /** A record, and how much of its segment is live through it. */
  private record Written(Segment segment, int offset, int span) {}

  /** What every test ends with: everything can be given up, and then every unit is idle. */
  @AfterEach
  void everythingComesBack() {
    writer.seal();
    mainWriter.seal();
    List.copyOf(all).forEach(this::die);
    assertThat(log.liveBytes()).isZero();
    for (Segment victim = log.takeVictim(); victim != null; victim = log.takeVictim()) {
      log.free(victim);
    }
    assertThat(budget.idleCount()).isEqualTo(UNIT_COUNT);
    budget.close();
  }

  private Written write(RamWriter by, int span) {
    assertThat(by.claim(span, 100)).isTrue();
    Written written = new Written(by.segment(), by.offset(), span);
    by.publish();
    all.add(written);
    return written;
  }

  /** Fills a segment with records of a quarter and seals it. */
  private List<Written> segment(RamWriter by) {
    List<Written> records = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      records.add(write(by, UNIT / 4));
    }
    by.seal();
    return records;
  }

  private void die(Written record) {
    record.segment().died(record.span());
    all.remove(record);
  }

  private Segment victim() {
    return Objects.requireNonNull(log.takeVictim());
  }

  private void free(Segment segment) {
    all.stream().filter(one -> one.segment().equals(segment)).toList().forEach(this::die);
    log.free(segment);
  }

  // ------------------------------------------------------------------ writing

  @Test
  void recordsFollowEachOtherInTheSegmentOfTheirWriter() {
    Written first = write(writer, 104);
    Written second = write(writer, 1000);
    Written third = write(writer, 48);

    assertThat(first.offset()).isZero();
    assertThat(second.offset()).isEqualTo(104);
    assertThat(third.offset()).isEqualTo(1104);
    assertThat(third.segment()).isSameAs(first.segment());
    assertThat(first.segment().tailBytes()).isEqualTo(1152);
    assertThat(first.segment().liveBytes()).isEqualTo(1152);
    assertThat(first.segment().openedAtSeconds()).isEqualTo(100);
  }

  @Test
  void claimedRoomIsAFillerOfItsSpanUntilARecordIsWrittenThere() {
    assertThat(writer.claim(104, 1)).isTrue();
    Segment segment = writer.segment();

    assertThat(RecordLayout.spanBytes(segment.memory(), 0)).isEqualTo(104);
    assertThat(RecordLayout.state(segment.memory(), 0)).isEqualTo(RecordLayout.FILLER);
    assertThat(segment.liveBytes()).as("nothing points there yet").isZero();
    writer.publish();
    all.add(new Written(segment, 0, 104));
  }

  @Test
  void everyWriterHasASegmentOfItsOwn() {
    Written one = write(writer, 104);
    Written other = write(RamWriter.forRequests(log, RamQueue.PROBATION), 104);
    Written inMain = write(mainWriter, 104);

    assertThat(List.of(one.segment().id(), other.segment().id(), inMain.segment().id()))
        .doesNotHaveDuplicates();
    assertThat(inMain.segment().queue()).isEqualTo(RamQueue.MAIN);
    assertThat(log.segment(other.segment().id())).isSameAs(other.segment());
    budget.giveBack(other.segment().loan());
    die(other);
  }

  @Test
  void recordThatDoesNotFitGoesToTheNextSegmentAndTheFullOneIsSealed() {
    Written first = write(writer, 2000);
    write(writer, 2000);
    assertThat(log.takeVictim()).as("still open").isNull();

    Written next = write(writer, 104);

    assertThat(next.segment()).isNotSameAs(first.segment());
    assertThat(log.takeVictim()).isSameAs(first.segment());
    free(first.segment());
  }

  @Test
  void nothingIsClaimedTwiceOrPublishedUnclaimed() {
    assertThatThrownBy(writer::segment).isInstanceOf(IllegalStateException.class);
    write(writer, 104);
    assertThatThrownBy(writer::publish).isInstanceOf(IllegalStateException.class);
  }

  // ------------------------------------------------------------------ large records

  @Test
  void recordOfMoreThanHalfASegmentGetsOneOfItsOwnOfItsSizeInBlocks() {
    Written shared = write(writer, UNIT / 2);
    Written large = write(writer, UNIT / 2 + 8);

    assertThat(shared.segment().isLarge()).isFalse();
    assertThat(large.segment().isLarge()).isTrue();
    assertThat(large.segment().capacityBytes()).isEqualTo((UNIT / 2 + 8 + 4095) / 4096 * 4096);
    assertThat(large.offset()).isZero();
    assertThat(write(writer, 104).segment())
        .as("the open segment stays open")
        .isSameAs(shared.segment());
  }

  @Test
  void recordThatFitsNoWriteBufferSharesNoSegment() {
    try (RamBudget own = new RamBudget(UNIT, 10)) {
      RamWriter narrow = RamWriter.forRequests(new RamLog(own, UNIT / 4), RamQueue.PROBATION);
      assertThat(narrow.claim(UNIT / 4, 0)).isTrue();
      assertThat(narrow.segment().isLarge()).isFalse();
      narrow.publish();
      assertThat(narrow.claim(UNIT / 4 + 8, 0)).isTrue();
      assertThat(narrow.segment().isLarge()).isTrue();
    }
  }

  @Test
  void largeRecordIsSealedAtOnceAndPaidInWholeUnits() {
    int idle = budget.idleCount();
    Written large = write(writer, 5 * UNIT + 8);
    assertThat(budget.idleCount()).isEqualTo(idle - 6);

    assertThat(log.takeVictim()).isSameAs(large.segment());
    free(large.segment());

    assertThat(budget.idleCount()).isEqualTo(idle);
  }

  // ------------------------------------------------------------------ running low

  @Test
  void writersLeaveTwoSegmentsForDemotion() {
    while (writer.claim(UNIT / 2, 1)) {
      Written written = new Written(writer.segment(), writer.offset(), UNIT / 2);
      writer.publish();
      all.add(written);
    }

    assertThat(budget.idleCount()).isEqualTo(2);
    assertThat(log.isExhausted()).isTrue();
    write(mainWriter, UNIT / 2);
    assertThat(budget.idleCount()).isEqualTo(1);
  }

  @Test
  void refusedClaimLeavesTheOpenSegmentOpen() {
    while (writer.claim(UNIT / 2, 1)) {
      Written written = new Written(writer.segment(), writer.offset(), UNIT / 2);
      writer.publish();
      all.add(written);
    }
    int victims = 0;
    List<Segment> taken = new ArrayList<>();
    for (Segment victim = log.takeVictim(); victim != null; victim = log.takeVictim()) {
      taken.add(victim);
      victims++;
    }
    taken.forEach(log::keep);

    assertThat(victims).as("all but the open one").isEqualTo(UNIT_COUNT - 2 - 1);
  }

  @Test
  void demotionIsWokenWhenSegmentsRunLow() {
    log.wakesDemotion(() -> demotionWakeCount++);
    while (budget.idleCount() > 6) {
      segment(writer);
    }
    assertThat(log.isLow()).isFalse();
    assertThat(demotionWakeCount).isZero();

    segment(writer);
    segment(writer);
    segment(writer);

    assertThat(log.isLow()).isTrue();
    assertThat(log.isExhausted()).isFalse();
    assertThat(demotionWakeCount).isPositive();
  }

  @Test
  void freedSegmentIsCountedAndWakesWhoWaits() {
    int[] wakeCount = {0, 0};
    log.addWaiter(() -> wakeCount[0]++);
    log.addWaiter(() -> wakeCount[1]++);
    segment(writer);
    long before = log.roomCount();

    free(victim());

    assertThat(log.roomCount()).isEqualTo(before + 1);
    assertThat(wakeCount).containsExactly(1, 1);
  }

  @Test
  void whoHoldsAnOpenSegmentIsAskedForItAndDemotionHearsOfItsSeal() {
    log.addHolder(writer::seal);
    while (!log.isLow()) {
      segment(mainWriter);
    }
    Written only = write(writer, 104);
    log.wakesDemotion(() -> demotionWakeCount++);

    log.askHolders();

    assertThat(demotionWakeCount).isPositive();
    die(only);
    assertThat(log.takeVictim()).isSameAs(only.segment());
    log.free(only.segment());
  }

  @Test
  void whoHasLeftIsNotWoken() {
    int[] wakeCount = {0};
    Wakeup waiter = () -> wakeCount[0]++;
    log.addWaiter(waiter);
    log.removeWaiter(waiter);

    log.roomMade();

    assertThat(wakeCount).containsExactly(0);
  }

  @Test
  void logIsLowForAsLongAsALargeRecordWaitsForRoom() {
    while (budget.idleCount() > 10) {
      segment(writer);
    }
    assertThat(log.isLow()).isFalse();

    while (!writer.claim(20 * UNIT, 1)) {
      assertThat(log.isLow()).isTrue();
      free(victim());
    }

    all.add(new Written(writer.segment(), 0, 20 * UNIT));
    writer.publish();
    assertThat(budget.idleCount()).isEqualTo(2);
  }

  @Test
  void largeRecordThatWaitsIsNotForgottenWhenASmallerOneFindsRoom() {
    while (budget.idleCount() > 20) {
      segment(writer);
    }
    RamWriter waits = RamWriter.forRequests(log, RamQueue.PROBATION);
    assertThat(waits.claim(30 * UNIT, 1)).isFalse();

    write(writer, UNIT);

    assertThat(log.isLow()).as("somebody still waits for 30 segments").isTrue();
  }

  @Test
  void roomThatNobodyWaitsForAnyMoreIsNotMade() {
    while (budget.idleCount() > 10) {
      segment(writer);
    }
    assertThat(writer.claim(20 * UNIT, 1)).isFalse();

    // Its session has been woken and does not ask again.
    free(victim());

    assertThat(log.isLow()).isFalse();
  }

  // ------------------------------------------------------------------ victims

  @Test
  void oldestOnProbationGoesFirstWhileThereAreMany() {
    List<Segment> segments = new ArrayList<>();
    segment(mainWriter);
    for (int i = 0; i < 10; i++) {
      segments.add(segment(writer).getFirst().segment());
    }

    assertThat(victim()).isSameAs(segments.get(0));
    assertThat(victim()).isSameAs(segments.get(1));
    segments.subList(0, 2).forEach(this::free);
  }

  @Test
  void oldestInMainGoesWhileProbationIsATenthOrLess() {
    Segment inMain = segment(mainWriter).getFirst().segment();
    segment(mainWriter);
    for (int i = 0; i < UNIT_COUNT / 10; i++) {
      segment(writer);
    }

    assertThat(victim()).isSameAs(inMain);
    free(inMain);
  }

  @Test
  void probationGoesWhenThereIsNothingElse() {
    Segment only = segment(writer).getFirst().segment();

    assertThat(victim()).isSameAs(only);
    assertThat(log.takeVictim()).isNull();
    free(only);
  }

  @Test
  void segmentThatIsMoreThanHalfDeadGoesBeforeAllOthersAndMainBeforeProbation() {
    List<Written> oldest = segment(writer);
    List<Written> onProbation = segment(writer);
    List<Written> inMain = segment(mainWriter);
    for (int i = 0; i < 10; i++) {
      segment(writer);
    }
    onProbation.subList(0, 3).forEach(this::die);
    inMain.subList(0, 3).forEach(this::die);

    assertThat(victim()).isSameAs(inMain.getFirst().segment());
    assertThat(victim()).isSameAs(onProbation.getFirst().segment());
    assertThat(victim()).isSameAs(oldest.getFirst().segment());
    free(inMain.getFirst().segment());
    free(onProbation.getFirst().segment());
    free(oldest.getFirst().segment());
  }

  @Test
  void segmentThatIsHalfDeadMayStay() {
    List<Written> first = segment(mainWriter);
    List<Written> second = segment(mainWriter);
    second.subList(0, 2).forEach(this::die);

    assertThat(victim()).isSameAs(first.getFirst().segment());
    free(first.getFirst().segment());
  }

  @Test
  void segmentThatIsKeptGoesToTheYoungEndOfMain() {
    Segment first = segment(mainWriter).getFirst().segment();
    Segment second = segment(mainWriter).getFirst().segment();

    log.keep(victim());

    assertThat(victim()).isSameAs(second);
    assertThat(victim()).isSameAs(first);
    free(first);
    free(second);
  }

  @Test
  void segmentWithLiveRecordsIsNotFreed() {
    segment(writer);
    Segment victim = victim();

    assertThatThrownBy(() -> log.free(victim))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("4096 live bytes");
    free(victim);
  }

  @Test
  void freedSegmentIsNotFoundAnyMore() {
    Segment segment = segment(writer).getFirst().segment();
    free(victim());

    assertThatThrownBy(() -> log.segment(segment.id()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not in use");
  }

  @Test
  void liveBytesAreThoseOfAllSegments() {
    Written large = write(writer, 3 * UNIT);
    List<Written> shared = segment(writer);
    write(mainWriter, 48);
    die(shared.getFirst());

    assertThat(log.liveBytes()).isEqualTo(3L * UNIT + 3 * UNIT / 4 + 48);
    die(large);
    assertThat(log.liveBytes()).isEqualTo(3 * UNIT / 4 + 48);
  }
}
