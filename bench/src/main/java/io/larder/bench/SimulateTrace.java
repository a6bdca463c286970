package io.larder.bench;

import io.larder.bench.replay.Capacity;
import io.larder.bench.replay.Hits;
import io.larder.bench.replay.ItemSizes;
import io.larder.bench.replay.LruModel;
import io.larder.bench.replay.PlayedLarder;
import io.larder.bench.replay.Player;
import io.larder.bench.replay.SegmentedLruModel;
import io.larder.bench.replay.UnitSize;
import io.larder.bench.report.Amount;
import io.larder.bench.report.HitTable;
import io.larder.bench.report.Progress;
import io.larder.bench.trace.Operation;
import io.larder.bench.trace.Trace;
import io.larder.bench.trace.TraceFile;
import io.larder.bench.trace.TraceFormat;
import io.larder.bench.trace.Zipf;
import io.larder.cache.CacheConfig;
import io.larder.cache.stats.CacheCounter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code larder simulate-trace}: what caches of several sizes would make of a trace. */
@Command(
    name = "larder simulate-trace",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpWidth = 100,
    header = {
      "Tells the hit ratio and the flash writes of a trace of requests, at given sizes.",
      ""
    },
    description = {
      "",
      "Plays the trace to the cache that production runs, in one thread and on a clock of its own, so"
          + " the same trace gives the same figures. A get that misses is followed by a set, as clients"
          + " do. Beside it, in the same run: plain LRU, and a model of memcached's segmented LRU (hot"
          + " 20 %%, warm 40 %%, cold), both with as much memory as Larder's RAM and flash together,"
          + " and both charged for an item what Larder is: header, key, value, padding and slot.",
      "",
      "Formats, which are recognised unless --format names one:",
      "  csv         time,key,size[,op,ttl]",
      "  twitter     timestamp,key,key_size,value_size,client_id,op,TTL",
      "  cachebench  columns named in the first line, at least key,op,size",
      "  text        time key size",
      "  oracle      libCacheSim's oracleGeneral, 24 bytes each",
      "  int32le, int32be  nothing but keys, 4 bytes each",
      "A name that ends in .gz, .xz or .zst is unpacked on the way, the last two by the programs xz and"
          + " zstd. Instead of a file, zipf:EXPONENT[:KEYS[:REQUESTS]] makes reads up (10000 keys and"
          + " 5000000 requests if not said).",
      ""
    },
    footer = {
      "",
      "Sizes are bytes with k, m or g behind, or percents of the trace's footprint: of the bytes of"
          + " all its items, or for --items of the number of its keys.",
      "",
      "Examples:",
      "  larder simulate-trace requests.csv.zst                RAM of 1, 5, 10 and 25 %% of all items",
      "  larder simulate-trace requests.csv --ram 64m,128m --flash 1g",
      "  larder simulate-trace w106.trace.xz --items 0.5%%,1%%,5%%",
      "  larder simulate-trace w106.trace.xz --ram 1%% --flash 5%%,25%% --value-bytes 4096",
      "  larder simulate-trace zipf:0.9 --items 1%%,10%%",
      "",
      "Exit codes: 0 played, 1 something failed, 2 wrong option."
    })
public final class SimulateTrace implements Callable<Integer> {
  private static final Pattern ZIPF =
      Pattern.compile("zipf:(\\d+(?:\\.\\d+)?)(?::(\\d{1,9})(?::(\\d{1,9}))?)?");
  private static final List<String> SIZES_BY_DEFAULT = List.of("1%", "5%", "10%", "25%");
  private static final int CONTENDER_COUNT = 3;
  private static final int UNITS_MIN = 20;

  @Parameters(paramLabel = "FILE", description = "The trace, or zipf:EXPONENT[:KEYS[:REQUESTS]].")
  String source = "";

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description = "How the trace is written. Default: what it looks like.")
  @Nullable String formatName;

  @Option(
      names = {"--ram", "--sizes"},
      paramLabel = "SIZE,SIZE",
      split = ",",
      description = "RAM, index and all: 64m, or 5%% of the footprint. Default: 1%%,5%%,10%%,25%%.")
  List<String> ram = List.of();

  @Option(
      names = "--flash",
      paramLabel = "SIZE,SIZE",
      split = ",",
      description = "Flash, beside each size of RAM; 0 = none. Default: 0.")
  List<String> flash = List.of("0");

  @Option(
      names = "--items",
      paramLabel = "N,N",
      split = ",",
      description = "Instead of --ram: a number of items, all taken for equally large. RAM alone.")
  List<String> items = List.of();

  @Option(
      names = "--value-bytes",
      paramLabel = "BYTES",
      description = "Of each value, where the trace does not say. Default: 1024.")
  int valueBytes = 1024;

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "Play no more than the first N. Default: all.")
  int requestsMax = Integer.MAX_VALUE;

  @Option(names = "--seed", paramLabel = "S", description = "Of zipf. Default: 1.")
  long seed = 1;

  @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there, too.")
  @Nullable Path json;

  @Option(names = "--csv", paramLabel = "FILE", description = "The same as CSV.")
  @Nullable Path csv;

  @Spec CommandSpec spec = CommandSpec.create();

  /** Runs the command and ends the process. */
  public static void main(String... arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command, which says in one sentence what went wrong. */
  static CommandLine commandLine() {
    return OneSentence.of(new SimulateTrace());
  }

  /** A size to play: of RAM and flash, or a number of items. */
  private record Size(String words, long ramBytes, long flashBytes, int itemCount) {}

  @Override
  public Integer call() throws IOException {
    checkOptions();
    Map<String, String> facts = new LinkedHashMap<>();
    Trace trace = trace(facts);
    if (trace.requestCount() == 0) {
      throw new IOException(source + " has no requests in it.");
    }
    ItemSizes sizes = ItemSizes.of(trace, valueBytes);
    long footprintBytes = sizes.footprintBytes(trace);
    facts.put(
        "requests",
        "%,d: %,d gets, %,d sets, %,d deletes"
            .formatted(
                trace.requestCount(),
                trace.count(Operation.GET),
                trace.count(Operation.SET),
                trace.count(Operation.DELETE)));
    facts.put("keys", "%,d".formatted(trace.keyCount()));
    facts.put(
        "footprint",
        "%,d bytes%s"
            .formatted(
                footprintBytes,
                trace.hasSizes() ? "" : ", values of %,d bytes".formatted(valueBytes)));
    List<Size> wanted = items.isEmpty() ? byteSizes(footprintBytes) : itemSizes(trace.keyCount());

    PrintWriter out = spec.commandLine().getOut();
    facts.forEach((name, value) -> out.println("%-12s %s".formatted(name, value)));
    out.println();
    HitTable table = new HitTable();
    try (Progress progress =
        Progress.over("requests", (long) trace.requestCount() * wanted.size() * CONTENDER_COUNT)) {
      for (Size size : wanted) {
        table.add(
            size.itemCount > 0
                ? playUnits(trace, size, progress)
                : playBytes(trace, sizes, size, progress));
      }
    }
    table.table().forEach(out::println);
    out.flush();
    if (json != null) {
      Files.writeString(json, table.json(facts));
    }
    if (csv != null) {
      Files.writeString(csv, table.csv());
    }
    return CommandLine.ExitCode.OK;
  }

  // ------------------------------------------------------------------ what can be said against it

  private void checkOptions() {
    if (!items.isEmpty() && !ram.isEmpty()) {
      throw wrong("--items and --ram are two ways to say how large; give one.");
    }
    if (!items.isEmpty() && !flash.equals(List.of("0"))) {
      throw wrong("--items is for RAM alone; with --flash, say --ram.");
    }
    if (valueBytes < 0 || valueBytes > 1 << 24) {
      throw wrong("--value-bytes " + valueBytes + " is not between 0 and 16777216.");
    }
    if (requestsMax < 1) {
      throw wrong("--requests is at least 1.");
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private Amount amount(String option, String words) {
    Amount amount = Amount.parse(words);
    if (amount == null) {
      throw wrong(option + " " + words + " is neither a number (and k, m or g) nor a percentage.");
    }
    return amount;
  }

  private List<Size> byteSizes(long footprintBytes) {
    List<Size> sizes = new ArrayList<>();
    for (String ramWords : ram.isEmpty() ? SIZES_BY_DEFAULT : ram) {
      long ramBytes = amount("--ram", ramWords).of(footprintBytes);
      if (ramBytes < CacheConfig.RAM_BYTES_MIN) {
        throw wrong(
            "--ram %s is %,d bytes, and %,d are the least; larger items (--value-bytes) or --items"
                    .formatted(ramWords, ramBytes, CacheConfig.RAM_BYTES_MIN)
                + " help with small traces.");
      }
      for (String flashWords : flash) {
        long flashBytes = amount("--flash", flashWords).of(footprintBytes);
        if (flashBytes != 0 && flashBytes < PlayedLarder.FLASH_BYTES_MIN) {
          throw wrong(
              "--flash %s is %,d bytes, and %,d are the least."
                  .formatted(flashWords, flashBytes, PlayedLarder.FLASH_BYTES_MIN));
        }
        String words =
            flashBytes == 0 ? "RAM " + ramWords : "RAM " + ramWords + " + flash " + flashWords;
        sizes.add(new Size(words, ramBytes, flashBytes, 0));
      }
    }
    return sizes;
  }

  private List<Size> itemSizes(int keyCount) {
    List<Size> sizes = new ArrayList<>();
    for (String words : items) {
      long count = amount("--items", words).of(keyCount);
      if (count < UNITS_MIN || count > 1 << 28) {
        throw wrong(
            "--items %s is %,d items; %d are the least.".formatted(words, count, UNITS_MIN));
      }
      sizes.add(new Size("%,d items".formatted(count), 0, 0, (int) count));
    }
    return sizes;
  }

  // ------------------------------------------------------------------ the trace

  private Trace trace(Map<String, String> facts) throws IOException {
    Matcher zipf = ZIPF.matcher(source);
    if (zipf.matches()) {
      int keyCount = numberOr(zipf.group(2), 10_000);
      int requestCount = Math.min(numberOr(zipf.group(3), 5_000_000), requestsMax);
      if (keyCount < 1) {
        throw wrong(source + " has no keys.");
      }
      facts.put("trace", "%s, seed %d".formatted(source, seed));
      return Zipf.trace(Double.parseDouble(zipf.group(1)), keyCount, requestCount, seed);
    }
    TraceFile file = new TraceFile(Path.of(source), format());
    if (!file.isReadable()) {
      throw wrong(source + " is no file that can be read.");
    }
    facts.put("trace", Path.of(source).getFileName() + ", " + file.format().word());
    return file.read(requestsMax);
  }

  private static int numberOr(@Nullable String digits, int otherwise) {
    return digits == null ? otherwise : Integer.parseInt(digits);
  }

  private @Nullable TraceFormat format() {
    if (formatName == null) {
      return null;
    }
    for (TraceFormat each : TraceFormat.values()) {
      if (each.word().equals(formatName.toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    throw wrong(
        "--format %s is none of %s."
            .formatted(
                formatName,
                String.join(
                    ", ", List.of(TraceFormat.values()).stream().map(TraceFormat::word).toList())));
  }

  // ------------------------------------------------------------------ playing

  private static HitTable.Line playUnits(Trace trace, Size size, Progress progress) {
    UnitSize unit = UnitSize.of(size.itemCount);
    ItemSizes sizes = ItemSizes.ofUnits(trace.keyCount(), unit.valueBytes());
    return play(
        new Player(trace, sizes, progress::stepBy),
        trace,
        sizes,
        size.words,
        unit.ramBytes(),
        0,
        Capacity.ofItems(size.itemCount));
  }

  private static HitTable.Line playBytes(
      Trace trace, ItemSizes sizes, Size size, Progress progress) {
    return play(
        new Player(trace, sizes, progress::stepBy),
        trace,
        sizes,
        size.words,
        size.ramBytes,
        size.flashBytes,
        Capacity.ofBytes(size.ramBytes + size.flashBytes));
  }

  private static HitTable.Line play(
      Player player,
      Trace trace,
      ItemSizes sizes,
      String words,
      long ramBytes,
      long flashBytes,
      Capacity capacity) {
    Hits lru = player.play(new LruModel(trace.keyCount(), capacity));
    Hits segmented = player.play(new SegmentedLruModel(trace.keyCount(), capacity));
    try (PlayedLarder larder = new PlayedLarder(ramBytes, flashBytes, sizes)) {
      Hits hits = player.play(larder);
      long flashHits = larder.count(CacheCounter.FLASH_HITS);
      return new HitTable.Line(
          words,
          ramBytes,
          flashBytes,
          hits.itemsMax(),
          hits.percentOf(hits.hits() - flashHits),
          hits.percentOf(flashHits),
          lru.percent(),
          segmented.percent(),
          larder.flashBytesWritten(),
          hits.storedBytes(),
          larder.writeAmplification(),
          larder.refusedCount());
    }
  }
}
