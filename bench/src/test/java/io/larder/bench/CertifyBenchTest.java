package io.larder.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A device certified at its smallest: what is said, and that nothing is lost or left. */
@Timeout(120)
class CertifyBenchTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void aFolderIsCertifiedAndLeftAsItWas(String io) throws IOException {
    Path json = folder.resolve("device.json");
    Path html = folder.resolve("device.html");
    Path ground = Files.createDirectory(folder.resolve("ground"));
    Path kept = Files.writeString(ground.resolve("kept"), "of somebody else");

    assertThat(small(ground, "--io", io, "--json", json.toString(), "--html", html.toString()))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains("processor", "gets from flash", "safe write rate")
        .containsPattern("read 4 KiB, 2 under way +\\d+")
        .containsPattern("read 16 KiB, 1 under way +\\d+")
        .containsPattern("write 4 MiB, one at a time +\\d+")
        .containsPattern("read 4 KiB, 8, writing \\d+ MB/s +\\d+");
    assertThat(json).content().contains("\"safeWriteBytesPerSecond\"", "\"mixed\"", "\"kernel\"");
    assertThat(html)
        .content()
        .contains("Reads while writing", "What to expect")
        .doesNotContain("http");
    try (Stream<Path> left = Files.list(ground)) {
      assertThat(left).containsExactly(kept);
    }
    assertThat(kept).hasContent("of somebody else");
  }

  @Test
  void theBudgetIsNoHigherThanTheDeviceIsToBear() {
    // A TB in 5 years is 6 KB a second, which is less than a MiB.
    assertThat(small(folder, "--tbw", "1")).as(err.toString()).isZero();

    assertThat(out.toString()).contains("endurance").doesNotContain("suggested");
  }

  @Test
  void aFileIsNeverOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("data"), "precious");

    assertThat(small(file, "--overwrite-device")).isEqualTo(CommandLine.ExitCode.USAGE);

    assertThat(err.toString()).contains("is a file; name the folder it is in");
    assertThat(file).hasContent("precious");
  }

  @Test
  void aDeviceNeedsTheWord() {
    assertThat(run("/dev/null")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("add --overwrite-device");

    assertThat(run("/dev/null", "--overwrite-device", "--size", "16m"))
        .as("neither a file nor a block device")
        .isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(err.toString()).contains("neither a regular file nor a block device");
  }

  @Test
  void optionsAreChecked() {
    Path nowhere = folder.resolve("nowhere");
    assertThat(run(nowhere.toString())).isEqualTo(CommandLine.ExitCode.USAGE);
    String here = folder.toString();
    assertThat(run(here, "--size", "1m")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run(here, "--size", "much")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run(here, "--size", "900000t")).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(small(folder, "--factor", "1")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(small(folder, "--mix-depth", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString())
        .contains("does not exist", "16m is the least", "is not a number", "--factor above 1")
        .contains("--mix-depth 0", "GiB free and")
        .doesNotContain("\tat ");
  }

  private int small(Path where, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(where.toString(), "--size", "16m", "--seconds", "0.05", "--depths", "1,2"));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    return CertifyBench.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
