package io.larder.bench.workload;

import io.larder.bench.model.Mix;
import java.util.Arrays;

/**
 * How large the value of which key is. A key's value has the same size whenever it is written.
 *
 * <p><b>Threads.</b> Any.
 */
public sealed interface ValueSizes {
  /** Bytes of the value of a numbered key. */
  int of(long keyNumber);

  /** In a few words, for the report. */
  String describe();

  /** The same sizes, between these bounds. */
  default ValueSizes within(int leastBytes, int mostBytes) {
    return new Bounded(this, leastBytes, mostBytes);
  }

  /** Other sizes between bounds. */
  record Bounded(ValueSizes sizes, int leastBytes, int mostBytes) implements ValueSizes {
    @Override
    public int of(long keyNumber) {
      return Math.clamp(sizes.of(keyNumber), leastBytes, mostBytes);
    }

    @Override
    public String describe() {
      return sizes.describe() + ", " + leastBytes + " to " + mostBytes + " B";
    }
  }

  /** All of one size. */
  record Fixed(int bytes) implements ValueSizes {
    @Override
    public int of(long keyNumber) {
      return bytes;
    }

    @Override
    public String describe() {
      return bytes + " B";
    }
  }

  /** Any size from one to another, each as often. */
  record Range(int bytesMin, int bytesMax) implements ValueSizes {
    @Override
    public int of(long keyNumber) {
      return bytesMin + (int) (Mix.unit(keyNumber) * (bytesMax - bytesMin + 1L));
    }

    @Override
    public String describe() {
      return bytesMin + " to " + bytesMax + " B";
    }
  }

  /**
   * Sizes by their distribution: {@code shares[i]} of all values are no larger than {@code
   * bytes[i]}. Between two points sizes are spread evenly.
   */
  @SuppressWarnings("ArrayRecordComponent") // Never changed, and looked at by value nowhere.
  record Quantiles(double[] shares, int[] bytes, String name) implements ValueSizes {
    @Override
    public int of(long keyNumber) {
      double share = Mix.unit(keyNumber);
      int found = Arrays.binarySearch(shares, share);
      int above = Math.min(shares.length - 1, found < 0 ? ~found : found);
      if (above == 0) {
        return bytes[0];
      }
      double part = (share - shares[above - 1]) / (shares[above] - shares[above - 1]);
      return bytes[above - 1] + (int) (Math.min(1, part) * (bytes[above] - bytes[above - 1]));
    }

    @Override
    public String describe() {
      return name;
    }
  }
}
