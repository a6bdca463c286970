package io.larder.server.stats;

import io.larder.cache.Cache;
import io.larder.protocol.ServerControl;
import io.larder.protocol.input.InputBudget;
import io.larder.protocol.stats.StatSink;
import io.larder.server.net.NetServer;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Carries out the commands that are about the server.
 *
 * <p><b>Threads.</b> Any.
 */
public final class ServerControls implements ServerControl {
  private final ServerFacts facts;
  private final Cache cache;
  private final NetServer net;
  private final InputBudget input;
  private final IntConsumer verbosity;
  private final Baseline baseline = new Baseline();

  /**
   * @param verbosity sets how much is logged
   */
  public ServerControls(
      ServerFacts facts, Cache cache, NetServer net, InputBudget input, IntConsumer verbosity) {
    this.facts = facts;
    this.cache = cache;
    this.net = net;
    this.input = input;
    this.verbosity = verbosity;
  }

  @Override
  public boolean stats(List<String> arguments, StatSink sink) {
    String which = arguments.isEmpty() ? "" : arguments.get(0);
    switch (which) {
      case "" -> general(sink);
      case "settings" -> SettingStat.writeAll(new SettingsNow(facts, cache), sink);
      case "extstore" -> PageStats.write(cache, sink);
      case "slabs" -> {
        sink.stat("active_slabs", 0);
        sink.stat("total_malloced", 0);
      }
      case "sizes" -> sink.stat("sizes_status", "disabled");
      case "items", "conns" -> {
        // Larder has no slab classes to tell of, and does not list its clients.
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void general(StatSink sink) {
    Moment moment = Moment.now(facts, cache, net, input, baseline);
    GeneralStat.writeAll(moment, sink);
  }

  @Override
  public void resetStats() {
    baseline.moveTo(net.protocolTotals(), net.snapshot());
    cache.resetCounters();
  }

  @Override
  public boolean flushAll(long delaySeconds) {
    cache.flushAll(cache.nowSeconds() + delaySeconds);
    return true;
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
  public String version() {
    return facts.protocolVersion();
  }
}
