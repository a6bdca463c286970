package io.larder.protocol.stats;

import io.larder.cache.stats.SlabClasses;

/**
 * What the protocol counts, under memcached's own names.
 *
 * <p>Some are counted by {@linkplain SlabClasses size class} alone, and are the sum of the classes:
 * a store under the class of what was to be stored, the others under that of the item found.
 */
public enum ProtocolCounter {
  /** Keys asked for, by get, gets or a meta get that does not touch. */
  CMD_GET("cmd_get"),
  /** Values that arrived whole, stored or not. */
  CMD_SET("cmd_set", true),
  /** Commands flush_all. */
  CMD_FLUSH("cmd_flush"),
  /** Keys whose expiry was to be changed, by touch, gat, gats or a meta get with T. */
  CMD_TOUCH("cmd_touch"),
  /** Commands me. */
  CMD_META("cmd_meta"),
  /** Keys asked for and found. */
  GET_HITS("get_hits", true),
  /** Keys asked for and not found. */
  GET_MISSES("get_misses"),
  /** Deletes of a key that was there. */
  DELETE_HITS("delete_hits", true),
  /** Deletes of a key that was not there, or was there with another CAS. */
  DELETE_MISSES("delete_misses"),
  /** Increments that were carried out. */
  INCR_HITS("incr_hits", true),
  /** Increments of a key that was not there. */
  INCR_MISSES("incr_misses"),
  /** Decrements that were carried out. */
  DECR_HITS("decr_hits", true),
  /** Decrements of a key that was not there. */
  DECR_MISSES("decr_misses"),
  /** Stores with a CAS that was the item's. */
  CAS_HITS("cas_hits", true),
  /** Stores with a CAS on a key that was not there. */
  CAS_MISSES("cas_misses"),
  /** Stores with a CAS that was not the item's. */
  CAS_BADVAL("cas_badval", true),
  /** Keys whose expiry was changed. */
  TOUCH_HITS("touch_hits", true),
  /** Keys whose expiry was to be changed and that were not there. */
  TOUCH_MISSES("touch_misses"),
  /** Values refused because an item may not be that large. */
  STORE_TOO_LARGE("store_too_large"),
  /** Values refused because there was no memory for them. */
  STORE_NO_MEMORY("store_no_memory"),
  /** Names and passwords that clients have given. */
  AUTH_CMDS("auth_cmds"),
  /** Of those, the ones that were wrong. */
  AUTH_ERRORS("auth_errors"),
  /** How often a connection let others go first because it had asked for much at once. */
  CONN_YIELDS("conn_yields"),
  /** Bytes received from clients. */
  BYTES_READ("bytes_read"),
  /** Bytes handed out to be sent to clients. */
  BYTES_WRITTEN("bytes_written");

  private final String statName;
  private final boolean byClass;

  ProtocolCounter(String statName) {
    this(statName, false);
  }

  ProtocolCounter(String statName, boolean byClass) {
    this.statName = statName;
    this.byClass = byClass;
  }

  /** Whether it is counted by size class. */
  public boolean isByClass() {
    return byClass;
  }

  /** The name under which {@code stats} shows it. */
  public String statName() {
    return statName;
  }
}
