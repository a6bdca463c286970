package io.larder.tests.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.Checkout;
import io.larder.tests.conformance.process.BareLarder;
import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess.InstalledProgram;
import io.larder.tests.conformance.process.Stats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The clients in Python and JavaScript ask everything they can, of items in RAM and of items on
 * flash; and pymemcache's own tests.
 */
@Timeout(200)
@TestInstance(Lifecycle.PER_CLASS)
class ScriptedClientsTest {
  private static final int VALUE_BYTES = 4096;
  private static final Object[] NPM_INSTALL = {
    "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"
  };

  private LarderProcess ram = unstarted();
  private LarderProcess flash = unstarted();

  @TempDir private Path folder;

  @SuppressWarnings("NullAway") // Started before the first test.
  private static LarderProcess unstarted() {
    return null;
  }

  @BeforeAll
  void start(@TempDir Path servers) {
    ram = Tier.RAM.start(servers);
    flash = Tier.FLASH.start(servers);
  }

  @AfterAll
  void stop() {
    ram.close();
    flash.close();
  }

  private LarderProcess server(Tier tier) {
    return tier == Tier.RAM ? ram : flash;
  }

  private interface Script {
    ForeignProgram.Run run(Object... arguments);
  }

  /** Lets a script ask a server of its tier, by a number of clients one after the other. */
  private void askEverything(Tier tier, int clients, Script script) {
    LarderProcess server = server(tier);
    long before = flashHits(server);

    ForeignProgram.Run run =
        script.run("127.0.0.1", server.port(), tier.spilledBytes()).endedWell();

    assertThat(number(run.printed(), "checked (\\d+)")).isGreaterThan(45);
    long valuesSpilled = (long) clients * tier.spilledBytes() / VALUE_BYTES;
    assertThat(flashHits(server) - before)
        .as("values read from flash")
        .isGreaterThanOrEqualTo(valuesSpilled / 2);
  }

  private static long flashHits(LarderProcess server) {
    Stats stats = server.stats();
    return stats.has("larder_flash_hits") ? stats.number("larder_flash_hits") : 0;
  }

  private static int number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  // --- Python

  private static ForeignProgram pymemcache() {
    return ForeignProgram.python("pymemcache", "python3-pymemcache");
  }

  private static Script pythonScript(ForeignProgram python, String name) {
    return arguments ->
        python.run(
            Stream.concat(Stream.of(ForeignProgram.script(name)), Stream.of(arguments)).toArray());
  }

  @ParameterizedTest
  @EnumSource
  void pylibmc(Tier tier) {
    ForeignProgram python = ForeignProgram.python("pylibmc", "python3-pylibmc");
    askEverything(tier, 2, pythonScript(python, "ask_pylibmc.py"));
  }

  @ParameterizedTest
  @EnumSource
  void pymemcache(Tier tier) {
    askEverything(tier, 4, pythonScript(pymemcache(), "ask_pymemcache.py"));
  }

  @Test
  void pymemcacheOverAUnixSocket() {
    Path socket = folder.resolve("socket");
    try (BareLarder larder =
        BareLarder.launchOnSocket(folder, socket, "-s", socket.toString(), "--ram-only").ready()) {
      pymemcache()
          .run(ForeignProgram.script("ask_pymemcache.py"), "nowhere", 0, 0, socket)
          .endedWell();
      assertThat(larder.isAlive()).isTrue();
    }
  }

  @Test
  void pymemcacheOverTls() throws IOException {
    Certificates certificates = Certificates.make(folder.resolve("certificates"));
    try (LarderProcess tls =
        Tier.RAM.start(folder, "-Z", "-o", certificates.serverOptions(Certificates.SERVER))) {
      pymemcache()
          .run(
              ForeignProgram.script("ask_pymemcache.py"),
              "127.0.0.1",
              tls.port(),
              0,
              "",
              certificates.authority())
          .endedWell();
    }
  }

  /** Those for items on flash while others push all that is in RAM there, all the time. */
  @ParameterizedTest
  @EnumSource
  void pymemcachesOwnTests(Tier tier) throws IOException {
    Certificates certificates = Certificates.make(folder.resolve("certificates"));
    try (LarderProcess tls =
            tier.start(folder, "-Z", "-o", certificates.serverOptions(Certificates.SERVER));
        Pressure _ = tier == Tier.FLASH ? Pressure.on(server(tier)) : Pressure.NONE) {
      ForeignProgram.Run run = pymemcachesTests(server(tier).port(), tls.port(), certificates);
      assertThat(number(run.printed(), "(\\d+) passed")).isGreaterThanOrEqualTo(520);
    }
  }

  private ForeignProgram.Run pymemcachesTests(int port, int tlsPort, Certificates certificates)
      throws IOException {
    ForeignProgram python =
        ForeignProgram.python(
            "pymemcache", "python3-pymemcache", "pytest", "python3-pytest", "mock", "python3-mock");
    Path installed =
        Path.of(
            python
                .run("-c", "import pymemcache.test as t; print(t.__path__[0])")
                .endedWell()
                .printed()
                .strip());
    Path tests = folder.resolve("pymemcache_tests");
    Files.createDirectories(tests.resolve("certs"));
    try (Stream<Path> files = Files.list(installed)) {
      files
          .filter(file -> file.toString().endsWith(".py"))
          .forEach(file -> copy(file, tests.resolve(file.getFileName())));
    }
    // Their fixture looks for it, and the package leaves it out.
    copy(certificates.authority(), tests.resolve("certs/ca-root.crt"));
    return python
        .runIn(
            folder,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-q",
            "-W",
            "ignore",
            tests,
            "--count",
            200,
            "--server",
            "127.0.0.1",
            "--port",
            port,
            "--tls-server",
            "127.0.0.1",
            "--tls-port",
            tlsPort)
        .endedWell();
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- JavaScript

  @ParameterizedTest
  @EnumSource
  void npmMemcached(Tier tier) throws IOException {
    ForeignProgram node = ForeignProgram.of("node", "nodejs");
    Path script = installed().resolve("ask_memcached.js");
    askEverything(
        tier,
        1,
        arguments -> node.run(Stream.concat(Stream.of(script), Stream.of(arguments)).toArray()));
  }

  /** A folder with the script and what it needs, as the lock file pins it. */
  private static Path installed() throws IOException {
    Path target = Checkout.file("tests/conformance/target/node");
    Files.createDirectories(target);
    Path lock = Path.of(ForeignProgram.script("node/package-lock.json"));
    boolean isThere =
        Files.exists(target.resolve("node_modules/memcached/package.json"))
            && Files.mismatch(lock, target.resolve(lock.getFileName())) < 0;
    for (String file : List.of("package.json", "package-lock.json", "ask_memcached.js")) {
      copy(lock.resolveSibling(file), target.resolve(file));
    }
    ForeignProgram npm = ForeignProgram.of("npm", "npm");
    InstalledProgram.requireThat(
        isThere || npm.runIn(target, NPM_INSTALL).exitCode() == 0,
        "the package memcached of npm, which needs npm's registry,",
        "npm");
    return target;
  }
}
