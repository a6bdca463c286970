package io.larder.cache.model;

/** On which condition, and how, a store writes. */
public enum StoreMode {
  /** Always. */
  SET,
  /** Only where there is no item. */
  ADD,
  /** Only where there is one. */
  REPLACE,
  /** Behind the value there is; flags and expiry of the item stay. */
  APPEND,
  /** Before the value there is; flags and expiry of the item stay. */
  PREPEND
}
