package io.larder.tests.conformance.same;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.same.Wire.Pace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code -Y} a client that is not known yet is answered as memcached answers it. */
class SameLoginTest {
  private static final List<String> SAID =
      List.of(
          "get a\r\n",
          "version\r\nstats\r\nmn\r\nquit\r\nmn\r\n",
          "\r\nx\r\nab\r\n",
          "set x 0 0 10\r\njoe secret\r\nget x\r\nmn\r\n",
          "set x 0 0 10\njoe secret\r\nmn\r\n",
          "set x 0 0 10 noreply\r\njoe secret\r\nmn\r\n",
          "set x 0 0 9\r\njoe wrong\r\nmn\r\n",
          "set x 0 0 9\r\njoe wrong\r\nset x 0 0 10\r\njoe secret\r\nmn\r\n",
          "set x 0 0 9\r\njim other\r\nmn\r\n",
          "set x 0 0 9\r\njim secre\r\nmn\r\n",
          "set x 0 0 9\r\njoesecret\r\nmn\r\n",
          "set x 0 0 5\r\njoe secret\r\nmn\r\n",
          "set x 0 0\r\nset x 0 0 abc\r\n",
          "add x 0 0 10\r\njoe secret\r\n",
          "set x 0 0 10\r\njoe sec");

  @TempDir private Path folder;

  @Test
  void whateverIsSaid() throws IOException {
    // Memcached reads the file when it has given up the rights of root.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = Files.writeString(folder.resolve("users"), "joe:secret\njim:other\n");
    try (MemcachedProcess memcached = MemcachedProcess.start(folder, "-Y", file.toString());
        LarderProcess larder =
            LarderProcess.start(folder, "-m", "64", "--ram-only", "-Y", file.toString())) {
      SoftAssertions answers = new SoftAssertions();
      for (String said : SAID) {
        for (Pace pace : Pace.values()) {
          String theirs = Bytes.text(Wire.ask(memcached, Bytes.of(said), pace, 1));
          String ours = Bytes.text(Wire.ask(larder, Bytes.of(said), pace, 1));
          answers.assertThat(ours).as(Bytes.show(said) + " " + pace).isEqualTo(theirs);
        }
      }
      answers.assertAll();
      assertThat(Bytes.text(Wire.ask(larder, Bytes.of(SAID.get(3)), Pace.WHOLE, 1)))
          .isEqualTo("STORED\r\nEND\r\nMN\r\n");
    }
  }
}
