package io.larder.bench.scale;

import io.larder.bench.compare.ServerStats;
import io.larder.bench.compare.StartedServer;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Measures points, each on a server started for it.
 *
 * @param larder the launcher
 * @param folder where flash files are made, and removed
 * @param warmUpSeconds of the same load before each measurement
 * @param seconds of each measurement
 */
public record PointRun(Path larder, Path folder, double warmUpSeconds, double seconds) {
  private static final LoadRun.Watcher NOBODY = (_, _) -> {};
  private static final int KEY_BYTES = 16;

  /** Connections that are the tool's own. */
  private static final int SPARE_CONNECTIONS = 50;

  /** While filling: many connections would only fill the queues. */
  private static final int FILLING_CONNECTIONS_MAX = 50;

  /** So that none is dropped for want of time to write; without flash there is no such limit. */
  private static final double FLASH_FILL_PER_SECOND = 150_000;

  /** Starts a server, fills it, reads from it, ends it. */
  public Figures measure(Point point) throws IOException {
    Path flash = folder.toAbsolutePath().normalize().resolve("larder-bench-scale.flash");
    long begin = System.nanoTime();
    try (StartedServer server = StartedServer.start("larder", command(point, flash), null)) {
      double startSeconds = (System.nanoTime() - begin) / 1e9;
      return measure(point, server, startSeconds);
    } finally {
      StartedServer.removeFlash(flash);
    }
  }

  private List<String> command(Point point, Path flash) {
    List<String> command =
        new ArrayList<>(
            List.of(
                larder.toString(),
                "serve",
                "-m",
                "" + point.megabytes(),
                "-t",
                "" + point.loops(),
                "-c",
                "" + (point.connections() + SPARE_CONNECTIONS),
                "-p",
                "{port}"));
    if (point.flashMegabytes() == 0) {
      command.add("--ram-only");
    } else {
      command.addAll(List.of("-o", "ext_path=" + flash + ":" + point.flashMegabytes() + "m"));
    }
    return command;
  }

  private Figures measure(Point point, StartedServer server, double startSeconds)
      throws IOException {
    ServerProcess process = new ServerProcess(server.pid());
    LoadResult filled;
    try (LoadRun run =
        LoadRun.connect(
            settings(server, point, Math.min(FILLING_CONNECTIONS_MAX, point.connections())),
            process)) {
      filled = run.run(Phase.load(point.flashMegabytes() > 0 ? FLASH_FILL_PER_SECOND : 0), NOBODY);
    }
    try (ServerStats stats = ServerStats.connect(server.contestant().address());
        LoadRun run = LoadRun.connect(settings(server, point, point.connections()), process)) {
      run.run(Phase.of("warm-up", warmUpSeconds, 0), NOBODY);
      Map<String, Double> before = stats.numbers();
      LoadResult result = run.run(Phase.of("run", seconds, 0), NOBODY);
      Map<String, Double> after = stats.numbers();
      if (result.tally().errorCount() > 0) {
        throw new IOException("the server answered with errors: " + result.tally().errors());
      }
      var reads = result.tally().of(OperationKind.get);
      Histogram latency = reads.latency();
      double keys = Math.max(1, reads.keyCount());
      return new Figures(
          startSeconds,
          filled.requestsPerSecond(),
          result.keysPerSecond(),
          result.serverCpuMicrosPerKey(),
          latency.getValueAtPercentile(50) / 1e3,
          latency.getValueAtPercentile(99) / 1e3,
          100 * reads.hitCount() / keys,
          100
              * (after.getOrDefault("get_extstore", 0.0) - before.getOrDefault("get_extstore", 0.0))
              / keys,
          result.serverRssBytes(),
          after.getOrDefault("larder_index_bytes_per_item", Double.NaN));
    }
  }

  private static LoadSettings settings(StartedServer server, Point point, int connections) {
    Workload workload =
        new Workload(
            point.name(),
            new KeyWindow(point.items()),
            Popularity.uniform(point.items()),
            new ValueSizes.Fixed(point.valueBytes()),
            OperationMix.parse("get=100"),
            KEY_BYTES,
            Ttls.NONE,
            0,
            false);
    return new LoadSettings(
        server.contestant().address(),
        workload,
        Protocol.classic,
        connections,
        1,
        1,
        1,
        1,
        false,
        ClientIo.auto);
  }
}
