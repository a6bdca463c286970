package io.larder.tests.simulation.cacheworld;

/** What may happen next in the world of a cache. */
public enum CacheOperation {
  /** A session is asked something. */
  ASK(60),
  /** Sessions are asked many things at once, before anything else happens. */
  BURST(2),
  /** One session is asked to store many items, large and small. */
  FILL(3),
  /** One key is read many times. */
  READ_OFTEN(6),
  /** A read of flash ends. */
  COMPLETE_READ(30),
  /** A session does something that it has put off. */
  TASK(20),
  /** One piece of background work is done. */
  WORK(60),
  /** A little time passes. */
  TIME(6),
  /** A lot of time passes. */
  CLOCK_JUMP(1),
  /** Everything is to die, now or later. */
  FLUSH_ALL(1),
  /** A session ends, and another one begins. */
  REPLACE_SESSION(1),
  /** The cache may have more RAM, or less. */
  RESIZE_RAM(1),
  /** A setting changes. */
  TUNE(1),
  /** Devices get older, and may lose a bit. */
  AGE(4),
  /** A device may be full for a while. */
  FILL_DEVICE(1),
  /** A device may be dead for a while. */
  KILL_DEVICE(1),
  /** The books are compared. */
  CHECK(1);

  private final int usualWeight;

  CacheOperation(int usualWeight) {
    this.usualWeight = usualWeight;
  }

  /** How often it is drawn, against the others. */
  int usualWeight() {
    return usualWeight;
  }
}
