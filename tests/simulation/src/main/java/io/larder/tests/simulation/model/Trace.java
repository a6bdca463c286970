package io.larder.tests.simulation.model;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happens in a run, as one number: two runs with the same number went the same way.
 * On request also as lines to read.
 *
 * <p><b>Threads.</b> One.
 */
public final class Trace {
  private static final long PRIME = 0x9E3779B97F4A7C15L;

  private final @Nullable Consumer<String> lines;
  private long hash;
  private long eventCount;

  private Trace(@Nullable Consumer<String> lines) {
    this.lines = lines;
  }

  /** A trace that keeps the number alone. */
  public static Trace silent() {
    return new Trace(null);
  }

  /** A trace that also says every event, a line each. */
  public static Trace to(Consumer<String> lines) {
    return new Trace(lines);
  }

  /** Notes an event; what {@code a}, {@code b} and {@code c} are depends on it. */
  public void note(String event, long a, long b, long c) {
    mix(event.hashCode());
    mix(a);
    mix(b);
    mix(c);
    eventCount++;
    if (lines != null) {
      lines.accept("%7d %-28s %10d %10d %10d".formatted(eventCount, event, a, b, c));
    }
  }

  public void note(String event, long a) {
    note(event, a, 0, 0);
  }

  private void mix(long value) {
    hash = Long.rotateLeft((hash ^ value) * PRIME, 23);
  }

  /** The number of the run so far. */
  public long hash() {
    return hash;
  }

  /** Events so far. */
  public long eventCount() {
    return eventCount;
  }
}
