package io.larder.tests.simulation.cacheworld;

import io.larder.cache.model.RequestExecutor;
import io.larder.tests.simulation.device.NoteTampering;

/**
 * What stands between the oracle and the cache, and may make it wrong: how the oracle is tested.
 */
public interface Tampering {
  /** The cache as it is. */
  Tampering NONE = new Tampering() {};

  /** What is asked in place of a session. */
  default RequestExecutor over(RequestExecutor session) {
    return session;
  }

  /** What becomes of what a cache notes for the time after its process. */
  default NoteTampering notes() {
    return NoteTampering.NONE;
  }

  /** Whether the cache hears of a flush_all. */
  default boolean passesFlushAll() {
    return true;
  }
}
