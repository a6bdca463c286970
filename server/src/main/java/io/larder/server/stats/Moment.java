package io.larder.server.stats;

import io.larder.cache.Cache;
import io.larder.cache.CacheSnapshot;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.engine.state.StateSnapshot;
import io.larder.engine.stats.EngineCounter;
import io.larder.protocol.input.InputBudget;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.server.net.NetServer;
import io.larder.server.net.NetSnapshot;
import io.larder.server.tls.Tls;
import io.larder.server.tls.TlsSettings;
import io.larder.server.tls.TlsSnapshot;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything the statistics are made from, looked at once. */
final class Moment {
  private final ServerFacts facts;
  private final Cache cache;
  private final CacheSnapshot snapshot;
  private final Map<ProtocolCounter, Long> protocol;
  private final NetSnapshot net;
  private final @Nullable TlsSnapshot tls;
  private final long connectionsSince;
  private final long refusalsSince;
  private final long flashReadsInFlight;
  private final long inputBytes;
  private final ProcessUsage usage = ProcessUsage.now();
  private final long nowSeconds = System.currentTimeMillis() / 1000;

  private Moment(
      ServerFacts facts,
      Cache cache,
      NetServer server,
      @Nullable Tls tls,
      InputBudget input,
      Baseline baseline) {
    this.facts = facts;
    this.cache = cache;
    this.snapshot = cache.snapshot();
    this.protocol = baseline.since(server.protocolTotals());
    this.net = server.snapshot();
    this.tls = tls == null ? null : tls.snapshot();
    this.connectionsSince = baseline.connectionsSince(net);
    this.refusalsSince = baseline.refusalsSince(net);
    this.flashReadsInFlight = server.flashReadsInFlight();
    this.inputBytes = input.usedBytes();
  }

  static Moment now(
      ServerFacts facts,
      Cache cache,
      NetServer server,
      @Nullable Tls tls,
      InputBudget input,
      Baseline baseline) {
    return new Moment(facts, cache, server, tls, input, baseline);
  }

  ServerFacts facts() {
    return facts;
  }

  CacheSnapshot cache() {
    return snapshot;
  }

  NetSnapshot net() {
    return net;
  }

  ProcessUsage usage() {
    return usage;
  }

  long nowSeconds() {
    return nowSeconds;
  }

  long connectionsSince() {
    return connectionsSince;
  }

  long refusalsSince() {
    return refusalsSince;
  }

  long flashReadsInFlight() {
    return flashReadsInFlight;
  }

  long inputBytes() {
    return inputBytes;
  }

  long get(ProtocolCounter counter) {
    return protocol.getOrDefault(counter, 0L);
  }

  long get(CacheCounter counter) {
    return snapshot.get(counter);
  }

  long get(EngineCounter counter) {
    return cache.get(counter);
  }

  boolean hasFlash() {
    return snapshot.flash() != null;
  }

  /** The flash tier, of which only rows ask that are written when there is one. */
  StoreSnapshot flash() {
    @Nullable StoreSnapshot flash = snapshot.flash();
    if (flash == null) {
      throw new IllegalStateException("there is no flash");
    }
    return flash;
  }

  /** The return of an earlier run's items, of which only rows ask that need flash. */
  RestoreSnapshot restore() {
    RestoreSnapshot restore = cache.restore();
    if (restore == null) {
      throw new IllegalStateException("there is no flash");
    }
    return restore;
  }

  long stateBytes() {
    StateSnapshot state = cache.state();
    return state == null ? 0 : state.bytes();
  }

  boolean hasTls() {
    return tls != null;
  }

  boolean resumesTls() {
    TlsSettings settings = facts.config().net().tls();
    return settings != null && settings.resumes();
  }

  /** TLS, of which only rows ask that are written when it is spoken. */
  TlsSnapshot tls() {
    TlsSnapshot snapshotOfTls = tls;
    if (snapshotOfTls == null) {
      throw new IllegalStateException("there is no TLS");
    }
    return snapshotOfTls;
  }

  long usedPageCount() {
    return flash().pages().size() - (long) flash().freePageCount();
  }
}
