package io.larder.bench.load;

import io.larder.bench.workload.OperationKind;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What came of the requests of one phase.
 *
 * <p><b>Threads.</b> Confined to one, which may hand it on.
 */
public final class Tally {
  private static final long NANOS_MIN = 100;
  private static final long NANOS_MAX = 1_000_000_000_000L;
  private static final int DIGITS = 3;
  private static final int SAMPLES_MAX = 10;

  /** Requests of one kind. */
  public static final class OfKind {
    private final Histogram latency = newHistogram();
    private long keyCount;
    private long hitCount;

    /** How long each took, in nanoseconds; how many there were. */
    public Histogram latency() {
      return latency;
    }

    /** Keys asked for: more than requests where one request asks for several. */
    public long keyCount() {
      return keyCount;
    }

    /** Keys found. */
    public long hitCount() {
      return hitCount;
    }

    private void add(OfKind other) {
      latency.add(other.latency);
      keyCount += other.keyCount;
      hitCount += other.hitCount;
    }
  }

  private final OfKind[] kinds = new OfKind[OperationKind.values().length];
  private final Histogram lag = newHistogram();
  private final List<String> errors = new ArrayList<>();
  private final List<String> wrongs = new ArrayList<>();
  private long errorCount;
  private long wrongCount;
  private long verifiedCount;
  private long valueBytes;

  Tally() {
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] = new OfKind();
    }
  }

  private static Histogram newHistogram() {
    return new Histogram(NANOS_MIN, NANOS_MAX, DIGITS);
  }

  void add(Tally other) {
    for (int i = 0; i < kinds.length; i++) {
      kinds[i].add(other.kinds[i]);
    }
    lag.add(other.lag);
    other.errors.forEach(error -> sample(errors, error));
    other.wrongs.forEach(wrong -> sample(wrongs, wrong));
    errorCount += other.errorCount;
    wrongCount += other.wrongCount;
    verifiedCount += other.verifiedCount;
    valueBytes += other.valueBytes;
  }

  void answered(OperationKind kind, long nanos, int keys, int hits) {
    OfKind of = kinds[kind.ordinal()];
    of.latency.recordValue(Math.clamp(nanos, 0, NANOS_MAX));
    of.keyCount += keys;
    of.hitCount += hits;
  }

  void started(long lateNanos) {
    lag.recordValue(Math.clamp(lateNanos, 0, NANOS_MAX));
  }

  void error(String line) {
    errorCount++;
    sample(errors, line);
  }

  void wrong(String what) {
    wrongCount++;
    sample(wrongs, what);
  }

  void verified() {
    verifiedCount++;
  }

  void received(int bytes) {
    valueBytes += bytes;
  }

  private static void sample(List<String> samples, String text) {
    if (samples.size() < SAMPLES_MAX && !samples.contains(text)) {
      samples.add(text);
    }
  }

  public OfKind of(OperationKind kind) {
    return kinds[kind.ordinal()];
  }

  /** Requests of all kinds, those answered with an error left out. */
  public long requestCount() {
    long count = 0;
    for (OfKind kind : kinds) {
      count += kind.latency.getTotalCount();
    }
    return count;
  }

  /** Keys of all kinds of requests. */
  public long keyCount() {
    long count = 0;
    for (OfKind kind : kinds) {
      count += kind.keyCount;
    }
    return count;
  }

  /** How much later than intended requests were sent, in nanoseconds; empty without a rate. */
  public Histogram lag() {
    return lag;
  }

  /** Requests that the server answered with an error. */
  public long errorCount() {
    return errorCount;
  }

  /** Some of what it said. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** Values that should not have come. */
  public long wrongCount() {
    return wrongCount;
  }

  /** Some of them, a sentence each. */
  public List<String> wrongs() {
    return List.copyOf(wrongs);
  }

  /** Values that were checked. */
  public long verifiedCount() {
    return verifiedCount;
  }

  /** Bytes of the values that came. */
  public long valueBytes() {
    return valueBytes;
  }
}
