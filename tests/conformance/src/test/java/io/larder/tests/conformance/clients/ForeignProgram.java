package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.Checkout;
import io.larder.tests.conformance.process.MemcachedProcess.InstalledProgram;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that nobody here wrote, run to its end in a process of its own.
 *
 * <p>Where it is not installed a test that asks for it ends as {@link InstalledProgram} says.
 */
final class ForeignProgram {
  private static final int SECONDS_MAX = 90;

  /** What a program has left behind. */
  record Run(int exitCode, String printed) {
    /** The same, which has ended well. */
    Run endedWell() {
      assertThat(exitCode).as(printed).isZero();
      return this;
    }
  }

  private final List<String> start;

  private final String said;

  private ForeignProgram(String... start) {
    this(List.of(start), "");
  }

  private ForeignProgram(List<String> start, String said) {
    this.start = start;
    this.said = said;
  }

  /** The same, which finds this on its standard input. */
  ForeignProgram say(String text) {
    return new ForeignProgram(start, text);
  }

  static ForeignProgram of(String program, String debianPackage) {
    return new ForeignProgram(InstalledProgram.require(program, debianPackage).toString());
  }

  /**
   * Debian's Python, with some of its packages.
   *
   * @param modules each followed by the package that brings it
   */
  static ForeignProgram python(String... modules) {
    Path python = Path.of("/usr/bin/python3");
    for (int i = 0; i < modules.length; i += 2) {
      InstalledProgram.requireThat(
          Files.isExecutable(python)
              && new ForeignProgram(python.toString(), "-B")
                      .run("-c", "import " + modules[i])
                      .exitCode()
                  == 0,
          "the module " + modules[i] + " of " + python,
          modules[i + 1]);
    }
    return new ForeignProgram(python.toString(), "-B");
  }

  /** A script in {@code tests/conformance/clients}. */
  static String script(String name) {
    return Checkout.file("tests/conformance/clients").resolve(name).toString();
  }

  private void say(Process process) throws IOException {
    try (OutputStream out = process.getOutputStream()) {
      out.write(said.getBytes(ISO_8859_1));
    } catch (IOException e) {
      // It has ended without listening to all of it; what it printed tells why.
      if (process.isAlive()) {
        throw e;
      }
    }
  }

  Run run(Object... arguments) {
    return runIn(Path.of(System.getProperty("java.io.tmpdir")), arguments);
  }

  /** Runs it with {@code folder} as its working directory. */
  Run runIn(Path folder, Object... arguments) {
    List<String> command = new ArrayList<>(start);
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    try {
      Path printed = Files.createTempFile("program", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        say(process);
        boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        String text = Files.readString(printed, ISO_8859_1);
        assertThat(ended).as("%s did not end: %s", command, text).isTrue();
        return new Run(process.exitValue(), text);
      } finally {
        Files.delete(printed);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a program ran", e);
    }
  }
}
