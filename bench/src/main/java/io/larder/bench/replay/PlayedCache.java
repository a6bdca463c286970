package io.larder.bench.replay;

/**
 * A cache that a trace can be played to. Keys are numbers; times are seconds since the trace began.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public interface PlayedCache extends AutoCloseable {
  /** It is {@code seconds} now; never less than before. */
  void passTo(int seconds);

  /** Whether it has the item. */
  boolean read(int key);

  /**
   * Stores an item, or a new value of it.
   *
   * @param lifeSeconds how long it may live; 0 = for ever
   */
  void store(int key, int keyLength, int valueBytes, int lifeSeconds);

  void delete(int key);

  /** Items held now. */
  long itemCount();

  @Override
  void close();
}
