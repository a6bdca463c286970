package io.larder.bench.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Requests of one protocol, written one after another into an array that grows.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class RequestWriter {
  /** How requests are written. */
  public enum Protocol {
    classic,
    meta
  }

  private static final byte[] GET = ascii("get");
  private static final byte[] SET = ascii("set ");
  private static final byte[] DELETE = ascii("delete ");
  private static final byte[] META_GET = ascii("mg ");
  private static final byte[] META_GET_FLAGS = ascii(" v");
  private static final byte[] META_QUIET_GET_FLAGS = ascii(" v k q");
  private static final byte[] META_SET = ascii("ms ");
  private static final byte[] META_DELETE = ascii("md ");
  private static final byte[] META_END = ascii("mn");
  private static final byte[] META_TTL = ascii(" T");
  private static final byte[] NO_FLAGS = ascii(" 0 ");
  private static final byte[] LINE_END = ascii("\r\n");
  private static final int START_BYTES = 1 << 12;
  private static final int LINE_EXTRA_BYTES = 64;

  private final Protocol protocol;
  private final KeyText keys;
  private final int run;
  private byte[] bytes = new byte[START_BYTES];
  private int length;

  public RequestWriter(Protocol protocol, KeyText keys, int run) {
    this.protocol = protocol;
    this.keys = keys;
    this.run = run;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** What has been written since the last {@link #clear}, from 0 to {@link #length}. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  public void clear() {
    length = 0;
  }

  /** One read of several keys. */
  public void get(long[] numbers, int from, int count) {
    if (protocol == Protocol.classic) {
      room(count * (keys.lengthBytes() + 1) + LINE_EXTRA_BYTES);
      put(GET);
      for (int i = from; i < from + count; i++) {
        bytes[length++] = ' ';
        length = keys.write(numbers[i], bytes, length);
      }
      put(LINE_END);
      return;
    }
    for (int i = from; i < from + count; i++) {
      room(keys.lengthBytes() + LINE_EXTRA_BYTES);
      put(META_GET);
      length = keys.write(numbers[i], bytes, length);
      put(count == 1 ? META_GET_FLAGS : META_QUIET_GET_FLAGS);
      put(LINE_END);
    }
    if (count > 1) {
      put(META_END);
      put(LINE_END);
    }
  }

  public void set(long number, int version, int valueBytes, int ttlSeconds) {
    room(keys.lengthBytes() + LINE_EXTRA_BYTES + valueBytes);
    if (protocol == Protocol.classic) {
      put(SET);
      length = keys.write(number, bytes, length);
      put(NO_FLAGS);
      putNumber(ttlSeconds);
      bytes[length++] = ' ';
      putNumber(valueBytes);
    } else {
      put(META_SET);
      length = keys.write(number, bytes, length);
      bytes[length++] = ' ';
      putNumber(valueBytes);
      if (ttlSeconds > 0) {
        put(META_TTL);
        putNumber(ttlSeconds);
      }
    }
    put(LINE_END);
    length = ValueBytes.write(bytes, length, valueBytes, number, version, run);
    put(LINE_END);
  }

  public void delete(long number) {
    room(keys.lengthBytes() + LINE_EXTRA_BYTES);
    put(protocol == Protocol.classic ? DELETE : META_DELETE);
    length = keys.write(number, bytes, length);
    put(LINE_END);
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }

  private void put(byte[] text) {
    System.arraycopy(text, 0, bytes, length, text.length);
    length += text.length;
  }

  private void putNumber(int number) {
    int digits = 1;
    for (int rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    int rest = number;
    for (int at = length + digits - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }
}
