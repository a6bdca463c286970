package io.larder.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program in processes of its own: what it prints, how it ends, what it leaves. */
@Timeout(60)
class ProgramTest {
  private final List<Process> processes = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  @TempDir private Path folder;

  @AfterEach
  void endAll() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void theSystemsRequestToEndIsObeyedAndASuccess() throws Exception {
    Process server = start("serve", "-p", "-1", "-o", "ext_path=" + file("flash") + ":64m");
    String ready = line(server);
    assertThat(ready)
        .matches("larder \\S+ ready on 127\\.0\\.0\\.1:\\d+ \\| RAM 64 MiB \\| flash 64 MiB .*");
    try (Socket client = connect(ready)) {
      assertThat(ask(client, "set key 0 0 5\r\nvalue")).isEqualTo("STORED");
      long begun = System.nanoTime();

      server.destroy();

      assertThat(server.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(System.nanoTime() - begun).isLessThan(3_000_000_000L);
      assertThat(server.exitValue()).isZero();
      assertThat(client.getInputStream().read()).isNegative();
    }
  }

  @Test
  void aSecondServerOnTheSameFlashIsRefusedAndTheFirstGoesOn() throws Exception {
    String flash = "ext_path=" + file("flash") + ":64m";
    Process first = start("serve", "-p", "-1", "-o", flash);
    String ready = line(first);

    Process second = start("serve", "-p", "-1", "-o", flash);

    assertThat(second.waitFor()).isEqualTo(71);
    assertThat(errors(second))
        .singleElement()
        .asString()
        .startsWith("larder: Cannot use " + file("flash"))
        .contains("another process already uses it");
    try (Socket client = connect(ready)) {
      assertThat(ask(client, "mn")).isEqualTo("MN");
    }
    assertThat(Files.size(file("flash"))).isEqualTo(64 << 20);
  }

  @Test
  void theFileWithItsNumberIsThereWhileItRuns() throws Exception {
    Files.writeString(file("pid"), "1\n");
    Process server = start("serve", "-p", "-1", "--ram-only", "-P", file("pid").toString());
    String ready = line(server);

    assertThat(Files.readString(file("pid"))).isEqualTo(server.pid() + "\n");
    try (Socket client = connect(ready)) {
      assertThat(ask(client, "mn")).isEqualTo("MN");
      assertThat(new ProcessBuilder("kill", "-USR1", Long.toString(server.pid())).start().waitFor())
          .isZero();
      assertThat(server.waitFor()).isZero();
    }
    assertThat(file("pid")).doesNotExist();
  }

  @Test
  void portsThatTheSystemHasChosenAreWrittenDown() throws Exception {
    environment.put("MEMCACHED_PORT_FILENAME", file("ports").toString());
    Process server =
        start("serve", "-p", "-1", "-U", "-1", "--ram-only", "-l", "127.0.0.1,127.0.0.2");
    String ready = line(server);

    List<String> lines = Files.readAllLines(file("ports"));
    assertThat(lines).hasSize(4);
    assertThat(lines.subList(0, 2)).allSatisfy(line -> assertThat(line).matches("TCP INET: \\d+"));
    assertThat(lines.subList(2, 4)).allSatisfy(line -> assertThat(line).matches("UDP INET: \\d+"));
    assertThat(ready).contains("127.0.0.1:" + lines.get(0).substring("TCP INET: ".length()) + ",");
    assertThat(file("ports.lck")).doesNotExist();
  }

  @Test
  void itLeavesTheTerminalOnceItIsReady() throws Exception {
    Process starting = start("serve", "-d", "-p", "-1", "--ram-only", "-P", file("pid").toString());
    String ready = line(starting);

    // Its output ends with the starting process: the server holds none of it open.
    assertThat(line(starting)).isEmpty();
    assertThat(errors(starting)).isEmpty();
    assertThat(starting.waitFor()).isZero();
    long pid = Long.parseLong(Files.readString(file("pid")).strip());
    assertThat(pid).isNotEqualTo(starting.pid());
    ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
    try (Socket client = connect(ready)) {
      assertThat(ask(client, "mn")).isEqualTo("MN");
    } finally {
      server.destroy();
    }
    server.onExit().get(10, TimeUnit.SECONDS);
    assertThat(file("pid")).doesNotExist();
  }

  @Test
  void whatKeepsItFromStartingIsSaidBeforeItLeaves() throws Exception {
    assertRefused(71, "Cannot listen on 192.0.2.1", "serve", "-d", "-l", "192.0.2.1");
    assertRefused(64, "-o foo is unknown", "serve", "-d", "-o", "foo");
  }

  @Test
  void theLicenceIsShown() throws Exception {
    Process program = start("serve", "-i");

    assertThat(line(program)).contains("Apache License, Version 2.0");
    assertThat(program.waitFor()).isZero();
  }

  @Test
  void whatIsWrongIsOneSentenceAndLeavesNothingBehind() throws Exception {
    String flash = "ext_path=" + file("flash") + ":1g";
    assertRefused(64, "-o foo is unknown", "serve", "-o", flash, "-o", "foo");
    assertRefused(64, "Unknown option: '--fast'", "serve", "-o", flash, "--fast");
    assertRefused(64, "-I of 128 MiB", "serve", "-o", flash, "-I", "128m");
    assertRefused(67, "is no user", "serve", "-o", flash, "-u", "no-such-user-here");
    assertRefused(71, "Cannot listen on 192.0.2.1", "serve", "-o", flash, "-l", "192.0.2.1");
    assertRefused(71, "its folder does not exist", "serve", "-o", "ext_path=/no/where:1g");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void whatIsOnFlashIsInspectedAndDamageIsFound() throws Exception {
    Process server = start("serve", "-p", "-1", "-o", "ext_path=" + file("flash") + ":64m");
    try (Socket client = connect(line(server))) {
      assertThat(ask(client, "set key 0 0 5\r\nvalue")).isEqualTo("STORED");
    }
    assertRefused(71, "a running server writes to it", "inspect", file("flash").toString());
    server.destroy();
    assertThat(server.waitFor()).isZero();

    Process sound =
        start("inspect", "--keys", file("flash").toString(), file("flash.state").toString());
    assertThat(sound.inputReader().lines())
        .anyMatch(line -> line.contains("key key page 0 at 4096 value 5 bytes"))
        .anyMatch(line -> line.contains("no damage"))
        .anyMatch(line -> line.contains("clean: the server was stopped in order"));
    assertThat(sound.waitFor()).isZero();

    try (RandomAccessFile flash = new RandomAccessFile(file("flash").toFile(), "rw")) {
      flash.seek(4096 + 33);
      flash.write('?');
    }
    Process damaged = start("inspect", file("flash").toString());
    assertThat(damaged.inputReader().lines())
        .anyMatch(line -> line.contains("DAMAGE at byte 4096: page 0 has a record"));
    assertThat(damaged.waitFor()).isEqualTo(1);

    Files.writeString(file("neither"), "something else");
    assertRefused(64, "is neither a flash file nor", "inspect", file("neither").toString());
    assertRefused(71, "there is no such file", "inspect", file("missing").toString());
  }

  private void assertRefused(int exitCode, String sentence, String... line) throws Exception {
    Process refused = start(line);
    List<String> errors = errors(refused);
    assertThat(refused.waitFor()).as(String.join(" ", line)).isEqualTo(exitCode);
    assertThat(errors)
        .singleElement()
        .asString()
        .startsWith("larder: ")
        .contains(sentence)
        .endsWith(".");
    assertThat(line(refused)).isEmpty();
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Process start(String... line) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx160m",
                "-XX:TieredStopAtLevel=1",
                "-Dlarder.home=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                "io.larder.server.Main"));
    command.addAll(List.of(line));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** The next line of output; empty at its end. */
  private static String line(Process process) throws IOException {
    String line = process.inputReader().readLine();
    return line == null ? "" : line;
  }

  private static List<String> errors(Process process) {
    return process.errorReader().lines().filter(line -> !line.contains("rights of root")).toList();
  }

  private static Socket connect(String ready) throws IOException {
    String address = ready.substring(ready.indexOf(" on ") + 4, ready.indexOf(" |"));
    int colon = address.lastIndexOf(':');
    return new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  private static String ask(Socket client, String command) throws IOException {
    client.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    return new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))
        .readLine();
  }
}
