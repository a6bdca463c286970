package io.larder.engine.model;

/** A page that lives on, as its owner sees it. Valid only during {@link PageRestorer#restore}. */
public interface RestoredPage {

  int pageId();

  /** Which life of the page goes on. */
  long version();

  /**
   * Counts a record that an address is about to point at.
   *
   * @param countedBytes what it counts for in its page, and again when it is forgotten
   */
  void count(int countedBytes);
}
