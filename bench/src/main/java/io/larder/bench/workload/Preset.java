package io.larder.bench.workload;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A workload with a name, of any number of keys.
 *
 * @param name to ask for it by
 * @param about what it is, in a few words
 * @param keyBytes of each key
 * @param mix what is done
 * @param zipfTheta of its popularity; 0 if there is none
 * @param ranks a table of its popularity, if it has one
 * @param shares what goes with {@code ranks}
 * @param sizes of values
 * @param ttls of values
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed, and looked at by value nowhere.
public record Preset(
    String name,
    String about,
    int keyBytes,
    OperationMix mix,
    double zipfTheta,
    long[] ranks,
    double[] shares,
    ValueSizes sizes,
    Ttls ttls) {

  /** Its popularity among so many keys. */
  public Popularity popularity(long keyCount) {
    if (ranks.length > 0) {
      return new TablePopularity(ranks, shares, keyCount, name);
    }
    return zipfTheta > 0 ? new ZipfPopularity(keyCount, zipfTheta) : Popularity.uniform(keyCount);
  }

  /** All there are. */
  public static List<Preset> all() {
    return PresetFile.read();
  }

  /** The one of a name, or null. */
  public static @Nullable Preset named(String name) {
    return all().stream().filter(preset -> preset.name().equals(name)).findFirst().orElse(null);
  }
}
