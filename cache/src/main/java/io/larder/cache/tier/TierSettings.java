package io.larder.cache.tier;

/**
 * What demotion goes by.
 *
 * @param itemBytesMin smallest record that goes to flash
 * @param lowTtlSeconds records with less life left go to the bucket of their own; 0 = none
 * @param maxWaitNanos how long to wait for a device that makes no progress before dropping records
 * @param evicts whether items are lost to make room for others
 */
public record TierSettings(
    int itemBytesMin, long lowTtlSeconds, long maxWaitNanos, boolean evicts) {}
