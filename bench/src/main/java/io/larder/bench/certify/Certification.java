package io.larder.bench.certify;

import io.larder.bench.certify.Certificate.Mixed;
import io.larder.bench.certify.DeviceReads.Reads;
import io.larder.bench.certify.PacedWrites.Writes;
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
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * The engine's own way to a device, one event loop and one writing thread, and runs over it.
 *
 * <p><b>Life.</b> Made, {@link #fill}, {@link #measure}, {@link #close}; the ground is opened and
 * closed by its owner, meanwhile.
 *
 * <p><b>Threads.</b> Confined to one; I/O runs on its own.
 */
public final class Certification implements AutoCloseable {
  private static final double PATIENCE_SECONDS = 60;

  private final IoEngine<? super IoEventLoop> engine;
  private final MultiThreadIoEventLoopGroup group;
  private final IoEventLoop loop;
  private final ReadQueue queue;
  private long seed;

  private Certification(IoEngine<? super IoEventLoop> engine, IoHandlerFactory handlers) {
    this.engine = engine;
    this.group = new MultiThreadIoEventLoopGroup(1, handlers);
    this.loop = group.next();
    this.queue = loop.submit(() -> engine.newReadQueue(loop)).syncUninterruptibly().getNow();
  }

  /** Reads on a ring, as a server does where the probe passes. */
  public static Certification onRing(UringProbe probe) {
    return new Certification(new UringIoEngine(probe), UringLoops.newFactory());
  }

  /** Reads on a pool of threads, as a server does elsewhere. */
  public static Certification onPool(String reason) {
    return new Certification(
        new PoolIoEngine(
            reason,
            "larder-certify",
            PoolIoEngine.DEFAULT_THREAD_COUNT,
            FallocatedSpace.orWritten()),
        NioIoHandler.newFactory());
  }

  /** What the ground is opened with. */
  public IoEngine<?> engine() {
    return engine;
  }

  /** Writes the whole ground once, so that reads find what has really been written. */
  public Filled fill(Ground ground, LongConsumer watcher) throws IOException {
    int bytes = (int) Ground.UNIT_BYTES;
    return new Filled(
        PacedWrites.start(ground, bytes, 0, 0, ground.sizeBytes() / bytes).awaitEnd(watcher));
  }

  /** A ground has been filled. */
  public record Filled(Writes writes) {}

  /** All runs; {@code afterEach} is told of each. */
  public Certificate measure(
      Ground ground, Filled filled, CertifySettings settings, Runnable afterEach)
      throws IOException {
    // What the compiler does at first is no property of the device.
    read(ground, settings.readBytes().getFirst(), settings.mixDepth(), settings.seconds() / 2);
    List<Reads> reads = new ArrayList<>();
    for (int bytes : settings.readBytes()) {
      for (int depth : settings.depths()) {
        reads.add(read(ground, bytes, depth, settings.seconds()));
        afterEach.run();
      }
    }
    List<Writes> writes = new ArrayList<>();
    for (int bytes : settings.writeBytes()) {
      writes.add(write(ground, bytes, settings.seconds()));
      afterEach.run();
    }
    Reads before = quiet(ground, settings);
    afterEach.run();
    double fastest = writes.getLast().bytesPerSecond();
    List<Mixed> mixed = new ArrayList<>();
    for (double share : settings.shares()) {
      mixed.add(both(ground, share < 1 ? share * fastest : 0, settings));
      afterEach.run();
    }
    for (int i = 0; i < settings.refinements(); i++) {
      OptionalDouble rate =
          SafeRate.next(
              mixed.stream().map(Mixed::tried).toList(), settings.factor() * before.micros(99));
      if (rate.isPresent()) {
        mixed.add(both(ground, rate.getAsDouble(), settings));
      }
      afterEach.run();
    }
    Reads after = quiet(ground, settings);
    afterEach.run();
    mixed.sort((one, other) ->
        Double.compare(one.writes().bytesPerSecond(), other.writes().bytesPerSecond()));
    return new Certificate(settings, filled.writes(), reads, writes, before, mixed, after);
  }

  private Reads quiet(Ground ground, CertifySettings settings) throws IOException {
    return read(ground, settings.readBytes().getFirst(), settings.mixDepth(), settings.seconds());
  }

  private Reads read(Ground ground, int bytes, int depth, double seconds) throws IOException {
    DeviceReads reads = new DeviceReads(ground, queue, bytes, depth, seconds, ++seed);
    loop.submit(reads::start).syncUninterruptibly();
    return Waited.forResult(
        reads.ended(), seconds + PATIENCE_SECONDS, "the device has not answered all reads");
  }

  private Writes write(Ground ground, int bytes, double seconds) throws IOException {
    PacedWrites writes = PacedWrites.start(ground, bytes, 0, ++seed, Long.MAX_VALUE);
    sleep(seconds);
    return writes.end();
  }

  private Mixed both(Ground ground, double bytesPerSecond, CertifySettings settings)
      throws IOException {
    int bytes = settings.writeBytes().getLast();
    PacedWrites writes = PacedWrites.start(ground, bytes, bytesPerSecond, ++seed, Long.MAX_VALUE);
    Reads reads;
    Writes written;
    try {
      reads = quiet(ground, settings);
    } finally {
      written = writes.end();
    }
    return new Mixed(written, reads);
  }

  private static void sleep(double seconds) throws IOException {
    try {
      TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    loop.submit(queue::close).syncUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    engine.close();
  }
}
