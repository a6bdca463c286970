package io.larder.bench.scale;

/**
 * One server under one load.
 *
 * @param name of its own, such as {@code connections-1000}
 * @param series that it belongs to
 * @param size what grows within the series
 * @param connections of the client
 * @param items that are written and then read
 * @param valueBytes of each
 * @param megabytes of -m
 * @param loops of the server
 * @param flashMegabytes behind it; 0 is no flash
 */
public record Point(
    String name,
    Series series,
    long size,
    int connections,
    long items,
    int valueBytes,
    int megabytes,
    int loops,
    int flashMegabytes) {}
