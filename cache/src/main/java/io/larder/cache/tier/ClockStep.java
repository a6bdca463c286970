package io.larder.cache.tier;

import io.larder.engine.state.StateLog;
import io.larder.engine.state.StateValue;
import io.larder.platform.time.Clock;
import io.larder.platform.work.Step;

/**
 * Notes the time now and then, so that a later run does not begin before it: what has expired stays
 * expired when somebody sets the clock back.
 *
 * <p><b>Threads.</b> One at a time, as every step.
 */
public final class ClockStep implements Step {
  private static final long EVERY_SECONDS = 10;
  private static final long EVERY_NANOS = EVERY_SECONDS * 1_000_000_000;

  private final StateLog state;
  private final Clock clock;
  private long notedSeconds;

  /** Notes the time of {@code clock} in {@code state}. */
  public ClockStep(StateLog state, Clock clock) {
    this.state = state;
    this.clock = clock;
  }

  @Override
  public long run() {
    long now = clock.unixSeconds();
    if (now >= notedSeconds + EVERY_SECONDS) {
      state.value(StateValue.CLOCK_SECONDS, now);
      notedSeconds = now;
    }
    return EVERY_NANOS;
  }
}
