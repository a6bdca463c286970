package io.larder.server.net;

import io.larder.cache.session.CacheSession;
import io.larder.platform.device.ReadQueue;
import io.larder.protocol.ProtocolLoop;
import io.netty.channel.IoEventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has for itself: its session of the cache, its flash reads, the pools of its
 * connections. Nothing of it is shared, so a request meets no other loop's lock on its way but the
 * cache's own.
 *
 * <p><b>Threads.</b> Confined to the loop, but for the counts, which any thread may read.
 */
final class ServerLoop {
  /** Bytes of memory larger than an idle connection needs, of all loops together. */
  private static final long READ_BYTES_MAX = 16 << 20;

  private static final long READ_IDLE_BYTES_MAX = 1 << 20;

  private final IoEventLoop executor;
  private final @Nullable ReadQueue reads;
  private final CacheSession cacheSession;
  private final ProtocolLoop protocol;
  private final ConnectionLimit limit;
  private final ReadPool readPool;
  private final Set<Connection> connections = new HashSet<>();
  private final Runnable goOnTask = this::goOn;
  private final boolean watchesIdle;
  private @Nullable Connection firstToGoOn;
  private @Nullable Connection lastToGoOn;
  private volatile long idleClosedCount;

  ServerLoop(
      IoEventLoop executor,
      int loopCount,
      @Nullable ReadQueue reads,
      CacheSession cacheSession,
      ProtocolLoop protocol,
      ConnectionLimit limit,
      boolean watchesIdle) {
    this.executor = executor;
    this.reads = reads;
    this.cacheSession = cacheSession;
    this.protocol = protocol;
    this.limit = limit;
    this.watchesIdle = watchesIdle;
    this.readPool = new ReadPool(READ_BYTES_MAX / loopCount, READ_IDLE_BYTES_MAX);
  }

  IoEventLoop executor() {
    return executor;
  }

  ProtocolLoop protocol() {
    return protocol;
  }

  ReadPool readPool() {
    return readPool;
  }

  /** Connections closed because the client had nothing to say for too long. */
  long idleClosedCount() {
    return idleClosedCount;
  }

  /** Reads under way. Another thread sees a number that was true a moment ago. */
  int flashReadsInFlight() {
    return reads == null ? 0 : reads.inFlightCount();
  }

  // --- connections

  void opened(Connection connection) {
    connections.add(connection);
  }

  void closed(Connection connection) {
    if (connections.remove(connection)) {
      limit.leave();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Only the loop writes it.
  void idleClosed() {
    idleClosedCount++;
  }

  /** The time, if anybody wants to know how long a connection has been idle. */
  long nanosForIdle() {
    return watchesIdle ? System.nanoTime() : 0;
  }

  void closeIdle(long idleNanos) {
    long since = System.nanoTime() - idleNanos;
    for (Connection connection : List.copyOf(connections)) {
      connection.closeIfIdleSince(since);
    }
  }

  /** What was noted outlives the machine, if that is asked for: replies are about to be sent. */
  void settle() {
    cacheSession.settle();
  }

  // --- going on

  /** Lets {@code connection} go on in the loop's next turn. */
  void goOnLater(Connection connection) {
    if (connection.isToGoOn) {
      return;
    }
    connection.isToGoOn = true;
    Connection last = lastToGoOn;
    lastToGoOn = connection;
    if (last == null) {
      firstToGoOn = connection;
      executor.execute(goOnTask);
    } else {
      last.nextToGoOn = connection;
    }
  }

  private void goOn() {
    Connection connection = firstToGoOn;
    firstToGoOn = null;
    lastToGoOn = null;
    while (connection != null) {
      Connection next = connection.nextToGoOn;
      connection.nextToGoOn = null;
      connection.isToGoOn = false;
      connection.resume();
      connection = next;
    }
  }

  // --- end

  void closeConnections() {
    new ArrayList<>(connections).forEach(Connection::close);
  }

  /** Whether no connection is left and no request waits for an answer. */
  boolean isQuiet() {
    return connections.isEmpty()
        && cacheSession.pendingCount() == 0
        && (reads == null || reads.inFlightCount() == 0);
  }

  /** Gives back what the loop has; it is quiet. */
  void close() {
    if (reads != null) {
      reads.close();
    }
    cacheSession.close();
    readPool.close();
  }
}
