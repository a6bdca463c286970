package io.larder.engine.model;

/** A stream of writes that shares an open page. */
public enum Bucket {
  /** What RAM demotes. */
  DEFAULT(0),
  /** What reclaim rescues from pages that are given up. */
  COMPACT(1),
  /** What will expire soon, so that its pages die whole. */
  LOWTTL(3),
  /** Rescued, but cold. */
  COLDCOMPACT(4),
  /** Rescued to a device of its own for old data. */
  OLD(5);

  private final int number;

  Bucket(int number) {
    this.number = number;
  }

  /**
   * The number by which page headers and statistics know it: extstore's, which has 2 for chunked.
   */
  public int number() {
    return number;
  }
}
