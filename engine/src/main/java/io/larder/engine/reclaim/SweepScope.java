package io.larder.engine.reclaim;

import io.larder.engine.model.Bucket;
import java.util.Set;

/**
 * What held when a page was chosen, and holds for its sweep alone.
 *
 * @param isUnderDropLimit whether free pages were fewer than the limit under which what nobody has
 *     read may go
 * @param keptLastStops the last stops that devices in service are kept for: what is moved there
 *     takes no room from anybody else
 */
record SweepScope(boolean isUnderDropLimit, Set<Bucket> keptLastStops) {
  /** Nothing special. */
  static final SweepScope PLAIN = new SweepScope(false, Set.of());

  /** Whether records moved to {@code bucket} go to a device that is kept for it. */
  boolean isElsewhere(Bucket bucket) {
    return keptLastStops.contains(bucket);
  }
}
