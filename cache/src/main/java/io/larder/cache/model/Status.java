package io.larder.cache.model;

/** How a request ended. None of these is an error of the cache. */
public enum Status {
  /** Read: the item is shown. */
  HIT,
  /** Read: there is no such item, or it cannot be had. */
  MISS,
  /** Store: done; the new item is shown. */
  STORED,
  /** Store: the mode's condition on presence does not hold. */
  NOT_STORED,
  /** Store, delete, arithmetic: the item's CAS is another one. */
  EXISTS,
  /** Store with CAS, delete, arithmetic: there is no such item. */
  NOT_FOUND,
  /** Delete: done, or the item is now marked stale, as asked. */
  DELETED,
  /** Arithmetic: done; {@link Request#number} is the result and the item is shown. */
  NUMBER,
  /** Arithmetic: the value is no number. */
  NON_NUMERIC,
  /** Store: the item is larger than the cache takes. */
  TOO_LARGE,
  /** There is no room and none may be made. */
  NO_MEMORY
}
