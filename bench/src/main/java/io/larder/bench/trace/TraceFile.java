package io.larder.bench.trace;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A file with a trace in it, perhaps compressed. */
public final class TraceFile {
  /*
   * A binary file does not say what it is. What is looked at is its beginning: text has no control
   * characters; oracleGeneral has times that do not fall and sizes that are none too large; of plain
   * 32-bit numbers, the byte that is nearly always zero or the same is the highest. Should the order of
   * bytes be guessed wrongly, keys are still told apart as before, and the hit ratio is the same.
   */

  private static final int LOOK_BYTES = 1 << 16;
  private static final int ORACLE_SIZE_MAX = 1 << 30;
  private static final long REQUESTS_MAX = 1L << 40;

  private final Path path;
  private final @Nullable TraceFormat wanted;

  /** A file that is written in {@code wanted}, or in what it looks like if that is null. */
  public TraceFile(Path path, @Nullable TraceFormat wanted) {
    this.path = path;
    this.wanted = wanted;
  }

  /** The format that was asked for, or the one the file looks like. */
  public TraceFormat format() throws IOException {
    if (wanted != null) {
      return wanted;
    }
    try (InputStream source = Unpacked.open(path)) {
      return guess(source.readNBytes(LOOK_BYTES));
    }
  }

  /** Reads at most so many requests. */
  public Trace read(int requestCountMax) throws IOException {
    TraceFormat format = format();
    TraceBuilder builder = new TraceBuilder(requestCountMax);
    try (InputStream source = new BufferedInputStream(Unpacked.open(path), 1 << 16)) {
      format.read(source, builder);
    }
    return builder.build();
  }

  static TraceFormat guess(byte[] start) throws IOException {
    if (start.length == 0) {
      throw new IOException("the trace is empty");
    }
    if (isText(start)) {
      return guessText(new String(start, StandardCharsets.ISO_8859_1));
    }
    if (looksLikeOracle(start)) {
      return TraceFormat.ORACLE;
    }
    return differentValues(start, 0) < differentValues(start, Integer.BYTES - 1)
        ? TraceFormat.INT32BE
        : TraceFormat.INT32LE;
  }

  private static TraceFormat guessText(String start) {
    String first = start.lines().findFirst().orElse("");
    if (!first.contains(",")) {
      return TraceFormat.TEXT;
    }
    // Plain CSV may name its columns too; CacheBench does not call any of its own "time".
    if (CacheBenchColumns.areNamedIn(first)
        && !first.toLowerCase(Locale.ROOT).startsWith("time,")) {
      return TraceFormat.CACHEBENCH;
    }
    String second = start.lines().skip(1).findFirst().orElse(first);
    String[] fields = second.toLowerCase(Locale.ROOT).split(",", -1);
    return fields.length >= TraceFormat.TWITTER_FIELDS ? TraceFormat.TWITTER : TraceFormat.CSV;
  }

  private static boolean isText(byte[] start) {
    for (byte each : start) {
      if (each < ' ' && each != '\n' && each != '\r' && each != '\t') {
        return false;
      }
    }
    return true;
  }

  private static boolean looksLikeOracle(byte[] start) {
    ByteBuffer bytes = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    long before = 0;
    int count = start.length / TraceFormat.ORACLE_BYTES;
    for (int i = 0; i < count; i++) {
      int at = i * TraceFormat.ORACLE_BYTES;
      long time = Integer.toUnsignedLong(bytes.getInt(at));
      int size = bytes.getInt(at + 12);
      long next = bytes.getLong(at + 16);
      if (time < before
          || size < 0
          || size > ORACLE_SIZE_MAX
          || (next != -1 && next <= i)
          || next > REQUESTS_MAX) {
        return false;
      }
      before = time;
    }
    return count > 0;
  }

  /** How many values the byte at {@code position} of each four has. */
  private static int differentValues(byte[] start, int position) {
    boolean[] seen = new boolean[1 << Byte.SIZE];
    int count = 0;
    for (int at = position; at < start.length; at += Integer.BYTES) {
      int value = Byte.toUnsignedInt(start[at]);
      count += seen[value] ? 0 : 1;
      seen[value] = true;
    }
    return count;
  }

  /** Whether there is such a file to read. */
  public boolean isReadable() {
    return Files.isRegularFile(path) && Files.isReadable(path);
  }
}
