package io.larder.testkit;

import io.larder.platform.device.Device;
import io.larder.platform.device.DeviceSpec;
import io.larder.platform.device.PoolIoEngine;
import io.larder.platform.device.ReadQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The pool of reading threads keeps what every read queue promises. */
class PooledReadQueueTest {
  @TempDir private Path folder;

  private final ExecutorService owner = Executors.newSingleThreadExecutor();
  private final PoolIoEngine engine = new PoolIoEngine("asked for by a test", "test", 8);

  @AfterEach
  void stop() {
    engine.close();
    owner.shutdown();
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContract() {
    return new ReadQueueContract(new Pool(), folder)
        .checks().stream()
            .map(check -> DynamicTest.dynamicTest(check.sentence(), check.body()::run));
  }

  private final class Pool implements ReadQueueContract.Subject {
    @Override
    public Device open(DeviceSpec spec) throws IOException {
      return engine.open(spec, _ -> false);
    }

    @Override
    public Executor owner() {
      return owner;
    }

    @Override
    public ReadQueue newQueue() {
      return engine.newReadQueue(owner);
    }
  }
}
