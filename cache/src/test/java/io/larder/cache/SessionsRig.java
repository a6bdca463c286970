package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.cache.session.CacheSession;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.page.PageSnapshot;
import io.larder.platform.device.Device;
import io.larder.testkit.InlineExecutor;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualReadQueue;
import io.larder.testkit.ManualWork;
import io.larder.testkit.MemoryDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A cache of any size with any number of sessions, all played by one thread.
 *
 * <p>{@link #close} ends every test with the structural check.
 */
final class SessionsRig implements AutoCloseable {
  final ManualClock clock = new ManualClock();
  final ManualWork work = new ManualWork(clock);
  final ManualReadQueue reads = new ManualReadQueue();
  final Cache cache;
  final List<CacheSession> sessions = new ArrayList<>();

  private SessionsRig(CacheConfig config, List<Device> devices, int sessionCount) {
    cache = Cache.open(config, devices, clock, work);
    for (int i = 0; i < sessionCount; i++) {
      sessions.add(cache.newSession(reads, new InlineExecutor()));
    }
  }

  /** Only RAM. */
  static SessionsRig of(long ramBytes, int sessionCount) {
    return new SessionsRig(CacheConfig.ofRam(ramBytes), List.of(), sessionCount);
  }

  /** Only RAM, where nothing is evicted. */
  static SessionsRig withoutEvictions(long ramBytes, int sessionCount) {
    return new SessionsRig(CacheConfig.ofRam(ramBytes).withoutEvictions(), List.of(), sessionCount);
  }

  /** RAM, and flash of {@code pageCount} pages that are filled through buffers of 64 KiB. */
  static SessionsRig of(long ramBytes, int pageBytes, int pageCount, int sessionCount) {
    return withFlash(ramBytes, pageBytes, pageCount, sessionCount, true);
  }

  /** RAM and such flash, where nothing is evicted. */
  static SessionsRig withoutEvictions(
      long ramBytes, int pageBytes, int pageCount, int sessionCount) {
    return withFlash(ramBytes, pageBytes, pageCount, sessionCount, false);
  }

  private static SessionsRig withFlash(
      long ramBytes, int pageBytes, int pageCount, int sessionCount, boolean evicts) {
    PageStoreConfig flash =
        new PageStoreConfig(pageBytes, 64 * 1024, 8, new StoreIdentity(new UUID(1, 2), 42));
    CacheConfig ram = CacheConfig.ofRamAndFlash(ramBytes, flash);
    CacheConfig config =
        new CacheConfig(
            ram.ramBytes(),
            32 * 1024,
            ram.hashSeed(),
            flash,
            ram.flashItemBytesMin(),
            ram.lowTtl(),
            ram.recacheRate(),
            ram.maxWait(),
            0,
            evicts);
    Device device = new MemoryDevice((long) pageBytes * pageCount);
    return new SessionsRig(config, List.of(device), sessionCount);
  }

  /** Carries a call out on one of the sessions, with as much background work as it needs. */
  CacheRig.Call run(int session, CacheRig.Call call) {
    sessions.get(session).execute(call);
    for (int i = 0; call.status == null; i++) {
      assertThat(i).as("calls end").isLessThan(20_000);
      if (!reads.completeNext() && !work.runOne()) {
        work.advance(Duration.ofMillis(20));
      }
    }
    return call;
  }

  Status set(int session, String key, byte[] value) {
    return CacheRig.status(run(session, new CacheRig.Call(Verb.STORE, key).value(value)));
  }

  byte[] get(int session, String key) {
    byte[] value = run(session, new CacheRig.Call(Verb.READ, key)).value;
    return value == null ? new byte[0] : value;
  }

  long count(CacheCounter counter) {
    return cache.snapshot().get(counter);
  }

  void check() {
    CacheSnapshot snapshot = cache.snapshot();
    for (CacheSession session : sessions) {
      assertThat(session.pendingCount()).as("requests pending").isZero();
    }
    assertThat(snapshot.flashReadBytes()).as("read buffers lent").isZero();
    assertThat(snapshot.indexUsedBytes()).isLessThanOrEqualTo(snapshot.indexBytes());
    assertThat(snapshot.indexBytes() + snapshot.ramIdleBytes())
        .isLessThanOrEqualTo(snapshot.ramBytes());
    if (snapshot.flash() != null) {
      assertThat(snapshot.flash().pages().stream().mapToInt(PageSnapshot::leaseCount).sum())
          .as("leases not returned")
          .isZero();
      assertThat(snapshot.flash().liveCount())
          .as("live records on pages: slots that point at flash, and twins")
          .isGreaterThanOrEqualTo(snapshot.flashItemCount());
    }
  }

  @Override
  public void close() {
    work.runUntilIdle();
    check();
    sessions.forEach(CacheSession::close);
    work.close();
    cache.close();
  }
}
