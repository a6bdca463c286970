package io.larder.server.net;

import io.larder.cache.Cache;
import io.larder.platform.device.ReadQueue;
import io.larder.protocol.ProtocolConfig;
import io.larder.protocol.ProtocolLoop;
import io.larder.protocol.ProtocolRules;
import io.larder.protocol.ServerControl;
import io.larder.protocol.input.InputBudget;
import io.larder.protocol.stats.ClassTotals;
import io.larder.protocol.stats.PrefixStats;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.protocol.watch.WatchLog;
import io.larder.server.model.StartException;
import io.larder.server.tls.Tls;
import io.larder.server.tls.TlsListener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event loops, and clients on them.
 *
 * <p><b>Life.</b> {@link #bind} takes the addresses; {@link #serve} gives every loop its share of
 * the cache and lets clients in; {@link #close} sends them away, waits for what they have asked
 * for, and ends the loops.
 *
 * <p><b>Threads.</b> Started and stopped by one; the statistics may be read by any.
 */
public final class NetServer {
  private static final Logger LOG = LoggerFactory.getLogger(NetServer.class);
  private static final byte[] TOO_MANY =
      "ERROR Too many open connections\r\n".getBytes(StandardCharsets.US_ASCII);

  /** What is encrypted has left the protocol, so its own bounds do not hold for it. */
  private static final WriteBufferWaterMark ENCRYPTED_WATER_MARK =
      new WriteBufferWaterMark(32 << 10, 64 << 10);

  private static final long ANSWERS_MILLIS_MAX = 1000;
  private static final long POLL_MILLIS = 2;

  private final NetSettings settings;
  private final Transport transport;
  private final @Nullable Tls tls;
  private final ConnectionLimit limit;
  private final AtomicInteger clientNumbers = new AtomicInteger();
  private final MultiThreadIoEventLoopGroup group;
  private final Listeners listeners;

  /** Complete before the first client is let in, and not changed after that. */
  private final Map<EventLoop, ServerLoop> loops = new HashMap<>();

  private NetServer(NetSettings settings, Transport transport, @Nullable Tls tls)
      throws StartException {
    this.settings = settings;
    this.transport = transport;
    this.tls = tls;
    this.limit = new ConnectionLimit(settings.connectionsMax(), settings.refusesConnections());
    this.group =
        new MultiThreadIoEventLoopGroup(
            settings.threadCount(),
            new DefaultThreadFactory("larder-loop", true),
            transport.handlers());
    try {
      this.listeners =
          Listeners.bind(settings, transport, group, this::onAccept, datagramsOnLoop());
    } catch (StartException | RuntimeException e) {
      endLoops();
      throw e;
    }
  }

  /**
   * Takes the addresses, and lets nobody in yet.
   *
   * @param tls for the addresses where it is spoken; null if there is none
   */
  public static NetServer bind(NetSettings settings, Transport transport, @Nullable Tls tls)
      throws StartException {
    return new NetServer(settings, transport, tls);
  }

  /** The addresses of TCP, with the ports that the system has chosen. */
  public List<InetSocketAddress> tcpAddresses() {
    return listeners.tcpAddresses();
  }

  /** The addresses of UDP, with the ports that the system has chosen. */
  public List<InetSocketAddress> udpAddresses() {
    return listeners.udpAddresses();
  }

  /** Where clients find it, by whatever protocol. */
  public List<String> allAddresses() {
    return Stream.concat(
            listeners.addresses().stream(),
            listeners.datagramAddresses().stream().map(address -> "UDP " + address))
        .toList();
  }

  /** Where clients find it. */
  public List<String> addresses() {
    return listeners.addresses();
  }

  /** Lets clients in, to {@code cache}. */
  public void serve(
      Cache cache,
      ProtocolConfig protocol,
      ProtocolRules rules,
      ServerControl control,
      InputBudget inputBudget,
      WatchLog watchLog) {
    for (EventExecutor executor : group) {
      IoEventLoop loop = (IoEventLoop) executor;
      loops.put(
          loop,
          on(
              loop,
              () -> newServerLoop(loop, cache, protocol, rules, control, inputBudget, watchLog)));
    }
    if (settings.idleTimeout().isPositive()) {
      loops.values().forEach(this::watchIdle);
    }
    loops.values().forEach(NetServer::countSeconds);
    limit.accept(listeners.channels());
    for (Channel channel : listeners.datagramChannels()) {
      channel.config().setAutoRead(true);
    }
  }

  private ServerLoop newServerLoop(
      IoEventLoop loop,
      Cache cache,
      ProtocolConfig protocol,
      ProtocolRules rules,
      ServerControl control,
      InputBudget inputBudget,
      WatchLog watchLog) {
    ReadQueue reads = cache.config().flash() == null ? null : transport.engine().newReadQueue(loop);
    var session = cache.newSession(reads, loop);
    return new ServerLoop(
        loop,
        settings.threadCount(),
        reads,
        session,
        new ProtocolLoop(protocol, rules, session, control, inputBudget, watchLog, loop),
        limit,
        clientNumbers::incrementAndGet,
        settings.idleTimeout().isPositive());
  }

  private ChannelHandler datagramsOnLoop() {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        // The loops' own parts come later; nothing is read until then.
        channel.pipeline().addLast(new Datagrams(() -> loopOf(channel)));
      }
    };
  }

  private static void countSeconds(ServerLoop loop) {
    var _ = loop.executor().scheduleAtFixedRate(loop::tick, 1, 1, TimeUnit.SECONDS);
  }

  private void watchIdle(ServerLoop loop) {
    Duration timeout = settings.idleTimeout();
    long period = Math.clamp(timeout.toMillis() / 4, 100, 10_000);
    var _ =
        loop.executor()
            .scheduleWithFixedDelay(
                () -> loop.closeIdle(timeout.toNanos()), period, period, TimeUnit.MILLISECONDS);
  }

  private ChannelHandler onAccept(TlsListener listener) {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        switch (limit.enter(() -> channel.eventLoop().execute(() -> serve(channel, listener)))) {
          case SERVED -> serve(channel, listener);
          case REFUSED ->
              channel
                  .writeAndFlush(Unpooled.copiedBuffer(TOO_MANY))
                  .addListener(ChannelFutureListener.CLOSE);
          case WAITS -> {
            // It reads nothing by itself.
          }
        }
      }
    };
  }

  private void serve(Channel channel, TlsListener listener) {
    ServerLoop loop = loopOf(channel);
    Tls used = listener == TlsListener.PLAIN ? null : tls;
    if (used != null) {
      channel.config().setWriteBufferWaterMark(ENCRYPTED_WATER_MARK);
      channel.pipeline().addLast(used.newHandler(listener));
    }
    channel.pipeline().addLast(new Connection(loop, channel, used));
  }

  private ServerLoop loopOf(Channel channel) {
    ServerLoop loop = loops.get(channel.eventLoop());
    if (loop == null) {
      throw new IllegalStateException(channel + " came before the server was ready");
    }
    return loop;
  }

  // --- statistics

  /**
   * Has {@code prefixes} count, too, what clients ask for; null for nobody. The calling loop begins
   * at once, the others in a moment.
   */
  public void countPrefixes(@Nullable PrefixStats prefixes) {
    for (ServerLoop loop : loops.values()) {
      if (loop.executor().inEventLoop()) {
        loop.protocol().counters().countPrefixes(prefixes);
      } else {
        loop.executor().execute(() -> loop.protocol().counters().countPrefixes(prefixes));
      }
    }
  }

  /** Listening sockets and clients, one by one. */
  public List<ConnectionSnapshot> connections() {
    List<ConnectionSnapshot> all = new ArrayList<>();
    int seconds = loops.values().stream().mapToInt(ServerLoop::tickSeconds).max().orElse(0);
    for (Channel channel : listeners.channels()) {
      all.add(ConnectionSnapshot.of(channel, ConnectionSnapshot.State.LISTENING, seconds));
    }
    for (Channel channel : listeners.datagramChannels()) {
      all.add(ConnectionSnapshot.of(channel, ConnectionSnapshot.State.READING, seconds));
    }
    for (ServerLoop loop : loops.values()) {
      loop.connections().forEach(connection -> all.add(connection.snapshot()));
    }
    return all;
  }

  /** The connections at this moment. */
  public NetSnapshot snapshot() {
    return limit.snapshot(loops.values().stream().mapToLong(ServerLoop::idleClosedCount).sum());
  }

  /** What all loops together have for reads and replies. */
  public BufferSnapshot buffers() {
    return loops.values().stream()
        .map(ServerLoop::buffers)
        .reduce(BufferSnapshot.NONE, BufferSnapshot::plus);
  }

  /** What all loops together have counted. */
  public Map<ProtocolCounter, Long> protocolTotals() {
    Map<ProtocolCounter, Long> totals = new EnumMap<>(ProtocolCounter.class);
    for (ProtocolCounter counter : ProtocolCounter.values()) {
      totals.put(
          counter,
          loops.values().stream().mapToLong(loop -> loop.protocol().counters().get(counter)).sum());
    }
    return totals;
  }

  /** What all loops together have counted by size class. */
  public ClassTotals classTotals() {
    return ClassTotals.of(loops.values().stream().map(loop -> loop.protocol().counters()).toList());
  }

  /** Reads of the flash that have not come back, more or less: each loop counts for itself. */
  public long flashReadsInFlight() {
    return loops.values().stream().mapToLong(ServerLoop::flashReadsInFlight).sum();
  }

  // --- end

  /**
   * Sends the clients away and ends what the loops do with the cache.
   *
   * @return false when some reads have not come back in time: the memory they read into must not be
   *     given back
   */
  public boolean close() {
    limit.stop();
    listeners.close();
    boolean quiet = true;
    for (ServerLoop loop : loops.values()) {
      loop.executor().execute(loop::closeConnections);
    }
    for (ServerLoop loop : loops.values()) {
      quiet &= closeLoop(loop);
    }
    endLoops();
    return quiet;
  }

  private static boolean closeLoop(ServerLoop loop) {
    for (long waited = 0; waited < ANSWERS_MILLIS_MAX; waited += POLL_MILLIS) {
      if (on(loop.executor(), loop::isQuiet)) {
        return on(
            loop.executor(),
            () -> {
              loop.close();
              return true;
            });
      }
      pause();
    }
    LOG.warn("some requests have not been answered, because the flash does not answer");
    return false;
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void endLoops() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static <T> T on(IoEventLoop loop, Callable<T> task) {
    return loop.submit(task).syncUninterruptibly().getNow();
  }
}
