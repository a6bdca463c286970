package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.cache.session.CacheSession;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.StoreIdentity;
import io.larder.platform.device.Device;
import io.larder.platform.work.Step;
import io.larder.platform.work.Wakeup;
import io.larder.platform.work.Work;
import io.larder.testkit.InlineExecutor;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualReadQueue;
import io.larder.testkit.ManualWork;
import io.larder.testkit.MemoryDevice;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Room that is made between an attempt that fails and the moment its request is parked is not
 * missed. The background work here is so fast that it is done before the wake-up returns.
 */
class ParkedRequestsTest {
  private static final int LARGE = 40_000;

  /** Runs the steps named as eager inside their wake-up, and the others when the test says so. */
  private static final class EagerWork implements Work {
    final ManualWork others = new ManualWork(new ManualClock());
    final Map<String, Step> steps = new HashMap<>();
    final Set<String> eager = new HashSet<>();
    private boolean running;

    @Override
    public Wakeup start(String name, Step step) {
      steps.put(name, step);
      Wakeup other = others.start(name, step);
      return () -> {
        if (eager.contains(name) && !running) {
          run(name);
        } else {
          other.wake();
        }
      };
    }

    Step step(String name) {
      return Objects.requireNonNull(steps.get(name));
    }

    void run(String name) {
      running = true;
      try {
        while (step(name).run() == Step.AT_ONCE) {
          // until it rests
        }
      } finally {
        running = false;
      }
    }

    @Override
    public void close() {
      others.close();
    }
  }

  private final EagerWork work = new EagerWork();

  private static CacheRig.Call store(String key, int valueBytes) {
    return new CacheRig.Call(Verb.STORE, key).value(new byte[valueBytes]);
  }

  @Test
  void segmentFreedWhileParkedRequestsAreTriedAgainIsNotMissed() {
    try (Cache cache = Cache.open(CacheConfig.ofRam(2 << 20), List.of(), new ManualClock(), work);
        CacheSession session = cache.newSession(null, new InlineExecutor())) {
      CacheRig.Call small = store("first", 1000);
      for (int i = 0; session.pendingCount() == 0; i++) {
        small = store("k" + i, 1000);
        session.execute(small);
      }
      CacheRig.Call large = store("large", LARGE);
      session.execute(large);
      assertThat(session.pendingCount()).isEqualTo(2);

      // The first segment that is freed is enough for the small one alone. While the large one is
      // tried again demotion frees more, and that is all it will ever do.
      work.eager.add("demote");
      while (small.status == null) {
        work.step("demote").run();
      }

      assertThat(large.status).isEqualTo(Status.STORED);
      assertThat(session.pendingCount()).isZero();
    }
  }

  @Test
  void pageGivenUpBeforeTheRequestThatAskedForItIsParkedIsNotMissed() {
    PageStoreConfig flash =
        new PageStoreConfig(256 * 1024, 64 * 1024, 8, new StoreIdentity(new UUID(1, 2), 42));
    List<Device> devices = List.of(new MemoryDevice(128L * 256 * 1024));
    CacheConfig ram = CacheConfig.ofRamAndFlash(2 << 20, flash);
    CacheConfig config =
        new CacheConfig(
            2 << 20, 32 * 1024, 42, flash, 0, ram.lowTtl(), ram.recacheRate(), ram.maxWait(), 0);
    try (Cache cache = Cache.open(config, devices, new ManualClock(), work);
        CacheSession session = cache.newSession(new ManualReadQueue(), new InlineExecutor())) {
      work.others.runUntilIdle();
      work.eager.add("reclaim");
      for (int i = 0;
          i < 300_000 && cache.snapshot().get(CacheCounter.INDEX_FULL_EVICTIONS) < 20;
          i += 100) {
        for (int j = i; j < i + 100; j++) {
          CacheRig.Call call = store("k" + j, 4);
          session.execute(call);
          for (int n = 0; n < 100 && call.status == null; n++) {
            work.others.runUntilIdle();
          }
          assertThat(call.status).as("item " + j).isEqualTo(Status.STORED);
        }
      }
      assertThat(cache.snapshot().get(CacheCounter.INDEX_FULL_EVICTIONS)).isPositive();
      work.eager.clear();
      work.others.runUntilIdle();
    }
  }
}
