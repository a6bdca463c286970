package io.larder.bench.load;

import com.sun.management.OperatingSystemMXBean;
import io.larder.bench.model.Mix;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a server, and load on it in phases.
 *
 * <p><b>Life.</b> {@link #connect}, {@link #run} for each phase, {@link #close}. A phase that fails
 * is the last one.
 *
 * <p><b>Threads.</b> Confined to one; connections run on threads of their own.
 */
public final class LoadRun implements AutoCloseable {
  /** Told now and then how far a phase has come. */
  public interface Watcher {
    /**
     * Told about the phase under way.
     *
     * @param requests answered so far
     * @param seconds since it began
     */
    void progress(long requests, double seconds);
  }

  private static final int RECEIVE_BYTES = 1 << 16;
  private static final int CONNECT_MILLIS_MAX = 5000;
  private static final long WATCH_MILLIS = 200;
  private static final double SILENCE_SECONDS_MAX = 20;
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final LoadSettings settings;
  private final @Nullable ServerProcess process;
  private final ClientTransport transport;
  private final MultiThreadIoEventLoopGroup group;
  private final List<LoadThread> threads = new ArrayList<>();
  private final List<Channel> channels = new ArrayList<>();

  private LoadRun(
      LoadSettings settings, @Nullable ServerProcess process, ClientTransport transport) {
    this.settings = settings;
    this.process = process;
    this.transport = transport;
    this.group =
        new MultiThreadIoEventLoopGroup(
            settings.threads(),
            new DefaultThreadFactory("larder-bench", true),
            transport.handlers());
    int run = (int) Mix.of(System.nanoTime() ^ settings.seed()) | 1;
    long now = System.nanoTime();
    for (int i = 0; i < settings.threads(); i++) {
      IoEventLoop loop = group.next();
      threads.add(new LoadThread(loop, settings, i, run, now));
    }
  }

  /**
   * Opens all connections.
   *
   * @param process of the server, if what it takes is to be measured
   */
  public static LoadRun connect(LoadSettings settings, @Nullable ServerProcess process)
      throws IOException {
    if (process != null) {
      process.cpuSeconds();
    }
    LoadRun run = new LoadRun(settings, process, ClientTransport.of(settings.io()));
    try {
      for (int i = 0; i < settings.connections(); i++) {
        run.open(run.threads.get(i % run.threads.size()));
      }
      return run;
    } catch (IOException | RuntimeException e) {
      run.close();
      throw e;
    }
  }

  private void open(LoadThread thread) throws IOException {
    ServerAddress server = settings.server();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(thread.loop())
            .channel(transport.channel(server))
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
            .handler(thread.newConnection());
    if (server.path() == null) {
      bootstrap.option(ChannelOption.TCP_NODELAY, true);
    }
    var opened = bootstrap.connect(transport.address(server)).awaitUninterruptibly();
    if (!opened.isSuccess()) {
      Throwable cause = opened.cause();
      throw new IOException(
          "no server answers at "
              + server.text()
              + "; start one there, or name another with --server ("
              + (cause == null ? "given up" : cause.getMessage())
              + ")",
          cause);
    }
    Channel channel = opened.channel();
    channels.add(channel);
    if (!channel.isActive()) {
      throw new IOException(server.text() + " closed the connection at once");
    }
  }

  /** How sockets are driven, in a word. */
  public String io() {
    return transport.name();
  }

  /** Carries out a phase. */
  public LoadResult run(Phase phase, Watcher watcher) throws IOException {
    double serverCpu = serverCpuSeconds();
    double clientCpu = clientCpuSeconds();
    long begin = System.nanoTime();
    List<CompletableFuture<Tally>> parts = new ArrayList<>();
    for (LoadThread thread : threads) {
      CompletableFuture<Tally> part = new CompletableFuture<>();
      parts.add(part);
      thread.loop().execute(() -> begin(thread, phase, part));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new));
    for (CompletableFuture<Tally> part : parts) {
      // The first failure is the end; the others may go on for a long time.
      CompletableFuture<?> _ =
          part.whenComplete((_, failure) -> {
            if (failure != null) {
              all.completeExceptionally(failure);
            }
          });
    }
    List<LoadResult.Sample> course = await(all, watcher);
    double seconds = (System.nanoTime() - begin) / 1e9;
    double serverCpuAfter = serverCpuSeconds();
    double clientCpuAfter = clientCpuSeconds();
    Tally tally = new Tally();
    parts.forEach(part -> tally.add(part.join()));
    return new LoadResult(
        tally,
        seconds,
        serverCpuAfter - serverCpu,
        clientCpuAfter - clientCpu,
        process == null ? 0 : process.rssBytes(),
        course);
  }

  private static void begin(LoadThread thread, Phase phase, CompletableFuture<Tally> part) {
    try {
      thread.begin(phase, part);
    } catch (RuntimeException e) {
      part.completeExceptionally(e);
    }
  }

  /** Waits for the end of a phase; how far it had come meanwhile. */
  private List<LoadResult.Sample> await(CompletableFuture<Void> all, Watcher watcher)
      throws IOException {
    List<LoadResult.Sample> course = new ArrayList<>();
    long before = completedCount();
    long begin = System.nanoTime();
    long last = before;
    long lastNanos = begin;
    while (true) {
      try {
        all.get(WATCH_MILLIS, TimeUnit.MILLISECONDS);
        return course;
      } catch (TimeoutException e) {
        long now = System.nanoTime();
        long completed = completedCount();
        course.add(new LoadResult.Sample((now - begin) / 1e9, completed - before));
        watcher.progress(completed - before, (now - begin) / 1e9);
        if (completed != last) {
          last = completed;
          lastNanos = now;
        } else if ((now - lastNanos) / 1e9 > SILENCE_SECONDS_MAX) {
          throw new IOException(
              "the server has not answered for " + (int) SILENCE_SECONDS_MAX + " seconds", e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (ExecutionException e) {
        throw failure(e);
      }
    }
  }

  private static IOException failure(ExecutionException e) {
    Throwable cause =
        e.getCause() instanceof CompletionException inner ? inner.getCause() : e.getCause();
    String message = cause == null ? null : cause.getMessage();
    return new IOException(message == null ? String.valueOf(cause) : message, cause);
  }

  private long completedCount() {
    return threads.stream().mapToLong(LoadThread::completedCount).sum();
  }

  private double serverCpuSeconds() throws IOException {
    return process == null ? Double.NaN : process.cpuSeconds();
  }

  private static double clientCpuSeconds() {
    return SYSTEM.getProcessCpuTime() / 1e9;
  }

  @Override
  public void close() {
    channels.forEach(channel -> channel.close().awaitUninterruptibly());
    group.shutdownGracefully(0, CONNECT_MILLIS_MAX, TimeUnit.MILLISECONDS).syncUninterruptibly();
  }
}
