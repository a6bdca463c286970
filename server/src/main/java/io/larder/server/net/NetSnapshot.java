package io.larder.server.net;

/**
 * The connections at one moment.
 *
 * @param connectionCount clients connected now
 * @param totalCount clients accepted since the start
 * @param refusedCount clients refused because there were too many
 * @param accepting whether a new client would be accepted
 * @param pauseCount how often accepting has been paused because there were too many
 * @param pausedMicros how long it has been paused
 * @param idleClosedCount clients closed because they had been idle too long
 */
public record NetSnapshot(
    int connectionCount,
    long totalCount,
    long refusedCount,
    boolean accepting,
    long pauseCount,
    long pausedMicros,
    long idleClosedCount) {}
