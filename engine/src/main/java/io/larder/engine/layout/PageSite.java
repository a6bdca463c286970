package io.larder.engine.layout;

/**
 * Where a page stands, whatever number a run of the store gives it: devices may be added, removed
 * and named in another order between two runs.
 *
 * @param deviceId of its device, given once and never to another; 0 = none yet
 * @param row number of the page on its device, from 0
 */
public record PageSite(long deviceId, int row) {}
