package io.larder.tests.conformance.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A server seen through one socket, asked in batches: much faster than a client that waits.
 *
 * <p>An item is a number; its key is that number, made up to a fixed length.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class BatchClient implements AutoCloseable {
  private static final int BATCH_BYTES = 128 * 1024;
  private static final int ASKED_AT_ONCE = 250;
  private static final int PATIENCE_MILLIS = 60_000;
  private static final byte[] END_OF_BATCH = "mn\r\n".getBytes(ISO_8859_1);
  private static final byte[] LINE_END = "\r\n".getBytes(ISO_8859_1);

  private final Socket socket = new Socket();
  private final InputStream in;
  private final int keyBytes;
  private byte[] batch = new byte[2 * BATCH_BYTES];
  private int batchLength;
  private long refusedCount;
  private String lastRefusal = "";

  /** A client of a port of the loopback address, whose keys have {@code keyBytes}. */
  public BatchClient(int port, int keyBytes) {
    this.keyBytes = keyBytes;
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      in = new BufferedInputStream(socket.getInputStream(), BATCH_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stores items one after the other, each with the value of its number and generation. */
  public void setAll(long from, long to, long generation, int valueBytes) {
    setAll(from, to, generation, item -> valueBytes);
  }

  /**
   * As {@link #setAll(long, long, long, int)}, with values of as many bytes as is said for each.
   */
  public void setAll(long from, long to, long generation, LongUnaryOperator valueBytes) {
    for (long item = from; item < to; item++) {
      set(item, Values.of(item, generation, (int) valueBytes.applyAsLong(item)));
    }
    finish();
  }

  /** Stores an item, sooner or later. */
  public void set(long item, byte[] value) {
    add("ms ");
    addKey(item);
    add(" " + value.length + " q\r\n");
    add(value);
    add(LINE_END);
    if (batchLength >= BATCH_BYTES) {
      finish();
    }
  }

  /** Sends what has been asked and waits until it has been done. */
  public void finish() {
    add(END_OF_BATCH);
    send();
    for (String line = line(); !line.equals("MN"); line = line()) {
      refusedCount++;
      lastRefusal = line;
    }
  }

  /** How many items have not been stored. */
  public long refusedCount() {
    return refusedCount;
  }

  /** What the last of them was answered with. */
  public String lastRefusal() {
    return lastRefusal;
  }

  /**
   * Reads items without leaving a trace and compares them; how many there are.
   *
   * @throws IllegalStateException when a value is not the item's
   */
  public long presentCount(long from, long to, long generation, int valueBytes) {
    return presentCount(from, to, generation, item -> valueBytes);
  }

  /** As {@link #presentCount(long, long, long, int)}, with values of different sizes. */
  public long presentCount(long from, long to, long generation, LongUnaryOperator valueBytes) {
    long present = 0;
    for (long start = from; start < to; start += ASKED_AT_ONCE) {
      long end = Math.min(to, start + ASKED_AT_ONCE);
      for (long item = start; item < end; item++) {
        ask(item, " v u\r\n");
      }
      send();
      for (long item = start; item < end; item++) {
        byte[] value = value();
        if (value == null) {
          continue;
        }
        int bytes = (int) valueBytes.applyAsLong(item);
        if (!Values.isOf(item, generation, bytes, value)) {
          throw new IllegalStateException("item " + item + " shows " + Values.describe(value));
        }
        present++;
      }
    }
    return present;
  }

  /** Reads items, all at once, and forgets what they are; how many there were. */
  public int touchAtOnce(long... items) {
    for (long item : items) {
      ask(item, " v\r\n");
    }
    send();
    int present = 0;
    for (int i = 0; i < items.length; i++) {
      present += value() == null ? 0 : 1;
    }
    return present;
  }

  /** Sends a line and returns the line that answers it. */
  public String ask(String command) {
    add(command + "\r\n");
    send();
    return line();
  }

  private void ask(long item, String flags) {
    add("mg ");
    addKey(item);
    add(flags);
  }

  /** The answer to one read. */
  private byte @Nullable [] value() {
    String line = line();
    if (line.equals("EN")) {
      return null;
    }
    if (!line.startsWith("VA ")) {
      throw new IllegalStateException("a read was answered with " + line);
    }
    int length = Integer.parseInt(line.substring(3).strip());
    try {
      byte[] value = in.readNBytes(length);
      if (value.length < length || in.readNBytes(LINE_END.length).length < LINE_END.length) {
        throw new EOFException("closed in a value");
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    try {
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new EOFException("closed after " + line);
        }
        if (next != '\r') {
          line.append((char) next);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString();
  }

  private void addKey(long item) {
    byte[] key = new byte[keyBytes];
    Arrays.fill(key, (byte) '0');
    key[0] = 'k';
    long left = item;
    for (int at = keyBytes - 1; left > 0; at--) {
      key[at] = (byte) ('0' + left % 10);
      left /= 10;
    }
    add(key);
  }

  private void add(String text) {
    add(text.getBytes(ISO_8859_1));
  }

  private void add(byte[] bytes) {
    if (batchLength + bytes.length > batch.length) {
      batch = Arrays.copyOf(batch, Math.max(2 * batch.length, batchLength + bytes.length));
    }
    System.arraycopy(bytes, 0, batch, batchLength, bytes.length);
    batchLength += bytes.length;
  }

  private void send() {
    try {
      socket.getOutputStream().write(batch, 0, batchLength);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    batchLength = 0;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
