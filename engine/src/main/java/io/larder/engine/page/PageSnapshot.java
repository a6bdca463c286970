package io.larder.engine.page;

import io.larder.engine.model.Bucket;

/**
 * A page at one moment.
 *
 * @param bucket the stream of writes that filled it in the life it lives, or lived last
 * @param freeBucket the bucket its device is kept for
 * @param writtenBytes what its records counted for when they were committed, dead ones included
 * @param doomed nothing on it is wanted any more, whatever its records say
 * @param earliestExpirySeconds unix seconds; 0 when nothing on it expires
 * @param latestExpirySeconds unix seconds; 0 when something on it never expires
 */
public record PageSnapshot(
    int id,
    int deviceIndex,
    PageState state,
    long version,
    Bucket bucket,
    Bucket freeBucket,
    long openedAtSeconds,
    int recordCount,
    int liveCount,
    long liveBytes,
    long writtenBytes,
    long earliestExpirySeconds,
    long latestExpirySeconds,
    int leaseCount,
    boolean givingUp,
    boolean doomed) {

  /** How much of what was written to it is live, from 0 to 1; 1 when nothing was. */
  public double liveShare() {
    return writtenBytes == 0 ? 1 : (double) liveBytes / writtenBytes;
  }

  /** Whether every record on it has expired. */
  public boolean hasExpired(long nowSeconds) {
    return recordCount > 0 && latestExpirySeconds != 0 && latestExpirySeconds <= nowSeconds;
  }
}
