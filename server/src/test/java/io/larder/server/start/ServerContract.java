package io.larder.server.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;

import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.larder.server.options.ServeArguments;
import io.larder.server.options.ServeParser;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whole servers, spoken to over sockets. Each way to do I/O runs all of it. */
@Timeout(60)
abstract class ServerContract {
  private final String io;
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @TempDir private Path folder;

  /**
   * @param io the value of {@code --io}
   */
  ServerContract(String io) {
    this.io = io;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : toClose.reversed()) {
      one.close();
    }
  }

  // --- commands

  @Test
  void whatIsSetIsGotten() throws Exception {
    TestClient client = client(ramOnly());

    assertThat(client.set("key", bytes("value"))).isEqualTo("STORED");
    assertThat(client.ask("get key")).isEqualTo("VALUE key 0 5");
    assertThat(client.line()).isEqualTo("value");
    assertThat(client.line()).isEqualTo("END");
    assertThat(client.ask("mg key v")).isEqualTo("VA 5");
    assertThat(client.line()).isEqualTo("value");
  }

  @Test
  void tenThousandCommandsAtOnceAreAnsweredInOrder() throws Exception {
    TestClient client = client(ramOnly());
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      commands.append("set k%d 0 0 %d\r\n%s\r\nget k%d\r\n".formatted(i, length(i), text(i), i));
    }
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                client.send(commands.toString());
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });

    for (int i = 0; i < 10_000; i++) {
      assertThat(client.line()).isEqualTo("STORED");
      assertThat(client.line()).isEqualTo("VALUE k%d 0 %d".formatted(i, length(i)));
      assertThat(client.line()).isEqualTo(text(i));
      assertThat(client.line()).isEqualTo("END");
    }
    sender.join();
  }

  private static int length(int i) {
    return text(i).length();
  }

  private static String text(int i) {
    return "value " + i;
  }

  @Test
  void itemsThatRamHasNoRoomForComeBackFromFlash() throws Exception {
    TestClient client = client(withFlash("-m", "8"));
    int count = 6000;
    for (int i = 0; i < count; i++) {
      assertThat(client.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }

    int lost = assertHeld(client, count);
    assertThat(client.stat("get_extstore")).isGreaterThan(count / 2);
    assertThat(client.stat("larder_flash_items") + client.stat("larder_ram_items"))
        .isEqualTo(count - lost);
    assertThat(client.statLines("extstore"))
        .anySatisfy(line -> assertThat(line).matches("STAT 0:version \\d+"))
        .anySatisfy(line -> assertThat(line).isEqualTo("STAT 0:bucket default"));
  }

  @Test
  void readsBeyondTheDepthOfADeviceWaitTheirTurn() throws Exception {
    TestClient client = client(withFlash("-m", "8", "-o", "ext_read_depth=1"));
    for (int i = 0; i < 4000; i++) {
      assertThat(client.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }

    assertHeld(client, 4000);
  }

  @Test
  void listsShowTheKeysOfBothTiers() throws Exception {
    TestClient client = client(withFlash("-m", "8"));
    int count = 6000;
    for (int i = 0; i < count; i++) {
      assertThat(client.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }
    long ramItems = client.stat("larder_ram_items");
    long flashItems = client.stat("larder_flash_items");
    // Demotion goes on for a moment: one that moves between two looks would be counted twice.
    for (int i = 0; i < 500 && ramItems != client.stat("larder_ram_items"); i++) {
      Thread.sleep(20);
      ramItems = client.stat("larder_ram_items");
      flashItems = client.stat("larder_flash_items");
    }
    assertThat(flashItems).isPositive();

    client.send("lru_crawler metadump all\r\nlru_crawler mgdump hash\r\nmn\r\n");
    List<String> all = linesUntil(client, "END");
    assertThat(all).hasSize((int) (ramItems + flashItems));
    assertThat(all.stream().map(line -> line.substring(0, line.indexOf(' '))).distinct())
        .hasSize(all.size());
    assertThat(all.stream().filter(line -> line.contains(" cls=1 ") && line.contains(" ext_page=")))
        .hasSize((int) flashItems);
    assertThat(linesUntil(client, "EN")).hasSize(all.size());
    assertThat(client.line()).isEqualTo("MN");
    assertThat(client.stat("lru_crawler_running")).isZero();
    assertThat(client.stat("lru_crawler_starts")).isEqualTo(2);
  }

  @Test
  void clientThatClosesItsSideStillGetsTheWholeList() throws Exception {
    LarderServer server = server(ramOnly());
    TestClient client = connect(server);
    for (int i = 0; i < 5000; i++) {
      assertThat(client.set("key" + i, bytes("1"))).isEqualTo("STORED");
    }
    TestClient other = connect(server);
    other.send("lru_crawler metadump all\r\n");
    other.endOutput();

    assertThat(linesUntil(other, "END")).hasSize(5000);
  }

  @Test
  void clientThatGoesEndsItsList() throws Exception {
    LarderServer server = server(ramOnly());
    TestClient client = connect(server);
    for (int i = 0; i < 20_000; i++) {
      client.send("set " + "k".repeat(200) + i + " 0 0 1 noreply\r\n1\r\n");
    }
    TestClient other = connect(server);
    other.send("lru_crawler metadump all\r\n");
    other.line();
    other.close();

    awaitZero(client, "lru_crawler_running");
  }

  @Test
  void crawlFreesExpiredItemsInTheBackground() throws Exception {
    TestClient client = client(ramOnly());
    for (int i = 0; i < 100; i++) {
      client.send("set gone" + i + " 0 -1 1\r\n1\r\n");
      assertThat(client.line()).isEqualTo("STORED");
    }
    assertThat(client.stat("curr_items")).isEqualTo(100);

    assertThat(client.ask("lru_crawler crawl 1")).isEqualTo("OK");

    awaitZero(client, "curr_items");
    assertThat(client.stat("crawler_reclaimed")).isEqualTo(100);
    assertThat(client.stat("crawler_items_checked")).isEqualTo(100);
  }

  @Test
  void whoWatchesIsToldOfClientsAndOfWhatTheyDo() throws Exception {
    LarderServer server = server(ramOnly());
    TestClient watcher = connect(server);
    assertThat(watcher.ask("watch connevents mutations fetchers")).isEqualTo("OK");

    try (TestClient client = TestClient.connect(server.addresses().getFirst())) {
      assertThat(client.set("key", bytes("value"))).isEqualTo("STORED");
      assertThat(client.ask("mg key")).isEqualTo("HD");
    }

    String opened = watcher.line();
    assertThat(opened)
        .matches(
            "ts=[0-9]+\\.[0-9]{6} gid=1 type=conn_new rip=127\\.0\\.0\\.1 rport=[0-9]+"
                + " transport=tcp cfd=[0-9]+");
    String client = opened.substring(opened.indexOf("cfd="));
    assertThat(watcher.line())
        .contains("gid=2 type=item_store key=key status=stored cmd=set ttl=0 clsid=1 " + client);
    assertThat(watcher.line())
        .contains("gid=3 type=item_get key=key status=found clsid=1 " + client);
    assertThat(watcher.line())
        .contains("gid=4 type=conn_close rip=127.0.0.1 ", " reason=normal " + client);
  }

  @Test
  void whoWatchesIsToldOfEvictions() throws Exception {
    LarderServer server = server(ramOnly("-m", "8"));
    TestClient client = connect(server);
    TestClient watcher = connect(server);
    assertThat(watcher.ask("watch evictions")).isEqualTo("OK");
    for (int i = 0; i < 20_000; i++) {
      client.send("set key" + i + " 0 0 1000 noreply\r\n" + "x".repeat(1000) + "\r\n");
    }

    assertThat(watcher.line())
        .matches("ts=\\S+ gid=1 type=eviction key=key0 fetch=no ttl=-1 la=\\d+ clsid=12 size=1000");
    assertThat(client.stat("log_watchers")).isEqualTo(1);
    assertThat(client.stat("log_worker_written")).isPositive();
    watcher.close();
    awaitZero(client, "log_watchers");
  }

  @Test
  void watcherThatClosesItsSideIsClosed() throws Exception {
    TestClient watcher = client(ramOnly());
    assertThat(watcher.ask("watch")).isEqualTo("OK");
    watcher.endOutput();
    assertThat(watcher.isClosedByServer()).isTrue();
  }

  private static void awaitZero(TestClient client, String stat) throws Exception {
    for (int i = 0; client.stat(stat) != 0; i++) {
      assertThat(i).as(stat + " comes to 0 within five seconds").isLessThan(500);
      Thread.sleep(10);
    }
  }

  private static List<String> linesUntil(TestClient client, String end) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = client.line(); !line.equals(end); line = client.line()) {
      lines.add(line);
    }
    return lines;
  }

  private static byte[] valueOf(int i) {
    byte[] value = new byte[3000 + i % 2000];
    new Random(i).nextBytes(value);
    return value;
  }

  /**
   * The items from "key0" on are there, but for those that a false match has cost: a set of a new
   * key takes over what has its tag, unread, one item in some 19,000 new keys.
   *
   * @return how many have been lost to that
   */
  private static int assertHeld(TestClient client, int count) throws IOException {
    int lost = 0;
    for (int from = 0; from < count; from += 100) {
      List<String> keys = IntStream.range(from, from + 100).mapToObj(i -> "key" + i).toList();
      Map<String, byte[]> values = client.get(keys);
      for (int i = from; i < from + 100; i++) {
        byte[] value = values.get("key" + i);
        lost += value == null ? 1 : 0;
        assertThat(value).as("key" + i).isIn(valueOf(i), null);
      }
    }
    assertThat(lost).isEqualTo((int) client.stat("larder_slots_taken_unread")).isLessThan(10);
    return lost;
  }

  @Test
  void flushAllForgetsEverything() throws Exception {
    TestClient client = client(withFlash("-m", "8"));
    for (int i = 0; i < 4000; i++) {
      assertThat(client.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }

    assertThat(client.ask("flush_all")).isEqualTo("OK");

    List<String> keys = IntStream.range(0, 4000).mapToObj(i -> "key" + i).toList();
    assertThat(client.get(keys)).isEmpty();
    assertThat(client.set("new", bytes("value"))).isEqualTo("STORED");
    assertThat(client.get(List.of("new"))).containsKey("new");
  }

  @Test
  void theServerTellsOfItself() throws Exception {
    TestClient client = client(withFlash("-m", "8", "-c", "99"));

    assertThat(client.ask("version")).matches("VERSION 1\\.6\\.45-larder-\\d+\\.\\d+\\.\\d+");
    assertThat(client.ask("verbosity 1")).isEqualTo("OK");
    assertThat(client.statLines("settings"))
        .contains("STAT maxbytes 8388608", "STAT maxconns 99", "STAT ext_page_size 4194304");
    assertThat(client.statLines("items")).isEmpty();
    assertThat(client.ask("stats nonsense")).isEqualTo("ERROR");
    assertThat(client.stat("curr_connections")).isOne();
    assertThat(client.stat("total_connections")).isOne();
    assertThat(client.stat("extstore_pages_free")).isEqualTo(16);
  }

  @Test
  void whatExtstoreChangesIsSeenInTheSettings() throws Exception {
    TestClient client = client(withFlash("-m", "8", "-o", "ext_compact_under=9"));
    assertThat(client.statLines("settings"))
        .contains(
            "STAT ext_item_age 0",
            "STAT ext_compact_under 9",
            "STAT ext_drop_under 2",
            "STAT ext_max_sleep 1000000",
            "STAT ext_max_frag 0.80",
            "STAT ext_drop_unread no");

    for (String setting :
        List.of(
            "item_size 100",
            "item_age 30",
            "low_ttl 60",
            "recache_rate 7",
            "drop_under 5",
            "max_sleep 2000",
            "max_frag 0.5",
            "drop_unread 1")) {
      assertThat(client.ask("extstore " + setting)).as(setting).isEqualTo("OK");
    }

    assertThat(client.ask("extstore item_size -1")).isEqualTo("ERROR");
    assertThat(client.ask("extstore nothing 1")).isEqualTo("ERROR");
    assertThat(client.statLines("settings"))
        .contains(
            "STAT ext_item_size 100",
            "STAT ext_item_age 30",
            "STAT ext_low_ttl 60",
            "STAT ext_recache_rate 7",
            "STAT ext_compact_under 9",
            "STAT ext_drop_under 5",
            "STAT ext_max_sleep 2000",
            "STAT ext_max_frag 0.50",
            "STAT ext_drop_unread yes");
  }

  @Test
  void countersCanBeSetBack() throws Exception {
    TestClient client = client(ramOnly());
    assertThat(client.set("key", bytes("value"))).isEqualTo("STORED");
    assertThat(client.get(List.of("key", "nothing"))).hasSize(1);
    assertThat(client.stat("cmd_set")).isOne();
    assertThat(client.stat("get_hits")).isOne();
    assertThat(client.stat("get_misses")).isOne();
    assertThat(client.stat("total_items")).isOne();

    assertThat(client.ask("stats reset")).isEqualTo("RESET");

    assertThat(client.stat("cmd_set")).isZero();
    assertThat(client.stat("get_hits")).isZero();
    assertThat(client.stat("total_items")).isZero();
    assertThat(client.stat("curr_items")).isOne();
  }

  // --- clients that misbehave

  @Test
  void aKeyThatIsTooLongIsRefusedAndTheConnectionGoesOn() throws Exception {
    TestClient client = client(ramOnly());

    assertThat(client.ask("get " + "k".repeat(251)))
        .isEqualTo("CLIENT_ERROR bad command line format");
    assertThat(client.ask("get " + "k".repeat(250))).isEqualTo("END");
  }

  @Test
  void aValueThatIsTooLargeIsRefusedAndTheConnectionGoesOn() throws Exception {
    TestClient client = client(ramOnly("-I", "100k"));

    assertThat(client.set("large", new byte[100 << 10]))
        .isEqualTo("SERVER_ERROR object too large for cache");
    assertThat(client.ask("get large")).isEqualTo("END");
    assertThat(client.set("small", new byte[99 << 10])).isEqualTo("STORED");
    assertThat(client.stat("store_too_large")).isOne();
  }

  @Test
  void garbageGetsAnErrorOrTheDoor() throws Exception {
    LarderServer server = server(ramOnly());
    TestClient rude = connect(server);
    assertThat(rude.ask("hello?")).isEqualTo("ERROR");
    rude.send("x".repeat(10_000));
    assertThat(rude.isClosedByServer()).isTrue();

    TestClient binary = connect(server);
    byte[] noop = new byte[24];
    noop[0] = (byte) 0x80;
    noop[1] = 0x0a;
    binary.send(noop);
    assertThat(binary.bytes(24)).startsWith(0x81, 0x0a);
    binary.send("x".repeat(24));
    assertThat(binary.isClosedByServer()).isTrue();

    assertThat(connect(server).ask("get key")).isEqualTo("END");
  }

  @Test
  void whoStopsInTheMiddleOfAValueHarmsNobody() throws Exception {
    LarderServer server = server(ramOnly());
    List<TestClient> stuck = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      TestClient client = connect(server);
      client.send("set key" + i + " 0 0 1000000\r\n" + "x".repeat(100_000));
      stuck.add(client);
    }
    TestClient other = connect(server);
    assertThat(other.set("key", bytes("value"))).isEqualTo("STORED");
    await(() -> stat(other, "larder_input_bytes") > 0);
    assertThat(other.stat("larder_input_bytes")).isLessThan(64 << 20);

    stuck.forEach(TestClient::close);

    await(() -> stat(other, "larder_input_bytes") == 0);
    await(() -> stat(other, "curr_connections") == 1);
    assertThat(other.stat("curr_items")).isOne();
  }

  @Test
  void whoDoesNotReadIsNotReadFromEither() throws Exception {
    LarderServer server = server(ramOnly());
    TestClient slow = connect(server);
    TestClient other = connect(server);
    byte[] value = new byte[100_000];
    Arrays.fill(value, (byte) 'v');
    assertThat(other.set("big", value)).isEqualTo("STORED");
    int asked = 600;

    slow.send("get big\r\n".repeat(asked));

    // What fits the buffers of the kernel, and no more.
    await(() -> isSteady(other, "bytes_written"));
    assertThat(other.stat("bytes_written")).isBetween(100_000L, 30_000_000L);
    assertThat(other.get(List.of("big"))).as("others are served").containsKey("big");
    for (int i = 0; i < asked; i++) {
      assertThat(slow.line()).isEqualTo("VALUE big 0 100000");
      assertThat(slow.bytes(100_000)).isEqualTo(value);
      assertThat(slow.line()).isEmpty();
      assertThat(slow.line()).isEqualTo("END");
    }
    assertThat(slow.ask("mn")).isEqualTo("MN");
  }

  private static boolean isSteady(TestClient client, String name) {
    long before = stat(client, name);
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The answer to the question itself has been written meanwhile.
    return stat(client, name) - before < 20_000;
  }

  @Test
  void whoLeavesWhileFlashIsReadHarmsNobody() throws Exception {
    LarderServer server = server(withFlash("-m", "8"));
    TestClient client = connect(server);
    int count = 5000;
    for (int i = 0; i < count; i++) {
      assertThat(client.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }
    for (int round = 0; round < 50; round++) {
      TestClient hasty = connect(server);
      StringBuilder command = new StringBuilder("get");
      for (int i = 0; i < 100; i++) {
        command.append(" key").append((round * 97 + i) % count);
      }
      hasty.send(command + "\r\n");
      hasty.close();
    }

    await(() -> stat(client, "curr_connections") == 1);
    await(() -> stat(client, "larder_flash_read_bytes") == 0);
    assertThat(client.get(List.of("key1")).get("key1")).isEqualTo(valueOf(1));
  }

  // --- connections

  @Test
  void whoHasSaidEverythingStillGetsTheAnswers() throws Exception {
    TestClient setter = client(withFlash("-m", "8"));
    int count = 4000;
    for (int i = 0; i < count; i++) {
      assertThat(setter.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }
    setter.send("get key0 key1 key2\r\nmn\r\n");
    setter.endOutput();

    List<Integer> seen = new ArrayList<>();
    for (String line = setter.line(); !line.equals("END"); line = setter.line()) {
      String[] words = line.split(" ", -1);
      int i = Integer.parseInt(words[1].substring(3));
      assertThat(setter.bytes(Integer.parseInt(words[3]))).isEqualTo(valueOf(i));
      assertThat(setter.line()).isEmpty();
      seen.add(i);
    }
    assertThat(seen).containsExactly(0, 1, 2);
    assertThat(setter.line()).isEqualTo("MN");
    assertThat(setter.isClosedByServer()).isTrue();
  }

  @Test
  void whoHasSaidEverythingStillGetsMoreThanIsSentAtOnce() throws Exception {
    TestClient client = client(ramOnly());
    byte[] value = new byte[300_000];
    Arrays.fill(value, (byte) 'v');
    assertThat(client.set("big", value)).isEqualTo("STORED");
    client.send("get big\r\n".repeat(10) + "set half 0 0 5\r\nha");
    client.endOutput();

    for (int i = 0; i < 10; i++) {
      assertThat(client.line()).isEqualTo("VALUE big 0 300000");
      assertThat(client.bytes(300_000)).isEqualTo(value);
      assertThat(client.line()).isEmpty();
      assertThat(client.line()).isEqualTo("END");
    }
    assertThat(client.isClosedByServer()).isTrue();
  }

  @Test
  void quitClosesTheConnection() throws Exception {
    TestClient client = client(ramOnly());
    client.send("get key\r\nquit\r\n");

    assertThat(client.line()).isEqualTo("END");
    assertThat(client.isClosedByServer()).isTrue();
  }

  @Test
  void clientsBeyondTheLimitAreRefused() throws Exception {
    LarderServer server = server(ramOnly("-c", "5"));
    List<TestClient> five = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      five.add(connect(server));
      assertThat(five.get(i).ask("mn")).isEqualTo("MN");
    }

    TestClient sixth = connect(server);

    assertThat(sixth.line()).isEqualTo("ERROR Too many open connections");
    assertThat(sixth.isClosedByServer()).isTrue();
    assertThat(five.get(0).stat("rejected_connections")).isOne();
    five.get(4).close();
    await(() -> stat(five.get(0), "curr_connections") == 4);
    assertThat(connect(server).ask("mn")).isEqualTo("MN");
  }

  @Test
  void clientsBeyondTheLimitWaitIfThatIsWanted() throws Exception {
    LarderServer server = server(ramOnly("-c", "2", "-o", "no_maxconns_fast"));
    TestClient first = connect(server);
    TestClient second = connect(server);
    assertThat(first.ask("mn")).isEqualTo("MN");
    assertThat(second.ask("mn")).isEqualTo("MN");
    assertThat(first.stat("accepting_conns")).isZero();
    assertThat(first.stat("listen_disabled_num")).isOne();
    TestClient third = connect(server);
    third.send("mn\r\n");
    Thread.sleep(300);
    assertThat(first.stat("total_connections")).isEqualTo(2);

    second.close();

    assertThat(third.line()).isEqualTo("MN");
    assertThat(first.stat("time_in_listen_disabled_us")).isPositive();
  }

  @Test
  void silentClientsAreClosedIfThatIsWanted() throws Exception {
    LarderServer server = server(ramOnly("-o", "idle_timeout=1"));
    TestClient silent = connect(server);
    assertThat(silent.ask("mn")).isEqualTo("MN");

    assertThat(silent.isClosedByServer()).isTrue();
    assertThat(connect(server).stat("idle_kicks")).isOne();
  }

  @Test
  void aUnixSocketServesToo() throws Exception {
    Path socket = folder.resolve("larder.sock");
    LarderServer server =
        server("--io", io, "--ram-only", "-s", socket.toString(), "-a", "750", "-t", "2");

    TestClient client = connect(server);

    assertThat(client.set("key", bytes("value"))).isEqualTo("STORED");
    assertThat(client.get(List.of("key"))).containsKey("key");
    assertThat(Files.getPosixFilePermissions(socket))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
    assertThat(refusal("--io", io, "--ram-only", "-s", socket.toString()).getMessage())
        .contains("another program listens on it");
    client.close();
    server.close();
    assertThat(socket).doesNotExist();
  }

  @Test
  void aSocketFileThatNobodyListensOnIsReplaced() throws Exception {
    Path socket = folder.resolve("larder.sock");
    try (var stale =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      stale.bind(java.net.UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();

    assertThat(client("--io", io, "--ram-only", "-s", socket.toString()).ask("mn")).isEqualTo("MN");
  }

  @Test
  void severalAddressesLeadToTheSameItems() throws Exception {
    LarderServer server = server(ramOnly("-l", "127.0.0.1,127.0.0.2"));
    assertThat(server.addresses()).hasSize(2);
    TestClient first = toClose(TestClient.connect(server.addresses().get(0)));
    TestClient second = toClose(TestClient.connect(server.addresses().get(1)));

    assertThat(first.set("key", bytes("value"))).isEqualTo("STORED");
    assertThat(second.get(List.of("key"))).containsKey("key");
  }

  // --- start and end

  @Test
  void aPortInUseIsRefusedBeforeTheFlashIsTouched() throws Exception {
    LarderServer server = server(ramOnly());
    String address = server.addresses().get(0);
    String port = address.substring(address.indexOf(':') + 1);
    Path flash = folder.resolve("untouched");

    StartException refused = refusal("--io", io, "-p", port, "-o", "ext_path=" + flash + ":64m");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.SYSTEM);
    assertThat(refused.getMessage()).contains("Cannot listen on " + address, "in use", "-p");
    assertThat(flash).doesNotExist();
    assertThat(connect(server).ask("mn")).isEqualTo("MN");
  }

  @Test
  void aFlashFileInUseIsRefusedAndItsUserUnharmed() throws Exception {
    String[] line = withFlash("-m", "8");
    TestClient client = client(line);
    for (int i = 0; i < 4000; i++) {
      assertThat(client.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }

    StartException refused = refusal(line);

    assertThat(refused.exitCode()).isEqualTo(ExitCode.SYSTEM);
    assertThat(refused.getMessage()).contains("Cannot use", "already uses it");
    assertHeld(client, 4000);
  }

  @Test
  void aFileOfSomebodyElseIsNotOverwritten() throws Exception {
    Path precious = folder.resolve("precious");
    Files.writeString(precious, "not a cache");

    StartException refused = refusal("--io", io, "-p", "-1", "-o", "ext_path=" + precious + ":64m");

    assertThat(refused.getMessage()).contains("it holds data that Larder did not write");
    assertThat(precious).hasContent("not a cache");
  }

  @Test
  void aFileGivenTwiceIsRefused() throws Exception {
    String path = folder.resolve("twice") + ":64m";

    StartException refused =
        refusal("--io", io, "-p", "-1", "-o", "ext_path=" + path + ",ext_path=" + path);

    assertThat(refused.exitCode()).isEqualTo(ExitCode.SYSTEM);
    assertThat(refused.getMessage()).contains("it is given twice; name each file or device once.");
    assertThat(folder.resolve("twice")).doesNotExist();
  }

  @Test
  void severalDevicesShareTheItemsAndAreCountedEachByItself() throws Exception {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    Path third = folder.resolve("third");
    LarderServer server =
        server(
            "--io",
            io,
            "-p",
            "-1",
            "-m",
            "8",
            "-o",
            "ext_path=%s:64m,ext_path=%s:32m,ext_path=%s:16m:lowttl,ext_page_size=4"
                .formatted(first, second, third));
    assertThat(server.startLine()).contains("28 pages of 4 MiB", third + " for lowttl");
    TestClient client = connect(server);
    for (int i = 0; i < 6000; i++) {
      assertThat(client.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }
    assertHeld(client, 6000);

    Map<String, String> rows = new HashMap<>();
    for (String line : client.statLines("extstore")) {
      String[] words = line.split(" ", 3);
      rows.put(words[1], words[2]);
    }
    assertThat(rows)
        .containsEntry("larder_device_0:path", first.toString())
        .containsEntry("larder_device_0:pages", "16")
        .containsEntry("larder_device_1:pages", "8")
        .containsEntry("larder_device_2:pages_free", "4")
        .containsEntry("larder_device_2:free_bucket", "lowttl")
        .containsEntry("larder_device_2:writes", "0")
        .containsEntry("larder_device_1:out_of_service", "0")
        .containsEntry("larder_device_1:read_errors", "0")
        .containsEntry("2:free_bucket", "lowttl")
        .containsEntry("3:free_bucket", "default");
    for (String name : List.of("reads", "bytes_read", "writes", "bytes_written", "read_max_us")) {
      for (int device = 0; device < 2; device++) {
        String row = "larder_device_" + device + ":" + name;
        assertThat(Long.parseLong(Objects.requireNonNull(rows.get(row)))).as(row).isPositive();
      }
    }
    assertThat(client.stat("larder_device_read_max_us")).isPositive();
  }

  @Test
  void theSameFlashFileServesAgainWithWhatWasThere() throws Exception {
    String[] line = withFlash("-m", "8");
    LarderServer first = server(line);
    assertThat(first.startLine())
        .contains("flash 64 MiB in 16 pages of 4 MiB", "starts empty: there is no state file");
    TestClient before = connect(first);
    for (int i = 0; i < 4000; i++) {
      assertThat(before.set("key" + i, valueOf(i))).isEqualTo("STORED");
    }
    before.close();
    first.close();

    LarderServer second = server(line);
    assertThat(second.startLine()).contains("keeps ").doesNotContain("starts empty");
    TestClient after = connect(second);
    for (int i = 0; i < 500 && after.stat("extstore_restart_running") == 1; i++) {
      Thread.sleep(10);
    }
    assertThat(after.stat("extstore_restart_records")).isEqualTo(4000);
    assertThat(after.get(IntStream.range(0, 4000).mapToObj(i -> "key" + i).toList())).hasSize(4000);
    after.close();
    second.close();

    LarderServer fresh = server(withFlash("-m", "8", "--fresh"));
    assertThat(fresh.startLine()).contains("starts empty: --fresh was given");
    assertThat(connect(fresh).get(IntStream.range(0, 4000).mapToObj(i -> "key" + i).toList()))
        .isEmpty();
  }

  @Test
  void withoutAWordTheFlashLivesBesideTheProgram() throws Exception {
    LarderServer server = server("--io", io, "-p", "-1");

    assertThat(folder.resolve("larder-data/flash")).isRegularFile();
    assertThat(server.startLine()).contains("larder-data/flash");
    assertThat(refusal("--io", io, "-p", "-1").getMessage())
        .contains("It is the default flash; -o ext_path=FILE:SIZE names another");
  }

  @Test
  void theEndSendsClientsAwayAndFreesThePort() throws Exception {
    LarderServer server = server(ramOnly());
    TestClient client = connect(server);
    assertThat(client.ask("mn")).isEqualTo("MN");
    String address = server.addresses().get(0);

    long begun = System.nanoTime();
    server.close();

    assertThat(System.nanoTime() - begun).isLessThan(2_000_000_000L);
    assertThat(client.isClosedByServer()).isTrue();
    assertThat(client("--io", io, "--ram-only", "-l", address).ask("mn")).isEqualTo("MN");
  }

  // --- statistics

  @Test
  void memcachedsStatisticsAreAllThereInItsOrder() throws Exception {
    TestClient plain = client(ramOnly("-o", "relaxed_privileges"));
    assertThat(plain.statLines("")).hasSize(93);
    TestClient client = client(ramOnly("-o", "relaxed_privileges,no_slab_reassign"));

    List<String> names = client.statLines("").stream().map(line -> line.split(" ", 3)[1]).toList();

    assertThat(names).hasSize(84).doesNotHaveDuplicates().startsWith("pid", "uptime", "time");
    assertThat(names)
        .containsSubsequence(
            "conn_yields",
            "hash_power_level",
            "lru_maintainer_juggles",
            "log_watchers",
            "unexpected_napi_ids",
            "bytes",
            "curr_items",
            "total_items",
            "evictions",
            "lru_bumps_dropped");
    assertThat(client.statLines("larder")).allMatch(line -> line.startsWith("STAT larder_"));
    assertThat(client(ramOnly()).statLines("")).hasSizeGreaterThan(93);
  }

  @Test
  void itemsCountUnderTheirClass() throws Exception {
    TestClient client = client(ramOnly());
    assertThat(client.statLines("items")).isEmpty();
    assertThat(client.statLines("slabs")).first().isEqualTo("STAT active_slabs 0");
    for (int i = 0; i < 3; i++) {
      client.set("small" + i, new byte[10]);
    }
    client.set("large", new byte[5000]);
    client.set("gone", new byte[5000]);
    client.set("gone", new byte[10]);
    client.ask("delete small0");

    assertThat(client.statLines("items"))
        .contains("STAT items:1:number 3", "STAT items:19:number 1", "STAT items:19:evicted 0");
    assertThat(client.statLines("slabs"))
        .contains(
            "STAT 1:chunk_size 96",
            "STAT 1:used_chunks 3",
            "STAT 19:chunk_size 5680",
            "STAT 19:total_pages 1",
            "STAT 19:used_chunks 1",
            "STAT active_slabs 2");
    assertThat(client.statLines("sizes")).containsExactly("STAT 96 3", "STAT 5696 1");
    long requested =
        client.statLines("items").stream()
            .filter(line -> line.contains(":mem_requested "))
            .mapToLong(line -> Long.parseLong(line.split(" ", -1)[2]))
            .sum();
    assertThat(requested).isEqualTo(client.stat("bytes"));
  }

  /** What the protocol counts, and by class, too. */
  private static final List<String> COUNTED_BY_CLASS =
      List.of(
          "get_hits",
          "cmd_set",
          "delete_hits",
          "incr_hits",
          "decr_hits",
          "cas_hits",
          "cas_badval",
          "touch_hits");

  private static Map<String, Long> sumsOverClasses(TestClient client) throws IOException {
    Map<String, Long> sums = new HashMap<>();
    for (String line : client.statLines("slabs")) {
      String[] words = line.split("[: ]", -1);
      if (words.length == 4 && COUNTED_BY_CLASS.contains(words[2])) {
        sums.merge(words[2], Long.parseLong(words[3]), Long::sum);
      }
    }
    return sums;
  }

  private static Map<String, Long> generalCounts(TestClient client) throws IOException {
    Map<String, Long> counts = new HashMap<>();
    for (String name : COUNTED_BY_CLASS) {
      counts.put(name, client.stat(name));
    }
    return counts;
  }

  @Test
  void hitsAndStoresAreCountedByClass() throws Exception {
    TestClient client = client(ramOnly());
    client.set("small", "7".getBytes(StandardCharsets.US_ASCII));
    client.set("large", new byte[5000]);
    client.get(List.of("small", "large", "large", "none"));
    client.ask("incr small 1");
    client.ask("incr small 1");
    client.ask("decr small 1");
    client.ask("touch large 100");
    client.ask("ms small 1 C12345\r\n1");
    client.ask("ms large 1 MA\r\n1");
    client.ask("md large");
    client.ask("md none");
    client.ask("add small 0 0 3000\r\n" + "x".repeat(3000));

    assertThat(client.statLines("slabs"))
        .contains(
            "STAT 1:get_hits 1",
            "STAT 1:cmd_set 3",
            "STAT 1:incr_hits 2",
            "STAT 1:decr_hits 1",
            "STAT 1:cas_badval 1",
            "STAT 1:delete_hits 0",
            "STAT 17:cmd_set 1",
            "STAT 19:get_hits 2",
            "STAT 19:cmd_set 1",
            "STAT 19:touch_hits 1",
            "STAT 19:delete_hits 1",
            "STAT active_slabs 3");
    assertThat(sumsOverClasses(client)).isEqualTo(generalCounts(client));
    client.ask("stats reset");
    client.set("small", new byte[10]);
    assertThat(client.statLines("slabs")).contains("STAT 1:cmd_set 1", "STAT 1:get_hits 0");
    assertThat(sumsOverClasses(client)).isEqualTo(generalCounts(client));
  }

  @Test
  void hitsOnFlashAreCountedUnderTheFirstClass() throws Exception {
    TestClient client = client(withFlash("-m", "8"));
    for (int i = 0; i < 6000; i++) {
      client.set("key" + i, new byte[3000]);
    }
    int found = client.get(List.of("key0", "key1", "key2")).size();
    client.ask("delete key3");
    client.ask("touch key4 100");
    client.get(List.of("key5999"));
    String debugged = client.ask("me key1");

    assertThat(found).isPositive();
    assertThat(debugged).contains(" cls=1 ");
    assertThat(client.ask("me key5999")).contains(" cls=17 ");
    assertThat(client.statLines("slabs"))
        .contains("STAT 1:get_hits " + found, "STAT 17:get_hits 1", "STAT 17:cmd_set 6000");
    assertThat(sumsOverClasses(client)).isEqualTo(generalCounts(client));
  }

  @Test
  void itemsOnFlashCountUnderTheFirstClass() throws Exception {
    TestClient client = client(withFlash("-m", "8"));
    for (int i = 0; i < 6000; i++) {
      client.set("key" + i, new byte[3000]);
    }
    // Items go on moving to flash; what was stored last is still in RAM.
    long items = client.stat("curr_items");
    Map<String, Long> numbers = new HashMap<>();
    for (String line : client.statLines("items")) {
      String[] words = line.split("[: ]", -1);
      if (words[3].equals("number")) {
        numbers.put(words[2], Long.parseLong(words[4]));
      }
    }

    assertThat(numbers)
        .containsOnlyKeys("1", "17")
        .allSatisfy((of, n) -> assertThat(n).isPositive());
    assertThat(numbers.values().stream().mapToLong(n -> n).sum()).isEqualTo(items);
    assertThat(
            client.statLines("sizes").stream()
                .mapToLong(line -> Long.parseLong(line.split(" ", -1)[2]))
                .sum())
        .isEqualTo(items);
  }

  @Test
  void whatWasLostIsCountedByItsClass() throws Exception {
    TestClient client = client(ramOnly("-m", "8"));
    for (int i = 0; i < 6000; i++) {
      client.set("key" + i, new byte[3000]);
    }
    long evictions = 0;
    List<String> items = List.of();
    // Until nothing is being lost any more.
    for (int i = 0; i < 100 && (evictions == 0 || evictions != client.stat("evictions")); i++) {
      evictions = client.stat("evictions");
      items = client.statLines("items");
    }

    assertThat(evictions).isPositive();
    assertThat(items)
        .contains(
            "STAT items:17:evicted " + evictions,
            "STAT items:17:evicted_unfetched " + client.stat("evicted_unfetched"));
  }

  @Test
  void everySocketIsListed() throws Exception {
    LarderServer server = server(ramOnly());
    TestClient client = connect(server);
    try (TestClient other = connect(server)) {
      other.ask("mn");
      String address = server.addresses().get(0);
      List<String> lines = client.statLines("conns");

      assertThat(lines).filteredOn(line -> line.endsWith(":state conn_listening")).hasSize(1);
      assertThat(lines).filteredOn(line -> line.endsWith(":listen_addr tcp:" + address)).hasSize(2);
      String mine = ":addr tcp:127.0.0.1:" + portOf(other);
      assertThat(lines).filteredOn(line -> line.endsWith(mine)).hasSize(1);
      assertThat(lines).filteredOn(line -> line.contains(":secs_since_last_cmd ")).hasSize(3);
    }
  }

  private static int portOf(TestClient client) throws IOException {
    return ((InetSocketAddress) client.channel().getLocalAddress()).getPort();
  }

  @Test
  void prefixesAreCountedFromTheStartWithADelimiterOfOnesOwn() throws Exception {
    LarderServer server = server(ramOnly("-D", "/"));
    // On every loop.
    for (int i = 0; i < 4; i++) {
      connect(server).set("x/y:1", bytes("v"));
    }
    TestClient client = connect(server);

    client.send("stats detail dump\r\n");

    assertThat(client.line()).isEqualTo("PREFIX x get 0 hit 0 set 4 del 0");
    assertThat(client.line()).isEqualTo("END");
    assertThat(client.statLines("settings"))
        .contains("STAT stat_key_prefix /", "STAT detail_enabled yes");
    client.ask("stats reset");
    assertThat(client.ask("stats detail dump")).isEqualTo("END");
  }

  // --- under test

  @Test
  void testsMoveTheClock() throws Exception {
    TestClient client = client(ramOnly("-o", "relaxed_privileges"));
    client.ask("set key 0 100 1\r\nv");
    assertThat(client.ask("debugtime p")).isEqualTo("OK");
    long time = client.stat("time");

    assertThat(client.ask("debugtime +99")).isEqualTo("OK");
    assertThat(client.stat("time")).isEqualTo(time + 99);
    assertThat(client.ask("get key")).startsWith("VALUE");
    client.line();
    client.line();
    assertThat(client.ask("debugtime 2")).isEqualTo("OK");
    assertThat(client.ask("get key")).isEqualTo("END");
    assertThat(client.ask("debugtime -50")).isEqualTo("OK");
    assertThat(client.ask("debugtime r")).isEqualTo("OK");
    assertThat(client.stat("time")).isBetween(time + 51, time + 60);
    assertThat(client.ask("debugtime x")).isEqualTo("ERROR");
    assertThat(client.ask("debugitem lock key")).isEqualTo("OK");
    assertThat(client.ask("debugitem unref key")).isEqualTo("OK");
    assertThat(client.ask("debugitem eat key")).isEqualTo("ERROR");
  }

  @Test
  void nobodyElseDoes() throws Exception {
    TestClient client = client(ramOnly());
    assertThat(client.ask("debugtime +99")).isEqualTo("ERROR");
    assertThat(client.ask("debugitem lock key")).isEqualTo("ERROR");
  }

  // --- datagrams

  @Test
  void aDatagramIsAnsweredByAsManyAsItTakes() throws Exception {
    LarderServer server = server(ramOnly("-U", "-1"));
    try (DatagramClient client = new DatagramClient(server.udpAddresses().get(0))) {
      assertThat(client.ask(7, "set key 0 0 5\r\nvalue\r\n")).isEqualTo("STORED\r\n");
      assertThat(client.ask(0xffff, "get key\r\nmn\r\n"))
          .isEqualTo("VALUE key 0 5\r\nvalue\r\nEND\r\nMN\r\n");
      String value = "0123456789".repeat(500);
      assertThat(client.ask(1, "set big 0 0 5000\r\n" + value + "\r\n")).isEqualTo("STORED\r\n");
      assertThat(client.ask(2, "get big big\r\n"))
          .isEqualTo(("VALUE big 0 5000\r\n" + value + "\r\n").repeat(2) + "END\r\n");
      assertThat(client.datagramCount()).isEqualTo(8);
      assertThat(client.ask(3, "get" + " key".repeat(300) + "\r\n").lines()).hasSize(601);
      assertThat(client.ask(4, "mn\r\n".repeat(300))).isEqualTo("MN\r\n".repeat(300));
    }
    assertThat(client(ramOnly()).stat("curr_items")).isZero();
  }

  @Test
  void aDatagramThatIsNoRequestIsNotAnswered() throws Exception {
    LarderServer server = server(ramOnly("-U", "-1"));
    try (DatagramClient client = new DatagramClient(server.udpAddresses().get(0))) {
      client.send(new byte[] {1, 2, 3});
      client.send(new byte[8]);
      client.sendRequest(1, 0, 2, "get key\r\n");
      client.sendRequest(2, 0, 1, "get key");
      client.sendRequest(3, 0, 1, "set key 0 0 5\r\nval");
      client.sendRequest(4, 0, 1, "set key 0 0 5 noreply\r\nvalue\r\n");
      client.sendRequest(5, 0, 1, "quit\r\n");

      assertThat(client.ask(6, "get key\r\n")).isEqualTo("VALUE key 0 5\r\nvalue\r\nEND\r\n");
    }
  }

  @Test
  void aShortQuestionDoesNotCallUpAFlood() throws Exception {
    LarderServer server = server(ramOnly("-U", "-1", "-m", "64"));
    connect(server).set("big", new byte[1_000_000]);
    try (DatagramClient client = new DatagramClient(server.udpAddresses().get(0))) {
      assertThat(client.ask(1, "get" + " big".repeat(100) + "\r\n"))
          .isEqualTo("SERVER_ERROR reply too large for UDP\r\n");
    }
  }

  @Test
  void datagramsMayBeAllThereIs() throws Exception {
    LarderServer server =
        server("--io", io, "-p", "0", "-U", "-1", "-t", "1", "--ram-only", "-l", "127.0.0.1");
    assertThat(server.addresses()).isEmpty();
    assertThat(server.startLine()).contains("ready on UDP 127.0.0.1:");
    try (DatagramClient client = new DatagramClient(server.udpAddresses().get(0))) {
      assertThat(client.ask(1, "stats settings\r\n"))
          .contains("STAT tcpport 0\r\n")
          .contains("STAT udpport " + server.udpAddresses().get(0).getPort() + "\r\n");
    }
  }

  // --- helpers

  private String[] ramOnly(String... more) {
    return line(more, "--io", io, "-p", "-1", "-t", "2", "--ram-only");
  }

  private String[] withFlash(String... more) {
    String path = "ext_path=" + folder.resolve("flash") + ":64m,ext_page_size=4,ext_wbuf_size=1";
    return line(more, "--io", io, "-p", "-1", "-t", "2", "-o", path);
  }

  private static String[] line(String[] more, String... first) {
    String[] line = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, line, first.length, more.length);
    return line;
  }

  private LarderServer server(String... line) throws StartException {
    return toClose(start(line));
  }

  private LarderServer start(String... line) throws StartException {
    return LarderServer.start(
        ServeParser.parse(CommandLine.populateCommand(new ServeArguments(), line)),
        folder,
        "0.0.0",
        level -> {},
        () -> {});
  }

  private StartException refusal(String... line) {
    return Objects.requireNonNull(
        catchThrowableOfType(StartException.class, () -> toClose(start(line))));
  }

  private TestClient client(String... line) throws StartException, IOException {
    return connect(server(line));
  }

  private TestClient connect(LarderServer server) throws IOException {
    return toClose(TestClient.connect(server.addresses().get(0)));
  }

  private <T extends AutoCloseable> T toClose(T one) {
    toClose.add(one);
    return one;
  }

  private static long stat(TestClient client, String name) {
    try {
      return client.stat(name);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      Thread.sleep(10);
    }
    fail("not within five seconds");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
