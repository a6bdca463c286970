package io.larder.bench.load;

/**
 * One stretch of a run.
 *
 * @param name in a word, for the progress bar
 * @param loads whether every key is written once, instead of what the workload says
 * @param seconds how long; of no meaning when it loads
 * @param perSecond how many requests are meant to start in a second; 0 is as many as are answered
 */
public record Phase(String name, boolean loads, double seconds, double perSecond) {
  /** Writes every key once. */
  public static Phase load(double perSecond) {
    return new Phase("load", true, 0, perSecond);
  }

  /** What the workload says, for so long. */
  public static Phase of(String name, double seconds, double perSecond) {
    return new Phase(name, false, seconds, perSecond);
  }
}
