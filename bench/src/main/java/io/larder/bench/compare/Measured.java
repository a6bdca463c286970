package io.larder.bench.compare;

import io.larder.bench.load.LoadResult;
import io.larder.bench.workload.OperationKind;

/**
 * A contestant's run in one round.
 *
 * @param load what came of its requests
 * @param flashPercent of its hits, those that the server has read from flash; NaN if it does not
 *     say
 */
record Measured(LoadResult load, double flashPercent) {
  double hitPercent() {
    var reads = load.tally().of(OperationKind.get);
    return reads.keyCount() == 0 ? Double.NaN : 100.0 * reads.hitCount() / reads.keyCount();
  }
}
