package io.larder.bench.workload;

import io.larder.bench.model.Mix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long values live. A key's values all live as long.
 *
 * <p><b>Threads.</b> Any.
 */
public final class Ttls {
  /** For ever. */
  public static final Ttls NONE = new Ttls(new int[] {0}, new double[] {1});

  private final int[] seconds;
  private final double[] upTo;

  private Ttls(int[] seconds, double[] shares) {
    this.seconds = seconds;
    this.upTo = new double[shares.length];
    double total = 0;
    for (double share : shares) {
      total += share;
    }
    double sum = 0;
    for (int i = 0; i < shares.length; i++) {
      sum += shares[i];
      upTo[i] = sum / total;
    }
  }

  /** All alike; 0 is for ever. */
  public static Ttls of(int seconds) {
    return seconds == 0 ? NONE : new Ttls(new int[] {seconds}, new double[] {1});
  }

  /** Several, each for its share of the keys; shares need not add up to anything. */
  public static Ttls of(int[] seconds, double[] shares) {
    return new Ttls(seconds.clone(), shares.clone());
  }

  /** Seconds that values of a key live; 0 is for ever. */
  public int secondsOf(long keyNumber) {
    if (seconds.length == 1) {
      return seconds[0];
    }
    // Not the place that its size was drawn from: the two have nothing to do with each other.
    double at = Mix.unit(~keyNumber);
    int i = 0;
    while (i < seconds.length - 1 && at >= upTo[i]) {
      i++;
    }
    return seconds[i];
  }

  /** In a few words, for the report; empty if values live for ever. */
  public String describe() {
    if (seconds.length == 1) {
      return seconds[0] == 0 ? "" : seconds[0] + " s";
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < seconds.length; i++) {
      double share = upTo[i] - (i == 0 ? 0 : upTo[i - 1]);
      parts.add(String.format(Locale.ROOT, "%d s (%.0f %%)", seconds[i], share * 100));
    }
    return String.join(", ", parts);
  }
}
