package io.larder.bench;

import io.larder.bench.load.ClientIo;
import io.larder.bench.load.LoadSettings;
import io.larder.bench.load.ServerAddress;
import io.larder.bench.wire.KeyText;
import io.larder.bench.wire.RequestWriter;
import io.larder.bench.wire.ValueBytes;
import io.larder.bench.workload.KeyWindow;
import io.larder.bench.workload.OperationMix;
import io.larder.bench.workload.Popularity;
import io.larder.bench.workload.Preset;
import io.larder.bench.workload.Ttls;
import io.larder.bench.workload.ValueSizes;
import io.larder.bench.workload.Workload;
import io.larder.bench.workload.ZipfPopularity;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is asked for, and how. */
final class LoadOptions {
  private static final Pattern SIZES = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");
  private static final double SECONDS_PER_MINUTE = 60;
  private static final double PERCENT = 100;
  private static final int DEFAULT_KEY_BYTES = 16;
  private static final int CONNECTIONS_MAX = 60_000;
  private static final int UNDER_WAY_MAX = 1 << 20;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Of all threads together. Default: 50.")
  int connections = 50;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Of the client; connections are dealt out to them. Default: 1.")
  int threads = 1;

  @Option(
      names = "--pipeline",
      paramLabel = "N",
      description = "Requests under way on each connection. Default: 1.")
  int pipeline = 1;

  @Option(
      names = "--multiget",
      paramLabel = "N",
      description = "Keys of each read. With meta: N quiet mg and an mn. Default: 1.")
  int multiget = 1;

  @Option(
      names = "--protocol",
      paramLabel = "WORD",
      description = "classic (get, set) or meta (mg, ms). Default: classic.")
  RequestWriter.Protocol protocol = RequestWriter.Protocol.classic;

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      description =
          "A preset: sizes, popularity, mix and TTLs of a production cache, --look-aside"
              + " included; what else is given here goes before it. 'list' prints all.")
  @Nullable String preset;

  @Option(names = "--keys", paramLabel = "N", description = "How many there are. Default: 1000000.")
  long keys = 1_000_000;

  @Option(
      names = "--key-size",
      paramLabel = "BYTES",
      description = "Of each key, 8 to 250. Default: 16.")
  @Nullable Integer keySize;

  @Option(
      names = "--value-size",
      paramLabel = "BYTES",
      description = "Of each value: a number, or a range such as 100-4000. Default: 100.")
  @Nullable String valueSize;

  @Option(
      names = "--value-max",
      paramLabel = "BYTES",
      description = "No value is larger, whatever a preset says. Default: 1000000.")
  int valueMax = 1_000_000;

  @Option(
      names = "--zipf",
      paramLabel = "THETA",
      description =
          "The key of rank r is asked for in proportion to 1/r^THETA; 0.99 is much used."
              + " Default: every key as often as any other.")
  @Nullable Double zipf;

  @Option(names = "--uniform", description = "Every key as often as any other.")
  boolean uniform;

  @Option(
      names = "--mix",
      paramLabel = "OP=W,..",
      description =
          "Weights of get, set, delete, lone-get (keys that nobody writes), lone-set (keys that"
              + " nobody reads). Default: get=100.")
  @Nullable String mix;

  @Option(
      names = "--ttl",
      paramLabel = "S",
      description = "Seconds that values live; 0 is for ever. Default: 0.")
  @Nullable Integer ttl;

  @Option(
      names = "--churn",
      paramLabel = "PERCENT",
      description = "How many of the keys are replaced by new ones in a minute. Default: 0.")
  double churn;

  @Option(names = "--look-aside", description = "Set what a get has missed.")
  boolean lookAside;

  @Option(
      names = "--verify",
      description =
          "Check every value that is read: its key, its bytes, and that nothing newer had"
              + " replaced or deleted it. Values below 24 bytes become 24.")
  boolean verify;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of everything that is drawn. Default: 1.")
  long seed = 1;

  @Option(
      names = "--io",
      paramLabel = "WAY",
      description =
          "How the client drives its sockets: auto, io_uring, epoll or nio. Default: auto.")
  ClientIo io = ClientIo.auto;

  /**
   * All of it, checked.
   *
   * @throws IllegalArgumentException with a sentence, if something cannot be
   */
  LoadSettings settings(ServerAddress server) {
    between("--connections", connections, 1, CONNECTIONS_MAX);
    between("--threads", threads, 1, connections);
    between("--pipeline", pipeline, 1, UNDER_WAY_MAX);
    between("--multiget", multiget, 1, UNDER_WAY_MAX / pipeline);
    if (verify && threads > 1) {
      throw new IllegalArgumentException(
          "--verify needs to know the order of all requests; use it with one thread");
    }
    return new LoadSettings(
        server, workload(), protocol, connections, threads, pipeline, multiget, seed, verify, io);
  }

  private Workload workload() {
    Preset base = base();
    int keyBytes = keySize != null ? keySize : base == null ? DEFAULT_KEY_BYTES : base.keyBytes();
    between("--keys", keys, 1, Integer.MAX_VALUE - 8L);
    between("--key-size", keyBytes, KeyText.BYTES_MIN, KeyText.BYTES_MAX);
    between("--ttl", ttl == null ? 0 : ttl, 0, Integer.MAX_VALUE);
    between("--value-max", valueMax, ValueBytes.HEADER_BYTES, 1 << 30);
    if (zipf != null && (uniform || !(zipf > 0) || zipf > 10)) {
      throw new IllegalArgumentException("--zipf is above 0, at most 10, and not with --uniform");
    }
    if (!(churn >= 0) || churn > 10_000) {
      throw new IllegalArgumentException("--churn is 0 to 10000 percent in a minute");
    }
    return new Workload(
        base == null ? "own" : base.name(),
        new KeyWindow(keys),
        popularity(base),
        sizes(base),
        mix != null || base == null
            ? OperationMix.parse(mix == null ? "get=100" : mix)
            : base.mix(),
        keyBytes,
        ttl != null || base == null ? Ttls.of(ttl == null ? 0 : ttl) : base.ttls(),
        keys * churn / PERCENT / SECONDS_PER_MINUTE,
        lookAside || base != null);
  }

  private @Nullable Preset base() {
    if (preset == null) {
      return null;
    }
    Preset named = Preset.named(preset);
    if (named == null) {
      throw new IllegalArgumentException(
          "there is no --workload " + preset + "; --workload list prints all");
    }
    return named;
  }

  private Popularity popularity(@Nullable Preset base) {
    if (zipf != null) {
      return new ZipfPopularity(keys, zipf);
    }
    return base == null || uniform ? Popularity.uniform(keys) : base.popularity(keys);
  }

  private ValueSizes sizes(@Nullable Preset base) {
    ValueSizes sizes =
        valueSize == null && base != null
            ? base.sizes().within(0, valueMax)
            : ownSizes(valueSize == null ? "100" : valueSize);
    return verify ? sizes.within(ValueBytes.HEADER_BYTES, Integer.MAX_VALUE) : sizes;
  }

  private static ValueSizes ownSizes(String text) {
    Matcher matcher = SIZES.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "--value-size " + text + " is neither a number nor a range such as 100-4000");
    }
    int min = Integer.parseInt(matcher.group(1));
    String upTo = matcher.group(2);
    if (upTo == null) {
      return new ValueSizes.Fixed(min);
    }
    int max = Integer.parseInt(upTo);
    if (max < min) {
      throw new IllegalArgumentException("--value-size " + text + " goes backwards");
    }
    return new ValueSizes.Range(min, max);
  }

  private static void between(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(option + " " + value + " is not " + min + " to " + max);
    }
  }
}
