package io.larder.engine.reclaim;

import io.larder.engine.model.GiveUpReason;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the page to give up: an empty one, else one whose every record has expired, else the one
 * with the smallest live share where that gains enough, else the oldest.
 */
final class VictimPolicy {
  private VictimPolicy() {}

  /** A page and why it is chosen. */
  record Victim(int pageId, GiveUpReason reason) {}

  /** The page to give up, and never one to compact; null when none is sealed. */
  static @Nullable Victim choose(List<PageSnapshot> pages, long nowSeconds) {
    return choose(pages, nowSeconds, 0, true);
  }

  /**
   * The page to give up.
   *
   * @param liveShareMax a page with a smaller live share than this may be compacted; 0 = none
   * @param mayEvict whether the oldest goes if there is no better one
   * @return null when there is none to give up
   */
  static @Nullable Victim choose(
      List<PageSnapshot> pages, long nowSeconds, double liveShareMax, boolean mayEvict) {
    PageSnapshot best = null;
    GiveUpReason bestReason = GiveUpReason.EVICTED;
    long lapSeconds = liveShareMax > 0 ? oldestAgeSeconds(pages, nowSeconds) : 0;
    for (PageSnapshot page : pages) {
      if (page.state() != PageState.SEALED || page.givingUp()) {
        continue;
      }
      GiveUpReason reason = reasonFor(page, nowSeconds, liveShareMax, lapSeconds);
      if (reason == GiveUpReason.EVICTED && !mayEvict) {
        continue;
      }
      if (best == null
          || reason.compareTo(bestReason) < 0
          || (reason == bestReason && goesBefore(page, best, reason))) {
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

  private static boolean goesBefore(PageSnapshot page, PageSnapshot other, GiveUpReason reason) {
    int byLiveShare =
        reason == GiveUpReason.COMPACTED ? Double.compare(page.liveShare(), other.liveShare()) : 0;
    return byLiveShare == 0 ? page.version() < other.version() : byLiveShare < 0;
  }

  private static GiveUpReason reasonFor(
      PageSnapshot page, long nowSeconds, double liveShareMax, long lapSeconds) {
    if (page.liveCount() == 0) {
      return GiveUpReason.EMPTY;
    }
    if (page.hasExpired(nowSeconds)) {
      return GiveUpReason.EXPIRED;
    }
    return page.liveShare() < liveShareMax && isWorthCompacting(page, nowSeconds, lapSeconds)
        ? GiveUpReason.COMPACTED
        : GiveUpReason.EVICTED;
  }

  /** A page that will have died whole within a lap of the flash is left to do so. */
  private static boolean isWorthCompacting(PageSnapshot page, long nowSeconds, long lapSeconds) {
    long latest = page.latestExpirySeconds();
    return page.bucket().isCompacted() && (latest == 0 || latest - nowSeconds > lapSeconds);
  }

  /** How long the oldest page has been there: what a lap of the flash takes. */
  private static long oldestAgeSeconds(List<PageSnapshot> pages, long nowSeconds) {
    return pages.stream()
        .filter(page -> page.state() == PageState.SEALED)
        .mapToLong(page -> nowSeconds - page.openedAtSeconds())
        .max()
        .orElse(0);
  }
}
