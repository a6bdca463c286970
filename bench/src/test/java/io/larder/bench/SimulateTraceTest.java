package io.larder.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The program on small traces: what it says, and what it refuses. */
class SimulateTraceTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void everyCombinationOfSizesIsARow() throws IOException {
    Path json = folder.resolve("hits.json");
    Path csv = folder.resolve("hits.csv");

    assertThat(
            run(
                "zipf:0.8:5000:20000",
                "--value-bytes",
                "2000",
                "--ram",
                "2m,20%",
                "--flash",
                "0,16m",
                "--json",
                json.toString(),
                "--csv",
                csv.toString()))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains("requests     20,000: 20,000 gets", "LRU", "memcached", "RAM 20% + flash 16m")
        .containsPattern("RAM 2m +\\d+\\.\\d\\d +\\d+\\.\\d\\d ");
    assertThat(json)
        .content()
        .contains("\"trace\": \"zipf:0.8:5000:20000, seed 1\"", "\"size\": \"RAM 2m + flash 16m\"");
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0).split(",", -1)).hasSameSizeAs(lines.get(4).split(",", -1));
  }

  @Test
  void aFileIsRecognisedAndItemsAreCounted() throws IOException {
    Path file = folder.resolve("trace.csv");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 4000; i++) {
      lines.append(i).append(",key-").append(i % 300).append(",100\n");
    }
    Files.writeString(file, lines);

    assertThat(run(file.toString(), "--items", "50%,300")).as(err.toString()).isZero();

    assertThat(out.toString())
        .contains("trace.csv, csv", "keys         300")
        .containsPattern("300 items +92\\.50 +92\\.50 +92\\.50 +92\\.50");
  }

  @Test
  void noMoreRequestsThanWanted() {
    assertThat(run("zipf:0.9:1000", "--requests", "3000", "--items", "100")).isZero();

    assertThat(out.toString()).contains("3,000 gets");
  }

  @Test
  void whatMakesNoSenseIsRefusedInASentence() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.csv"), "1,a,10\n2,b,many\n");

    assertThat(run("zipf:0.9:100", "--ram", "some")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("zipf:0.9:100:100", "--ram", "1k")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("zipf:0.9:100:100", "--items", "5")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("zipf:0.9", "--items", "50", "--ram", "1m"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run(folder.resolve("none").toString())).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run(file.toString(), "--format", "morse")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run(file.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);

    assertThat(err.toString())
        .contains(
            "--ram some is neither",
            "1,048,576 are the least",
            "20 are the least",
            "give one",
            "no file that can be read",
            "morse is none of csv, twitter, cachebench",
            "larder simulate-trace: line 2")
        .doesNotContain("\tat ");
  }

  @Test
  void helpTeaches() {
    assertThat(run("--help")).isZero();

    assertThat(out.toString())
        .contains("timestamp,key,key_size", "Examples:", "--items 1%,10%", "segmented LRU");
  }

  private int run(String... arguments) {
    return SimulateTrace.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
