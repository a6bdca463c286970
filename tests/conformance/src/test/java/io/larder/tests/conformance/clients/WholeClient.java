package io.larder.tests.conformance.clients;

import java.io.Closeable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every client of memcached in Java can ask, in one form.
 *
 * <p><b>Threads.</b> Confined to one; the clients have threads of their own.
 */
interface WholeClient extends Closeable {
  /** A value and what shows later whether it is still the same. */
  record Marked(String value, long mark) {}

  boolean set(String key, String value, int expirySeconds) throws Exception;

  boolean add(String key, String value) throws Exception;

  boolean replace(String key, String value) throws Exception;

  boolean append(String key, String value) throws Exception;

  boolean prepend(String key, String value) throws Exception;

  @Nullable String get(String key) throws Exception;

  /** Those of the keys that are there, asked for in one request. */
  Map<String, String> getAll(Collection<String> keys) throws Exception;

  @Nullable Marked gets(String key) throws Exception;

  boolean cas(String key, long mark, String value) throws Exception;

  /** The new number; null when there is none and none is made. */
  @Nullable Long increment(String key, long by) throws Exception;

  /** The new number; null when there is none and none is made. */
  @Nullable Long decrement(String key, long by) throws Exception;

  /** Whether this client makes a number that is missing, 0. */
  boolean makesNumbers();

  boolean delete(String key) throws Exception;

  boolean touch(String key, int expirySeconds) throws Exception;

  /** Whether this client can get and touch in one request. */
  boolean getsAndTouches();

  @Nullable String getAndTouch(String key, int expirySeconds) throws Exception;

  void flush() throws Exception;

  Map<String, String> stats() throws Exception;

  /** Adds items, several at once where the client can; which of them were stored. */
  default Map<String, Boolean> addAll(Map<String, String> items) throws Exception {
    Map<String, Boolean> stored = new LinkedHashMap<>();
    for (Map.Entry<String, String> item : items.entrySet()) {
      stored.put(item.getKey(), add(item.getKey(), item.getValue()));
    }
    return stored;
  }
}
