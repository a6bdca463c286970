package io.larder.engine.state;

/** A figure that the state file keeps; the last note of each counts. */
public enum StateValue {
  /** No record has a sequence above it. */
  SEQUENCE(1),
  /** No page has had a version above it. */
  VERSION(2),
  /** Unix seconds that had been reached: the clock does not go back behind them. */
  CLOCK_SECONDS(3),
  /** Records up to this sequence are dead, by a flush_all. */
  FLUSHED_SEQUENCE(4),
  /** Unix seconds when a flush_all is due; 0 when none is waited for. */
  FLUSH_DUE_SECONDS(5);

  private final int number;

  StateValue(int number) {
    this.number = number;
  }

  /** The number by which notes know it. */
  public int number() {
    return number;
  }
}
