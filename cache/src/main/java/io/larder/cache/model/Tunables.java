package io.larder.cache.model;

import io.larder.engine.model.ReclaimLimits;

/**
 * What may be changed while the cache runs. A new value counts from the next decision on.
 *
 * <p>A limit of pages is {@link ReclaimLimits#AUTOMATIC} until somebody sets it, each by itself: to
 * set one says nothing about another.
 *
 * <p><b>Threads.</b> Any.
 */
public final class Tunables implements ReclaimLimits {
  /** A page is compacted when less than this share of it is live, as memcached has it. */
  public static final double LIVE_SHARE_MAX_DEFAULT = 0.8;

  /** The longest demotion sleeps before it looks again, as memcached has it. */
  public static final long MAX_SLEEP_MICROS_DEFAULT = 1_000_000;

  private volatile int itemBytesMin;
  private volatile long itemAgeSeconds;
  private volatile long lowTtlSeconds;
  private volatile int lifeBandCountMax = Integer.MAX_VALUE;
  private volatile int recacheRate;
  private volatile int compactUnderPages = AUTOMATIC;
  private volatile int dropUnderPages = AUTOMATIC;
  private volatile double liveShareMax = LIVE_SHARE_MAX_DEFAULT;
  private volatile boolean dropsUnread;
  private volatile long maxSleepMicros = MAX_SLEEP_MICROS_DEFAULT;

  /** Defaults for what a configuration does not say. */
  public Tunables(int itemBytesMin, long lowTtlSeconds, int recacheRate) {
    this.itemBytesMin = itemBytesMin;
    this.lowTtlSeconds = lowTtlSeconds;
    this.recacheRate = recacheRate;
  }

  /** Smallest record that goes to flash. */
  public int itemBytesMin() {
    return itemBytesMin;
  }

  public void setItemBytesMin(int bytes) {
    itemBytesMin = bytes;
  }

  /**
   * An item read or stored less than this many seconds ago stays in RAM while there is another way:
   * no writer waits for room, and half of its segment can be given up without it. 0 = any age goes.
   */
  public long itemAgeSeconds() {
    return itemAgeSeconds;
  }

  public void setItemAgeSeconds(long seconds) {
    itemAgeSeconds = seconds;
  }

  /** Items with less life left are in the lowest band; 0 = the cache's own limit. */
  public long lowTtlSeconds() {
    return lowTtlSeconds;
  }

  public void setLowTtlSeconds(long seconds) {
    lowTtlSeconds = seconds;
  }

  /** Most bands of remaining life; 1 = none but the one of {@link #lowTtlSeconds}, if it is set. */
  public int lifeBandCountMax() {
    return lifeBandCountMax;
  }

  public void setLifeBandCountMax(int count) {
    lifeBandCountMax = count;
  }

  /** One in this many flash hits on a popular item brings it back to RAM; 0 = none. */
  public int recacheRate() {
    return recacheRate;
  }

  public void setRecacheRate(int rate) {
    recacheRate = rate;
  }

  @Override
  public int compactUnderPages() {
    return compactUnderPages;
  }

  public void setCompactUnderPages(int pages) {
    compactUnderPages = pages;
  }

  @Override
  public int dropUnderPages() {
    return dropUnderPages;
  }

  public void setDropUnderPages(int pages) {
    dropUnderPages = pages;
  }

  @Override
  public double liveShareMax() {
    return liveShareMax;
  }

  /** What is no share is taken for the nearest one; what is no number for 0. */
  public void setLiveShareMax(double share) {
    liveShareMax = Double.isNaN(share) ? 0 : Math.clamp(share, 0.0, 1.0);
  }

  @Override
  public boolean dropsUnread() {
    return dropsUnread;
  }

  public void setDropsUnread(boolean drops) {
    dropsUnread = drops;
  }

  /** The longest that demotion sleeps when it has to wait, before it looks again. */
  public long maxSleepMicros() {
    return maxSleepMicros;
  }

  public void setMaxSleepMicros(long micros) {
    maxSleepMicros = micros;
  }
}
