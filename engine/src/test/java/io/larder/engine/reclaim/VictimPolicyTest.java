package io.larder.engine.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.reclaim.VictimPolicy.Victim;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which page goes. */
class VictimPolicyTest {
  private static final long NOW = 1000;

  private int nextId;

  private PageSnapshot page(
      PageState state,
      long version,
      int liveCount,
      long latestExpirySeconds,
      boolean givingUp,
      boolean doomed) {
    return page(
        state, Bucket.DEFAULT, 0, version, liveCount, latestExpirySeconds, givingUp, doomed);
  }

  /** Ten records of 100 bytes have been written to each. */
  private PageSnapshot page(
      PageState state,
      Bucket bucket,
      long openedAtSeconds,
      long version,
      int liveCount,
      long latestExpirySeconds,
      boolean givingUp,
      boolean doomed) {
    return new PageSnapshot(
        nextId++,
        0,
        state,
        version,
        bucket,
        Bucket.DEFAULT,
        openedAtSeconds,
        10,
        liveCount,
        liveCount * 100L,
        1000,
        0,
        latestExpirySeconds,
        0,
        givingUp,
        doomed);
  }

  private PageSnapshot sealed(long version, int liveCount, long latestExpirySeconds) {
    return page(PageState.SEALED, version, liveCount, latestExpirySeconds, false, false);
  }

  @Test
  void oldestGoesWhereNothingIsEmptyOrExpired() {
    assertThat(
            VictimPolicy.choose(
                List.of(sealed(7, 5, 0), sealed(3, 9, NOW + 1), sealed(5, 1, 0)), NOW))
        .isEqualTo(new Victim(1, GiveUpReason.EVICTED));
  }

  @Test
  void oldestOfTheExpiredGoesBeforeOlderOnes() {
    assertThat(
            VictimPolicy.choose(
                List.of(sealed(1, 5, 0), sealed(9, 9, NOW), sealed(8, 1, NOW - 1)), NOW))
        .isEqualTo(new Victim(2, GiveUpReason.EXPIRED));
  }

  @Test
  void oldestOfTheEmptyGoesBeforeAllOthers() {
    assertThat(
            VictimPolicy.choose(
                List.of(sealed(1, 5, 0), sealed(2, 9, NOW), sealed(9, 0, 0), sealed(8, 0, 0)), NOW))
        .isEqualTo(new Victim(3, GiveUpReason.EMPTY));
  }

  // ------------------------------------------------------------------ compaction

  private PageSnapshot filledBy(Bucket bucket, long version, int liveCount) {
    return page(PageState.SEALED, bucket, NOW - 100, version, liveCount, 0, false, false);
  }

  @Test
  void mostFragmentedPageIsCompactedBeforeTheOldestIsEvicted() {
    assertThat(
            VictimPolicy.choose(
                List.of(sealed(1, 9, 0), sealed(2, 6, 0), sealed(3, 5, 0), sealed(4, 7, 0)),
                NOW,
                0.8,
                true))
        .isEqualTo(new Victim(2, GiveUpReason.COMPACTED));
  }

  @Test
  void olderOfTwoThatAreAsFragmentedIsCompacted() {
    assertThat(VictimPolicy.choose(List.of(sealed(7, 5, 0), sealed(3, 5, 0)), NOW, 0.8, true))
        .isEqualTo(new Victim(1, GiveUpReason.COMPACTED));
  }

  @Test
  void pageWithTheWholeShareOrMoreIsNotCompacted() {
    List<PageSnapshot> pages = List.of(sealed(1, 8, 0), sealed(2, 10, 0));

    assertThat(VictimPolicy.choose(pages, NOW, 0.8, false)).isNull();
    assertThat(VictimPolicy.choose(pages, NOW, 0.8, true))
        .isEqualTo(new Victim(0, GiveUpReason.EVICTED));
    assertThat(VictimPolicy.choose(List.of(sealed(1, 10, 0)), NOW, 1, false))
        .as("nothing on it is dead, so nothing would be gained")
        .isNull();
  }

  @Test
  void emptyAndExpiredPagesGoBeforeFragmentedOnes() {
    PageSnapshot fragmented = sealed(1, 1, 0);
    PageSnapshot expired = sealed(2, 9, NOW);

    assertThat(VictimPolicy.choose(List.of(fragmented, expired), NOW, 0.8, true))
        .isEqualTo(new Victim(1, GiveUpReason.EXPIRED));
    assertThat(VictimPolicy.choose(List.of(fragmented, expired, sealed(3, 0, 0)), NOW, 0.8, false))
        .isEqualTo(new Victim(2, GiveUpReason.EMPTY));
  }

  @ParameterizedTest
  @EnumSource
  void everyBucketButTheLowestBandIsCompacted(Bucket bucket) {
    GiveUpReason expected = bucket == Bucket.LOWTTL ? GiveUpReason.EVICTED : GiveUpReason.COMPACTED;

    assertThat(VictimPolicy.choose(List.of(filledBy(bucket, 1, 2)), NOW, 0.8, true))
        .isEqualTo(new Victim(0, expected));
  }

  @Test
  void pageThatWillHaveDiedWholeWithinALapIsLeftToDoSo() {
    PageSnapshot oldest = page(PageState.SEALED, Bucket.DEFAULT, NOW - 100, 1, 9, 0, false, false);
    PageSnapshot dyingWithinALap =
        page(PageState.SEALED, Bucket.MIDTTL, NOW - 10, 2, 1, NOW + 100, false, false);
    PageSnapshot dyingLater =
        page(PageState.SEALED, Bucket.MIDTTL, NOW - 10, 3, 2, NOW + 101, false, false);

    assertThat(VictimPolicy.choose(List.of(oldest, dyingWithinALap), NOW, 0.8, false)).isNull();
    assertThat(VictimPolicy.choose(List.of(oldest, dyingWithinALap, dyingLater), NOW, 0.8, false))
        .isEqualTo(new Victim(2, GiveUpReason.COMPACTED));
  }

  // ------------------------------------------------------------------ what is not chosen

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SEALED")
  void onlySealedPagesGo(PageState state) {
    PageSnapshot page = page(state, 1, 0, 0, false, true);

    assertThat(VictimPolicy.choose(List.of(page), NOW)).isNull();
    assertThat(VictimPolicy.chooseDoomed(List.of(page))).isNull();
  }

  @Test
  void pageThatIsOnItsWayOutIsNotChosenAgain() {
    PageSnapshot leaving = page(PageState.SEALED, 1, 0, 0, true, true);

    assertThat(VictimPolicy.choose(List.of(leaving), NOW)).isNull();
    assertThat(VictimPolicy.chooseDoomed(List.of(leaving))).isNull();
  }

  @Test
  void doomedPageIsFoundAmongTheOthersAndIsEmptyOrAsGoodAsExpired() {
    PageSnapshot other = sealed(1, 0, 0);
    PageSnapshot doomed = page(PageState.SEALED, 9, 5, 0, false, true);
    PageSnapshot doomedAndEmpty = page(PageState.SEALED, 8, 0, 0, false, true);

    assertThat(VictimPolicy.chooseDoomed(List.of(other))).isNull();
    assertThat(VictimPolicy.chooseDoomed(List.of(other, doomed)))
        .isEqualTo(new Victim(1, GiveUpReason.EXPIRED));
    assertThat(VictimPolicy.chooseDoomed(List.of(other, doomedAndEmpty)))
        .isEqualTo(new Victim(2, GiveUpReason.EMPTY));
  }
}
