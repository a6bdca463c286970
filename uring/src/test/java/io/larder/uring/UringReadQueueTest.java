package io.larder.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceRead;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.FileDevice;
import io.larder.platform.device.ReadQueue;
import io.larder.platform.memory.AlignedBuffer;
import io.larder.testkit.MemoryDevice;
import io.larder.testkit.ReadQueueContract;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Reads on a ring keep what every read queue promises. */
class UringReadQueueTest {
  private static final UringProbe PROBE = UringProbe.run();

  @TempDir private Path folder;

  private @Nullable MultiThreadIoEventLoopGroup group;

  @AfterEach
  void stop() {
    if (group != null) {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContract() {
    return contractWith(UringIoEngine.DEFAULT_HELD_READS_MAX);
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContractWhenReadsHaveToWaitForTheRing() {
    return contractWith(3);
  }

  private Stream<DynamicTest> contractWith(int heldReadsMax) {
    if (!PROBE.works()) {
      // A factory that is skipped appears in no report; a test that is skipped does.
      return Stream.of(DynamicTest.dynamicTest("a ring works here", this::needsRings));
    }
    UringIoEngine engine = new UringIoEngine("asked for by a test", heldReadsMax);
    return new ReadQueueContract(new Ring(engine, newLoop()), folder)
        .checks().stream()
            .map(check -> DynamicTest.dynamicTest(check.sentence(), check.body()::run));
  }

  private void needsRings() {
    assumeTrue(PROBE.works(), PROBE.reason());
  }

  @Test
  void endOfTheLoopEndsEveryRead() throws Exception {
    needsRings();
    IoEventLoop loop = newLoop();
    UringIoEngine engine = new UringIoEngine("asked for by a test", 8);
    try (Arena arena = Arena.ofShared();
        Device device = engine.open(new DeviceSpec(folder.resolve("f"), 8 << 20), _ -> false)) {
      List<Remembered> reads = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        reads.add(new Remembered(device, AlignedBuffer.allocate(arena, 1 << 20)));
      }
      ReadQueue queue = engine.newReadQueue(loop);
      CompletableFuture<Integer> submitted = new CompletableFuture<>();
      loop.execute(() -> {
        reads.forEach(queue::submit);
        var _ = loop.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        submitted.complete(queue.inFlightCount());
      });

      assertThat(submitted.get(5, TimeUnit.SECONDS)).isEqualTo(50);
      assertThat(loop.terminationFuture().await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(reads).allSatisfy(read -> assertThat(read.completedCount).isEqualTo(1));
      assertThat(queue.inFlightCount()).isZero();
    }
  }

  @Test
  void foreignDeviceIsRefusedAndCounted() throws Exception {
    needsRings();
    IoEventLoop loop = newLoop();
    UringIoEngine engine = new UringIoEngine(PROBE);
    MemoryDevice foreign = new MemoryDevice(1 << 20);
    try (Arena arena = Arena.ofShared()) {
      Remembered read = new Remembered(foreign, AlignedBuffer.allocate(arena, 4096));
      loop.submit(() -> engine.newReadQueue(loop).submit(read)).sync();
      loop.submit(() -> {}).sync();

      assertThat(read.result).isNegative();
      assertThat(engine.readFailures().count(foreign)).isEqualTo(1);
    }
  }

  @Test
  void loopWithoutARingIsRefused() {
    needsRings();
    group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    IoEventLoop loop = group.next();
    assertThatThrownBy(() -> new UringIoEngine(PROBE).newReadQueue(loop))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not run on io_uring");
  }

  @Test
  void blockIsNeverLargerThanWhatTheFileSystemCallsOne() throws IOException {
    needsRings();
    try (Device plain = FileDevice.open(new DeviceSpec(folder.resolve("a"), 1 << 20), _ -> false);
        Device ring =
            new UringIoEngine(PROBE)
                .open(new DeviceSpec(folder.resolve("b"), 1 << 20), _ -> false)) {
      assertThat(ring.isDirect()).isEqualTo(plain.isDirect());
      assertThat(ring.blockSizeBytes()).isLessThanOrEqualTo(plain.blockSizeBytes());
    }
  }

  private IoEventLoop newLoop() {
    MultiThreadIoEventLoopGroup fresh = new MultiThreadIoEventLoopGroup(1, UringLoops.newFactory());
    group = fresh;
    return fresh.next();
  }

  private record Ring(UringIoEngine engine, IoEventLoop loop) implements ReadQueueContract.Subject {
    @Override
    public Device open(DeviceSpec spec) throws IOException {
      return engine.open(spec, _ -> false);
    }

    @Override
    public Executor owner() {
      return loop;
    }

    @Override
    public ReadQueue newQueue() {
      return engine.newReadQueue(loop);
    }
  }

  private static final class Remembered extends DeviceRead {
    private volatile int completedCount;
    private volatile int result;

    Remembered(Device device, AlignedBuffer buffer) {
      prepare(device, 0, buffer.capacityBytes(), buffer);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the loop's thread comes here
    public void completed(int bytesRead) {
      result = bytesRead;
      completedCount++;
    }
  }
}
