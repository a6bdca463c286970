package io.larder.platform.time;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clock, held at the latest second seen when somebody sets it back. */
public final class SystemClock implements Clock {
  private final AtomicLong latestSeconds = new AtomicLong();
  private final AtomicLong latestMicros = new AtomicLong();

  @Override
  public long unixSeconds() {
    long now = System.currentTimeMillis() / 1000;
    long latest = latestSeconds.get();
    if (now == latest) {
      return now;
    }
    return latestSeconds.accumulateAndGet(now, Math::max);
  }

  @Override
  public long unixMicros() {
    Instant now = Instant.now();
    return latestMicros.accumulateAndGet(
        now.getEpochSecond() * 1_000_000 + now.getNano() / 1000, Math::max);
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }
}
