package io.larder.tests.conformance.crash;

import java.util.concurrent.atomic.LongAdder;

/**
 * How much has been asked and seen.
 *
 * <p><b>Threads.</b> Any.
 */
final class Tally {
  final LongAdder requests = new LongAdder();
  final LongAdder changesGranted = new LongAdder();

  /** Changes that were under way when the server was killed. */
  final LongAdder changesLost = new LongAdder();

  /** Changes for which there was no memory. */
  final LongAdder changesRefused = new LongAdder();

  /** Values that came back, each of them compared. */
  final LongAdder values = new LongAdder();

  /** Those that came back while the server was rebuilding its index. */
  final LongAdder valuesInRebuild = new LongAdder();

  /** Misses that were hits later on, with no change between: the index was not complete yet. */
  final LongAdder foundAfterMiss = new LongAdder();
}
