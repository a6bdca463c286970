package io.larder.engine.stats;

/**
 * What one device was asked and how it answered, since the start or the last reset.
 *
 * @param reads reads of gets that succeeded
 * @param bytesRead bytes of those, rounded out to the device's blocks
 * @param readErrors reads, of gets or of reclaim, that were refused or cut short
 * @param reclaimBytesRead bytes that reclaim has read: directories, and records to be rescued
 * @param writes writes that succeeded
 * @param bytesWritten bytes of those: records, headers, directories, padding
 * @param writeErrors writes that were refused
 * @param readLatency of the reads, from submission to completion, waiting included
 * @param writeLatency of the writes
 */
public record DeviceCounts(
    long reads,
    long bytesRead,
    long readErrors,
    long reclaimBytesRead,
    long writes,
    long bytesWritten,
    long writeErrors,
    LatencySnapshot readLatency,
    LatencySnapshot writeLatency) {}
