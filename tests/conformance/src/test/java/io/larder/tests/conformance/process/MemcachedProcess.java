package io.larder.tests.conformance.process;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The real memcached of this machine, as a process of its own.
 *
 * <p>Where there is none, a test that asks for it is skipped; with the environment variable {@code
 * LARDER_REQUIRE_MEMCACHED} set it fails instead.
 */
public final class MemcachedProcess extends ServerProcess {
  private static final Duration START_MAX = Duration.ofSeconds(10);

  private MemcachedProcess(int port, List<String> command, Path folder) {
    super("memcached", port, command, folder);
  }

  /**
   * Starts it and waits until it answers.
   *
   * @param folder for what it prints
   * @param options beside address and port
   */
  public static MemcachedProcess start(Path folder, String... options) {
    Path program = InstalledProgram.require("memcached", "memcached");
    int port = FreePort.find();
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of("-l", "127.0.0.1", "-p", Integer.toString(port), "-U", "0"));
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("-u", "nobody"));
    }
    command.addAll(List.of(options));
    MemcachedProcess memcached = new MemcachedProcess(port, command, folder);
    memcached.awaitReady(START_MAX);
    return memcached;
  }

  /** Programs that a distribution installs. */
  public static final class InstalledProgram {
    private static final List<String> FOLDERS =
        List.of("/usr/bin", "/usr/local/bin", "/usr/sbin", "/opt/homebrew/bin");

    private InstalledProgram() {}

    /** Where the program is; ends the test when it is nowhere. */
    public static Path require(String program, String debianPackage) {
      for (String folder : FOLDERS) {
        Path file = Path.of(folder, program);
        if (Files.isExecutable(file)) {
          return file;
        }
      }
      return missing(program, debianPackage);
    }

    /** Ends the test unless something is installed. */
    public static void requireThat(boolean installed, String what, String debianPackage) {
      if (!installed) {
        missing(what, debianPackage);
      }
    }

    private static Path missing(String what, String debianPackage) {
      String missing = what + " is not installed (Debian: apt-get install " + debianPackage + ")";
      if (System.getenv("LARDER_REQUIRE_MEMCACHED") != null) {
        return fail(missing);
      }
      return Assumptions.abort(missing);
    }
  }
}
