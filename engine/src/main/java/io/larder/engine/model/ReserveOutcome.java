package io.larder.engine.model;

/** How an attempt to reserve room for a record ended. */
public enum ReserveOutcome {
  /** There is room, and the reservation says where. */
  RESERVED,
  /** It fits no page, or no write buffer; never will, and nothing was spent on it. */
  TOO_LARGE,
  /** No write buffer is free, or both of the page are on their way: try again after a flush. */
  NO_BUFFER,
  /** No page is free for this bucket: try again after a reclaim. */
  NO_PAGE,
  /** No device takes writes any more. */
  OUT_OF_SERVICE
}
