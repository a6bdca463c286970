package io.larder.engine.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.engine.page.Page.UnflushedBytes;
import io.larder.platform.memory.AlignedBuffer;
import io.larder.testkit.MemoryDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A page's life: who may read it, what it counts, and when it is free again. */
class PageTest {
  private static final long VERSION = 0x1234_5678_9abc_def0L;
  private static final long ALL_BITS = -1L;

  private final Page page =
      new Page(7, 0, Bucket.LOWTTL, new MemoryDevice(1 << 20), 65536, new PageSite(1, 7));

  private void openPage() {
    page.claim(VERSION, Bucket.LOWTTL, 1000);
  }

  private void sealedPage() {
    openPage();
    page.seal();
  }

  private void bringTo(PageState state) {
    switch (state) {
      case FREE -> {}
      case OPEN -> openPage();
      case RESTORING -> page.liveOn(VERSION);
      case SEALED -> sealedPage();
      case FAILED -> {
        openPage();
        page.fail();
      }
      case CLOSING -> {
        sealedPage();
        assertThat(page.lease()).isTrue();
        page.close();
      }
    }
    assertThat(page.state()).isEqualTo(state);
  }

  // ------------------------------------------------------------------ moves

  /** What is done to a page, and from which states it may be. */
  private record Move(String name, Set<PageState> allowedFrom, Consumer<Page> action) {}

  private static final List<Move> MOVES =
      List.of(
          new Move("claim", EnumSet.of(PageState.FREE), page -> page.claim(9, Bucket.OLD, 1)),
          new Move("liveOn", EnumSet.of(PageState.FREE), page -> page.liveOn(9)),
          new Move("seal", EnumSet.of(PageState.OPEN, PageState.RESTORING), Page::seal),
          new Move("fail", EnumSet.of(PageState.OPEN), Page::fail),
          new Move("close", EnumSet.of(PageState.SEALED, PageState.FAILED), Page::close));

  @ParameterizedTest
  @EnumSource
  void illegalMovesAreMistakesAndChangeNothing(PageState state) {
    bringTo(state);
    PageSnapshot before = page.snapshot();
    for (Move move : MOVES) {
      if (!move.allowedFrom().contains(state)) {
        assertThatThrownBy(() -> move.action().accept(page))
            .as(move.name() + " of a page that is " + state)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("page 7 of memory")
            .hasMessageContaining(state.name());
        assertThat(page.snapshot()).isEqualTo(before);
      }
    }
  }

  @Test
  void freshPageIsFreeAndHoldsNothing() {
    assertThat(page.snapshot())
        .isEqualTo(
            new PageSnapshot(
                7,
                0,
                PageState.FREE,
                0,
                Bucket.DEFAULT,
                Bucket.LOWTTL,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                false,
                false));
  }

  @Test
  void claimStartsALifeThatRemembersNothingOfTheOneBefore() {
    openPage();
    page.commit(VERSION, 100, 5000);
    page.commit(VERSION, 100, 0);
    page.seal();
    page.doomIfSealed();
    page.beginGivingUp();
    page.close();

    page.claim(VERSION + 1, Bucket.COMPACT, 2000);

    assertThat(page.snapshot())
        .isEqualTo(
            new PageSnapshot(
                7,
                0,
                PageState.OPEN,
                VERSION + 1,
                Bucket.COMPACT,
                Bucket.LOWTTL,
                2000,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                false,
                false));
  }

  // ------------------------------------------------------------------ leases

  @ParameterizedTest
  @EnumSource
  void onlyOpenRestoringAndSealedPagesAreLeased(PageState state) {
    bringTo(state);
    int leasesBefore = page.snapshot().leaseCount();

    boolean readable =
        state == PageState.OPEN || state == PageState.RESTORING || state == PageState.SEALED;
    assertThat(page.lease()).isEqualTo(readable);
    assertThat(page.snapshot().leaseCount()).isEqualTo(leasesBefore + (readable ? 1 : 0));
  }

  @Test
  void closedPageLetsNobodyInAndWaitsForItsLastLease() {
    sealedPage();
    assertThat(page.lease()).isTrue();
    assertThat(page.lease()).isTrue();

    assertThat(page.close()).as("free at once").isFalse();
    assertThat(page.lease()).isFalse();
    assertThat(page.release()).as("one lease left").isFalse();
    assertThat(page.version()).as("still the life that is being read").isEqualTo(VERSION);
    assertThat(page.release()).as("none left").isTrue();
    assertThat(page.state()).isEqualTo(PageState.FREE);
    assertThat(page.version()).isZero();
  }

  @Test
  void closedPageWithoutLeasesIsFreeAtOnce() {
    sealedPage();

    assertThat(page.close()).isTrue();
    assertThat(page.state()).isEqualTo(PageState.FREE);
  }

  @Test
  void releaseOfAPageThatLivesFreesNothing() {
    openPage();
    page.lease();
    assertThat(page.release()).isFalse();
    page.lease();
    page.seal();
    assertThat(page.release()).isFalse();
    assertThat(page.state()).isEqualTo(PageState.SEALED);
  }

  @Test
  void leaseOutlivesAFailureAndHoldsTheFailedPage() {
    openPage();
    page.lease();
    page.fail();

    assertThat(page.close()).isFalse();
    assertThat(page.release()).isTrue();
  }

  @Test
  void leaseTooManyGivenBackIsAMistake() {
    openPage();
    page.lease();
    page.release();

    assertThatThrownBy(page::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("0 leases");
  }

  // ------------------------------------------------------------------ counts

  @Test
  void committedRecordsAreCountedUntilTheyAreForgotten() {
    openPage();
    assertThat(page.commit(VERSION, 100, 0)).isTrue();
    assertThat(page.commit(VERSION, 250, 0)).isTrue();
    page.seal();
    page.forget(100);

    PageSnapshot snapshot = page.snapshot();
    assertThat(snapshot.recordCount()).isEqualTo(2);
    assertThat(snapshot.liveCount()).isEqualTo(1);
    assertThat(snapshot.liveBytes()).isEqualTo(250);
  }

  @Test
  void failedPageTakesNoRecord() {
    bringTo(PageState.FAILED);

    assertThat(page.commit(VERSION, 100, 0)).isFalse();
    assertThat(page.snapshot().recordCount()).isZero();
  }

  @Test
  void recordOfAnEarlierLifeIsNotCountedInThisOne() {
    openPage();
    page.fail();
    page.close();
    page.claim(VERSION + 1, Bucket.DEFAULT, 2000);

    assertThat(page.commit(VERSION, 100, 0)).isFalse();
    assertThat(page.snapshot().recordCount()).isZero();
  }

  @Test
  void forgettingMoreRecordsThanLiveIsAMistake() {
    openPage();
    page.commit(VERSION, 100, 0);
    page.forget(100);

    assertThatThrownBy(() -> page.forget(0)).isInstanceOf(IllegalStateException.class);
    assertThat(page.snapshot().liveCount()).isZero();
  }

  @Test
  void forgettingMoreBytesThanLiveIsAMistakeAndChangesNothing() {
    openPage();
    page.commit(VERSION, 100, 0);
    page.commit(VERSION, 100, 0);

    assertThatThrownBy(() -> page.forget(201))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("201 bytes")
        .hasMessageContaining("2 live");
    assertThat(page.snapshot().liveCount()).isEqualTo(2);
    assertThat(page.snapshot().liveBytes()).isEqualTo(200);
  }

  @Test
  void severalRecordsAreForgottenAtOnceAndNeverMoreThanLive() {
    openPage();
    for (int i = 0; i < 3; i++) {
      page.commit(VERSION, 100, 0);
    }

    assertThat(page.forgetIfAlive(VERSION, ALL_BITS, 2, 200)).isEqualTo(VERSION);
    assertThat(page.snapshot().liveCount()).isEqualTo(1);
    assertThat(page.snapshot().liveBytes()).isEqualTo(100);
    assertThatThrownBy(() -> page.forgetIfAlive(VERSION, ALL_BITS, 2, 100))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> page.forgetIfAlive(VERSION, ALL_BITS, 1, -1))
        .isInstanceOf(IllegalStateException.class);
    assertThat(page.snapshot().liveCount()).as("mistakes change nothing").isEqualTo(1);
    assertThat(page.forgetIfAlive(VERSION + 1, ALL_BITS, 1, 100)).as("another life").isZero();
    assertThat(page.forgetIfAlive(VERSION, ALL_BITS, 1, 100)).isEqualTo(VERSION);
  }

  @Test
  void addressKeptElsewhereIsForgottenOnlyInTheLifeItWasMadeIn() {
    openPage();
    page.commit(VERSION, 100, 0);
    long mask = 0xffff;

    assertThat(page.forgetIfAlive(0xdef1, mask, 100)).as("another life").isZero();
    assertThat(page.snapshot().liveCount()).isEqualTo(1);
    assertThat(page.forgetIfAlive(0xdef0, mask, 100)).as("this life").isPositive();
    assertThat(page.snapshot().liveCount()).isZero();
  }

  @Test
  void pageThatIsGivenUpIsNoLongerAliveForAddressesKeptElsewhere() {
    sealedPage();
    assertThat(page.livesOn(VERSION, ALL_BITS)).isTrue();

    page.beginGivingUp();

    assertThat(page.livesOn(VERSION, ALL_BITS)).isFalse();
    assertThat(page.forgetIfAlive(VERSION, ALL_BITS, 0)).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"FREE", "FAILED", "CLOSING"})
  void pageWithNothingOnItIsNotAlive(PageState state) {
    bringTo(state);

    assertThat(page.livesOn(page.version(), ALL_BITS)).isFalse();
  }

  @Test
  void onlyAnOpenPageIsOpenInItsLife() {
    openPage();
    assertThat(page.isOpenIn(VERSION)).isTrue();
    assertThat(page.isOpenIn(VERSION - 1)).isFalse();
    page.seal();
    assertThat(page.isOpenIn(VERSION)).isFalse();
  }

  // ------------------------------------------------------------------ expiry

  @Test
  void earliestAndLatestExpiryAreThoseOfItsRecords() {
    openPage();
    page.commit(VERSION, 1, 300);
    page.commit(VERSION, 1, 100);
    page.commit(VERSION, 1, 200);

    assertThat(page.snapshot().earliestExpirySeconds()).isEqualTo(100);
    assertThat(page.snapshot().latestExpirySeconds()).isEqualTo(300);
    assertThat(page.snapshot().hasExpired(299)).isFalse();
    assertThat(page.snapshot().hasExpired(300)).isTrue();
  }

  @Test
  void oneRecordThatNeverExpiresKeepsThePageFromExpiring() {
    openPage();
    page.commit(VERSION, 1, 100);
    page.commit(VERSION, 1, 0);
    page.commit(VERSION, 1, 300);

    assertThat(page.snapshot().latestExpirySeconds()).isZero();
    assertThat(page.snapshot().hasExpired(Long.MAX_VALUE)).isFalse();
  }

  @Test
  void pageWithoutRecordsHasNotExpired() {
    openPage();

    assertThat(page.snapshot().hasExpired(Long.MAX_VALUE)).isFalse();
  }

  @Test
  void onlyASealedPageIsDoomed() {
    openPage();
    page.doomIfSealed();
    assertThat(page.snapshot().doomed()).isFalse();
    page.seal();
    page.doomIfSealed();
    assertThat(page.snapshot().doomed()).isTrue();
  }

  // ------------------------------------------------------------------ unflushed bytes

  private static UnflushedBytes buffer(int startBytes, int lengthBytes, int content) {
    AlignedBuffer buffer = AlignedBuffer.allocate(Arena.ofAuto(), lengthBytes);
    buffer.memory().fill((byte) content);
    return new UnflushedBytes(buffer, startBytes);
  }

  @Test
  void bytesAreReadFromTheBufferThatHoldsThemAndFromTheDeviceAfterTheFlush() {
    openPage();
    UnflushedBytes first = buffer(0, 8192, 1);
    UnflushedBytes second = buffer(8192, 8192, 2);
    page.attach(first);
    page.attach(second);
    MemorySegment target = MemorySegment.ofArray(new byte[100]);

    assertThat(page.readUnflushed(4096, 100, target)).isEqualTo(100);
    assertThat(target.get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 1);
    assertThat(page.readUnflushed(8192, 100, target)).isEqualTo(100);
    assertThat(target.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);

    page.flushed(first, 8192);
    assertThat(page.readUnflushed(8191, 100, target)).as("on the device").isZero();
    assertThat(page.readUnflushed(8192, 100, target)).isEqualTo(100);
    page.flushed(second, 16384);
    assertThat(page.readUnflushed(8192, 100, target)).as("on the device").isZero();
  }

  @Test
  void readOfUnflushedBytesEndsWhereTheirBufferEnds() {
    openPage();
    page.attach(buffer(4096, 8192, 1));

    assertThat(page.readUnflushed(12000, 1000, MemorySegment.ofArray(new byte[1000])))
        .isEqualTo(4096 + 8192 - 12000);
  }

  @Test
  void readBehindTheLastBufferIsForTheDevice() {
    openPage();
    page.attach(buffer(4096, 8192, 1));

    for (int offset : new int[] {4096 + 8192, 50_000}) {
      assertThat(page.readUnflushed(offset, 1000, MemorySegment.ofArray(new byte[1000]))).isZero();
    }
  }

  @Test
  void moreWriteBuffersThanTheDeviceAndTheWriterHaveUseForAreAMistake() {
    openPage();
    for (int i = 0; i < Page.BUFFERS_MAX; i++) {
      assertThat(page.bufferCount()).isEqualTo(i);
      page.attach(buffer(i * 4096, 4096, 1));
    }

    assertThatThrownBy(() -> page.attach(buffer(Page.BUFFERS_MAX * 4096, 4096, 1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void buffersBehindOneThatIsFlushedStayReadable() {
    openPage();
    List<UnflushedBytes> all =
        List.of(buffer(0, 4096, 1), buffer(4096, 4096, 2), buffer(8192, 4096, 3));
    all.forEach(page::attach);

    page.flushed(all.getFirst(), 4096);
    page.attach(buffer(12288, 4096, 4));

    MemorySegment target = MemorySegment.ofArray(new byte[1]);
    assertThat(page.readUnflushed(100, 1, target)).as("on the device").isZero();
    for (int i = 2; i <= 4; i++) {
      assertThat(page.readUnflushed(i * 4096 - 1, 1, target)).isEqualTo(1);
      assertThat(target.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) i);
    }
  }

  @Test
  void flushOfAForeignBufferIsAMistake() {
    openPage();
    page.attach(buffer(0, 4096, 1));

    assertThatThrownBy(() -> page.flushed(buffer(0, 4096, 1), 4096))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void failedPageLetsGoOfItsBuffers() {
    openPage();
    page.attach(buffer(0, 4096, 1));
    page.attach(buffer(4096, 4096, 1));

    page.fail();

    assertThat(page.bufferCount()).isZero();
    assertThat(page.readUnflushed(0, 10, MemorySegment.ofArray(new byte[10]))).isZero();
  }

  @Test
  void bufferAttachedToAFailedPageIsNotThereInItsNextLife() {
    openPage();
    page.fail();
    page.attach(buffer(0, 4096, 1));
    page.close();
    page.claim(VERSION + 1, Bucket.DEFAULT, 2000);

    assertThat(page.readUnflushed(0, 10, MemorySegment.ofArray(new byte[10]))).isZero();
    page.attach(buffer(0, 4096, 2));
    page.attach(buffer(4096, 4096, 2));
    assertThat(page.bufferCount()).isEqualTo(2);
  }
}
