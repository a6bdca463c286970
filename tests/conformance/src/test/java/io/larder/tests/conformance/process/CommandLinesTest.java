package io.larder.tests.conformance.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Command lines as start scripts and test harnesses of memcached have them. */
@Timeout(60)
class CommandLinesTest {
  @TempDir private Path folder;

  private static List<String> settings(BareLarder larder) {
    return larder.ask("stats settings\r\n", "END").lines().toList();
  }

  private static void storesAndReads(BareLarder larder) {
    assertThat(larder.ask("set a 5 0 3\r\nabc\r\nget a\r\n", "END"))
        .isEqualTo("STORED\r\nVALUE a 5 3\r\nabc\r\nEND\r\n");
  }

  // --- where it listens

  @Test
  void aUnixSocketByItselfMeansNoPort() throws IOException {
    Path socket = folder.resolve("memcached.sock");
    String[] line = {
      "-s",
      socket.toString(),
      "-a",
      "0770",
      "-u",
      "root",
      "-m",
      "64",
      "-o",
      "relaxed_privileges",
      "--ram-only"
    };
    try (BareLarder larder = BareLarder.launchOnSocket(folder, socket, line).ready()) {
      storesAndReads(larder);
      assertThat(settings(larder))
          .contains(
              "STAT domain_socket " + socket,
              "STAT tcpport 0",
              "STAT udpport 0",
              "STAT maxbytes 67108864");
      assertThat(Files.getPosixFilePermissions(socket))
          .isEqualTo(PosixFilePermissions.fromString("rwxrwx---"));
      assertThat(larder.standardOutput()).contains("ready on " + socket).doesNotContain("11211");
      larder.kill();
      larder.exitCode();
    }

    assertThat(socket).as("what a killed server leaves").exists();
    try (BareLarder next = BareLarder.launchOnSocket(folder, socket, line).ready()) {
      storesAndReads(next);
    }
    assertThat(socket).as("what one that ends well leaves").doesNotExist();
  }

  @Test
  void portsThatAreSwitchedOff() {
    Path socket = folder.resolve("s");
    try (BareLarder larder =
        BareLarder.launchOnSocket(
                folder, socket, "-p", "0", "-U", "0", "-s", socket.toString(), "--ram-only")
            .ready()) {
      storesAndReads(larder);
      assertThat(settings(larder)).contains("STAT tcpport 0", "STAT udpport 0");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -p PORT -U 0 -l 127.0.0.1 -m 64 -u root -v -v --ram-only | verbosity 2
          -pPORT -U0 -l127.0.0.1 -m100 -vv --ram-only              | maxbytes 104857600
          -l 127.0.0.1:PORT -c 20 --ram-only                       | maxconns 20
          --port=PORT --listen=127.0.0.1 --memory-limit=64 --threads=1 --ram-only | num_threads 1
          -p PORT -I 2m -t 3 -b 8675 --ram-only | item_size_max 2097152
          -p PORT -U 0 -B ascii -o modern,slab_reassign,lru_crawler,hashpower=16,hash_algorithm=murmur3 --ram-only | binding_protocol ascii
          -p PORT -o no_modern -o no_lru_crawler,track_sizes -o idle_timeout=10,maxconns_fast --ram-only | idle_timeout 10
          """)
  void linesOfOldScripts(String line, String setting) {
    int port = FreePort.find();
    try (BareLarder larder =
        BareLarder.launchOnPort(
                folder, port, line.replace("PORT", Integer.toString(port)).split(" ", -1))
            .ready()) {
      storesAndReads(larder);
      assertThat(settings(larder)).contains("STAT " + setting, "STAT tcpport " + port);
    }
  }

  // --- flash

  @Test
  void flashAsExtstoresTestsAskForIt() {
    int port = FreePort.find();
    Path file = folder.resolve("extstore");
    try (BareLarder larder =
        BareLarder.launchOnPort(
                folder,
                port,
                "-p",
                Integer.toString(port),
                "-m",
                "64",
                "-U",
                "0",
                "-u",
                "root",
                "-o",
                "ext_page_size=8,ext_wbuf_size=2,ext_threads=1,ext_io_depth=2,ext_item_size=512,"
                    + "ext_item_age=2,ext_recache_rate=10000,ext_max_frag=0.9,slab_automove=0,"
                    + "ext_path="
                    + file
                    + ":64m,slab_chunk_max=16384,no_lru_crawler",
                "-o",
                "relaxed_privileges")
            .ready()) {
      storesAndReads(larder);
      assertThat(file).hasSize(64 << 20);
      assertThat(settings(larder))
          .contains("STAT ext_item_size 512", "STAT ext_item_age 2", "STAT ext_recache_rate 10000");
      assertThat(larder.ask("stats\r\n", "END").lines())
          .contains("STAT extstore_limit_maxbytes " + (64 << 20), "STAT extstore_pages_free 8");
    }
  }

  @Test
  void severalPathsAndEverySizeAPathMayHave() {
    int port = FreePort.find();
    List<String> line = new ArrayList<>(List.of("-p", Integer.toString(port), "-m", "64"));
    line.addAll(List.of("-o", "ext_page_size=4,ext_path=" + folder.resolve("a") + ":32m"));
    line.addAll(List.of("-o", "ext_path=" + folder.resolve("b") + ":0.0625g:compact"));
    try (BareLarder larder = BareLarder.launchOnPort(folder, port, line.toArray(String[]::new))) {
      // Whole numbers only, as memcached reads them.
      assertThat(larder.exitCode()).isEqualTo(64);
    }
    line.set(line.size() - 1, "ext_path=" + folder.resolve("b") + ":1G:compact");
    try (BareLarder larder =
        BareLarder.launchOnPort(folder, port, line.toArray(String[]::new)).ready()) {
      storesAndReads(larder);
      assertThat(folder.resolve("a")).hasSize(32 << 20);
      assertThat(folder.resolve("b")).hasSize(1 << 30);
    }
  }

  // --- what is wrong

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -p bogus              | 64 | -p
          -o nonsense           | 64 | nonsense
          -o ext_path=f         | 64 | ext_path
          -o ext_path=f:0m      | 64 | ext_path
          -t 0                  | 64 | -t
          -c 0                  | 64 | -c
          -I 1                  | 64 | -I
          --nonsense            | 64 | --nonsense
          -u nobodyOfThatName   | 67 | nobodyOfThatName
          -s /no/such/folder/s  | 71 | /no/such/folder/s
          """)
  void whatIsWrongIsSaidInOneSentence(String line, int exitCode, String named) throws IOException {
    List<String> words = new ArrayList<>(List.of(line.split(" ", -1)));
    words.add("--ram-only");
    if (line.contains("ext_path")) {
      words.removeLast();
    }
    try (BareLarder larder =
        BareLarder.launchOnPort(folder, FreePort.find(), words.toArray(String[]::new))) {
      assertThat(larder.exitCode()).as(larder.printed()).isEqualTo(exitCode);
      assertThat(larder.standardError().lines())
          .filteredOn(said -> said.startsWith("larder: "))
          .hasSize(1)
          .allMatch(said -> said.contains(named));
    }
  }

  @Test
  void aPortThatIsTakenIsSaid() throws IOException {
    try (ServerSocket taken = new ServerSocket(0);
        BareLarder larder =
            BareLarder.launchOnPort(
                folder,
                taken.getLocalPort(),
                "-p",
                Integer.toString(taken.getLocalPort()),
                "--ram-only")) {
      assertThat(larder.exitCode()).isEqualTo(71);
      assertThat(larder.standardError()).contains("in use");
    }
  }
}
