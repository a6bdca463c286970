package io.larder.tests.simulation.cacheworld;

import io.larder.cache.model.RequestExecutor;

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

  /** Whether the cache hears of a flush_all. */
  default boolean passesFlushAll() {
    return true;
  }
}
