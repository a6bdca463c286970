package io.larder.tests.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.clients.WholeClient.Marked;
import io.larder.tests.conformance.process.LarderProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The clients in Java ask everything they can, of items in RAM and of items on flash. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class JavaClientsTest {
  private static final int VALUE_BYTES = 4096;
  private static final int BATCH_COUNT = 100;
  private static final Duration EXPIRY_MAX = Duration.ofSeconds(10);

  private LarderProcess ram = unstarted();
  private LarderProcess flash = unstarted();

  @SuppressWarnings("NullAway") // Started before the first test.
  private static LarderProcess unstarted() {
    return null;
  }

  @BeforeAll
  void start(@TempDir Path folder) {
    ram = Tier.RAM.start(folder);
    flash = Tier.FLASH.start(folder);
  }

  @AfterAll
  void stop() {
    ram.close();
    flash.close();
  }

  @ParameterizedTest
  @EnumSource
  void everythingAboutItemsInRam(JavaClient client) throws Exception {
    try (WholeClient asking = client.connect(ram.port())) {
      conversation(asking, client.name(), 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everythingAboutItemsOnFlash(JavaClient client) throws Exception {
    long before = flash.stats().number("larder_flash_hits");
    try (WholeClient asking = client.connect(flash.port())) {
      conversation(asking, client.name(), Tier.FLASH.spilledBytes());
    }
    assertThat(flash.stats().number("larder_flash_hits") - before)
        .as("values read from flash")
        .isGreaterThan(Tier.FLASH.spilledBytes() / VALUE_BYTES / 2);
  }

  private static void conversation(WholeClient client, String name, int spilledBytes)
      throws Exception {
    client.flush();
    for (String word : List.of("kept", "joined", "marked", "gone", "brief", "first")) {
      assertThat(client.set(name + word, "abc", 0)).as(word).isTrue();
    }
    assertThat(client.set(name + "number", "10", 1000)).isTrue();
    List<List<String>> spilled = spilledKeys(name, spilledBytes / VALUE_BYTES);
    for (List<String> batch : spilled) {
      assertThat(client.addAll(values(batch)).values()).as("added").doesNotContain(false);
    }

    reads(client, name);
    stores(client, name);
    marks(client, name);
    numbers(client, name);
    ends(client, name);
    assertThat(client.stats()).containsKeys("pid", "curr_items", "get_hits");

    for (List<String> batch : spilled) {
      assertThat(client.getAll(batch)).isEqualTo(values(batch));
    }
    for (List<String> batch : spilled.subList(0, spilled.size() / 20)) {
      for (String key : batch) {
        assertThat(client.get(key)).isEqualTo(value(key));
      }
    }
    awaitExpiry(client, name + "brief");
    client.flush();
    assertThat(client.get(name + "kept")).as("after a flush").isNull();
  }

  private static void reads(WholeClient client, String name) throws Exception {
    assertThat(client.get(name + "kept")).isEqualTo("abc");
    assertThat(client.get(name + "missing")).isNull();
    assertThat(client.getAll(List.of(name + "kept", name + "missing", name + "number")))
        .isEqualTo(Map.of(name + "kept", "abc", name + "number", "10"));
    assertThat(client.getAll(List.of(name + "missing"))).isEmpty();
  }

  private static void stores(WholeClient client, String name) throws Exception {
    assertThat(client.add(name + "kept", "x")).as("add to an item").isFalse();
    assertThat(client.add(name + "new", "x")).isTrue();
    assertThat(client.replace(name + "missing", "x")).as("replace nothing").isFalse();
    assertThat(client.replace(name + "first", "replaced")).isTrue();
    assertThat(client.get(name + "first")).isEqualTo("replaced");
    assertThat(client.append(name + "joined", "def")).isTrue();
    assertThat(client.prepend(name + "joined", "_")).isTrue();
    assertThat(client.get(name + "joined")).isEqualTo("_abcdef");
    assertThat(client.append(name + "missing", "x")).as("append to nothing").isFalse();
    assertThat(client.prepend(name + "missing", "x")).as("prepend to nothing").isFalse();
  }

  private static void marks(WholeClient client, String name) throws Exception {
    Marked marked = client.gets(name + "marked");
    assertThat(marked).isNotNull();
    assertThat(marked.value()).isEqualTo("abc");
    assertThat(client.gets(name + "missing")).isNull();
    assertThat(client.cas(name + "marked", marked.mark(), "changed")).isTrue();
    assertThat(client.cas(name + "marked", marked.mark(), "again")).as("late").isFalse();
    assertThat(client.get(name + "marked")).isEqualTo("changed");
  }

  private static void numbers(WholeClient client, String name) throws Exception {
    assertThat(client.increment(name + "number", 101)).isEqualTo(111);
    assertThat(client.decrement(name + "number", 11)).isEqualTo(100);
    assertThat(client.decrement(name + "number", 1000)).as("ends at 0").isEqualTo(0);
    Long made = client.makesNumbers() ? Long.valueOf(0) : null;
    assertThat(client.increment(name + "made", 5)).isEqualTo(made);
    assertThat(client.get(name + "made")).isEqualTo(made == null ? null : "0");
    assertThat(client.decrement(name + "alsoMade", 1)).isEqualTo(made);
  }

  private static void ends(WholeClient client, String name) throws Exception {
    assertThat(client.touch(name + "brief", 1000)).isTrue();
    assertThat(client.touch(name + "missing", 1000)).isFalse();
    if (client.getsAndTouches()) {
      assertThat(client.getAndTouch(name + "brief", 2000)).isEqualTo("abc");
      assertThat(client.getAndTouch(name + "missing", 2000)).isNull();
    }
    assertThat(client.touch(name + "brief", 1)).isTrue();
    assertThat(client.delete(name + "gone")).isTrue();
    assertThat(client.delete(name + "gone")).as("again").isFalse();
    assertThat(client.get(name + "gone")).isNull();
  }

  private static void awaitExpiry(WholeClient client, String key) throws Exception {
    long deadline = System.nanoTime() + EXPIRY_MAX.toNanos();
    while (client.get(key) != null) {
      assertThat(System.nanoTime()).as(key + " expires").isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  // --- values larger than RAM, together

  private static List<List<String>> spilledKeys(String name, int count) {
    List<List<String>> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i % BATCH_COUNT == 0) {
        batches.add(new ArrayList<>());
      }
      batches.getLast().add("%s.spilled.%d".formatted(name, i));
    }
    return batches;
  }

  private static Map<String, String> values(List<String> keys) {
    Map<String, String> values = new LinkedHashMap<>();
    keys.forEach(key -> values.put(key, value(key)));
    return values;
  }

  private static String value(String key) {
    return (key + ' ').repeat(VALUE_BYTES / (key.length() + 1));
  }
}
