package io.larder.bench.model;

/** Numbers that look like noise, the same for the same number. */
public final class Mix {
  private Mix() {}

  /** Well-mixed bits of a number, for keys, sizes and bytes. */
  public static long of(long number) {
    long bits = (number + 1) * 0x9E3779B97F4A7C15L;
    bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    return bits ^ (bits >>> 27);
  }

  /** A number's place between 0 and 1. */
  public static double unit(long number) {
    return (of(of(number)) >>> 11) * 0x1p-53;
  }
}
