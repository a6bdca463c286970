package io.larder.tests.conformance.client;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Values that show where they come from.
 *
 * <p>A value begins with the number of its item and the generation it belongs to, 8 bytes each, and
 * goes on with bytes that follow from these two, so a value of another item, of an older write, or
 * put together from two of them is told from the right one.
 *
 * <p><b>Threads.</b> Stateless.
 */
public final class Values {
  /** The shortest value there is. */
  public static final int BYTES_MIN = 2 * Long.BYTES;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Values() {}

  /** The value of an item in one generation. */
  public static byte[] of(long item, long generation, int bytes) {
    byte[] value = new byte[Math.max(BYTES_MIN, bytes)];
    LONG.set(value, 0, item);
    LONG.set(value, Long.BYTES, generation);
    long seed = mix(item * 0x9E3779B97F4A7C15L + generation + 1);
    int at = BYTES_MIN;
    for (; at + Long.BYTES <= value.length; at += Long.BYTES) {
      LONG.set(value, at, mix(seed + at));
    }
    long rest = mix(seed + at);
    for (; at < value.length; at++) {
      value[at] = (byte) rest;
      rest >>>= 8;
    }
    return value;
  }

  /** Whether {@code value} is exactly that of an item in one generation. */
  public static boolean isOf(long item, long generation, int bytes, byte[] value) {
    return Arrays.equals(value, of(item, generation, bytes));
  }

  /** The generation that a value says it belongs to; -1 when it is too short to say. */
  public static long generation(byte[] value) {
    return value.length < BYTES_MIN ? -1 : (long) LONG.get(value, Long.BYTES);
  }

  /** What a value says about itself, for a message. */
  public static String describe(byte[] value) {
    if (value.length < BYTES_MIN) {
      return value.length + " bytes that are none of ours";
    }
    long item = (long) LONG.get(value, 0);
    long generation = (long) LONG.get(value, Long.BYTES);
    boolean whole = isOf(item, generation, value.length, value);
    return (whole ? "" : "a damaged ")
        + value.length
        + " bytes of item "
        + item
        + ", generation "
        + generation;
  }

  private static long mix(long seed) {
    long mixed = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
