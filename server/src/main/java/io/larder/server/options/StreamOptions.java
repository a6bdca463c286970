package io.larder.server.options;

/**
 * What {@code watch} and {@code lru_crawler} go by.
 *
 * @param workerLogBytes what the log lines of one thread may take until they are carried on
 * @param watcherLogBytes what the log lines for one watcher may take until they are sent
 * @param crawls whether {@code lru_crawler} is enabled at the start
 * @param crawlSleepMicros how long a crawl rests between two pieces
 * @param crawlItemsMax how many items of a class a crawl looks at; 0 = all
 */
public record StreamOptions(
    int workerLogBytes,
    int watcherLogBytes,
    boolean crawls,
    long crawlSleepMicros,
    long crawlItemsMax) {}
