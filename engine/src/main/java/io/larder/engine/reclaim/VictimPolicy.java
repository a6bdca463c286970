package io.larder.engine.reclaim;

import io.larder.engine.model.GiveUpReason;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the page to give up: an empty one, else one whose every record has expired, else the
 * oldest.
 */
final class VictimPolicy {
  private VictimPolicy() {}

  /** A page and why it is chosen. */
  record Victim(int pageId, GiveUpReason reason) {}

  /** The page to give up, or null when none is sealed. */
  static @Nullable Victim choose(List<PageSnapshot> pages, long nowSeconds) {
    PageSnapshot best = null;
    GiveUpReason bestReason = GiveUpReason.EVICTED;
    for (PageSnapshot page : pages) {
      if (page.state() != PageState.SEALED || page.givingUp()) {
        continue;
      }
      GiveUpReason reason = reasonFor(page, nowSeconds);
      if (best == null
          || reason.compareTo(bestReason) < 0
          || (reason == bestReason && page.version() < best.version())) {
        best = page;
        bestReason = reason;
      }
    }
    return best == null ? null : new Victim(best.id(), bestReason);
  }

  /** A sealed page that is to be given up whatever the need, or null. */
  static @Nullable Victim chooseDoomed(List<PageSnapshot> pages) {
    for (PageSnapshot page : pages) {
      if (page.state() == PageState.SEALED && !page.givingUp() && page.doomed()) {
        return new Victim(
            page.id(), page.liveCount() == 0 ? GiveUpReason.EMPTY : GiveUpReason.EXPIRED);
      }
    }
    return null;
  }

  private static GiveUpReason reasonFor(PageSnapshot page, long nowSeconds) {
    if (page.liveCount() == 0) {
      return GiveUpReason.EMPTY;
    }
    return page.hasExpired(nowSeconds) ? GiveUpReason.EXPIRED : GiveUpReason.EVICTED;
  }
}
