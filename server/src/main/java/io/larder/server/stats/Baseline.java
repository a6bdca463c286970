package io.larder.server.stats;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.protocol.stats.ClassTotals;
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
  private ClassTotals classes = ClassTotals.NONE;

  @GuardedBy("this")
  private long connections;

  @GuardedBy("this")
  private long refusals;

  /** Counts from these on. */
  synchronized void moveTo(
      Map<ProtocolCounter, Long> protocolTotals, ClassTotals classTotals, NetSnapshot net) {
    protocol = Map.copyOf(protocolTotals);
    classes = classTotals;
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

  /** What was counted by size class since. */
  synchronized ClassTotals since(ClassTotals classTotals) {
    return classTotals.since(classes);
  }

  synchronized long connectionsSince(NetSnapshot net) {
    return net.totalCount() - connections;
  }

  synchronized long refusalsSince(NetSnapshot net) {
    return net.refusedCount() - refusals;
  }
}
