package io.larder.protocol.watch;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.TierListener;
import io.larder.cache.stats.SlabClasses;
import io.larder.platform.time.Clock;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one thread has to tell watchers, a line at a time.
 *
 * <p>Who has something to tell asks {@link #hears} first, which costs a look at a field. When
 * nobody has taken earlier lines for too long, lines are dropped and counted; nobody ever waits.
 *
 * <p><b>Threads.</b> One writes. The {@link WatchLog} reads, and says what is wanted.
 */
public final class WorkerLog implements TierListener {
  /** Of an entry: the length of its line, its topic, its number. */
  static final int HEAD_BYTES = 2 * Integer.BYTES + Long.BYTES;

  /** A key of 250 bytes takes 750. */
  static final int LINE_BYTES_MAX = 2048;

  private static final VarHandle TOPICS;
  private static final VarHandle WRITTEN;
  private static final VarHandle DROPPED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TOPICS = lookup.findVarHandle(WorkerLog.class, "topics", int.class);
      WRITTEN = lookup.findVarHandle(WorkerLog.class, "writtenCount", long.class);
      DROPPED = lookup.findVarHandle(WorkerLog.class, "droppedCount", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Clock clock;
  private final AtomicLong numbers;
  private final int capacityBytes;

  /** Has the log look at once. */
  private final Runnable hurry;

  private @Nullable LineBuilder line;
  private byte @Nullable [] head;

  /** Made when the first line is written. */
  private volatile @Nullable ByteRing ring;

  /** What anybody wants to hear of. */
  private int topics;

  private long writtenCount;
  private long droppedCount;

  WorkerLog(Clock clock, AtomicLong numbers, int capacityBytes, Runnable hurry) {
    this.hurry = hurry;
    this.clock = clock;
    this.numbers = numbers;
    this.capacityBytes = capacityBytes;
  }

  /** Whether anybody wants to hear of one of these topics. */
  public boolean hears(int anyOf) {
    return ((int) TOPICS.getOpaque(this) & anyOf) != 0;
  }

  void setTopics(int wanted) {
    TOPICS.setOpaque(this, wanted);
  }

  long writtenCount() {
    return (long) WRITTEN.getOpaque(this);
  }

  long droppedCount() {
    return (long) DROPPED.getOpaque(this);
  }

  @Nullable ByteRing ring() {
    return ring;
  }

  // --- requests

  /**
   * An item was looked up.
   *
   * @param status {@code found}, {@code not_found}, {@code expired} or {@code flushed}
   * @param slabClass 0 if it was not found
   */
  public void fetched(
      MemorySegment key,
      long offset,
      int length,
      String status,
      int slabClass,
      int client,
      int valueBytes) {
    LineBuilder out = begin("item_get");
    out.text(" key=").uri(key, offset, length).text(" status=").text(status);
    out.text(" clsid=").number(slabClass).text(" cfd=").number(client);
    end(out.text(" size=").number(valueBytes), WatchTopic.FETCHERS);
  }

  /** An item was stored, or could not be. */
  public void stored(
      MemorySegment key,
      long offset,
      int length,
      String status,
      String command,
      long expirySeconds,
      int slabClass,
      int client,
      int valueBytes) {
    LineBuilder out = begin("item_store");
    out.text(" key=").uri(key, offset, length).text(" status=").text(status);
    long ttl = expirySeconds == 0 ? 0 : Math.max(0, expirySeconds - nowMicros / 1_000_000);
    out.text(" cmd=").text(command).text(" ttl=").number(ttl);
    out.text(" clsid=").number(slabClass).text(" cfd=").number(client);
    end(out.text(" size=").number(valueBytes), WatchTopic.MUTATIONS);
  }

  /** A client has deleted an item. */
  public void deleted(
      MemorySegment key, long offset, int length, String command, int slabClass, int valueBytes) {
    LineBuilder out = begin("deleted");
    out.text(" key=").uri(key, offset, length).text(" cmd=").text(command);
    out.text(" clsid=").number(slabClass);
    end(out.text(" size=").number(valueBytes), WatchTopic.DELETIONS);
  }

  // --- clients

  /**
   * A client has come.
   *
   * @param transport {@code tcp}, {@code udp} or {@code local}
   */
  public void connected(String address, int port, String transport, int client) {
    LineBuilder out = begin("conn_new");
    end(endpoint(out, address, port, transport).text(" cfd=").number(client), CONNEVENTS);
  }

  /**
   * A client has gone.
   *
   * @param reason {@code normal}, {@code error}, {@code idle_timeout} or {@code shutdown}
   */
  public void disconnected(String address, int port, String transport, String reason, int client) {
    LineBuilder out = endpoint(begin("conn_close"), address, port, transport);
    end(out.text(" reason=").text(reason).text(" cfd=").number(client), CONNEVENTS);
  }

  private static final WatchTopic CONNEVENTS = WatchTopic.CONNEVENTS;

  private static LineBuilder endpoint(LineBuilder out, String address, int port, String transport) {
    return out.text(" rip=")
        .text(address)
        .text(" rport=")
        .number(port)
        .text(" transport=")
        .text(transport);
  }

  // --- the background

  @Override
  public boolean hearsItems() {
    return hears(WatchTopic.EVICTIONS.bit());
  }

  @Override
  public boolean hearsSystem() {
    return hears(WatchTopic.SYSEVENTS.bit());
  }

  @Override
  public void evicted(ItemView item, long nowSeconds, boolean fromFlash) {
    LineBuilder out = item(begin("eviction"), item, nowSeconds);
    out.text(" clsid=").number(fromFlash ? SlabClasses.OF_FLASH : classOf(item));
    end(out.text(" size=").number(item.valueLength()), WatchTopic.EVICTIONS);
  }

  @Override
  public void writtenToFlash(ItemView item, long nowSeconds, int bucket) {
    LineBuilder out = item(begin("extwrite"), item, nowSeconds);
    out.text(" clsid=").number(classOf(item));
    end(out.text(" bucket=").number(bucket), WatchTopic.EVICTIONS);
  }

  private static LineBuilder item(LineBuilder out, ItemView item, long nowSeconds) {
    long expiry = item.expirySeconds();
    return out.text(" key=")
        .uri(item.memory(), item.keyOffset(), item.keyLength())
        .text(item.hitBefore() ? " fetch=yes" : " fetch=no")
        .text(" ttl=")
        .number(expiry == 0 ? -1 : expiry - nowSeconds)
        .text(" la=")
        .number(Math.max(0, nowSeconds - item.accessSeconds()));
  }

  private static int classOf(ItemView item) {
    return SlabClasses.of(item.sizeBytes());
  }

  @Override
  public void pageLeaves(int page, long version) {
    LineBuilder out = begin("compact_start").text(" id=").number(page);
    end(out.text(" version=").number(version), WatchTopic.SYSEVENTS);
  }

  @Override
  public void pageLeft(int page, long movedCount, long lostCount, long droppedCount) {
    LineBuilder out = begin("compact_end").text(" id=").number(page);
    out.text(" rescues=").number(movedCount).text(" lost=").number(lostCount);
    end(out.text(" skipped=").number(droppedCount), WatchTopic.SYSEVENTS);
  }

  @Override
  public void crawled(int slabClass, long elapsedSeconds, long examinedCount, long reclaimedCount) {
    LineBuilder out = begin("lru_crawler").text(" crawler=").number(slabClass);
    out.text(" elapsed=").number(elapsedSeconds).text(" examined=").number(examinedCount);
    end(out.text(" reclaimed=").number(reclaimedCount), WatchTopic.SYSEVENTS);
  }

  // --- lines

  private LineBuilder begin(String type) {
    LineBuilder out = line;
    if (out == null) {
      out = new LineBuilder(LINE_BYTES_MAX);
      line = out;
      head = new byte[HEAD_BYTES];
      ring = new ByteRing(capacityBytes);
    }
    nowMicros = clock.unixMicros();
    number = numbers.incrementAndGet();
    return out.clear()
        .text("ts=")
        .number(nowMicros / 1_000_000)
        .text(".")
        .sixDigits((int) (nowMicros % 1_000_000))
        .text(" gid=")
        .number(number)
        .text(" type=")
        .text(type);
  }

  /** Number and time of the line that is being written. */
  private long number;

  private long nowMicros;

  private void end(LineBuilder out, WatchTopic topic) {
    out.text("\n");
    ByteRing into = ring;
    byte[] before = head;
    if (into == null || before == null) {
      throw new IllegalStateException("a line ended that was not begun");
    }
    ByteBuffer.wrap(before).putInt(out.length).putInt(topic.bit()).putLong(number);
    if (into.put(before, HEAD_BYTES, out.bytes, out.length)) {
      WRITTEN.setOpaque(this, writtenCount + 1);
    } else {
      DROPPED.setOpaque(this, droppedCount + 1);
    }
    if (into.room() < capacityBytes / 2) {
      hurry.run();
    }
  }
}
