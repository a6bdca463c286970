package io.larder.protocol;

import io.larder.cache.model.ForeseenKeys;
import io.larder.cache.model.RequestExecutor;
import io.larder.cache.record.RecordLayout;
import io.larder.protocol.parse.Scan;
import java.lang.foreign.MemorySegment;

/**
 * Tells the cache of keys that a client has already sent, before their turn comes.
 *
 * <p><b>Threads.</b> Confined to its loop.
 */
final class Foresight {
  /*
   * Half of what a read from RAM costs, where there is more of it than the processor caches, is to
   * wait for memory: once for the index, once for the record. For many keys at once one need not
   * wait longer than for one.
   *
   * What is not read correctly here is read correctly later, when it is carried out.
   */

  /** With fewer bytes there is hardly more than one request. */
  private static final int BYTES_MIN = 48;

  private final RequestExecutor executor;
  private final ForeseenKeys keys = new ForeseenKeys();

  Foresight(RequestExecutor executor) {
    this.executor = executor;
  }

  /**
   * Looks at the keys of a multiget.
   *
   * @return how far it has looked
   */
  long keys(MemorySegment input, long from, long end) {
    if (end - from < BYTES_MIN) {
      return end;
    }
    keys.clear(input);
    long at = from;
    while (!keys.isFull()) {
      long key = Scan.skipSpaces(input, at, end);
      at = Scan.spaceOrEnd(input, key, end);
      if (at == key) {
        break;
      }
      keys.add(key, (int) (at - key));
    }
    tell();
    return at;
  }

  /**
   * Looks at lines, as far as they are plain reads.
   *
   * @return how far it has looked
   */
  long lines(MemorySegment input, long from, long limit) {
    if (limit - from < BYTES_MIN) {
      return limit;
    }
    keys.clear(input);
    long at = from;
    while (!keys.isFull() && limit - at >= Long.BYTES) {
      int verbBytes = CommandPath.lengthOfPlainRead(input.get(Scan.INT, at));
      if (verbBytes == 0) {
        break;
      }
      long key = at + verbBytes;
      long end = Scan.wordEnd(input, key, limit);
      long newline = Scan.indexOf(input, '\n', end, limit);
      if (end - key > RecordLayout.KEY_BYTES_MAX || newline < 0) {
        break;
      }
      keys.add(key, (int) (end - key));
      at = newline + 1;
    }
    tell();
    return at;
  }

  private void tell() {
    if (keys.count() > 1) {
      executor.foresee(keys);
    }
  }
}
