package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.client.BatchClient;
import io.larder.tests.conformance.client.Values;
import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.process.ServerProcess;
import io.larder.tests.conformance.process.Stats;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code -M} a full server refuses in memcached's words and loses nothing. */
class NoEvictionsTest {
  private static final int KEY_BYTES = 20;
  private static final int VALUE_BYTES = 1000;
  private static final long COUNT = 50_000;

  @TempDir Path folder;

  /**
   * What a client has seen.
   *
   * @param words of a refused store
   * @param oldValueStays whether a value is still there when its replacement has been refused
   * @param evictions as the settings show it
   */
  private record Seen(String words, boolean oldValueStays, String evictions) {}

  @Test
  void fullServerAnswersAsMemcachedDoes() {
    Seen theirs;
    try (MemcachedProcess memcached = MemcachedProcess.start(folder, "-M", "-m", "16")) {
      theirs = fill(memcached);
    }
    try (LarderProcess larder = LarderProcess.start(folder, "-M", "-m", "16", "--ram-only")) {
      assertThat(fill(larder)).isEqualTo(theirs);
    }
  }

  private static Seen fill(ServerProcess server) {
    try (BatchClient client = new BatchClient(server.port(), KEY_BYTES)) {
      client.setAll(0, COUNT, 1, VALUE_BYTES);
      long refused = client.refusedCount();
      assertThat(refused).isBetween(COUNT / 2, COUNT - 1);
      assertThat(client.presentCount(0, COUNT, 1, VALUE_BYTES)).isEqualTo(COUNT - refused);
      Stats stats = server.stats();
      assertThat(stats.number("evictions")).isZero();
      assertThat(stats.number("store_no_memory")).isEqualTo(refused);
      String words = client.lastRefusal();

      // Of the same slab class: memcached lends any class its first page, whatever -m is.
      client.set(0, Values.of(0, 2, VALUE_BYTES + 50));
      client.finish();
      assertThat(client.refusedCount()).as("something larger").isEqualTo(refused + 1);
      boolean stays = client.presentCount(0, 1, 1, VALUE_BYTES) == 1;
      return new Seen(words, stays, server.stats("settings").text("evictions"));
    }
  }

  @Test
  void withFlashItemsGoThereUntilItIsFullAndNoneIsLost() {
    String flash = "ext_path=" + folder.resolve("flash") + ":128m,ext_page_size=4";
    try (LarderProcess larder = LarderProcess.start(folder, "-M", "-m", "16", "-o", flash);
        BatchClient client = new BatchClient(larder.port(), KEY_BYTES)) {
      client.setAll(0, 4 * COUNT, 1, VALUE_BYTES);

      long stored = 4 * COUNT - client.refusedCount();
      assertThat(client.lastRefusal()).isEqualTo("SERVER_ERROR out of memory storing object");
      assertThat(stored * VALUE_BYTES).as("bytes stored").isGreaterThan(100L << 20);
      Stats stats = larder.stats();
      assertThat(stats.number("evictions")).isZero();
      assertThat(stats.number("extstore_page_evictions")).isZero();
      assertThat(client.presentCount(0, 4 * COUNT, 1, VALUE_BYTES))
          .as("items that can be read; a false match of a tag may cost a few")
          .isBetween(stored - stored / 1000, stored);
    }
  }
}
