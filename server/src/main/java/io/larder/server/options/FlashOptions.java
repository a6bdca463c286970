package io.larder.server.options;

import java.time.Duration;
import java.util.List;

/**
 * What was said about flash.
 *
 * @param isOff whether there is to be none
 * @param paths files and block devices; empty = the default file
 * @param pageBytes size of a page; 0 = chosen by the size of the devices
 * @param writeBufferBytes size of a write buffer; 0 = chosen by the size of pages and items
 * @param readDepth reads that an event loop has under way at once; 0 = as the transport likes it
 * @param itemBytesMin smallest item that goes to flash
 * @param recacheRate one in this many flash hits on a popular item brings it back to RAM; 0 = none
 * @param lowTtl items with less life left share pages of their own; zero = none do
 * @param maxWait how long writers wait for flash that makes no progress before items are dropped
 * @param writeBudgetBytesPerSecond what may be written to flash, over a sliding day; 0 = no limit
 * @param reclaim what was said about pages that are given up
 * @param restart what was said about flash across restarts
 */
public record FlashOptions(
    boolean isOff,
    List<FlashPath> paths,
    int pageBytes,
    int writeBufferBytes,
    int readDepth,
    int itemBytesMin,
    int recacheRate,
    Duration lowTtl,
    Duration maxWait,
    long writeBudgetBytesPerSecond,
    ReclaimOptions reclaim,
    RestartOptions restart) {

  public FlashOptions {
    paths = List.copyOf(paths);
  }
}
