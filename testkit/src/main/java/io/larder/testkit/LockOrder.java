package io.larder.testkit;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Looks at the monitors that threads hold and wait for, and notes which was taken inside which.
 *
 * <p>What it sees is a sample: a test that relies on it also asserts that the nestings it is about
 * were seen.
 *
 * <p><b>Threads.</b> One looks; it sees all.
 */
public final class LockOrder {
  private final Map<String, Integer> ranks;
  private final Set<String> seen = new TreeSet<>();
  private final Set<String> wrong = new TreeSet<>();

  /**
   * An order of classes whose monitors are taken.
   *
   * @param ranks a monitor may be taken inside those of lower rank only; others are not looked at
   */
  public LockOrder(Map<Class<?>, Integer> ranks) {
    this.ranks =
        ranks.entrySet().stream()
            .collect(Collectors.toMap(one -> one.getKey().getName(), Map.Entry::getValue));
  }

  /** Looks at every thread once. */
  public void look() {
    for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, false)) {
      look(thread);
    }
  }

  private void look(ThreadInfo thread) {
    List<MonitorInfo> held =
        Arrays.stream(thread.getLockedMonitors())
            .filter(one -> ranks.containsKey(one.getClassName()))
            .sorted(Comparator.comparingInt(MonitorInfo::getLockedStackDepth).reversed())
            .toList();
    for (int i = 0; i < held.size(); i++) {
      MonitorInfo outer = held.get(i);
      for (MonitorInfo inner : held.subList(i + 1, held.size())) {
        // Of two that one method has taken it cannot be told which came first.
        if (outer.getLockedStackDepth() != inner.getLockedStackDepth()) {
          note(outer, inner);
        }
      }
      LockInfo wanted = thread.getLockInfo();
      if (thread.getThreadState() == Thread.State.BLOCKED
          && wanted != null
          && ranks.containsKey(wanted.getClassName())) {
        note(outer, wanted);
      }
    }
  }

  private void note(LockInfo outer, LockInfo inner) {
    if (outer.getIdentityHashCode() == inner.getIdentityHashCode()) {
      return;
    }
    String nesting = simpleName(outer) + " > " + simpleName(inner);
    seen.add(nesting);
    if (rank(outer) >= rank(inner)) {
      wrong.add(nesting);
    }
  }

  private int rank(LockInfo lock) {
    return ranks.getOrDefault(lock.getClassName(), 0);
  }

  private static String simpleName(LockInfo lock) {
    return lock.getClassName().substring(lock.getClassName().lastIndexOf('.') + 1);
  }

  /** Every nesting seen so far, as {@code Outer > Inner}. */
  public Set<String> seen() {
    return Set.copyOf(seen);
  }

  /** Those of them that break the order. */
  public Set<String> wrong() {
    return Set.copyOf(wrong);
  }
}
