package io.larder.bench.engine;

import io.larder.bench.report.Measure;
import io.larder.platform.device.IoEngine;
import io.larder.platform.device.PoolIoEngine;
import io.larder.platform.device.ReadQueue;
import io.larder.uring.FallocatedSpace;
import io.larder.uring.UringIoEngine;
import io.larder.uring.UringLoops;
import io.larder.uring.UringProbe;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The engine with one way of reading, on one event loop, as a server has it.
 *
 * <p><b>Life.</b> Each {@link #append} makes the file anew; {@link #read} reads what the last one
 * left; {@link #close} removes it.
 *
 * <p><b>Threads.</b> Confined to one; reads run on a loop of its own.
 */
public final class Contender implements AutoCloseable {
  /** Over what it is meant to take, before a read run is taken for stuck. */
  private static final long PATIENCE_SECONDS = 60;

  private final String name;
  private final Path file;
  private final StoreSize size;
  private final MultiThreadIoEventLoopGroup group;
  private final IoEventLoop loop;
  private final IoEngine<? super IoEventLoop> engine;
  private final ReadQueue queue;
  private @Nullable FilledStore filled;
  private long seed;

  private Contender(
      String name,
      Path file,
      StoreSize size,
      IoHandlerFactory handlers,
      IoEngine<? super IoEventLoop> engine) {
    this.name = name;
    this.file = file;
    this.size = size;
    this.engine = engine;
    this.group = new MultiThreadIoEventLoopGroup(1, handlers);
    this.loop = group.next();
    this.queue = loop.submit(() -> engine.newReadQueue(loop)).syncUninterruptibly().getNow();
  }

  /** Reads on the loop's ring. The probe has passed. */
  public static Contender ioUring(Path file, StoreSize size, UringProbe probe) {
    return new Contender("io_uring", file, size, UringLoops.newReadFactory(), new UringIoEngine(probe));
  }

  /** Reads on a pool of threads. */
  public static Contender nio(Path file, StoreSize size) {
    return new Contender(
        "nio",
        file,
        size,
        NioIoHandler.newFactory(),
        new PoolIoEngine(
            "asked for",
            "larder-bench",
            PoolIoEngine.DEFAULT_THREAD_COUNT,
            FallocatedSpace.orWritten()));
  }

  public String name() {
    return name;
  }

  /** The file that the store is on. */
  public Path file() {
    return file;
  }

  /** Fills a new file. */
  public Measure append() throws IOException {
    closeStore();
    FilledStore created = FilledStore.create(file, size, engine);
    filled = created;
    return created.fill();
  }

  /** Whether reads and writes bypass the page cache. */
  public boolean isDirect() {
    return present().isDirect();
  }

  /** Reads at random, {@code depth} records at a time, other ones in each run. */
  public Measure read(int depth, double seconds) throws IOException {
    RandomReads reads = new RandomReads(present(), queue, ++seed, seconds);
    loop.submit(() -> reads.start(depth)).syncUninterruptibly();
    try {
      return reads.ended().get((long) seconds + PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the reads of " + name + " have gone wrong: " + e, e);
    }
  }

  private FilledStore present() {
    FilledStore store = filled;
    if (store == null) {
      throw new IllegalStateException("nothing has been appended yet");
    }
    return store;
  }

  private void closeStore() throws IOException {
    FilledStore store = filled;
    filled = null;
    if (store != null) {
      store.close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      loop.submit(queue::close).syncUninterruptibly();
      group.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    } finally {
      closeStore();
      engine.close();
    }
  }
}
