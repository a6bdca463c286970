package io.larder.bench.trace;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which column of a CacheBench trace is which. Only key, op and size have to be there. */
final class CacheBenchColumns {
  /** A line may stand for many equal requests; more than so many say nothing new about a cache. */
  private static final int REPEATS_MAX = 1000;

  private final Map<String, Integer> positions = new HashMap<>();

  /** Whether a first line names the columns that have to be there. */
  static boolean areNamedIn(String line) {
    List<String> names = List.of(line.toLowerCase(Locale.ROOT).strip().split(",", -1));
    return names.containsAll(List.of("key", "op", "size"));
  }

  void name(List<String> names) {
    TraceFormat.require(
        areNamedIn(String.join(",", names)), "the first line has to name key, op and size");
    for (int i = 0; i < names.size(); i++) {
      positions.put(names.get(i).strip().toLowerCase(Locale.ROOT), i);
    }
  }

  void add(List<String> fields, long lineNumber, TraceBuilder builder) {
    String key = field(fields, "key");
    String keyLength = field(fields, "key_size");
    String time = field(fields, "op_time");
    int repeats = Math.clamp(TraceFormat.size(field(fields, "op_count")), 1, REPEATS_MAX);
    for (int i = 0; i < repeats; i++) {
      builder.add(
          time.isBlank() ? lineNumber / 1000 : TraceFormat.seconds(time),
          key,
          Operation.named(field(fields, "op")),
          keyLength.isBlank() ? key.length() : TraceFormat.size(keyLength),
          TraceFormat.size(field(fields, "size")),
          TraceFormat.size(field(fields, "ttl")));
    }
  }

  /** A field, or nothing where the trace has no such column. */
  private String field(List<String> fields, String name) {
    Integer position = positions.get(name);
    if (position == null) {
      return "";
    }
    TraceFormat.require(position < fields.size(), "the field " + name + " is missing");
    return fields.get(position);
  }
}
