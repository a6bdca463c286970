package io.larder.tests.conformance.crash;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;

/**
 * What has been found wrong.
 *
 * <p><b>Threads.</b> Any.
 */
public final class Findings {
  private static final int KEPT_MAX = 20;

  @GuardedBy("this")
  private final List<String> wrong = new ArrayList<>();

  @GuardedBy("this")
  private final List<String> unmet = new ArrayList<>();

  @GuardedBy("this")
  private long wrongCount;

  /** A server showed what no order of the requests explains. */
  synchronized void wrong(String what) {
    wrongCount++;
    if (wrong.size() < KEPT_MAX) {
      wrong.add(what);
    }
  }

  /** Something else was not as it should be. */
  synchronized void unmet(String what) {
    unmet.add(what);
  }

  /** The first of the wrong answers, each with the history of its key. */
  public synchronized List<String> wrong() {
    return List.copyOf(wrong);
  }

  public synchronized long wrongCount() {
    return wrongCount;
  }

  /** What was not as it should be, beside wrong answers. */
  public synchronized List<String> unmet() {
    return List.copyOf(unmet);
  }
}
