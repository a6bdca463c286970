package io.larder.engine.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.engine.state.StateLog;
import io.larder.engine.state.StateValue;

/**
 * Gives every life of every page a version of its own, over all runs of the store.
 *
 * <p><b>Threads.</b> Any; guarded by its own monitor, under which only notes are written.
 */
public final class Versions {
  /** So many are noted as given at once; what a run has left of them is never given. */
  private static final int BLOCK = 1024;

  private final StateLog state;

  @GuardedBy("this")
  private long latest;

  @GuardedBy("this")
  private long noted;

  /** Versions above {@code latest}. */
  public Versions(long latest, StateLog state) {
    this.latest = latest;
    this.noted = latest;
    this.state = state;
  }

  synchronized long next() {
    latest++;
    if (latest > noted) {
      noted = latest + BLOCK;
      state.value(StateValue.VERSION, noted);
      state.force();
    }
    return latest;
  }
}
