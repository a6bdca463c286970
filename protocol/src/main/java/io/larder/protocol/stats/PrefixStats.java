package io.larder.protocol.stats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of the keys that begin alike: gets, hits, sets and deletes by the part of the key
 * before a delimiter. Keys without one are not counted.
 *
 * <p>A client chooses its keys, so the number of prefixes is bounded; what comes after the last is
 * not counted.
 *
 * <p><b>Threads.</b> Any.
 */
public final class PrefixStats {
  /** How many prefixes are told apart. */
  static final int PREFIXES_MAX = 10_000;

  private final byte delimiter;
  private final Map<String, Counts> counts = new ConcurrentHashMap<>();

  /** Of one prefix. */
  private static final class Counts {
    private final LongAdder gets = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder sets = new LongAdder();
    private final LongAdder deletes = new LongAdder();
  }

  /**
   * @param delimiter of ASCII
   */
  public PrefixStats(char delimiter) {
    this.delimiter = (byte) delimiter;
  }

  /** Counts a get. */
  public void get(MemorySegment memory, long keyOffset, int keyLength, boolean hit) {
    Counts of = of(memory, keyOffset, keyLength);
    if (of != null) {
      of.gets.increment();
      of.hits.add(hit ? 1 : 0);
    }
  }

  /** Counts a set, stored or not. */
  public void set(MemorySegment memory, long keyOffset, int keyLength) {
    Counts of = of(memory, keyOffset, keyLength);
    if (of != null) {
      of.sets.increment();
    }
  }

  /** Counts a delete, of something or nothing. */
  public void delete(MemorySegment memory, long keyOffset, int keyLength) {
    Counts of = of(memory, keyOffset, keyLength);
    if (of != null) {
      of.deletes.increment();
    }
  }

  private @Nullable Counts of(MemorySegment memory, long keyOffset, int keyLength) {
    String prefix = prefix(memory, keyOffset, keyLength);
    if (prefix == null) {
      return null;
    }
    Counts known = counts.get(prefix);
    if (known != null || counts.size() >= PREFIXES_MAX) {
      return known;
    }
    return counts.computeIfAbsent(prefix, unknown -> new Counts());
  }

  /** Null if the key has no delimiter. */
  private @Nullable String prefix(MemorySegment memory, long keyOffset, int keyLength) {
    int length = 0;
    while (length < keyLength
        && memory.get(ValueLayout.JAVA_BYTE, keyOffset + length) != delimiter) {
      length++;
    }
    if (length == keyLength) {
      return null;
    }
    byte[] bytes = new byte[length];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, keyOffset, bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Forgets everything. */
  public void clear() {
    counts.clear();
  }

  /** Writes a line for each prefix, in memcached's form. */
  public void dump(StatSink sink) {
    new TreeMap<>(counts)
        .forEach((prefix, of) ->
            sink.line(
                "PREFIX %s get %d hit %d set %d del %d"
                    .formatted(
                        prefix, of.gets.sum(), of.hits.sum(), of.sets.sum(), of.deletes.sum())));
  }
}
