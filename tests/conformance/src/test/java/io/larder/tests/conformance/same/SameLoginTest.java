package io.larder.tests.conformance.same;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.process.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With {@code -Y} a client that is not known yet is answered as memcached answers it, if it waits
 * for each answer; see {@link AcceptedDeviation#LOGIN_IN_A_PIPELINE}.
 */
class SameLoginTest {
  private static final String WRONG = "set x 0 0 9\r\njoe wrong\r\n";
  private static final String RIGHT = "set x 0 0 10\r\njoe secret\r\n";

  /** Conversations: each thing said is answered with one line. */
  private static final List<List<String>> SAID =
      List.of(
          List.of("get a\r\n", "version\r\n", "stats\r\n", "mn\r\n", "quit\r\n", "flush_all\r\n"),
          List.of("abc\r\n", "x\r\n", "ab\n", " set x 0 0\r\n", "set x 0 0 abc\r\n"),
          List.of(RIGHT, "get x\r\n", "mn\r\n", "incr x 1\r\n"),
          List.of("set x 0 0 10\njoe secret\r\n", "mn\r\n"),
          List.of("set x 0 0 10 noreply\r\njoe secret\r\n", "mn\r\n"),
          List.of(WRONG, "mn\r\n", WRONG, RIGHT, "mn\r\n"),
          List.of("set x 0 0 9\r\njim other\r\n", "mn\r\n"),
          List.of("set x 0 0 9\r\njim secre\r\n", "mn\r\n"),
          List.of("set x 0 0 9\r\njoesecret\r\n", RIGHT),
          List.of("set x 0 0 8\r\njoe secret", RIGHT),
          List.of("add x 0 0 10\r\n", RIGHT));

  @TempDir private Path folder;

  private static List<String> answers(ServerProcess server, List<String> said) throws IOException {
    List<String> answers = new ArrayList<>();
    try (Socket socket = server.connect()) {
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
      for (String one : said) {
        socket.getOutputStream().write(Bytes.of(one));
        answers.add(String.valueOf(reader.readLine()));
      }
    }
    return answers;
  }

  @Test
  void whateverIsSaid() throws IOException {
    // Memcached reads the file when it has given up the rights of root.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = Files.writeString(folder.resolve("users"), "joe:secret\njim:other\n");
    try (MemcachedProcess memcached = MemcachedProcess.start(folder, "-Y", file.toString());
        LarderProcess larder =
            LarderProcess.start(folder, "-m", "64", "--ram-only", "-Y", file.toString())) {
      SoftAssertions same = new SoftAssertions();
      for (List<String> said : SAID) {
        same.assertThat(answers(larder, said))
            .as(said.toString())
            .isEqualTo(answers(memcached, said));
      }
      same.assertAll();
      assertThat(answers(larder, List.of(RIGHT, "get x\r\n"))).containsExactly("STORED", "END");
    }
  }
}
