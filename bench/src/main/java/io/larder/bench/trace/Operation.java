package io.larder.bench.trace;

import java.util.Locale;

/** What a request of a trace wants. */
public enum Operation {
  /** A read; what is missing is stored then. */
  GET,
  /** A write, of whatever kind: the item has a new value. */
  SET,
  /** The item goes. */
  DELETE;

  private static final Operation[] ALL = values();

  static Operation of(int ordinal) {
    return ALL[ordinal];
  }

  /**
   * The operation that a trace calls {@code word}: memcached's commands, and CacheBench's names.
   *
   * @throws IllegalArgumentException when nobody calls one so
   */
  static Operation named(String word) {
    return switch (word.strip().toLowerCase(Locale.ROOT)) {
      case "get", "gets", "gat", "gats", "touch", "get_lease", "read", "r" -> GET;
      case "set",
          "add",
          "replace",
          "cas",
          "append",
          "prepend",
          "incr",
          "decr",
          "set_lease",
          "write",
          "w" ->
          SET;
      case "delete", "del", "d" -> DELETE;
      default -> throw new IllegalArgumentException("\"" + word + "\" is not an operation");
    };
  }
}
