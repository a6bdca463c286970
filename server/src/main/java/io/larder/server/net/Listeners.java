package io.larder.server.net;

import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.larder.server.tls.TlsListener;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets on which clients are met.
 *
 * <p>{@link #bind} takes the addresses and accepts nobody yet, so that what may fail has failed
 * before anything else is touched.
 *
 * <p><b>Threads.</b> The one that starts and stops the server.
 */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  /** The protocol bounds what is unsent; Netty is not to have a second opinion. */
  private static final WriteBufferWaterMark NO_WATER_MARK =
      new WriteBufferWaterMark(1 << 30, (1 << 30) + 1);

  /** Below this, ports are root's. */
  private static final int PRIVILEGED_PORTS = 1024;

  private final List<Channel> channels = new ArrayList<>();
  private final List<Channel> datagramChannels = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();

  /**
   * Binds everything in {@code settings}, or nothing.
   *
   * @param onAccept gets every new client's channel, on its loop
   * @param onDatagrams gets every channel of datagrams, on its loop
   */
  static Listeners bind(
      NetSettings settings,
      Transport transport,
      EventLoopGroup group,
      Function<TlsListener, ChannelHandler> onAccept,
      ChannelHandler onDatagrams)
      throws StartException {
    Listeners listeners = new Listeners();
    try {
      NetSettings.UnixSocket unix = settings.unixSocket();
      if (unix != null) {
        ServerBootstrap bootstrap =
            bootstrap(settings, transport.unix(), group, onAccept.apply(TlsListener.PLAIN));
        listeners.bindUnix(bootstrap, transport, unix);
      }
      for (NetSettings.Endpoint endpoint : settings.addresses()) {
        ServerBootstrap bootstrap =
            bootstrap(settings, transport.tcp(), group, onAccept.apply(endpoint.tls()))
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        listeners.bindTcp(bootstrap, endpoint.address());
      }
      for (InetSocketAddress address : settings.datagramAddresses()) {
        listeners.bindUdp(transport, group, onDatagrams, address);
      }
      return listeners;
    } catch (StartException | RuntimeException e) {
      listeners.close();
      throw e;
    }
  }

  private static ServerBootstrap bootstrap(
      NetSettings settings,
      Class<? extends ServerChannel> type,
      EventLoopGroup group,
      ChannelHandler onAccept) {
    return new ServerBootstrap()
        .group(group)
        .channel(type)
        .option(ChannelOption.SO_BACKLOG, settings.backlog())
        .option(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, NO_WATER_MARK)
        .childHandler(onAccept);
  }

  private void bindTcp(ServerBootstrap bootstrap, InetSocketAddress address) throws StartException {
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      throw refused(text(address), reason(cause), whatToDo(address, cause));
    }
    channels.add(bound.channel());
  }

  private void bindUdp(
      Transport transport,
      EventLoopGroup group,
      ChannelHandler onDatagrams,
      InetSocketAddress address)
      throws StartException {
    ChannelFuture bound =
        new Bootstrap()
            .group(group)
            .channel(transport.udp())
            .option(ChannelOption.AUTO_READ, false)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(Datagrams.REQUEST_BYTES_MAX))
            .handler(onDatagrams)
            .bind(address)
            .awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      throw refused(
          "UDP " + text(address), reason(cause), "choose another port with -U, or leave it out");
    }
    datagramChannels.add(bound.channel());
  }

  private void bindUnix(ServerBootstrap bootstrap, Transport transport, NetSettings.UnixSocket unix)
      throws StartException {
    Path path = unix.path().toAbsolutePath();
    try {
      removeStale(path);
      ChannelFuture bound =
          bootstrap.bind(transport.unixAddress().apply(path)).awaitUninterruptibly();
      Throwable cause = bound.cause();
      if (cause != null) {
        throw refused(path.toString(), reason(cause), "choose another path with -s");
      }
      channels.add(bound.channel());
      files.add(path);
      Files.setPosixFilePermissions(path, unix.permissions());
    } catch (IOException | UnsupportedOperationException e) {
      throw refused(path.toString(), e.toString(), "choose another path with -s");
    }
  }

  /** Removes a socket that nobody listens on any more. */
  private static void removeStale(Path path) throws IOException, StartException {
    if (!Files.exists(path)) {
      return;
    }
    if (Files.isRegularFile(path) || Files.isDirectory(path)) {
      throw refused(
          path.toString(), "there is something else of that name", "choose another path with -s");
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
      throw refused(
          path.toString(),
          "another program listens on it",
          "stop it or choose another path with -s");
    } catch (IOException nobodyListens) {
      Files.delete(path);
    }
  }

  private static StartException refused(String address, String why, String whatToDo) {
    return new StartException(
        ExitCode.SYSTEM, "Cannot listen on %s: %s; %s.".formatted(address, why, whatToDo));
  }

  private static String whatToDo(InetSocketAddress address, Throwable cause) {
    String reason = reason(cause);
    if (reason.contains("in use")) {
      return "stop the program that listens there, or choose another port with -p";
    }
    if (reason.contains("denied") && address.getPort() < PRIVILEGED_PORTS) {
      return "choose a port from " + PRIVILEGED_PORTS + " on with -p";
    }
    return "choose an address of this machine with -l, or another port with -p";
  }

  /** What the system says, without the call that it says it of. */
  private static String reason(Throwable cause) {
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    if (message == null) {
      return deepest.toString();
    }
    String words =
        message.substring(message.lastIndexOf(": ") < 0 ? 0 : message.lastIndexOf(": ") + 2);
    return Character.toLowerCase(words.charAt(0)) + words.substring(1);
  }

  List<Channel> channels() {
    return channels;
  }

  /** Where datagrams come in; they do not read by themselves. */
  List<Channel> datagramChannels() {
    return datagramChannels;
  }

  /** The addresses of TCP, with the ports that the system has chosen. */
  List<InetSocketAddress> tcpAddresses() {
    return inet(channels);
  }

  /** The addresses of UDP, with the ports that the system has chosen. */
  List<InetSocketAddress> udpAddresses() {
    return inet(datagramChannels);
  }

  private static List<InetSocketAddress> inet(List<Channel> channels) {
    return channels.stream()
        .map(Channel::localAddress)
        .filter(InetSocketAddress.class::isInstance)
        .map(InetSocketAddress.class::cast)
        .toList();
  }

  /** The addresses as people write them, with the ports that the system has chosen. */
  List<String> addresses() {
    return channels.stream().map(channel -> text(channel.localAddress())).toList();
  }

  /** The addresses of UDP, as people write them. */
  List<String> datagramAddresses() {
    return datagramChannels.stream().map(channel -> text(channel.localAddress())).toList();
  }

  private static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return address.toString();
    }
    String host =
        inet.getAddress() == null ? inet.getHostString() : inet.getAddress().getHostAddress();
    return host.indexOf(':') >= 0
        ? "[" + host + "]:" + inet.getPort()
        : host + ":" + inet.getPort();
  }

  /** Lets nobody in any more. */
  void close() {
    for (Channel channel : channels) {
      channel.close().awaitUninterruptibly();
    }
    for (Channel channel : datagramChannels) {
      channel.close().awaitUninterruptibly();
    }
    for (Path file : files) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.debug("{} is left to the next start, which will remove it: {}", file, e.toString());
      }
    }
  }
}
