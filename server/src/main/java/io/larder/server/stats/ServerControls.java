package io.larder.server.stats;

import io.larder.cache.Cache;
import io.larder.cache.model.Crawler;
import io.larder.protocol.ServerControl;
import io.larder.protocol.input.InputBudget;
import io.larder.protocol.stats.PrefixStats;
import io.larder.protocol.stats.StatSink;
import io.larder.protocol.watch.WatchLog;
import io.larder.server.net.NetServer;
import io.larder.server.tls.Tls;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the commands that are about the server.
 *
 * <p><b>Threads.</b> Any.
 */
public final class ServerControls implements ServerControl {
  private static final Logger LOG = LoggerFactory.getLogger(ServerControls.class);

  private final ServerFacts facts;
  private final Cache cache;
  private final NetServer net;
  private final @Nullable Tls tls;
  private final InputBudget input;
  private final WatchLog watchLog;
  private final IntConsumer verbosity;
  private final Runnable end;
  private final @Nullable MovableClock clock;
  private final PrefixStats prefixes;
  private final Baseline baseline = new Baseline();
  private volatile boolean countsPrefixes;

  /**
   * @param tls null where none is spoken
   * @param verbosity sets how much is logged
   * @param end ends the server, soon
   * @param clock the cache's, if tests may move it; else null
   */
  public ServerControls(
      ServerFacts facts,
      Cache cache,
      NetServer net,
      @Nullable Tls tls,
      InputBudget input,
      WatchLog watchLog,
      IntConsumer verbosity,
      Runnable end,
      @Nullable MovableClock clock) {
    this.facts = facts;
    this.cache = cache;
    this.net = net;
    this.tls = tls;
    this.input = input;
    this.watchLog = watchLog;
    this.verbosity = verbosity;
    this.end = end;
    this.clock = clock;
    this.prefixes = new PrefixStats(facts.config().prefixes().delimiter());
  }

  @Override
  public boolean stats(List<String> arguments, StatSink sink) {
    String which = arguments.isEmpty() ? "" : arguments.get(0);
    switch (which) {
      case "" -> general(sink);
      case "settings" ->
          SettingStat.writeAll(
              new SettingsNow(facts.with(cache.config()), cache, countsPrefixes), sink);
      case "extstore" -> PageStats.write(cache, sink);
      case "items" -> ItemStats.writeItems(cache, sink);
      case "slabs" -> ItemStats.writeSlabs(cache, baseline.since(net.classTotals()), sink);
      case "sizes" -> ItemStats.writeSizes(cache, sink);
      case "conns" -> ConnectionStats.write(net.connections(), sink);
      case "larder" -> GeneralStat.writeOwn(moment(), sink);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void general(StatSink sink) {
    if (isUnderTest()) {
      GeneralStat.writeMemcacheds(moment(), sink);
    } else {
      GeneralStat.writeAll(moment(), sink);
    }
  }

  private Moment moment() {
    return Moment.now(facts, cache, net, tls, input, watchLog, baseline);
  }

  @Override
  public void countPrefixes(boolean on) {
    net.countPrefixes(on ? prefixes : null);
    countsPrefixes = on;
  }

  @Override
  public void dumpPrefixes(StatSink sink) {
    prefixes.dump(sink);
  }

  @Override
  public void resetStats() {
    baseline.moveTo(net.protocolTotals(), net.classTotals(), net.snapshot());
    cache.resetCounters();
    prefixes.clear();
    watchLog.resetCounters();
  }

  @Override
  public Crawler crawler() {
    return cache.crawler();
  }

  @Override
  public void flushAll(long delaySeconds) {
    cache.flushAll(cache.nowSeconds() + delaySeconds);
  }

  @Override
  public boolean memoryLimit(long megabytes) {
    boolean done = cache.resizeRam(megabytes << 20);
    if (done) {
      LOG.info("index and items may take {} MB of RAM now", megabytes);
    }
    return done;
  }

  @Override
  public boolean tune(String name, double value) {
    Optional<TunableSetting> setting = TunableSetting.of(name);
    setting.ifPresent(found -> found.set(cache.tunables(), value));
    return setting.isPresent();
  }

  @Override
  public void verbosity(int level) {
    verbosity.accept(level);
  }

  @Override
  public boolean isUnderTest() {
    return clock != null;
  }

  @Override
  public void holdTime(boolean held) {
    if (clock != null) {
      clock.hold(held);
    }
  }

  @Override
  public void moveTime(long seconds) {
    if (clock != null) {
      clock.move(seconds);
    }
  }

  @Override
  public String version() {
    return facts.protocolVersion();
  }

  @Override
  public boolean mayShutDown() {
    return facts.config().access().shutsDown();
  }

  /** Every end is an orderly one here. */
  @Override
  public void shutDown(boolean graceful) {
    LOG.info("a client ends the server");
    end.run();
  }

  @Override
  public @Nullable String refreshCertificates() {
    if (tls == null) {
      return "Error TLS not enabled";
    }
    String why = tls.refresh();
    return why == null ? null : "SERVER_ERROR " + why;
  }
}
