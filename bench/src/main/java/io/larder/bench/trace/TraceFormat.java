package io.larder.bench.trace;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** How a trace is written down. */
public enum TraceFormat {
  /** {@code time,key,size[,op,ttl]}, with or without a line of names. */
  CSV {
    @Override
    void read(InputStream source, TraceBuilder builder) throws IOException {
      eachLine(
          source,
          builder,
          (line, number) -> {
            String[] fields = line.split(",", -1);
            if (number == 1 && !isNumber(fields[0])) {
              return;
            }
            require(fields.length >= 3, "time,key,size are three fields");
            builder.add(
                seconds(fields[0]),
                fields[1],
                fields.length > 3 ? Operation.named(fields[3]) : Operation.GET,
                size(fields[2]),
                fields.length > 4 ? size(fields[4]) : 0);
          });
    }
  },
  /** Twitter's: {@code timestamp,key,key_size,value_size,client_id,op,TTL}. */
  TWITTER {
    @Override
    void read(InputStream source, TraceBuilder builder) throws IOException {
      eachLine(
          source,
          builder,
          (line, _) -> {
            String[] fields = line.split(",", -1);
            // A key may have a comma in it, so the fields behind it are counted from the end.
            int last = fields.length - 1;
            require(last >= TWITTER_FIELDS - 1, "timestamp,key,...,op,TTL are seven fields");
            builder.add(
                seconds(fields[0]),
                String.join(",", List.of(fields).subList(1, last - 4)),
                Operation.named(fields[last - 1]),
                size(fields[last - 4]),
                size(fields[last - 3]),
                size(fields[last]));
          });
    }
  },
  /** CacheBench's key-value traces: columns named in the first line. */
  CACHEBENCH {
    @Override
    void read(InputStream source, TraceBuilder builder) throws IOException {
      CacheBenchColumns columns = new CacheBenchColumns();
      eachLine(
          source,
          builder,
          (line, number) -> {
            List<String> fields = List.of(line.split(",", -1));
            if (number == 1) {
              columns.name(fields);
            } else {
              columns.add(fields, number, builder);
            }
          });
    }
  },
  /** {@code time key size} with blanks between them. */
  TEXT {
    @Override
    void read(InputStream source, TraceBuilder builder) throws IOException {
      eachLine(
          source,
          builder,
          (line, _) -> {
            String[] fields = line.strip().split("\\s+", -1);
            require(fields.length >= 3, "time key size are three fields");
            builder.add(seconds(fields[0]), fields[1], Operation.GET, size(fields[2]), 0);
          });
    }
  },
  /** libCacheSim's oracleGeneral: 24 bytes each, time 4, key 8, size 4, next request 8. */
  ORACLE {
    @Override
    void read(InputStream source, TraceBuilder builder) throws IOException {
      eachRecord(
          source,
          builder,
          ORACLE_BYTES,
          ByteOrder.LITTLE_ENDIAN,
          record ->
              builder.add(
                  Integer.toUnsignedLong(record.getInt(0)),
                  record.getLong(4),
                  Operation.GET,
                  record.getInt(12) & Integer.MAX_VALUE,
                  0));
    }
  },
  /** Nothing but keys, 4 bytes each, the lowest byte first. */
  INT32LE {
    @Override
    void read(InputStream source, TraceBuilder builder) throws IOException {
      eachRecord(
          source,
          builder,
          Integer.BYTES,
          ByteOrder.LITTLE_ENDIAN,
          record -> builder.add(Integer.toUnsignedLong(record.getInt(0))));
    }
  },
  /** Nothing but keys, 4 bytes each, the highest byte first. */
  INT32BE {
    @Override
    void read(InputStream source, TraceBuilder builder) throws IOException {
      eachRecord(
          source,
          builder,
          Integer.BYTES,
          ByteOrder.BIG_ENDIAN,
          record -> builder.add(Integer.toUnsignedLong(record.getInt(0))));
    }
  };

  static final int ORACLE_BYTES = 24;
  static final int TWITTER_FIELDS = 7;

  /** The name on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads requests until the source ends or the builder is full.
   *
   * @throws IOException naming the line or the byte that makes no sense
   */
  abstract void read(InputStream source, TraceBuilder builder) throws IOException;

  /** One line of a text, without its end. */
  @FunctionalInterface
  private interface LineReader {
    void take(String line, long number);
  }

  /** One record of a binary file, at position 0 of a buffer. */
  @FunctionalInterface
  private interface RecordReader {
    void take(ByteBuffer record);
  }

  private static void eachLine(InputStream source, TraceBuilder builder, LineReader reader)
      throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(source, StandardCharsets.ISO_8859_1), 1 << 16);
    long number = 0;
    for (String line = lines.readLine();
        line != null && !builder.isFull();
        line = lines.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        reader.take(line, number);
      } catch (IllegalArgumentException e) {
        throw new IOException("line " + number + ": " + e.getMessage() + ": " + line, e);
      }
    }
  }

  private static void eachRecord(
      InputStream source,
      TraceBuilder builder,
      int recordBytes,
      ByteOrder order,
      RecordReader reader)
      throws IOException {
    byte[] bytes = new byte[recordBytes];
    ByteBuffer record = ByteBuffer.wrap(bytes).order(order);
    long count = 0;
    while (!builder.isFull()) {
      int read = source.readNBytes(bytes, 0, recordBytes);
      if (read == 0) {
        return;
      }
      if (read < recordBytes) {
        throw new EOFException(
            "the trace ends within a record of "
                + recordBytes
                + " bytes, behind "
                + count
                + " whole ones");
      }
      reader.take(record);
      count++;
    }
  }

  static boolean isNumber(String field) {
    String text = field.strip();
    return !text.isEmpty() && text.chars().allMatch(c -> Character.isDigit(c) || c == '.');
  }

  /** Whole seconds of a time that may have a fraction. */
  static long seconds(String field) {
    String text = field.strip();
    int point = text.indexOf('.');
    return Long.parseLong(point < 0 ? text : text.substring(0, point));
  }

  /** A number that is not negative; an empty field is 0, and more than an int holds is cut. */
  static int size(String field) {
    String text = field.strip();
    return text.isEmpty() ? 0 : Math.clamp(Long.parseLong(text), 0, Integer.MAX_VALUE);
  }

  static void require(boolean condition, String sentence) {
    if (!condition) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
