package io.larder.protocol;

import io.larder.cache.model.Crawler;

/** A crawler that crawls until it is told that it has ended. */
final class FakeCrawler implements Crawler {
  boolean enabled = true;
  boolean running;
  long crawled;
  long sleepMicros;
  long itemsMax;
  int starts;

  @Override
  public boolean isEnabled() {
    return enabled;
  }

  @Override
  public boolean enable() {
    boolean wasOff = !enabled;
    enabled = true;
    return wasOff;
  }

  @Override
  public void disable() {
    enabled = false;
  }

  @Override
  public void setSleepMicros(long micros) {
    sleepMicros = micros;
  }

  @Override
  public long sleepMicros() {
    return sleepMicros;
  }

  @Override
  public void setItemsMax(long count) {
    itemsMax = count;
  }

  @Override
  public long itemsMax() {
    return itemsMax;
  }

  @Override
  public Outcome crawl(long slabClasses) {
    if (slabClasses == 0) {
      return Outcome.NOTHING_TO_DO;
    }
    if (!beginListing()) {
      return Outcome.BUSY;
    }
    crawled = slabClasses;
    return Outcome.STARTED;
  }

  @Override
  public boolean beginListing() {
    if (running) {
      return false;
    }
    running = true;
    starts++;
    return true;
  }

  @Override
  public void endListing() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public long startCount() {
    return starts;
  }
}
