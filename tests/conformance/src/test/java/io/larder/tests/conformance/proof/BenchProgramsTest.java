package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.MemcachedProcess.InstalledProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs of bench that start servers, at their smallest, as a person would run them. */
@Timeout(240)
class BenchProgramsTest {
  private static final int BOUND_BROKEN = 4;

  @TempDir private Path folder;

  private Path launcher = Path.of("");

  /** A launcher that builds nothing: this test's own classes are what is to be measured. */
  @BeforeEach
  void makeLauncher() throws IOException {
    launcher = folder.resolve("larder");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec '%s' --enable-native-access=ALL-UNNAMED -XX:MaxDirectMemorySize=1t -Xmx160m -cp '%s' io.larder.server.Main \"$@\"\n"
            .formatted(java(), System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void overloadIsPlayedAndTold() throws IOException, InterruptedException {
    Path json = folder.resolve("overload.json");
    Path html = folder.resolve("overload.html");
    Path plots = folder.resolve("plots");

    Ended ended =
        overload(
            "--probe-p99-ms",
            "60000",
            "--json",
            json.toString(),
            "--html",
            html.toString(),
            "--plots",
            plots.toString());

    assertThat(ended.exitCode).as(ended.printed).isZero();
    assertThat(ended.printed)
        .contains("The bounds held", "nothing wrong among")
        .containsPattern("sets +\\d+ ")
        .containsPattern("gets +0 +[1-9]\\d* +[1-9]\\d* ")
        .containsPattern("both +\\d+ ");
    assertThat(json).content().contains("\"holds\": true", "\"get_extstore\"", "\"kernel\"");
    assertThat(html).content().contains("sets: memory of the server").doesNotContain("http");
    assertThat(plots.resolve("overload-gets-latency.svg")).content().contains("<svg xmlns");
    assertNoFlashFileIsLeft();
  }

  @Test
  void aBoundThatDoesNotHoldShowsInTheExitCode() throws IOException, InterruptedException {
    Ended ended = overload("--scenes", "sets", "--probe-p99-ms", "0.001");

    assertThat(ended.exitCode).as(ended.printed).isEqualTo(BOUND_BROKEN);
    assertThat(ended.printed).contains("BOUND BROKEN: p99 of the gets of hot keys");
    assertNoFlashFileIsLeft();
  }

  @Test
  void scaleMeasuresEachPointOnce() throws IOException, InterruptedException {
    Path kept = folder.resolve("points");
    Path html = folder.resolve("scale.html");

    Ended first = scale(launcher, kept);
    assertThat(first.exitCode).as(first.printed).isZero();
    assertThat(first.printed)
        .contains("connections", "items, with flash", "-m in MB", "event loops")
        .containsPattern("10,000 +\\d+ ");
    Ended again = scale(folder.resolve("no-launcher"), kept, "--html", html.toString());

    assertThat(again.exitCode).as(again.printed).isZero();
    assertThat(lines(again)).isEqualTo(lines(first));
    assertThat(html).content().contains("connections: throughput").doesNotContain("http");
    assertNoFlashFileIsLeft();
  }

  @Test
  void aPointThatFailsIsToldAndIsNotKept() throws IOException, InterruptedException {
    Path kept = folder.resolve("points");

    Ended ended = scale(folder.resolve("no-launcher"), kept);

    assertThat(ended.exitCode).isEqualTo(1);
    assertThat(ended.printed).contains("FAILED: larder cannot be started");
    try (Stream<Path> files = Files.list(kept)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void flashOfAMemcachedIsComparedForEachOfItsThreadCounts()
      throws IOException, InterruptedException {
    Path memcached = InstalledProgram.require("memcached", "memcached");

    Ended ended =
        run(
            List.of(
                "compare",
                "--memcached",
                memcached.toString(),
                "--larder",
                launcher.toString(),
                "--folder",
                folder.toString(),
                "--scenarios",
                "flash",
                "--ext-threads",
                "1,2",
                "--keys",
                "6000",
                "-m",
                "8",
                "--memcached-m",
                "128",
                "--flash-mb",
                "128",
                "--rounds",
                "1",
                "--seconds",
                "0.3"));

    assertThat(ended.exitCode).as(ended.printed).isZero();
    assertThat(ended.printed)
        .contains("ext_item_age=1,ext_threads=2", "flash %", "x memcached/1")
        .containsPattern("memcached/2 +\\d+ ")
        .containsPattern("larder +\\d+ +\\S+ +\\d+ +\\d+ +(100\\.0|99\\.\\d) +[5-9]\\d\\.\\d ");
    assertNoFlashFileIsLeft();
  }

  private static List<String> lines(Ended ended) {
    // What is above the first empty line is of the moment: the load of the machine.
    return ended.printed.lines().dropWhile(line -> !line.isEmpty()).toList();
  }

  private void assertNoFlashFileIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.contains(".flash"));
    }
  }

  private Ended overload(String... more) throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "overload",
                "--larder",
                launcher.toString(),
                "--folder",
                folder.toString(),
                "--seconds",
                "1",
                "-m",
                "16",
                "--flash-mb",
                "64",
                "--value-size",
                "4000",
                "--load-rate",
                "5000",
                "--connections",
                "4"));
    arguments.addAll(List.of(more));
    return run(arguments);
  }

  private Ended scale(Path larder, Path kept, String... more)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "scale",
                "--larder",
                larder.toString(),
                "--folder",
                folder.toString(),
                "--keep",
                kept.toString(),
                "--seconds",
                "0.3",
                "--warm-up",
                "0.1",
                "--connections-max",
                "10",
                "--items-max",
                "10000",
                "--memory-max",
                "64",
                "--loops-max",
                "1"));
    arguments.addAll(List.of(more));
    return run(arguments);
  }

  private record Ended(int exitCode, String printed) {}

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Ended run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                java(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.larder.bench.LoadBench"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).as(printed).isTrue();
      return new Ended(process.exitValue(), printed);
    } finally {
      process.destroyForcibly();
    }
  }
}
