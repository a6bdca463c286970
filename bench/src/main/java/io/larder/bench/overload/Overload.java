package io.larder.bench.overload;

import io.larder.bench.compare.Contestant;
import io.larder.bench.compare.ServerStats;
import io.larder.bench.load.ClientIo;
import io.larder.bench.load.LoadResult;
import io.larder.bench.load.LoadRun;
import io.larder.bench.load.LoadSettings;
import io.larder.bench.load.Phase;
import io.larder.bench.load.ServerProcess;
import io.larder.bench.wire.RequestWriter.Protocol;
import io.larder.bench.workload.KeyWindow;
import io.larder.bench.workload.OperationKind;
import io.larder.bench.workload.OperationMix;
import io.larder.bench.workload.Popularity;
import io.larder.bench.workload.Ttls;
import io.larder.bench.workload.ValueSizes;
import io.larder.bench.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.HdrHistogram.Histogram;

/**
 * Scenes on one server, while a few hot keys are asked for at a steady rate by a connection of
 * their own: what it waits is what every other client of the server would wait.
 *
 * <p><b>Threads.</b> Confined to one; the load of a scene is driven by another.
 */
public final class Overload {
  private static final int LOAD_KEY_BYTES = 16;

  /** Of another length, so that nobody else ever names one of these keys. */
  private static final int PROBE_KEY_BYTES = 20;

  private static final int PROBE_KEYS = 50;
  private static final int PROBE_VALUE_BYTES = 100;
  private static final double PROBE_SECONDS = 1;
  private static final LoadRun.Watcher NOBODY = (_, _) -> {};

  private final Contestant server;
  private final ServerProcess process;
  private final LoadShape shape;

  /**
   * The load of the scenes.
   *
   * @param keyCount keys that are written and read
   * @param valueBytes of each value
   * @param connections of the load
   * @param pipeline requests under way on each
   * @param probesPerSecond gets of hot keys
   */
  public record LoadShape(
      long keyCount, int valueBytes, int connections, int pipeline, double probesPerSecond) {}

  /** For a server whose process is known. */
  public Overload(Contestant server, ServerProcess process, LoadShape shape) {
    this.server = server;
    this.process = process;
    this.shape = shape;
  }

  /** Writes every key once, slowly enough that the device keeps up. */
  public LoadResult fill(double keysPerSecond, LoadRun.Watcher watcher) throws IOException {
    try (LoadRun run = LoadRun.connect(loadSettings(Scene.sets), process)) {
      return run.run(Phase.load(keysPerSecond), watcher);
    }
  }

  /** The hot keys alone: what they take with nobody else there. */
  public Histogram quiet(double seconds) throws IOException {
    try (LoadRun probe = LoadRun.connect(probeSettings(), process)) {
      probe.run(Phase.load(0), NOBODY);
      // What the compilers of server and client do at first is no property of either.
      probe.run(Phase.of("warm-up", seconds, shape.probesPerSecond), NOBODY);
      LoadResult result = probe.run(Phase.of("quiet", seconds, shape.probesPerSecond), NOBODY);
      return result.tally().of(OperationKind.get).latency();
    }
  }

  /** Plays a scene; {@code watcher} is told of each second. */
  public SceneResult play(Scene scene, double settleSeconds, double seconds, Runnable watcher)
      throws IOException {
    try (ServerStats stats = ServerStats.connect(server.address());
        Hiccups hiccups = Hiccups.start();
        LoadRun probe = LoadRun.connect(probeSettings(), process);
        LoadRun run = LoadRun.connect(loadSettings(scene), process)) {
      probe.run(Phase.load(0), NOBODY);
      Map<String, Double> before = stats.numbers();
      Executor ownThread = task -> Thread.ofPlatform().daemon().name("larder-overload").start(task);
      CompletableFuture<LoadResult> load =
          CompletableFuture.supplyAsync(() -> carryOut(run, scene, seconds), ownThread);
      List<Second> course = new ArrayList<>();
      List<LoadResult> probes = new ArrayList<>();
      long begin = System.nanoTime();
      while (course.isEmpty() || !load.isDone()) {
        LoadResult result =
            probe.run(Phase.of("probe", PROBE_SECONDS, shape.probesPerSecond), NOBODY);
        probes.add(result);
        course.add(
            new Second(
                (System.nanoTime() - begin) / 1e9,
                result.seconds(),
                result.tally().of(OperationKind.get).latency(),
                hiccups.sinceLast(),
                process.rssBytes(),
                stats.numbers()));
        watcher.run();
      }
      return new SceneResult(scene, settleSeconds, before, course, ended(load), probes);
    }
  }

  private static LoadResult carryOut(LoadRun run, Scene scene, double seconds) {
    try {
      return run.run(Phase.of(scene.name(), seconds, 0), NOBODY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LoadResult ended(CompletableFuture<LoadResult> load) throws IOException {
    try {
      return load.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      Throwable deeper = cause instanceof UncheckedIOException ? cause.getCause() : cause;
      String message = deeper == null ? null : deeper.getMessage();
      throw new IOException("under overload: " + (message == null ? deeper : message), e);
    }
  }

  private LoadSettings loadSettings(Scene scene) {
    return settings(
        scene.name(),
        shape.keyCount,
        shape.valueBytes,
        scene.mix(),
        LOAD_KEY_BYTES,
        shape.connections,
        shape.pipeline);
  }

  private LoadSettings probeSettings() {
    return settings("probe", PROBE_KEYS, PROBE_VALUE_BYTES, "get=100", PROBE_KEY_BYTES, 8, 1);
  }

  private LoadSettings settings(
      String name,
      long keyCount,
      int valueBytes,
      String mix,
      int keyBytes,
      int connections,
      int pipeline) {
    Workload workload =
        new Workload(
            name,
            new KeyWindow(keyCount),
            Popularity.uniform(keyCount),
            new ValueSizes.Fixed(valueBytes),
            OperationMix.parse(mix),
            keyBytes,
            Ttls.NONE,
            0,
            false);
    return new LoadSettings(
        server.address(),
        workload,
        Protocol.classic,
        connections,
        1,
        pipeline,
        1,
        1,
        true,
        ClientIo.auto);
  }
}
