package io.larder.tests.simulation.owner;

/**
 * An address, and what must be found there.
 *
 * @param stamp which writing of the key it is; no two records have the same
 * @param countedBytes what it counts for in its page
 * @param expirySeconds unix seconds, 0 = never
 */
public record Held(
    int key,
    long stamp,
    int pageId,
    long version,
    int offsetUnits,
    int lengthBytes,
    int countedBytes,
    long expirySeconds) {

  /** The same record at another place. */
  public Held movedTo(int newPageId, long newVersion, int newOffsetUnits) {
    return new Held(
        key,
        stamp,
        newPageId,
        newVersion,
        newOffsetUnits,
        lengthBytes,
        countedBytes,
        expirySeconds);
  }

  /** Page and offset as one number. */
  long location() {
    return location(pageId, offsetUnits);
  }

  static long location(int pageId, int offsetUnits) {
    return (long) pageId << 20 | offsetUnits;
  }
}
