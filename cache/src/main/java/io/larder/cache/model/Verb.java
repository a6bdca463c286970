package io.larder.cache.model;

/** What a {@link Request} does to its item. */
public enum Verb {
  /** Shows the item, and touches, vivifies or claims it as asked. */
  READ,
  /** Writes a value. */
  STORE,
  /** Removes the item, or marks it stale. */
  DELETE,
  /** Adds to or subtracts from a decimal number. */
  ARITHMETIC
}
