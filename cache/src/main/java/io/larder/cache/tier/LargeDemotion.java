package io.larder.cache.tier;

import io.larder.cache.ram.Segment;
import io.larder.engine.model.Bucket;
import io.larder.engine.write.DirectWrite;

/**
 * A large record that is being written to flash from its segment, which nobody may free meanwhile.
 */
record LargeDemotion(DirectWrite write, Segment segment, long hash, int tag, Bucket bucket) {

  boolean isUnderWay() {
    return write.outcome() == DirectWrite.Outcome.PENDING;
  }
}
