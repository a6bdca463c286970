package io.larder.bench.fio;

import io.larder.bench.report.Measure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * fio, as a process for each run.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class Fio {
  /*
   * Its third terse format: one line, fields by their place. It has been the same since fio 2, while
   * fields of the JSON have moved.
   */
  static final int READ_FIELDS = 5;
  static final int WRITE_FIELDS = 46;
  private static final int FIELDS_KIBIBYTES = 0;
  private static final int FIELDS_IOPS = 2;
  private static final int FIELDS_MILLIS = 3;
  private static final int FIELDS_PERCENTILES = 12;
  private static final int PERCENTILE_COUNT = 20;
  private static final int USER_CPU = 87;
  private static final int SYSTEM_CPU = 88;
  private static final long START_SECONDS_MAX = 10;
  private static final long RUN_SECONDS_MAX = 600;

  private final String version;

  private Fio(String version) {
    this.version = version;
  }

  /** The fio on the path; null when there is none. */
  public static @Nullable Fio find() {
    try {
      return new Fio(run(List.of("fio", "--version"), START_SECONDS_MAX));
    } catch (IOException e) {
      return null;
    }
  }

  public String version() {
    return version;
  }

  /**
   * Writes a new file from its front to its end, directly, and removes it: the same bytes again and
   * again, one block at a time.
   */
  public Measure append(Path file, long sizeBytes, int blockBytes) throws IOException {
    return append(file, sizeBytes, blockBytes, 1, List.of());
  }

  /**
   * As {@link #append}, but bytes that were made for each block, as a cache's are, and two blocks
   * at a time, so that one is made while the other is written.
   */
  public Measure appendFresh(Path file, long sizeBytes, int blockBytes) throws IOException {
    return append(file, sizeBytes, blockBytes, 2, List.of("--refill_buffers"));
  }

  private static Measure append(
      Path file, long sizeBytes, int blockBytes, int depth, List<String> further)
      throws IOException {
    try {
      return measure(
          run(arguments(file, sizeBytes, "write", blockBytes, depth, further), RUN_SECONDS_MAX),
          WRITE_FIELDS);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Reads blocks of a file at random, directly, {@code depth} at a time. */
  public Measure randomRead(Path file, long sizeBytes, int blockBytes, int depth, int seconds)
      throws IOException {
    return measure(
        run(
            arguments(
                file,
                sizeBytes,
                "randread",
                blockBytes,
                depth,
                List.of("--time_based", "--runtime=" + seconds, "--norandommap", "--readonly")),
            seconds + RUN_SECONDS_MAX),
        READ_FIELDS);
  }

  private static List<String> arguments(
      Path file, long sizeBytes, String kind, int blockBytes, int depth, List<String> further) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "fio",
                "--name=larder",
                "--filename=" + file,
                "--size=" + sizeBytes,
                "--rw=" + kind,
                "--bs=" + blockBytes,
                "--iodepth=" + depth,
                "--ioengine=io_uring",
                "--direct=1",
                "--output-format=terse",
                "--terse-version=3"));
    arguments.addAll(further);
    return arguments;
  }

  private static String run(List<String> command, long secondsMax) throws IOException {
    Path output = Files.createTempFile("larder-fio-", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
          throw new IOException("fio has not ended within " + secondsMax + " seconds");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while fio ran", e);
      } finally {
        process.destroyForcibly();
      }
      String text = Files.readString(output, StandardCharsets.UTF_8).strip();
      if (process.exitValue() != 0) {
        throw new IOException("fio ended with " + process.exitValue() + ": " + text);
      }
      return text;
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Understands one terse line, which warnings may precede. */
  static Measure measure(String output, int at) throws IOException {
    String line = output.lines().filter(each -> each.startsWith("3;fio-")).findFirst().orElse("");
    List<String> fields = List.of(line.split(";", -1));
    if (fields.size() <= SYSTEM_CPU) {
      throw new IOException("fio said what cannot be understood: " + output);
    }
    double seconds = number(fields.get(at + FIELDS_MILLIS)) / 1000;
    long operations = Math.round(number(fields.get(at + FIELDS_IOPS)) * seconds);
    double cpuPercent = number(fields.get(USER_CPU)) + number(fields.get(SYSTEM_CPU));
    List<String> percentiles =
        fields.subList(at + FIELDS_PERCENTILES, at + FIELDS_PERCENTILES + PERCENTILE_COUNT);
    return new Measure(
        operations,
        Math.round(number(fields.get(at + FIELDS_KIBIBYTES)) * 1024),
        seconds,
        cpuPercent / 100 * seconds,
        percentile(percentiles, "50.0"),
        percentile(percentiles, "99.0"),
        percentile(percentiles, "99.90"));
  }

  private static double percentile(List<String> fields, String name) {
    return fields.stream()
        .filter(field -> field.startsWith(name))
        .findFirst()
        .map(field -> number(field.substring(field.indexOf('=') + 1)))
        .orElse(0.0);
  }

  private static double number(String field) {
    return Double.parseDouble(field.replace("%", ""));
  }
}
