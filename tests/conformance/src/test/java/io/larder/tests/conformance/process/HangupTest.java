package io.larder.tests.conformance.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGHUP does not end a server: it reads its files again. */
class HangupTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  @TempDir private Path folder;

  private static String login(LarderProcess larder, String credentials) throws IOException {
    try (Socket socket = larder.connect()) {
      socket
          .getOutputStream()
          .write(
              "set x 0 0 %d\r\n%s\r\n"
                  .formatted(credentials.length(), credentials)
                  .getBytes(US_ASCII));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  @Test
  void passwordsAreReadAgain() throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("users"), "joe:hunter1\n");
    try (LarderProcess larder =
        LarderProcess.start(folder, "-m", "64", "--ram-only", "-Y", file.toString(), "-v")) {
      assertThat(login(larder, "joe hunter1")).isEqualTo("STORED\r\n");
      Files.writeString(file, "joe:hunter2\n");
      assertThat(login(larder, "joe hunter2")).startsWith("CLIENT_ERROR");

      Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(larder.pid())).start();
      assertThat(kill.waitFor()).isZero();

      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (!login(larder, "joe hunter2").equals("STORED\r\n")) {
        assertThat(System.nanoTime()).as("in the end").isLessThan(deadline);
        Thread.sleep(20);
      }
      assertThat(login(larder, "joe hunter1")).startsWith("CLIENT_ERROR");
      assertThat(larder.isAlive()).isTrue();
      assertThat(larder.printed()).doesNotContain("hunter");
    }
  }

  @Test
  void aServerWithNothingToReadGoesOn() throws IOException, InterruptedException {
    try (LarderProcess larder = LarderProcess.start(folder, "-m", "64", "--ram-only")) {
      assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(larder.pid())).start().waitFor())
          .isZero();
      Thread.sleep(300);
      assertThat(larder.stats().number("curr_items")).isZero();
    }
  }

  @Test
  void aClientMayEndTheServerWhereThatIsWanted() throws IOException {
    try (LarderProcess larder = LarderProcess.start(folder, "-m", "64", "--ram-only", "-A")) {
      try (Socket socket = larder.connect()) {
        socket.getOutputStream().write("shutdown\r\n".getBytes(US_ASCII));
        assertThat(socket.getInputStream().readAllBytes()).isEmpty();
      }
      assertThat(larder.awaitExit(Duration.ofSeconds(20))).isZero();
    }
  }
}
