package io.larder.tests.conformance.same;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.process.ServerProcess;
import io.larder.tests.conformance.same.Wire.Pace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Defects of memcached's extstore that a client can see, by the numbers they have in {@code
 * docs/extstore-parity.md}: Larder does not have them, and memcached 1.6.18 does, so each question
 * is one that tells the two apart.
 *
 * <p>Both servers have been given more than their flash holds.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExtstoreDefectsTest {
  private static final int ITEM_COUNT = 6_000;
  private static final String VALUE = "v".repeat(20_000);
  private static final String COUNTER_KEY = "c".repeat(200);

  private MemcachedProcess memcached;
  private LarderProcess larder;

  ExtstoreDefectsTest(@TempDir Path folder) throws IOException {
    // memcached gives up root's rights before it makes its file.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    memcached =
        MemcachedProcess.start(
            folder,
            "-m",
            "64",
            "-o",
            "ext_page_size=8,ext_wbuf_size=2,ext_path="
                + folder.resolve("there")
                + ":64m,ext_item_size=64,ext_item_age=1,ext_recache_rate=2000,slab_automove=0,"
                + "no_lru_crawler");
    larder =
        LarderProcess.start(
            folder,
            "-m",
            "16",
            "-o",
            "ext_path=" + folder.resolve("here") + ":64m,ext_recache_rate=2000");
  }

  @BeforeAll
  void giveBothMoreThanTheyHold() throws InterruptedException {
    // Items are written, wait for as long as memcached wants before it moves them, and go on.
    for (int from = 0; from < ITEM_COUNT; from += 500) {
      fill(memcached, from);
      fill(larder, from);
      if (from == ITEM_COUNT / 3 * 2) {
        // What comes behind them brings them to flash, and does not fill it.
        storeNumbers(memcached);
        storeNumbers(larder);
      }
      Thread.sleep(1_200);
    }
    awaitEvictions(memcached);
    awaitEvictions(larder);
  }

  @AfterAll
  void end() {
    memcached.close();
    larder.close();
  }

  private static void fill(ServerProcess server, int from) {
    StringBuilder sets = new StringBuilder();
    for (int i = from; i < from + 500; i++) {
      sets.append("set k%d 0 0 %d\r\n%s\r\n".formatted(i, VALUE.length(), VALUE));
    }
    ask(server, sets.toString());
  }

  private static void storeNumbers(ServerProcess server) {
    ask(server, "set %s 0 0 1\r\n5\r\n".formatted(COUNTER_KEY));
    ask(server, "set joined%s 0 0 1\r\n5\r\n".formatted(COUNTER_KEY));
  }

  private static void awaitEvictions(ServerProcess server) throws InterruptedException {
    for (int i = 0; i < 200 && server.stats().number("extstore_objects_evicted") == 0; i++) {
      Thread.sleep(100);
    }
  }

  private static String ask(ServerProcess server, String commands) {
    return Bytes.text(Wire.ask(server, Bytes.of(commands), Pace.WHOLE, 0));
  }

  private void onlyMemcachedHasIt(Predicate<ServerProcess> defect) {
    assertThat(defect.test(larder)).as("Larder has it").isFalse();
    assertThat(defect.test(memcached)).as("memcached has it").isTrue();
  }

  private static boolean isThere(ServerProcess server, String key) {
    return ask(server, "get " + key + "\r\n").startsWith("VALUE");
  }

  /*
   * The oldest items have been evicted from flash. A get lets memcached notice that of its item, so
   * every test asks about items of its own.
   */

  @Test
  void d2AMissOnFlashIsCountedAsAHit() {
    onlyMemcachedHasIt(server -> {
      long hits = server.stats().number("get_hits");
      long found = 0;
      for (int i = 0; i < 200; i++) {
        found += isThere(server, "k" + i) ? 1 : 0;
      }
      return server.stats().number("get_hits") - hits != found;
    });
  }

  @Test
  void d3AnEvictedItemStillStandsInTheWayOfAnAdd() {
    onlyMemcachedHasIt(server ->
        IntStream.range(200, 400)
            .mapToObj(i -> "k" + i)
            .anyMatch(key ->
                ask(server, "add " + key + " 0 0 1\r\nx\r\n").equals("NOT_STORED\r\n")
                    && !isThere(server, key)));
  }

  @Test
  void d4AMissOnFlashForgetsOpaqueAndKey() {
    onlyMemcachedHasIt(server ->
        IntStream.range(400, 600)
            .mapToObj(i -> ask(server, "mg k" + i + " v Oabc k\r\n"))
            .anyMatch("EN\r\n"::equals));
  }

  @Test
  void d8ANumberOnFlashCannotBeCounted() {
    onlyMemcachedHasIt(server -> !ask(server, "incr " + COUNTER_KEY + " 1\r\n").equals("6\r\n"));
  }

  @Test
  void d8NothingCanBeAppendedOnFlash() {
    onlyMemcachedHasIt(server ->
        !ask(server, "append joined" + COUNTER_KEY + " 0 0 1\r\n0\r\n").equals("STORED\r\n"));
  }

  @Test
  void d15BytesOfItemsAreMoreThanTheLimitOfRam() {
    onlyMemcachedHasIt(
        server -> server.stats().number("bytes") > server.stats().number("limit_maxbytes"));
  }
}
