package io.larder.cache.stats;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The items of a cache by their size at one moment.
 *
 * @param classes what is in RAM, by memcached's size classes; only those that there are items of,
 *     or have been
 * @param flashItemCount items on flash, whatever their size
 * @param counts items of both tiers by the largest size, in bytes, of the class they are in
 */
public record SizesSnapshot(
    List<ClassSnapshot> classes, long flashItemCount, SortedMap<Integer, Long> counts) {
  public SizesSnapshot {
    classes = List.copyOf(classes);
    counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
  }
}
