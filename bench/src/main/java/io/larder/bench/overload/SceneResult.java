package io.larder.bench.overload;

import io.larder.bench.load.LoadResult;
import io.larder.bench.load.Tally;
import io.larder.bench.workload.OperationKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * A scene, measured.
 *
 * @param scene what was asked
 * @param settleSeconds at its beginning, of which latencies are shown and not judged: memory is
 *     touched for the first time, and the JVM still compiles what is asked now
 * @param before counters of the server when it began
 * @param seconds of it
 * @param load what came of the load
 * @param probes what came of the gets of hot keys, about a second each
 */
public record SceneResult(
    Scene scene,
    double settleSeconds,
    Map<String, Double> before,
    List<Second> seconds,
    LoadResult load,
    List<LoadResult> probes) {

  /** The seconds after the scene has settled; at least the last. */
  List<Second> settled() {
    List<Second> settled =
        seconds.stream()
            .filter(second -> second.seconds() - second.lengthSeconds() >= settleSeconds)
            .toList();
    return settled.isEmpty() ? List.of(seconds.getLast()) : settled;
  }

  /** Latencies of the gets of hot keys after the scene has settled, in nanoseconds. */
  Histogram probe() {
    Histogram all = settled().getFirst().probe().copy();
    settled().stream().skip(1).forEach(second -> all.add(second.probe()));
    return all;
  }

  /** How late a thread of the client woke that only slept, in nanoseconds. */
  Histogram late() {
    Histogram all = settled().getFirst().late().copy();
    settled().stream().skip(1).forEach(second -> all.add(second.late()));
    return all;
  }

  long rssBytesMax() {
    return seconds.stream().mapToLong(Second::rssBytes).max().orElse(0);
  }

  /** By how much a counter grew. */
  double grown(String counter) {
    return seconds.getLast().counter(counter) - before.getOrDefault(counter, 0.0);
  }

  private List<Tally> tallies() {
    List<Tally> tallies = new ArrayList<>();
    tallies.add(load.tally());
    probes.forEach(probe -> tallies.add(probe.tally()));
    return tallies;
  }

  long wrongCount() {
    return tallies().stream().mapToLong(Tally::wrongCount).sum();
  }

  List<String> wrongs() {
    return tallies().stream().flatMap(tally -> tally.wrongs().stream()).limit(3).toList();
  }

  long verifiedCount() {
    return tallies().stream().mapToLong(Tally::verifiedCount).sum();
  }

  /** Of the gets of hot keys, how many found something. */
  double probeHitPercent() {
    long keys = 0;
    long hits = 0;
    for (LoadResult probe : probes) {
      keys += probe.tally().of(OperationKind.get).keyCount();
      hits += probe.tally().of(OperationKind.get).hitCount();
    }
    return 100.0 * hits / Math.max(1, keys);
  }

  /** Whether more was asked than the device could do, as far as the server's counters tell. */
  boolean isOverloaded() {
    return !(scene == Scene.sets)
        || grown("larder_demote_dropped") > 0
        || grown("larder_write_pauses") > 0;
  }
}
