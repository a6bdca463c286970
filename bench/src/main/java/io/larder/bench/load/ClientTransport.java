package io.larder.bench.load;

import io.larder.uring.UringProbe;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * One way to talk to a server.
 *
 * @param name in a word, for the report
 * @param handlers makes what drives an event loop
 * @param tcp talks TCP
 * @param unix talks to a socket in the file system
 * @param unixAddress how {@code unix} wants its path
 */
record ClientTransport(
    String name,
    IoHandlerFactory handlers,
    Class<? extends Channel> tcp,
    Class<? extends Channel> unix,
    Function<Path, SocketAddress> unixAddress) {

  /** What was asked for, or an exception that says why it cannot be had. */
  static ClientTransport of(ClientIo io) throws IOException {
    if (io == ClientIo.auto || io == ClientIo.io_uring) {
      UringProbe probe = UringProbe.run();
      if (probe.works()) {
        return ioUring();
      }
      if (io == ClientIo.io_uring) {
        throw new IOException(probe.reason() + "; use --io auto.");
      }
    }
    if (io == ClientIo.auto || io == ClientIo.epoll) {
      if (Epoll.isAvailable()) {
        return epoll();
      }
      if (io == ClientIo.epoll) {
        throw new IOException("epoll refused: " + Epoll.unavailabilityCause() + "; use --io auto.");
      }
    }
    return nio();
  }

  private static ClientTransport ioUring() {
    return new ClientTransport(
        "io_uring",
        IoUringIoHandler.newFactory(),
        IoUringSocketChannel.class,
        IoUringDomainSocketChannel.class,
        path -> new DomainSocketAddress(path.toFile()));
  }

  private static ClientTransport epoll() {
    return new ClientTransport(
        "epoll",
        EpollIoHandler.newFactory(),
        EpollSocketChannel.class,
        EpollDomainSocketChannel.class,
        path -> new DomainSocketAddress(path.toFile()));
  }

  private static ClientTransport nio() {
    return new ClientTransport(
        "nio",
        NioIoHandler.newFactory(),
        NioSocketChannel.class,
        NioDomainSocketChannel.class,
        UnixDomainSocketAddress::of);
  }

  Class<? extends Channel> channel(ServerAddress server) {
    return server.path() == null ? tcp : unix;
  }

  SocketAddress address(ServerAddress server) {
    Path path = server.path();
    return path == null ? server.socket() : unixAddress.apply(path);
  }
}
