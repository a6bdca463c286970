package io.larder.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The moves of a page's life: these and no others. */
class PageStateTest {
  private static final Map<PageState, Set<PageState>> MOVES =
      Map.of(
          PageState.FREE, EnumSet.of(PageState.OPEN, PageState.RESTORING),
          PageState.RESTORING, EnumSet.of(PageState.SEALED),
          PageState.OPEN, EnumSet.of(PageState.SEALED, PageState.FAILED),
          PageState.SEALED, EnumSet.of(PageState.CLOSING),
          PageState.FAILED, EnumSet.of(PageState.CLOSING),
          PageState.CLOSING, EnumSet.of(PageState.FREE));

  @ParameterizedTest
  @EnumSource
  void everyStateAllowsItsOwnMovesAndNoOthers(PageState from) {
    for (PageState to : PageState.values()) {
      assertThat(from.canBecome(to))
          .as(from + " becomes " + to)
          .isEqualTo(MOVES.getOrDefault(from, Set.of()).contains(to));
    }
  }

  @Test
  void everyStateIsReachedFromFreeAndLeadsBackToIt() {
    for (PageState start : PageState.values()) {
      assertThat(reachableFrom(start))
          .as("from " + start)
          .isEqualTo(EnumSet.allOf(PageState.class));
    }
  }

  private static Set<PageState> reachableFrom(PageState start) {
    Set<PageState> reached = EnumSet.noneOf(PageState.class);
    Set<PageState> edge = EnumSet.of(start);
    while (!edge.isEmpty()) {
      Set<PageState> next = EnumSet.noneOf(PageState.class);
      for (PageState from : edge) {
        for (PageState to : PageState.values()) {
          if (from.canBecome(to) && reached.add(to)) {
            next.add(to);
          }
        }
      }
      edge = next;
    }
    return reached;
  }
}
