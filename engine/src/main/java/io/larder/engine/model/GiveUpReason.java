package io.larder.engine.model;

/** Why a page is given up. */
public enum GiveUpReason {
  /** Nothing on it is live. */
  EMPTY,
  /** Its latest expiry has passed. */
  EXPIRED,
  /** Enough of it is dead that moving the rest gains room. */
  COMPACTED,
  /** It is the oldest and room is needed. */
  EVICTED,
  /** The device refused a write to it. */
  FAILED
}
