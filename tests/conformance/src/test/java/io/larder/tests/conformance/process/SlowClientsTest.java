package io.larder.tests.conformance.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that begin to say something and never end do not take the memory of the others. */
class SlowClientsTest {
  private static final int COUNT = 1000;
  private static final int VALUE_BYTES = 1_000_000;
  private static final int HALF_BYTES = VALUE_BYTES / 2;

  /** A thousand halves are 500 MB. */
  private static final long GROWTH_BYTES_MAX = 100 << 20;

  @TempDir private Path folder;

  private static String line(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = socket.getInputStream().read(); b >= 0 && b != '\n'; ) {
      line.append((char) b);
      b = socket.getInputStream().read();
    }
    return line.toString().strip();
  }

  @Test
  void aThousandHalvesOfValuesCostABoundedAmount() throws IOException {
    byte[] half = new byte[HALF_BYTES];
    Arrays.fill(half, (byte) 'x');
    List<Socket> slow = new ArrayList<>();
    try (LarderProcess larder =
        LarderProcess.start(folder, "-m", "64", "--ram-only", "-c", "1100")) {
      try (Socket healthy = larder.connect()) {
        healthy.getOutputStream().write("set key 0 0 5\r\nvalue\r\n".getBytes(US_ASCII));
        assertThat(line(healthy)).isEqualTo("STORED");
        long before = larder.rssBytes();
        for (int i = 0; i < COUNT; i++) {
          Socket socket = larder.connect();
          slow.add(socket);
          socket
              .getOutputStream()
              .write("set key%d 0 0 %d\r\n".formatted(i, VALUE_BYTES).getBytes(US_ASCII));
          socket.getOutputStream().write(half);
          if (i % 100 == 0) {
            healthy.getOutputStream().write("get key\r\n".getBytes(US_ASCII));
            assertThat(line(healthy)).isEqualTo("VALUE key 0 5");
            assertThat(line(healthy)).isEqualTo("value");
            assertThat(line(healthy)).isEqualTo("END");
          }
        }

        assertThat(larder.rssBytes() - before).isLessThan(GROWTH_BYTES_MAX);
        assertThat(larder.stats().number("larder_input_bytes")).isLessThan(GROWTH_BYTES_MAX);
        assertThat(larder.stats().number("curr_connections")).isGreaterThan(COUNT);
      } finally {
        for (Socket socket : slow) {
          socket.close();
        }
      }
    }
  }
}
