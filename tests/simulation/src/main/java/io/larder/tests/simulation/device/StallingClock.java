package io.larder.tests.simulation.device;

import io.larder.platform.time.Clock;
import io.larder.tests.simulation.model.FaultKind;
import java.util.random.RandomGenerator;

/**
 * The clock as the store sees it: whoever asks it how long something took may lose its processor
 * there, and everything else in the world goes on meanwhile.
 *
 * <p>The store measures with no lock held. Of the date it also asks under locks, where others could
 * not go on, so that never stalls.
 *
 * <p><b>Threads.</b> One.
 */
public final class StallingClock implements Clock {
  private final Clock clock;
  private final FaultRates rates;
  private final RandomGenerator random;
  private final Runnable meanwhile;

  /** The time of {@code clock}. */
  public StallingClock(Clock clock, FaultRates rates, RandomGenerator random, Runnable meanwhile) {
    this.clock = clock;
    this.rates = rates;
    this.random = random;
    this.meanwhile = meanwhile;
  }

  @Override
  public long unixSeconds() {
    return clock.unixSeconds();
  }

  @Override
  public long nanos() {
    if (rates.strikes(FaultKind.STALL, random)) {
      meanwhile.run();
    }
    return clock.nanos();
  }
}
