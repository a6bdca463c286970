package io.larder.server.net;

import io.larder.platform.device.IoEngine;
import io.larder.platform.device.PoolIoEngine;
import io.larder.uring.FallocatedSpace;
import io.larder.uring.UringIoEngine;
import io.larder.uring.UringLoops;
import io.larder.uring.UringProbe;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One way to talk to sockets and to flash.
 *
 * @param name in a word, for the statistics
 * @param reason why this one, as half a sentence
 * @param handlers makes what drives an event loop
 * @param tcp listens on TCP
 * @param udp takes datagrams
 * @param unix listens on a socket in the file system
 * @param unixAddress how {@code unix} wants its path
 * @param engine opens devices and carries the reads of event loops that are driven by {@code
 *     handlers}
 */
public record Transport(
    String name,
    String reason,
    IoHandlerFactory handlers,
    Class<? extends ServerChannel> tcp,
    Class<? extends DatagramChannel> udp,
    Class<? extends ServerChannel> unix,
    Function<Path, SocketAddress> unixAddress,
    IoEngine<? super IoEventLoop> engine) {

  /**
   * Sockets and flash on one ring. The probe has passed.
   *
   * @param readDepth reads of flash that a loop has under way at once; 0 = the engine's default
   */
  public static Transport ioUring(UringProbe probe, int readDepth) {
    return new Transport(
        "io_uring",
        probe.reason(),
        UringLoops.newFactory(),
        IoUringServerSocketChannel.class,
        IoUringDatagramChannel.class,
        IoUringServerDomainSocketChannel.class,
        path -> new DomainSocketAddress(path.toFile()),
        new UringIoEngine(
            probe.reason(), readDepth > 0 ? readDepth : UringIoEngine.DEFAULT_HELD_READS_MAX));
  }

  /** Why {@link #epoll} cannot be used; null if it can. */
  public static @Nullable String epollRefusal() {
    return Epoll.isAvailable() ? null : "epoll refused: " + Epoll.unavailabilityCause();
  }

  /**
   * Sockets on epoll; flash on threads.
   *
   * @param readDepth reads of flash that all loops have under way at once; 0 = the engine's default
   */
  public static Transport epoll(String reason, int readDepth) {
    return new Transport(
        "epoll",
        reason,
        EpollIoHandler.newFactory(),
        EpollServerSocketChannel.class,
        EpollDatagramChannel.class,
        EpollServerDomainSocketChannel.class,
        path -> new DomainSocketAddress(path.toFile()),
        pool(reason, readDepth));
  }

  /**
   * Sockets on the JDK's selector; flash on threads. Works everywhere.
   *
   * @param readDepth reads of flash that all loops have under way at once; 0 = the engine's default
   */
  public static Transport nio(String reason, int readDepth) {
    return new Transport(
        "NIO",
        reason,
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioDatagramChannel.class,
        NioServerDomainSocketChannel.class,
        UnixDomainSocketAddress::of,
        pool(reason, readDepth));
  }

  /** For the start-up line: how sockets and flash are talked to. */
  public String description() {
    return name.equals(engine.name()) ? name : name + " and " + engine.name();
  }

  private static PoolIoEngine pool(String reason, int readDepth) {
    return new PoolIoEngine(
        reason,
        "larder",
        readDepth > 0 ? readDepth : PoolIoEngine.DEFAULT_THREAD_COUNT,
        FallocatedSpace.orWritten());
  }
}
