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
    return new PageSnapshot(
        nextId++,
        0,
        state,
        version,
        Bucket.DEFAULT,
        Bucket.DEFAULT,
        0,
        10,
        liveCount,
        liveCount * 100L,
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
