package io.larder.server.stats;

import io.larder.cache.Cache;
import io.larder.cache.CacheSnapshot;
import io.larder.cache.stats.ClassSnapshot;
import io.larder.cache.stats.SizesSnapshot;
import io.larder.cache.stats.SlabClasses;
import io.larder.protocol.stats.ClassTotals;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.protocol.stats.StatSink;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rows of {@code stats items}, {@code slabs} and {@code sizes}, in memcached's form: an item in
 * RAM counts under the class that memcached would have put it into, every item on flash under class
 * 1.
 *
 * <p>There are no slabs. A class has as many pages as its items would fill, and no more; what
 * belongs to memcached's four queues is 0.
 */
final class ItemStats {
  private static final List<String> ZEROES_OF_QUEUES =
      List.of("number_hot", "number_warm", "number_cold");

  private static final List<String> ZEROES_BEHIND =
      List.of(
          "tailrepairs",
          "reclaimed",
          "expired_unfetched",
          "evicted_unfetched",
          "evicted_active",
          "crawler_reclaimed",
          "crawler_items_checked",
          "lrutail_reflocked",
          "moves_to_cold",
          "moves_to_warm",
          "moves_within_lru",
          "direct_reclaims",
          "hits_to_hot",
          "hits_to_warm",
          "hits_to_cold",
          "hits_to_temp");

  /** In memcached's order. */
  private static final List<ProtocolCounter> COUNTERS_OF_SLABS =
      List.of(
          ProtocolCounter.GET_HITS,
          ProtocolCounter.CMD_SET,
          ProtocolCounter.DELETE_HITS,
          ProtocolCounter.INCR_HITS,
          ProtocolCounter.DECR_HITS,
          ProtocolCounter.CAS_HITS,
          ProtocolCounter.CAS_BADVAL,
          ProtocolCounter.TOUCH_HITS);

  /** {@code stats sizes} counts in steps of so many bytes. */
  private static final int SIZE_STEP_BYTES = 32;

  private ItemStats() {}

  /**
   * One class.
   *
   * @param flashCount items on flash that are shown in it
   */
  private record Row(ClassSnapshot ram, long flashCount) {
    int slabClass() {
      return ram.slabClass();
    }

    long number() {
      return ram.ramItemCount() + flashCount;
    }
  }

  private static List<Row> rows(SizesSnapshot sizes) {
    List<Row> rows = new ArrayList<>();
    long flashCount = sizes.flashItemCount();
    for (ClassSnapshot one : sizes.classes()) {
      boolean isOfFlash = one.slabClass() == SlabClasses.OF_FLASH;
      rows.add(new Row(one, isOfFlash ? flashCount : 0));
    }
    boolean isThere = !rows.isEmpty() && rows.get(0).slabClass() == SlabClasses.OF_FLASH;
    if (flashCount > 0 && !isThere) {
      rows.add(0, new Row(new ClassSnapshot(SlabClasses.OF_FLASH, 0, 0, 0), flashCount));
    }
    return rows;
  }

  /** {@code stats items}. */
  static void writeItems(Cache cache, StatSink sink) {
    CacheSnapshot now = cache.snapshot();
    List<Row> rows = rows(cache.sizes());
    double bytesOfChunks = rows.stream().mapToDouble(row -> chunkBytes(row.ram())).sum();
    for (Row row : rows) {
      String prefix = "items:" + row.slabClass() + ":";
      sink.stat(prefix + "number", row.number());
      zeroes(prefix, ZEROES_OF_QUEUES, sink);
      sink.stat(prefix + "age_hot", 0);
      sink.stat(prefix + "age_warm", 0);
      sink.stat(prefix + "age", ageSeconds(row, now));
      sink.stat(prefix + "mem_requested", bytes(row, bytesOfChunks, now));
      sink.stat(prefix + "evicted", row.ram().evictedCount());
      sink.stat(prefix + "evicted_nonzero", 0);
      sink.stat(prefix + "evicted_time", 0);
      sink.stat(prefix + "outofmemory", 0);
      for (String name : ZEROES_BEHIND) {
        sink.stat(
            prefix + name, name.equals("evicted_unfetched") ? row.ram().evictedUnreadCount() : 0);
      }
    }
  }

  private static double chunkBytes(ClassSnapshot ram) {
    return (double) ram.ramItemCount() * ram.chunkBytes();
  }

  /**
   * What the items of a class take of RAM. All classes together is known, so that is shared out by
   * the number of items and the size of the class.
   */
  private static long bytes(Row row, double bytesOfChunks, CacheSnapshot now) {
    return bytesOfChunks == 0
        ? 0
        : Math.round(now.ramItemBytes() * (chunkBytes(row.ram()) / bytesOfChunks));
  }

  /** How old the oldest item of a class may be. */
  private static long ageSeconds(Row row, CacheSnapshot now) {
    return row.flashCount() > 0
        ? Math.max(now.ramAgeSeconds(), now.flashAgeSeconds())
        : now.ramAgeSeconds();
  }

  /** {@code stats slabs}: a class is shown if there is an item of it, or if it has counted any. */
  static void writeSlabs(Cache cache, ClassTotals totals, StatSink sink) {
    CacheSnapshot now = cache.snapshot();
    SortedMap<Integer, ClassSnapshot> classes = new TreeMap<>();
    for (int i = SlabClasses.FIRST; i <= SlabClasses.LAST; i++) {
      if (totals.hasAnyOf(i)) {
        classes.put(i, new ClassSnapshot(i, 0, 0, 0));
      }
    }
    rows(cache.sizes()).forEach(row -> classes.put(row.slabClass(), row.ram()));
    for (ClassSnapshot ram : classes.values()) {
      String prefix = ram.slabClass() + ":";
      int chunkBytes = ram.chunkBytes();
      long chunksPerPage = Math.max(1, SlabClasses.PAGE_BYTES / chunkBytes);
      long used = ram.ramItemCount();
      long pages = Math.max(1, (used + chunksPerPage - 1) / chunksPerPage);
      sink.stat(prefix + "chunk_size", chunkBytes);
      sink.stat(prefix + "chunks_per_page", chunksPerPage);
      sink.stat(prefix + "total_pages", pages);
      sink.stat(prefix + "total_chunks", pages * chunksPerPage);
      sink.stat(prefix + "used_chunks", used);
      sink.stat(prefix + "free_chunks", pages * chunksPerPage - used);
      sink.stat(prefix + "free_chunks_end", 0);
      for (ProtocolCounter counter : COUNTERS_OF_SLABS) {
        sink.stat(prefix + counter.statName(), totals.get(counter, ram.slabClass()));
      }
    }
    sink.stat("active_slabs", classes.size());
    sink.stat("total_malloced", now.ramUsedBytes());
  }

  private static void zeroes(String prefix, List<String> names, StatSink sink) {
    for (String name : names) {
      sink.stat(prefix + name, 0);
    }
  }

  /** {@code stats sizes}: items of both tiers by size, each size the largest of its class. */
  static void writeSizes(Cache cache, StatSink sink) {
    SortedMap<Integer, Long> rounded = new TreeMap<>();
    cache
        .sizes()
        .counts()
        .forEach((bytes, count) ->
            rounded.merge(
                (bytes + SIZE_STEP_BYTES - 1) / SIZE_STEP_BYTES * SIZE_STEP_BYTES,
                count,
                Long::sum));
    rounded.forEach((bytes, count) -> sink.stat(Integer.toString(bytes), count));
  }
}
