package io.larder.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.bench.load.FakeServer;
import io.larder.bench.load.FakeServer.Fault;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A contest at its smallest. */
@Timeout(120)
class CompareBenchTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void serversThatRunAreCompared() throws IOException {
    Path json = folder.resolve("runs.json");
    Path html = folder.resolve("runs.html");
    String pid = Long.toString(ProcessHandle.current().pid());
    try (FakeServer quick = new FakeServer(Fault.NONE);
        FakeServer slow = new FakeServer(Fault.SLOW)) {
      assertThat(
              run(
                  "--running",
                  "quick=" + quick.address() + "@" + pid,
                  "--running",
                  "slow=" + slow.address(),
                  "--scenarios",
                  "get,set",
                  "--keys",
                  "100",
                  "--rounds",
                  "6",
                  "--seconds",
                  "0.15",
                  "--html",
                  html.toString(),
                  "--json",
                  json.toString()))
          .as(err.toString())
          .isZero();
    }

    assertThat(out.toString())
        .contains("gets, 50 connections", "keys/s, x quick", "[quartiles")
        .doesNotContain("NOT THE SAME")
        // 20 ms a request: so much slower that six rounds of six agree.
        .containsPattern("slow +\\d+ .* 0\\.\\d\\d \\[0\\.\\d\\d 0\\.\\d\\d] +\\d");
    assertThat(json).content().contains("\"scenario\": \"set\"", "\"round\": 6", "\"kernel\"");
    assertThat(html)
        .content()
        .contains("get: keys a second", "set: p50", "6 rounds", "Latency by percentile", "kernel")
        .doesNotContain("http");
  }

  @Test
  void hitsAreNotComparedWithMissesUnnoticed() throws IOException {
    try (FakeServer right = new FakeServer(Fault.NONE);
        FakeServer forgets = new FakeServer(Fault.FORGETS)) {
      assertThat(
              run(
                  "--running",
                  "right=" + right.address(),
                  "--running",
                  "forgets=" + forgets.address(),
                  "--scenarios",
                  "get",
                  "--keys",
                  "100",
                  "--rounds",
                  "1",
                  "--seconds",
                  "0.1"))
          .as(err.toString())
          .isZero();
    }

    assertThat(out.toString()).contains("NOT THE SAME WORK", "--load-rate");
  }

  @Test
  void aProgramThatDoesNotStartIsSaidInASentence() throws IOException {
    assertThat(run("--memcached", folder.resolve("none").toString())).isEqualTo(1);
    Path script =
        Files.writeString(folder.resolve("broken"), "#!/bin/sh\necho out of luck\nexit 1\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    assertThat(run("--memcached", script.toString())).isEqualTo(1);

    assertThat(err.toString().lines().toList())
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).contains("memcached cannot be started"))
        .anySatisfy(line -> assertThat(line).contains("memcached has not started: out of luck"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--running a=127.0.0.1:1",
        "--running a --running b",
        "--running a=127.0.0.1:1@x --running b=127.0.0.1:1",
        "--memcached m --scenarios get,flash",
        "--memcached m --rounds 0",
        "--memcached m --scenarios flash --ext-threads 1,0",
        "--memcached m --scenarios jump"
      })
  void optionsAreChecked(String options) {
    String[] arguments = options.isEmpty() ? new String[0] : options.split(" ");
    assertThat(run(arguments)).as(options).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("Usage: larder bench compare").doesNotContain("\tat ");
  }

  @Test
  void helpTeaches() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("sign test", "--scenarios flash", "flash_multiget", "ext_item_age=1");
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("compare"));
    all.addAll(List.of(arguments));
    return LoadBench.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }
}
