package io.larder.cache.model;

/**
 * What goes over all items when it is told to: memcached's LRU crawler, as far as there is one.
 *
 * <p>A crawl takes expired and flushed items out of RAM before anybody asks for them; what is on
 * flash dies with its page. Crawls and {@linkplain #beginListing listings} are one at a time.
 *
 * <p><b>Threads.</b> Any.
 */
public interface Crawler {
  /** What became of a wish to crawl. */
  enum Outcome {
    STARTED,
    /** A crawl or a listing is under way. */
    BUSY,
    /** No class was named. */
    NOTHING_TO_DO
  }

  /** Whether it does anything at all. */
  boolean isEnabled();

  /**
   * Switches it on.
   *
   * @return false if it was on
   */
  boolean enable();

  void disable();

  /** How long a crawl rests between two pieces. */
  void setSleepMicros(long micros);

  long sleepMicros();

  /** How many items of a class a crawl looks at; 0 = all. */
  void setItemsMax(long count);

  long itemsMax();

  /**
   * Looks for dead items in RAM.
   *
   * @param slabClasses a bit for each class
   */
  Outcome crawl(long slabClasses);

  /**
   * Says that somebody begins to list all items.
   *
   * @return false when a crawl or a listing is under way
   */
  boolean beginListing();

  void endListing();

  /** Whether a crawl or a listing is under way. */
  boolean isRunning();

  /** How many have been begun. */
  long startCount();
}
