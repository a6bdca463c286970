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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code watch}, {@code lru_crawler} and {@code stats cachedump} beside memcached's. What is
 * compared is what can be the same; see {@link AcceptedDeviation#LINES_FOR_WATCHERS} and those
 * behind it for the rest.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SameStreamsTest {
  /** What the two answer with the same bytes, in this order. */
  private static final List<String> CRAWLER_LINES =
      List.of(
          "lru_crawler",
          "lru_crawler x",
          "lru_crawler metadump",
          "lru_crawler metadump all x",
          "lru_crawler metadump 0",
          "lru_crawler metadump 64",
          "lru_crawler metadump x",
          "lru_crawler metadump 1,all",
          "lru_crawler metadump noreply",
          "lru_crawler crawl hash",
          "lru_crawler crawl 0",
          "lru_crawler crawl 77",
          "lru_crawler sleep 100",
          "lru_crawler sleep 1000001",
          "lru_crawler sleep",
          "lru_crawler sleep x",
          "lru_crawler sleep -1",
          "lru_crawler sleep 1 2",
          "lru_crawler sleep noreply",
          "lru_crawler tocrawl 10",
          "lru_crawler tocrawl x",
          "lru_crawler tocrawl",
          "lru_crawler tocrawl 0",
          "lru_crawler enable",
          "lru_crawler enable x",
          "lru_crawler disable",
          "lru_crawler metadump all",
          "lru_crawler crawl 1",
          "lru_crawler disable",
          "lru_crawler enable",
          "stats cachedump 64 10",
          "stats cachedump 255 10",
          "stats cachedump x 10",
          "stats cachedump 1 x",
          "stats cachedump -1 10",
          "stats cachedump 1",
          "stats cachedump 0 10",
          "stats cachedump 5 10",
          "watch x",
          "watch fetchers x",
          "watch fetchers, mutations");

  /** What an actor says, each with its values; no plain set, for which Larder looks nothing up. */
  private static final List<String> ACTS =
      List.of(
          "get a",
          "add a 0 0 3;abc",
          "get a b a",
          "gat 100 a",
          "touch a 50",
          "add a 0 0 1;1",
          "replace a 0 100 1;1",
          "replace none 0 100 1;1",
          "append a 0 0 1;2",
          "prepend none 0 0 1;2",
          "incr a 5",
          "incr none 5",
          "decr a 1",
          "incr a 1000",
          "delete a",
          "delete a",
          "mg q v",
          "ms q 2 ME T100;22",
          "mg q v",
          "mg new N30 v",
          "ma q",
          "ms q 2 MA;33",
          "ms q 2 ME;33",
          "ms q 2 C33;33",
          "md q I",
          "md q",
          "me q",
          "me new",
          "cas none 0 0 1 3;1",
          "add s%p~.-_*/@ 0 0 1;1",
          "gets s%p~.-_*/@",
          "ms YWEgYg== 1 b ME;1",
          "mg YWEgYg== b v",
          "add gone 0 -1 1;1",
          "get gone",
          "get gone",
          "mn");

  @TempDir private static Path folder;

  private MemcachedProcess memcached;
  private LarderProcess larder;

  @BeforeAll
  void start() {
    memcached = MemcachedProcess.start(folder, "-m", "64");
    larder = LarderProcess.start(folder, "-m", "64", "--ram-only");
  }

  @AfterAll
  void stop() {
    if (larder != null) {
      larder.close();
    }
    if (memcached != null) {
      memcached.close();
    }
  }

  /** One client, who reads line by line. */
  private static final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader reader;

    Client(ServerProcess server) throws IOException {
      socket = server.connect();
      reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    }

    void say(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    int localPort() {
      return socket.getLocalPort();
    }

    String line() throws IOException {
      return String.valueOf(reader.readLine());
    }

    String ask(String line) throws IOException {
      say(line + "\r\n");
      return line();
    }

    /** Lines up to one that says the end. */
    List<String> linesUntil(String end) throws IOException {
      List<String> lines = new ArrayList<>();
      for (String line = line(); !line.equals(end); line = line()) {
        lines.add(line);
      }
      return lines;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  // --- lists

  @Test
  void everyLineOfTheCrawlerIsAnsweredTheSame() throws IOException {
    try (Client theirs = new Client(memcached);
        Client ours = new Client(larder)) {
      for (String line : CRAWLER_LINES) {
        assertThat(ours.ask(line)).as(line).isEqualTo(settled(theirs, line));
      }
    }
  }

  /** For a moment after it was told to stop, memcached's crawler does not know what it is. */
  private static String settled(Client client, String line) throws IOException {
    String answer = client.ask(line);
    for (int i = 0; i < 100 && answer.equals("ERROR an unknown error happened"); i++) {
      answer = client.ask(line);
    }
    return answer;
  }

  @Test
  void metadumpShowsTheSameItems() throws IOException {
    List<String> theirs = metadump(memcached);
    List<String> ours = metadump(larder);

    assertThat(ours).hasSize(5).isEqualTo(theirs);
  }

  /** The lines in the order of their keys, without what is each server's own. */
  private static List<String> metadump(ServerProcess server) throws IOException {
    try (Client client = new Client(server)) {
      client.ask("flush_all");
      client.ask("set a 5 0 3\r\nabc");
      client.ask("set b%\u0001~ 0 100000 3\r\nabc");
      client.ask("ms YWEgYg== 1 b\r\n1");
      client.ask("set big 0 0 1000\r\n" + "x".repeat(1000));
      client.ask("set read 0 0 1\r\n1");
      client.ask("set gone 0 -1 1\r\n1");
      client.ask("mg read");
      String first = client.ask("lru_crawler metadump hash");
      while (first.startsWith("BUSY")) {
        first = client.ask("lru_crawler metadump hash");
      }
      List<String> lines = new ArrayList<>(client.linesUntil("END"));
      lines.add(first);
      assertThat(client.ask("mn")).isEqualTo("MN");
      return lines.stream()
          .map(SameStreamsTest::withoutOwnFields)
          .sorted(Comparator.naturalOrder())
          .toList();
    }
  }

  /**
   * The second in which an item was stored differs by what the test takes, and so does its expiry.
   */
  private static String withoutOwnFields(String line) {
    return line.replaceAll(" exp=[0-9]{9}[0-9]*", " exp=then")
        .replaceAll(" la=[0-9]+ cas=[0-9]+", " la= cas=")
        .replaceAll(" size=[0-9]+( flags=[0-9]+)?$", "");
  }

  @Test
  void listGoesFirstInAPipeline() throws IOException {
    List<String> answers = new ArrayList<>();
    for (ServerProcess server : List.of(memcached, larder)) {
      try (Client client = new Client(server)) {
        client.say("mg none v\r\nlru_crawler metadump all\r\n");
        answers.add(client.line() + "; " + client.line());
      }
      try (Client client = new Client(server)) {
        client.say("mg none v\r\nwatch\r\n");
        answers.add(client.line() + "; " + client.line());
      }
      try (Client client = new Client(server)) {
        client.say("mn\r\nwatch\r\n");
        answers.add(client.line() + "; " + client.line());
      }
    }
    assertThat(answers.subList(3, 6)).isEqualTo(answers.subList(0, 3));
  }

  @Test
  void cachedumpLinesHaveMemcachedsShape() throws IOException {
    try (Client client = new Client(larder)) {
      client.ask("set dumped 0 100000 3\r\nabc");
      client.say("stats cachedump 1 0\r\n");
      assertThat(client.linesUntil("END"))
          .allMatch(line -> line.matches("ITEM .+ \\[[0-9]+ b; [0-9]+ s\\]"))
          .anyMatch(line -> line.startsWith("ITEM dumped [3 b; "));
    }
  }

  // --- watch

  @Test
  void whatIsLookedUpIsToldTheSame() throws IOException {
    assertThat(told(larder, "watch fetchers")).isEqualTo(told(memcached, "watch fetchers"));
  }

  @Test
  void watchByItselfMeansFetchers() throws IOException {
    assertThat(told(larder, "watch")).isEqualTo(told(memcached, "watch"));
  }

  @Test
  void whatIsStoredIsToldTheSame() throws IOException {
    assertThat(told(larder, "watch mutations")).isEqualTo(told(memcached, "watch mutations"));
  }

  @Test
  void clientsThatComeAndGoAreToldTheSame() throws IOException {
    UnaryOperator<String> without = line -> line.replaceAll("rport=[0-9]+", "rport=");
    assertThat(told(larder, "watch connevents").stream().map(without))
        .hasSize(2)
        .isEqualTo(told(memcached, "watch connevents").stream().map(without).toList());
  }

  /** What a watcher is told of all acts, by its number, without what is each server's own. */
  private static List<String> told(ServerProcess server, String watch) throws IOException {
    try (Client cleaner = new Client(server)) {
      deleteAll(cleaner);
    }
    try (Client watcher = new Client(server)) {
      assertThat(watcher.ask(watch)).isEqualTo("OK");
      String last;
      try (Client actor = new Client(server)) {
        last =
            watch.endsWith("connevents")
                ? "type=conn_close .* rport=" + actor.localPort() + " .*"
                : watch.endsWith("mutations") ? "key=last .*" : "key=last status=found .*";
        for (String act : ACTS) {
          actor.say(act.replace(";", "\r\n") + "\r\n");
        }
        actor.linesUntil("MN");
        deleteAll(actor);
        // The last that every kind of watcher is told of.
        actor.ask("add last 0 0 1\r\n1");
        actor.ask("delete last");
        actor.say("quit\r\n");
        assertThat(actor.line()).isEqualTo("null");
      }
      List<String> lines = new ArrayList<>();
      do {
        lines.add(watcher.line());
      } while (!lines.getLast().matches(".*" + last));
      // A client of an earlier test may have been seen to go only now.
      lines.removeIf(line -> line.contains("type=conn_close") && !line.matches(".*" + last));
      return inOrder(lines);
    }
  }

  /** Not by flush_all: whether memcached then tells of a flushed item hangs on its clock. */
  private static void deleteAll(Client client) throws IOException {
    for (String key : List.of("a", "q", "new", "s%p~.-_*/@", "gone")) {
      client.ask("delete " + key);
    }
    client.ask("md YWEgYg== b");
  }

  private static final Pattern NUMBERED = Pattern.compile("ts=[0-9]+\\.[0-9]+ gid=([0-9]+) (.*)");

  private static List<String> inOrder(List<String> lines) {
    record Numbered(long number, String rest) {}
    TreeSet<Numbered> sorted = new TreeSet<>(Comparator.comparingLong(Numbered::number));
    for (String line : lines) {
      Matcher parts = NUMBERED.matcher(line);
      assertThat(parts.matches()).as(line).isTrue();
      sorted.add(
          new Numbered(
              Long.parseLong(parts.group(1)), parts.group(2).replaceAll("cfd=[0-9]+", "cfd=")));
    }
    return sorted.stream()
        // Of a time that has passed memcached tells what is left as an unsigned number.
        .map(one -> one.rest().replaceAll("ttl=42949[0-9]+", "ttl=0"))
        .toList();
  }
}
