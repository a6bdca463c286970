package io.larder.protocol.watch;

import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.reply.ReplyStream;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Who watches: a bounded stretch of lines between the {@link WatchLog} and one client.
 *
 * <p>A client that does not read loses lines, and is told how many when there is room again.
 *
 * <p><b>Threads.</b> The log puts lines in; everything else is for the client's loop.
 */
public final class Watcher implements ReplyStream {
  /** What telling how many lines were lost may take. */
  private static final int SKIPPED_BYTES_MAX = 128;

  private static final int BYTES_PER_CALL = 16 << 10;

  private final WatchLog log;
  private final int topics;

  /** Lines with higher numbers are for it. */
  private final long after;

  private final ByteRing ring;
  private final Supplier<ReplyChain> replies;
  private final Runnable wakeup;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final byte[] taken = new byte[BYTES_PER_CALL];
  private final LineBuilder skippedLine = new LineBuilder(SKIPPED_BYTES_MAX);
  private long skippedCount;

  Watcher(
      WatchLog log,
      int topics,
      long after,
      int capacityBytes,
      Supplier<ReplyChain> replies,
      Runnable wakeup) {
    this.log = log;
    this.topics = topics;
    this.after = after;
    this.ring = new ByteRing(capacityBytes);
    this.replies = replies;
    this.wakeup = wakeup;
  }

  int topics() {
    return topics;
  }

  // --- the log's side

  boolean wants(int topic, long number) {
    return (topics & topic) != 0 && number > after;
  }

  /** Takes a line, or counts it as lost. */
  boolean offer(byte[] line, int length) {
    if (ring.room() < length + SKIPPED_BYTES_MAX) {
      skippedCount++;
      return false;
    }
    skippedLine.clear();
    if (skippedCount > 0) {
      skippedLine.text("skipped=").number(skippedCount).text("\n");
      skippedCount = 0;
    }
    return ring.put(skippedLine.bytes, skippedLine.length, line, length);
  }

  /** Lets the client's loop know that there is something to send. */
  void wake() {
    if (ring.available() > 0 && woken.compareAndSet(false, true)) {
      wakeup.run();
    }
  }

  // --- the client's side

  @Override
  public Progress advance() {
    // Lowered first: what comes from here on wakes again.
    woken.set(false);
    int length = ring.take(taken, taken.length);
    if (length > 0) {
      replies.get().append(MemorySegment.ofArray(taken), 0, length);
    }
    return ring.available() > 0 ? Progress.MORE : Progress.WAITS;
  }

  @Override
  public boolean endsWithInput() {
    return true;
  }

  @Override
  public void close() {
    log.remove(this);
  }
}
