package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.client.Values;
import io.larder.tests.conformance.clients.ForeignProgram.Run;
import io.larder.tests.conformance.process.LarderProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** libmemcached's programs, of items in RAM and of items on flash, in both protocols. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class LibmemcachedToolsTest {
  private static final int FILE_BYTES = 500_000;
  private static final int FILE_COUNT = 40;
  private static final int CHECKS_OF_MEMCCAPABLE = 27;
  private static final int KEY_COUNT = 6000;
  private static final int VALUE_BYTES = 4000;

  @TempDir private Path folder;

  private LarderProcess ram = unstarted();
  private LarderProcess flash = unstarted();

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

  private static Run run(String program, LarderProcess server, String protocol, Object... more) {
    List<Object> arguments = new ArrayList<>();
    arguments.add("--servers=127.0.0.1:" + server.port());
    if (protocol.equals("binary")) {
      arguments.add("--binary");
    }
    arguments.addAll(List.of(more));
    return ForeignProgram.of(program, "libmemcached-tools").run(arguments.toArray());
  }

  @ParameterizedTest
  @CsvSource({"RAM,text", "RAM,binary", "FLASH,text", "FLASH,binary"})
  void filesAreStoredAndShown(Tier tier, String protocol) throws IOException {
    LarderProcess server = server(tier);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < (tier == Tier.RAM ? 3 : FILE_COUNT); i++) {
      String text = Base64.getEncoder().encodeToString(Values.of(i, 1, FILE_BYTES * 3 / 4));
      files.add(Files.writeString(folder.resolve("file" + i), text, ISO_8859_1));
    }
    run("memcflush", server, protocol).endedWell();

    run("memccp", server, protocol, files.toArray()).endedWell();
    for (Path file : files) {
      Run shown = run("memccat", server, protocol, file.getFileName()).endedWell();
      assertThat(shown.printed()).isEqualTo(Files.readString(file, ISO_8859_1) + "\n");
    }
    if (tier == Tier.FLASH) {
      assertThat(server.stats().number("larder_flash_hits"))
          .as("values read from flash")
          .isGreaterThan(FILE_COUNT / 2);
    }

    run("memccp", server, protocol, "--replace", files.get(0)).endedWell();
    assertThat(run("memccp", server, protocol, "--add", files.get(1)).exitCode()).isNotZero();
    run("memcexist", server, protocol, "file1").endedWell();
    run("memctouch", server, protocol, "--expire=1000", "file1").endedWell();
    run("memcrm", server, protocol, "file1").endedWell();
    assertThat(run("memcexist", server, protocol, "file1").exitCode()).isNotZero();
    assertThat(run("memcrm", server, protocol, "file1").exitCode()).isNotZero();
    assertThat(run("memctouch", server, protocol, "--expire=1000", "file1").exitCode()).isNotZero();
    run("memcexist", server, protocol, "file2").endedWell();
    run("memcflush", server, protocol).endedWell();
    assertThat(run("memcexist", server, protocol, "file2").exitCode()).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "binary"})
  void statisticsAreShown(String protocol) {
    assertThat(run("memcstat", ram, protocol).endedWell().printed())
        .contains("\tpid: ", "\tcurr_items: ", "\tevictions: ");
    assertThat(run("memcstat", ram, protocol, "settings").endedWell().printed())
        .contains("\tmaxbytes: 67108864");
    assertThat(run("memcstat", ram, protocol, "--server-version").endedWell().printed())
        .containsPattern("127.0.0.1:\\d+ \\d+\\.\\d+\\.\\d+");
    assertThat(run("memcstat", ram, protocol, "--analyze").endedWell().printed())
        .contains("Number of Servers Analyzed         : 1");
    assertThat(
            run("memcstat", ram, protocol, "--analyze=latency", "--iterations=100")
                .endedWell()
                .printed())
        .contains("seconds");
  }

  @ParameterizedTest
  @CsvSource({"RAM,text", "RAM,binary", "FLASH,text", "FLASH,binary"})
  void loadIsServed(Tier tier, String protocol) {
    for (String test : List.of("set", "get", "mget")) {
      Run slap =
          run(
              "memcslap",
              server(tier),
              protocol,
              "--test=" + test,
              "--execute-number=1000",
              "--concurrency=3");
      assertThat(slap.endedWell().printed()).doesNotContainIgnoringCase("error");
    }
    Run verified =
        run("memcaslap", server(tier), protocol, "-T", 1, "-c", 8, "-x", 3000, "--verify=1");
    assertThat(verified.endedWell().printed())
        .contains("get_misses: 0", "verify_misses: 0", "verify_failed: 0");
  }

  /** memcdump asks each class in turn, so nothing may move from one to another meanwhile. */
  @ParameterizedTest
  @EnumSource
  void keysAreListed(Tier tier) throws IOException, InterruptedException {
    LarderProcess server = server(tier);
    run("memcflush", server, "text").endedWell();
    List<String> keys = new ArrayList<>();
    try (LineTalk talk = new LineTalk(server.connect())) {
      for (int i = 0; i < KEY_COUNT; i++) {
        int bytes = i % 3 == 0 ? 10 : VALUE_BYTES;
        keys.add("listed/%d".formatted(i));
        String value = "v".repeat(bytes);
        talk.ask("set %s 0 0 %d\r\n%s".formatted(keys.getLast(), bytes, value));
      }
    }
    if (tier == Tier.FLASH) {
      awaitRest(server);
      assertThat(server.stats().number("larder_ram_items")).isPositive();
      assertThat(server.stats().number("larder_flash_items")).isPositive();
      // What is small may have been refused by flash.
      assertThat(
              server.stats().number("larder_ram_items")
                  + server.stats().number("larder_flash_items"))
          .isGreaterThan(KEY_COUNT * 2 / 3);
    }

    List<String> listed = run("memcdump", server, "text").endedWell().printed().lines().toList();

    assertThat(listed).doesNotHaveDuplicates();
    assertThat(keys).containsAll(listed);
    Set<String> shown = new HashSet<>(listed);
    try (LineTalk talk = new LineTalk(server.connect())) {
      for (String key : keys) {
        boolean there = talk.ask("mg %s s".formatted(key)).startsWith("HD ");
        assertThat(shown.contains(key)).as(key).isEqualTo(there);
      }
    }
  }

  private static void awaitRest(LarderProcess server) throws InterruptedException {
    long before = -1;
    for (int i = 0; i < 500 && before != server.stats().number("larder_ram_items"); i++) {
      before = server.stats().number("larder_ram_items");
      Thread.sleep(50);
    }
  }

  @Test
  void aServerIsPinged() {
    run("memcping", ram, "text").endedWell();
  }

  @Test
  void errorsHaveNames() {
    Run named = ForeignProgram.of("memcerror", "libmemcached-tools").run(16);
    assertThat(named.endedWell().printed().strip()).isEqualTo("NOT FOUND");
  }

  /** Those for items on flash while somebody pushes all that is in RAM there, all the time. */
  @ParameterizedTest
  @CsvSource({"RAM,-a,ascii", "RAM,-b,binary", "FLASH,-a,ascii", "FLASH,-b,binary"})
  void memccapablePasses(Tier tier, String option, String name) {
    ForeignProgram memccapable = ForeignProgram.of("memccapable", "libmemcached-tools");
    try (Pressure _ = tier == Tier.FLASH ? Pressure.on(flash) : Pressure.NONE) {
      Run run = memccapable.run("-h", "127.0.0.1", "-p", server(tier).port(), option).endedWell();
      assertThat(run.printed().lines().filter(line -> line.startsWith(name + " ")))
          .hasSize(CHECKS_OF_MEMCCAPABLE)
          .allMatch(line -> line.endsWith("[pass]"));
    }
  }
}
