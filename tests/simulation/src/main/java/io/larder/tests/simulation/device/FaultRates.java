package io.larder.tests.simulation.device;

import io.larder.tests.simulation.model.FaultKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * How often each kind of fault strikes, where it may.
 *
 * <p><b>Threads.</b> One.
 */
public final class FaultRates {
  private static final int MILLION = 1_000_000;
  private final Map<FaultKind, Integer> perMillion = new EnumMap<>(FaultKind.class);

  private FaultRates() {}

  /** Nothing goes wrong. */
  public static FaultRates none() {
    return new FaultRates();
  }

  /** One seed in six without any fault; the others with about a third of all kinds. */
  public static FaultRates draw(RandomGenerator random) {
    FaultRates rates = new FaultRates();
    boolean sound = random.nextInt(6) == 0;
    for (FaultKind kind : FaultKind.values()) {
      boolean strikes = random.nextInt(3) == 0;
      // From once in three hundred calls to once in five, small rates more often than large ones.
      int rate = (int) Math.exp(random.nextDouble(Math.log(3_000), Math.log(200_000)));
      if (strikes && !sound) {
        rates.perMillion.put(kind, rate);
      }
    }
    return rates;
  }

  /** These, with one kind set to a rate of its own. */
  public FaultRates with(FaultKind kind, int ratePerMillion) {
    FaultRates changed = new FaultRates();
    changed.perMillion.putAll(perMillion);
    changed.perMillion.put(kind, ratePerMillion);
    return changed;
  }

  /** Whether a kind strikes at all. */
  public boolean has(FaultKind kind) {
    return perMillion.containsKey(kind);
  }

  /** Whether a fault of this kind strikes now. */
  boolean strikes(FaultKind kind, RandomGenerator random) {
    Integer rate = perMillion.get(kind);
    return rate != null && random.nextInt(MILLION) < rate;
  }

  @Override
  public String toString() {
    return perMillion.toString();
  }
}
