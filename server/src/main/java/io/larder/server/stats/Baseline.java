package io.larder.server.stats;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.server.net.NetSnapshot;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the counters stood at when they were last set back.
 *
 * <p><b>Threads.</b> Any.
 */
final class Baseline {
  @GuardedBy("this")
  private Map<ProtocolCounter, Long> protocol = Map.of();

  @GuardedBy("this")
  private long connections;

  @GuardedBy("this")
  private long refusals;

  /** Counts from these on. */
  synchronized void moveTo(Map<ProtocolCounter, Long> protocolTotals, NetSnapshot net) {
    protocol = Map.copyOf(protocolTotals);
    connections = net.totalCount();
    refusals = net.refusedCount();
  }

  /** What was counted since. */
  synchronized Map<ProtocolCounter, Long> since(Map<ProtocolCounter, Long> protocolTotals) {
    Map<ProtocolCounter, Long> since = new EnumMap<>(ProtocolCounter.class);
    protocolTotals.forEach(
        (counter, total) -> since.put(counter, total - protocol.getOrDefault(counter, 0L)));
    return since;
  }

  synchronized long connectionsSince(NetSnapshot net) {
    return net.totalCount() - connections;
  }

  synchronized long refusalsSince(NetSnapshot net) {
    return net.refusedCount() - refusals;
  }
}
