package io.larder.protocol.watch;

import java.util.Locale;
import java.util.Optional;

/** What a watcher may want to hear of, by memcached's words. */
public enum WatchTopic {
  /** Items that are looked up. */
  FETCHERS,
  /** Items that are stored, or could not be. */
  MUTATIONS,
  /** Items that leave for want of room, and items that are written to flash. */
  EVICTIONS,
  /** Pages that are given up, and crawls. */
  SYSEVENTS,
  /** Clients that come and go. */
  CONNEVENTS,
  /** Items that clients delete. */
  DELETIONS,
  /** Taken, as memcached takes it; nothing is told, as in memcached. */
  RAWCMDS,
  /** Taken; there is no proxy. */
  PROXYREQS,
  /** Taken; there is no proxy. */
  PROXYEVENTS,
  /** Taken; there is no proxy. */
  PROXYUSER;

  private static final WatchTopic[] ALL = values();

  /** As it is written in a command. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** It, as one of several. */
  @SuppressWarnings("EnumOrdinal") // a set of bits that is never stored
  public int bit() {
    return 1 << ordinal();
  }

  /** The topic with that word. */
  public static Optional<WatchTopic> of(String word) {
    for (WatchTopic topic : ALL) {
      if (topic.word().equals(word)) {
        return Optional.of(topic);
      }
    }
    return Optional.empty();
  }
}
