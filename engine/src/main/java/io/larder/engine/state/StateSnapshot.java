package io.larder.engine.state;

/**
 * The state file at one moment.
 *
 * @param bytes that its header and its notes take
 * @param noteCount notes in it
 * @param liveNoteEstimate how many of them a rewrite would keep, about
 * @param rewrites how often it was rewritten in this run
 * @param isKept whether it is still written
 */
public record StateSnapshot(
    long bytes, long noteCount, long liveNoteEstimate, long rewrites, boolean isKept) {}
