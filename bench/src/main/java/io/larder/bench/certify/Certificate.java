package io.larder.bench.certify;

import io.larder.bench.certify.DeviceReads.Reads;
import io.larder.bench.certify.PacedWrites.Writes;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a device did.
 *
 * @param settings of the runs
 * @param fill the ground written once from its front to its end
 * @param reads alone, by length and depth
 * @param writes alone, by length
 * @param before reads at the depth of the mixed runs, just before these
 * @param mixed both at once, in the order of the rates written
 * @param after as {@code before}, at the end
 */
public record Certificate(
    CertifySettings settings,
    Writes fill,
    List<Reads> reads,
    List<Writes> writes,
    Reads before,
    List<Mixed> mixed,
    Reads after) {
  private static final double NEARLY_ALL = 0.9;
  private static final double SAME_DEVICE_MIN = 0.7;

  /** Reads and writes at once. */
  record Mixed(Writes writes, Reads reads) {
    SafeRate.Tried tried() {
      return new SafeRate.Tried(writes.bytesPerSecond(), reads.micros(99));
    }
  }

  /** Reads alone, of the shortest length. */
  List<Reads> smallReads() {
    int least = reads.stream().mapToInt(Reads::lengthBytes).min().orElseThrow();
    return reads.stream().filter(each -> each.lengthBytes() == least).toList();
  }

  Reads best() {
    return smallReads().stream().max(Comparator.comparingDouble(Reads::perSecond)).orElseThrow();
  }

  /** The fewest reads under way that bring nearly all that the device can give. */
  Reads enough() {
    double wanted = NEARLY_ALL * best().perSecond();
    return smallReads().stream()
        .filter(each -> each.perSecond() >= wanted)
        .min(Comparator.comparingInt(Reads::depth))
        .orElseThrow();
  }

  /** The 99th percentile of reads without writes: the mean of before and after. */
  double quietP99Micros() {
    return (before.micros(99) + after.micros(99)) / 2;
  }

  double p99MicrosMax() {
    return settings.factor() * quietP99Micros();
  }

  /** In bytes a second; empty if even the lowest rate tried was too much. */
  OptionalDouble safeRate() {
    return SafeRate.of(mixed.stream().map(Mixed::tried).toList(), p99MicrosMax());
  }

  /** Whether device and machine were the same before and after, as far as reads tell. */
  boolean isSteady() {
    double one = before.perSecond();
    double other = after.perSecond();
    return Math.min(one, other) >= SAME_DEVICE_MIN * Math.max(one, other);
  }
}
