package io.larder.tests.conformance.crash;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a read of every item has brought.
 *
 * <p><b>Threads.</b> Any.
 */
final class Sweep {
  /** Items that were read. */
  final LongAdder asked = new LongAdder();

  /** Items that were there. */
  final LongAdder hits = new LongAdder();

  /** Items that nobody has changed in this life of the server and that may be there. */
  final LongAdder untouched = new LongAdder();

  /** Those of them that were there. */
  final LongAdder untouchedHits = new LongAdder();
}
