package io.larder.protocol.watch;

/**
 * How many lines have gone where.
 *
 * @param droppedCount never written, because earlier ones of their thread had not been carried on
 * @param writtenCount written by who had something to tell
 * @param skippedCount lost by watchers that did not read
 * @param sentCount carried to watchers
 * @param watcherCount who watches now
 */
public record WatchSnapshot(
    long droppedCount, long writtenCount, long skippedCount, long sentCount, int watcherCount) {

  /** Nothing has happened. */
  public static final WatchSnapshot NONE = new WatchSnapshot(0, 0, 0, 0, 0);

  WatchSnapshot since(WatchSnapshot before) {
    return new WatchSnapshot(
        droppedCount - before.droppedCount,
        writtenCount - before.writtenCount,
        skippedCount - before.skippedCount,
        sentCount - before.sentCount,
        watcherCount);
  }
}
