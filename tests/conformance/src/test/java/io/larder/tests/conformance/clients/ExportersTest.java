package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.process.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The statistics have the form in which Prometheus' memcached_exporter and telegraf's memcached
 * input read them: what they take for an error does not come, and what they look for is there.
 *
 * <p>Neither is packaged by Debian. What they ask and how they take it apart is written down here,
 * and memcached itself is held against it first, so that the description is known to be right.
 */
@Timeout(120)
class ExportersTest {
  /** What a line may be long: the exporter's client reads it into a buffer of a fixed size. */
  private static final int LINE_BYTES_MAX = 4096;

  private static final List<String> COMMANDS =
      List.of("get", "delete", "incr", "decr", "cas", "touch");

  /** Rows of {@code stats} that become metrics of the exporter, but for those of flash. */
  private static final List<String> GENERAL =
      Stream.concat(
              COMMANDS.stream().flatMap(c -> Stream.of(c + "_hits", c + "_misses")),
              words(
                  """
                  uptime time cas_badval cmd_flush cmd_set bytes limit_maxbytes curr_items total_items
                  bytes_read bytes_written curr_connections total_connections conn_yields
                  listen_disabled_num evictions reclaimed store_too_large store_no_memory
                  lru_crawler_starts direct_reclaims crawler_items_checked crawler_reclaimed
                  moves_to_cold moves_to_warm moves_within_lru accepting_conns
                  """))
          .toList();

  /** Seconds and microseconds, which it reads as two numbers. */
  private static final List<String> TIMES = List.of("rusage_user", "rusage_system");

  /** Rows of flash, of which it wants all if there is the one of the limit. */
  private static final List<String> FLASH =
      words(
              """
              compact_lost compact_rescues compact_skipped page_allocs page_evictions page_reclaims
              pages_free pages_used objects_evicted objects_read objects_written objects_used
              bytes_evicted bytes_written bytes_read bytes_used bytes_fragmented limit_maxbytes io_queue
              """)
          .map(word -> "extstore_" + word)
          .toList();

  /** Rows of a class in {@code stats items}. */
  private static final List<String> ITEMS =
      words(
              """
              number number_hot number_warm number_cold age_hot age_warm age mem_requested evicted
              evicted_nonzero evicted_time outofmemory tailrepairs reclaimed expired_unfetched
              evicted_unfetched crawler_reclaimed moves_to_cold moves_to_warm moves_within_lru
              hits_to_hot hits_to_warm hits_to_cold hits_to_temp
              """)
          .toList();

  /** Rows of a class in {@code stats slabs}. */
  private static final List<String> SLABS =
      Stream.concat(
              COMMANDS.stream().map(c -> c + "_hits"),
              words(
                  """
                  cas_badval cmd_set chunk_size chunks_per_page total_pages total_chunks used_chunks
                  free_chunks free_chunks_end
                  """))
          .toList();

  private static final List<String> SETTINGS = List.of("maxconns", "lru_crawler");

  /** Settings that it reads where the crawler is on. */
  private static final List<String> SETTINGS_OF_CRAWLER =
      List.of(
          "lru_crawler_sleep",
          "lru_crawler_tocrawl",
          "hot_lru_pct",
          "warm_lru_pct",
          "hot_max_factor",
          "warm_max_factor");

  /** Fields of telegraf, whole numbers all of them. */
  private static final List<String> TELEGRAF =
      words(
              """
              accepting_conns auth_cmds auth_errors bytes bytes_read bytes_written cas_badval cas_hits
              cas_misses cmd_flush cmd_get cmd_set cmd_touch conn_yields connection_structures
              curr_connections curr_items decr_hits decr_misses delete_hits delete_misses
              evicted_active evicted_unfetched evictions expired_unfetched get_expired get_flushed
              get_hits get_misses hash_bytes hash_is_expanding hash_power_level incr_hits incr_misses
              limit_maxbytes listen_disabled_num max_connections reclaimed store_no_memory
              store_too_large threads total_connections total_items touch_hits touch_misses uptime
              """)
          .toList();

  private static Stream<String> words(String text) {
    return Arrays.stream(text.strip().split("\\s+", -1));
  }

  @TempDir private Path folder;

  enum Subject {
    MEMCACHED,
    LARDER_IN_RAM,
    LARDER_WITH_FLASH;

    ServerProcess start(Path folder) {
      return switch (this) {
        case MEMCACHED -> MemcachedProcess.start(folder);
        case LARDER_IN_RAM -> LarderProcess.start(folder, "-m", "64", "--ram-only");
        case LARDER_WITH_FLASH ->
            LarderProcess.start(
                folder, "-m", "8", "-o", "ext_path=" + folder.resolve("flash") + ":1g");
      };
    }
  }

  /** What the exporter has understood. */
  private record Read(
      Map<String, String> general,
      Map<Integer, Map<String, String>> slabs,
      Map<Integer, Map<String, String>> items) {}

  private static List<String> lines(ServerProcess server, String command) throws IOException {
    try (LineTalk talk = new LineTalk(server.connect())) {
      List<String> lines = talk.askForMany(command, "END");
      assertThat(lines).last().as(command).isEqualTo("END");
      lines.removeLast();
      assertThat(lines)
          .as(command)
          .isNotEmpty()
          .allMatch(line -> line.startsWith("STAT ") && line.length() < LINE_BYTES_MAX);
      return lines;
    }
  }

  /**
   * Three questions, whose answers go into one heap: a name with one colon is of a class in {@code
   * slabs}, one with two of a class in {@code items}, and the class has to be a number. What has
   * more words than name and value is passed over.
   */
  private static Read read(ServerProcess server) throws IOException {
    Read read = new Read(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    List<String> lines = new ArrayList<>();
    for (String command : List.of("stats", "stats slabs", "stats items")) {
      lines.addAll(lines(server, command));
    }
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      if (words.length != 3) {
        continue;
      }
      String[] name = words[1].split(":", -1);
      switch (name.length) {
        case 1 -> read.general().put(name[0], words[2]);
        case 2 -> ofClass(read.slabs(), name[0]).put(name[1], words[2]);
        case 3 -> ofClass(read.items(), name[1]).put(name[2], words[2]);
        default -> {}
      }
    }
    return read;
  }

  private static Map<String, String> ofClass(Map<Integer, Map<String, String>> all, String number) {
    return all.computeIfAbsent(Integer.valueOf(number), _ -> new TreeMap<>());
  }

  /**
   * As {@link #read}: two words, or three of which it joins two; a row of any other form ends it.
   */
  private static Map<String, String> readSettings(ServerProcess server) throws IOException {
    Map<String, String> settings = new TreeMap<>();
    for (String line : lines(server, "stats settings")) {
      String[] words = line.split(" ", -1);
      assertThat(words.length).as(line).isBetween(3, 4);
      settings.put(words[1], words[2]);
    }
    return settings;
  }

  private static void assertNumbers(Map<String, String> rows, List<String> names, String what) {
    assertThat(rows).as(what).containsKeys(names.toArray(String[]::new));
    for (String name : names) {
      assertThat(Double.parseDouble(rows.get(name))).as("%s %s", what, name).isNotNegative();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everythingTheyReadIsThere(Subject subject) throws IOException {
    try (ServerProcess server = subject.start(folder)) {
      useItemsOfSeveralClasses(server);
      if (subject == Subject.LARDER_WITH_FLASH) {
        fill(server);
      }
      Read read = read(server);

      assertNumbers(read.general(), GENERAL, "stats");
      assertNumbers(read.general(), List.of("total_malloced"), "stats slabs");
      assertThat(read.general().get("version")).matches("\\S+");
      for (String time : TIMES) {
        assertThat(read.general().get(time)).as(time).matches("\\d+\\.\\d{6}");
      }
      if (subject == Subject.LARDER_WITH_FLASH) {
        assertNumbers(read.general(), FLASH, "stats");
        assertThat(read.general().get("extstore_objects_used")).isNotEqualTo("0");
      } else {
        assertThat(read.general()).doesNotContainKey("extstore_limit_maxbytes");
      }
      assertThat(read.slabs()).hasSizeGreaterThanOrEqualTo(4);
      read.slabs().forEach((number, rows) -> assertNumbers(rows, SLABS, "class " + number));
      assertThat(read.items()).hasSizeGreaterThanOrEqualTo(1);
      read.items().forEach((number, rows) -> assertNumbers(rows, ITEMS, "class " + number));

      Map<String, String> settings = readSettings(server);
      assertThat(settings).containsKeys(SETTINGS.toArray(String[]::new));
      assertNumbers(settings, List.of("maxconns"), "stats settings");
      assertThat(settings.get("lru_crawler")).isEqualTo("yes");
      assertThat(settings.get("lru_maintainer_thread")).isIn("yes", "no");
      assertNumbers(settings, SETTINGS_OF_CRAWLER, "stats settings");

      assertTelegrafReads(server);
    }
  }

  /** Name and value, whatever the value is made of; a line of any other form ends it. */
  private static void assertTelegrafReads(ServerProcess server) throws IOException {
    Map<String, String> fields = new TreeMap<>();
    for (String line : lines(server, "stats")) {
      String[] words = line.split(" ", 3);
      assertThat(words).as(line).hasSize(3);
      fields.put(words[1], words[2]);
    }
    assertThat(fields).containsKeys(TELEGRAF.toArray(String[]::new));
    TELEGRAF.forEach(name -> assertThat(Long.parseLong(fields.get(name))).isNotNegative());
  }

  /** What the same commands leave in every class is the same, hits and stores included. */
  @Test
  void classesAreMemcacheds() throws IOException {
    try (ServerProcess memcached = Subject.MEMCACHED.start(folder);
        ServerProcess larder = Subject.LARDER_IN_RAM.start(folder)) {
      useItemsOfSeveralClasses(memcached);
      useItemsOfSeveralClasses(larder);
      Read theirs = read(memcached);
      Read ours = read(larder);

      assertThat(ours.general().keySet()).containsAll(metrics(theirs.general(), GENERAL));
      assertThat(ours.slabs().keySet()).isEqualTo(theirs.slabs().keySet());
      assertThat(ours.items().keySet()).isEqualTo(theirs.items().keySet());
      List<String> counted =
          Stream.concat(
                  SLABS.stream().filter(name -> name.endsWith("_hits")),
                  Stream.of(
                      "cas_badval", "cmd_set", "chunk_size", "chunks_per_page", "used_chunks"))
              .toList();
      theirs
          .slabs()
          .forEach((number, rows) ->
              assertThat(only(ours.slabs(), number, counted))
                  .as("class " + number)
                  .isEqualTo(only(theirs.slabs(), number, counted)));
      theirs
          .items()
          .forEach((number, rows) ->
              assertThat(ours.items().get(number))
                  .as("class " + number)
                  .containsKeys(rows.keySet().toArray(String[]::new))
                  .containsEntry("number", rows.get("number")));
      for (String counter : SLABS) {
        if (theirs.general().containsKey(counter)) {
          assertThat(sum(theirs.slabs(), counter))
              .as(counter)
              .isEqualTo(Long.parseLong(theirs.general().get(counter)));
          assertThat(sum(ours.slabs(), counter))
              .as(counter)
              .isEqualTo(Long.parseLong(ours.general().get(counter)));
        }
      }
    }
  }

  @Test
  void settingsHaveMemcachedsNames() throws IOException {
    try (ServerProcess memcached = Subject.MEMCACHED.start(folder);
        ServerProcess larder = Subject.LARDER_IN_RAM.start(folder)) {
      Set<String> theirs = readSettings(memcached).keySet();
      theirs.removeIf(name -> name.startsWith("ssl_"));
      assertThat(readSettings(larder)).containsKeys(theirs.toArray(String[]::new));
    }
  }

  private static Set<String> metrics(Map<String, String> rows, List<String> names) {
    return names.stream().filter(rows::containsKey).collect(Collectors.toSet());
  }

  private static Map<String, String> only(
      Map<Integer, Map<String, String>> classes, int number, List<String> names) {
    Map<String, String> only = new TreeMap<>(ofClass(classes, Integer.toString(number)));
    only.keySet().retainAll(names);
    return only;
  }

  private static long sum(Map<Integer, Map<String, String>> classes, String counter) {
    return classes.values().stream().mapToLong(rows -> Long.parseLong(rows.get(counter))).sum();
  }

  /** Sizes are from the middle of their class, so headers of another size make no difference. */
  private static void useItemsOfSeveralClasses(ServerProcess server) throws IOException {
    try (LineTalk talk = new LineTalk(server.connect())) {
      for (int bytes : new int[] {10, 1000, 5000, 100_000}) {
        for (int i = 0; i < 3; i++) {
          String key = "key" + bytes + "-" + i;
          talk.ask("set %s 0 0 %d\r\n%s".formatted(key, bytes, "x".repeat(bytes)));
          talk.askForMany("get " + key, "END");
        }
        talk.ask("touch key%d-1 1000".formatted(bytes));
        talk.askForMany("gat 1000 key%d-1".formatted(bytes), "END");
        talk.ask("cas key%d-2 0 0 1 1\r\n1".formatted(bytes));
        String marked = talk.askForMany("gets key%d-2".formatted(bytes), "END").getFirst();
        String cas = marked.substring(marked.lastIndexOf(' ') + 1);
        String value = "y".repeat(bytes);
        talk.ask("cas key%d-2 0 0 %d %s\r\n%s".formatted(bytes, bytes, cas, value));
        talk.ask("delete key%d-0".formatted(bytes));
      }
      talk.ask("set number 0 0 2\r\n41");
      talk.ask("incr number 1");
      talk.ask("decr number 2");
      talk.askForMany("get number missing", "END");
      talk.ask("delete missing");
      talk.ask("incr missing 1");
      talk.ask("touch missing 1");
      talk.ask("cas missing 0 0 1 1\r\n1");
      talk.ask("add number 0 0 1\r\n1");
      talk.ask("append number 0 0 1\r\n1");
    }
  }

  private static void fill(ServerProcess server) throws IOException {
    try (Socket socket = server.connect()) {
      String value = "v".repeat(4000);
      InputStream in = socket.getInputStream();
      for (int i = 0; i < 6000; i++) {
        String set = "set fill%d 0 0 %d noreply\r\n%s\r\n".formatted(i, value.length(), value);
        socket.getOutputStream().write(set.getBytes(ISO_8859_1));
        if (i % 100 == 0) {
          socket.getOutputStream().write("mn\r\n".getBytes(ISO_8859_1));
          assertThat(in.readNBytes(4)).hasSize(4);
        }
      }
    }
  }
}
