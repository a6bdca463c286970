package io.larder.platform.time;

/**
 * A clock that does not begin before a moment seen by an earlier run, if somebody has set the
 * machine's back since.
 *
 * <p><b>Threads.</b> As the clock it reads.
 */
public final class HeldClock implements Clock {
  private final Clock clock;
  private final long secondsMin;

  private HeldClock(Clock clock, long secondsMin) {
    this.clock = clock;
    this.secondsMin = secondsMin;
  }

  /** {@code clock}, from {@code secondsMin} on; itself when it is there already. */
  public static Clock from(Clock clock, long secondsMin) {
    return clock.unixSeconds() >= secondsMin ? clock : new HeldClock(clock, secondsMin);
  }

  @Override
  public long unixSeconds() {
    return Math.max(secondsMin, clock.unixSeconds());
  }

  @Override
  public long nanos() {
    return clock.nanos();
  }
}
