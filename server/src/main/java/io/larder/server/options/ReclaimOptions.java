package io.larder.server.options;

import io.larder.cache.model.Tunables;
import io.larder.engine.model.ReclaimLimits;

/**
 * What was said about pages that are given up, and about items that go to flash. All of it may be
 * changed later by {@code extstore}.
 *
 * @param compactUnderPages with fewer free pages mostly dead ones are compacted; {@link
 *     ReclaimLimits#AUTOMATIC} if nothing was said
 * @param dropUnderPages with fewer free pages what nobody has read may go; likewise
 * @param liveShareMax a page of which less is live is compacted, from 0 to 1
 * @param dropsUnread whether what nobody has read is dropped instead of moved
 * @param itemAgeSeconds items used less long ago stay in RAM while there is another way
 * @param maxSleepMicros the longest that demotion sleeps before it looks again
 */
public record ReclaimOptions(
    int compactUnderPages,
    int dropUnderPages,
    double liveShareMax,
    boolean dropsUnread,
    long itemAgeSeconds,
    long maxSleepMicros) {

  /** What holds if nothing is said. */
  public static final ReclaimOptions DEFAULT =
      new ReclaimOptions(
          ReclaimLimits.AUTOMATIC,
          ReclaimLimits.AUTOMATIC,
          Tunables.LIVE_SHARE_MAX_DEFAULT,
          false,
          0,
          Tunables.MAX_SLEEP_MICROS_DEFAULT);

  /** Sets what was said. */
  public void applyTo(Tunables tunables) {
    tunables.setCompactUnderPages(compactUnderPages);
    tunables.setDropUnderPages(dropUnderPages);
    tunables.setLiveShareMax(liveShareMax);
    tunables.setDropsUnread(dropsUnread);
    tunables.setItemAgeSeconds(itemAgeSeconds);
    tunables.setMaxSleepMicros(maxSleepMicros);
  }
}
