package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.client.BatchClient;
import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.process.ServerProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the same {@code -m}, Larder without flash holds at least as many items as memcached. */
class HeldInRamTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"64, 100, 20", "64, 1024, 20", "64, 100, 8", "16, 100, 40", "200, 1024, 60"})
  void asManyItemsAsMemcachedHolds(int megabytes, int valueBytes, int keyBytes) {
    long count = 3L * (megabytes << 20) / (valueBytes + 50);
    String ram = Integer.toString(megabytes);
    long theirs;
    try (MemcachedProcess memcached = MemcachedProcess.start(folder, "-m", ram)) {
      theirs = held(memcached, count, valueBytes, keyBytes);
    }
    long ours;
    try (LarderProcess larder = LarderProcess.start(folder, "--ram-only", "-m", ram)) {
      ours = held(larder, count, valueBytes, keyBytes);
    }
    System.out.printf(
        "-m %d, values of %d, keys of %d: memcached %d, larder %d, %.3f%n",
        megabytes, valueBytes, keyBytes, theirs, ours, (double) ours / theirs);

    assertThat(ours).as("items held, memcached's " + theirs).isGreaterThanOrEqualTo(theirs);
  }

  /** Stores far more than there is room for; how many come back. */
  private static long held(ServerProcess server, long count, int valueBytes, int keyBytes) {
    try (BatchClient client = new BatchClient(server.port(), keyBytes)) {
      client.setAll(0, count, 1, valueBytes);
      long present = client.presentCount(0, count, 1, valueBytes);
      assertThat(present).as("items that can be read").isLessThan(count);
      assertThat(server.stats().number("curr_items")).isEqualTo(present);
      return present;
    }
  }
}
