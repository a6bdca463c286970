package io.larder.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The program at its smallest: what it says, and that it leaves nothing behind. */
class EngineBenchTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void aRunEndsWithATableAndLeavesNoFile() throws IOException {
    Path json = folder.resolve("figures.json");

    assertThat(small("--io", "nio", "--json", json.toString())).as(err.toString()).isZero();

    assertThat(out.toString())
        .contains("processor", "kernel", "device", "JVM", "append", "reads/s", "p99.9 us")
        .containsPattern("nio +2 +\\d+");
    assertThat(json).content().contains("\"what\": \"read\"", "\"contender\": \"nio\"");
    assertThat(left()).containsExactly(json);
  }

  @Test
  void aFileThatExistsIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("flash"));

    assertThat(small("--io", "nio")).isEqualTo(CommandLine.ExitCode.USAGE);

    assertThat(err.toString()).contains("exists and would be lost");
    assertThat(left()).containsExactly(file);
  }

  @Test
  void moreThanTheDiskHasIsRefusedInASentence() throws IOException {
    assertThat(run("--file", folder.resolve("flash").toString(), "--size", "900000t"))
        .isEqualTo(CommandLine.ExitCode.SOFTWARE);

    assertThat(err.toString()).contains("GiB free and", "lower --size").doesNotContain("\tat ");
    assertThat(left()).isEmpty();
  }

  @Test
  void optionsAreChecked() {
    assertThat(run("--size", "1m")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("--size", "much")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("--record-bytes", "8")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("--depths", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString())
        .contains("32m is the least", "not a number", "between 24", "between 1 and 256");
  }

  @Test
  void pageThatIsNoPageOrTooLargeForTheFileIsRefused() {
    assertThat(small("--page-mb", "5")).isEqualTo(2);
    assertThat(small("--page-mb", "8")).isEqualTo(2);
    assertThat(err.toString())
        .contains("is not 4, 8, 16, 32 or 64", "no room for 8 pages of 8 MiB");
  }

  @Test
  void helpHasExamples() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: larder bench-engine", "x fio", "--size 1g");
  }

  private int small(String... further) {
    String[] arguments =
        Stream.concat(
                Stream.of(
                    "--file",
                    folder.resolve("flash").toString(),
                    "--size",
                    "32m",
                    "--depths",
                    "2",
                    "--seconds",
                    "1",
                    "--rounds",
                    "1",
                    "--no-fio"),
                Stream.of(further))
            .toArray(String[]::new);
    return run(arguments);
  }

  private Stream<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().stream();
    }
  }

  private int run(String... arguments) {
    return EngineBench.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
