package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.process.Stats;
import java.util.ArrayList;
import java.util.List;

/** Sums in a server's statistics that must come out whenever its background work is at rest. */
public final class Books {
  private Books() {}

  /** Every sum that does not come out, a sentence each; empty when all do. */
  public static List<String> problems(Stats stats) {
    List<String> problems = new ArrayList<>();
    check(
        problems,
        "curr_items = larder_ram_items + larder_flash_items",
        stats.number("curr_items"),
        stats.number("larder_ram_items") + stats.number("larder_flash_items"));
    check(
        problems,
        "extstore_page_allocs - extstore_page_reclaims = extstore_pages_used",
        stats.number("extstore_page_allocs") - stats.number("extstore_page_reclaims"),
        stats.number("extstore_pages_used"));
    return problems;
  }

  /**
   * As {@link #problems(Stats)}, for a server that was only ever written to: then every record that
   * was written to flash is there, was evicted, was moved, or was replaced by a set.
   */
  public static List<String> problemsAfterSets(Stats stats) {
    List<String> problems = problems(stats);
    check(
        problems,
        "extstore_objects_written = used + evicted + compact_rescues + larder_slots_taken_unread",
        stats.number("extstore_objects_written"),
        stats.number("extstore_objects_used")
            + stats.number("extstore_objects_evicted")
            + stats.number("extstore_compact_rescues")
            + stats.number("larder_slots_taken_unread"));
    check(
        problems,
        "extstore_objects_used = larder_flash_items",
        stats.number("extstore_objects_used"),
        stats.number("larder_flash_items"));
    return problems;
  }

  /** Waits until the sums come out, at most a few seconds; returns those that still do not. */
  public static List<String> settle(int port, boolean onlySets) {
    List<String> problems = List.of();
    for (int i = 0; i < 50; i++) {
      Stats stats = Stats.of(port);
      problems = onlySets ? problemsAfterSets(stats) : problems(stats);
      if (problems.isEmpty()) {
        return problems;
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return problems;
      }
    }
    return problems;
  }

  private static void check(List<String> problems, String sum, long left, long right) {
    if (left != right) {
      problems.add(sum + " does not come out: " + left + " and " + right);
    }
  }
}
