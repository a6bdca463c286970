package io.larder.engine.stats;

/**
 * How long something took so far.
 *
 * @param count how many were counted
 * @param p50Micros microseconds that half of them did not exceed, to within 12.5 %
 * @param p99Micros microseconds that 99 in a hundred did not exceed, likewise
 * @param maxMicros microseconds of the longest
 */
public record LatencySnapshot(long count, long p50Micros, long p99Micros, long maxMicros) {}
