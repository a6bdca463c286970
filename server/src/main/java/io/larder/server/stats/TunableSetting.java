package io.larder.server.stats;

import io.larder.cache.model.Tunables;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ObjDoubleConsumer;

/** What memcached's {@code extstore} command changes, under memcached's names. */
@SuppressWarnings("ImmutableEnumChecker") // Its functions have no state.
enum TunableSetting {
  ITEM_SIZE((tunables, bytes) -> tunables.setItemBytesMin((int) bytes)),
  ITEM_AGE((tunables, seconds) -> tunables.setItemAgeSeconds((long) seconds)),
  LOW_TTL((tunables, seconds) -> tunables.setLowTtlSeconds((long) seconds)),
  RECACHE_RATE((tunables, rate) -> tunables.setRecacheRate((int) rate)),
  COMPACT_UNDER((tunables, pages) -> tunables.setCompactUnderPages((int) pages)),
  DROP_UNDER((tunables, pages) -> tunables.setDropUnderPages((int) pages)),
  MAX_SLEEP((tunables, micros) -> tunables.setMaxSleepMicros((long) micros)),
  MAX_FRAG(Tunables::setLiveShareMax),
  DROP_UNREAD((tunables, yes) -> tunables.setDropsUnread(yes != 0));

  private final ObjDoubleConsumer<Tunables> change;

  TunableSetting(ObjDoubleConsumer<Tunables> change) {
    this.change = change;
  }

  /** The one with memcached's {@code name}. */
  static Optional<TunableSetting> of(String name) {
    return Arrays.stream(values())
        .filter(setting -> setting.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst();
  }

  /** Sets a new value; what an int cannot hold becomes the largest one that it can. */
  void set(Tunables tunables, double value) {
    change.accept(tunables, value);
  }
}
