package io.larder.server.start;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.server.model.StartException;
import io.larder.server.options.ServeArguments;
import io.larder.server.options.ServeParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Who may come in to a whole server, and what is not allowed to anybody. */
@Timeout(60)
class AccessTest {
  private static final int NOOP = 0x0a;
  private static final int STAT = 0x10;
  private static final int AUTH = 0x21;
  private static final int AUTH_ERROR = 0x20;

  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  @TempDir private Path folder;

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : toClose) {
      one.close();
    }
  }

  private LarderServer server(Map<String, String> environment, String... more)
      throws StartException {
    List<String> line =
        new ArrayList<>(List.of("--io", "nio", "-p", "-1", "-t", "1", "--ram-only"));
    line.addAll(List.of(more));
    LarderServer server =
        LarderServer.start(
            ServeParser.parse(
                CommandLine.populateCommand(new ServeArguments(), line.toArray(String[]::new)),
                environment),
            folder,
            "0.0.0",
            level -> {},
            ended::countDown);
    toClose.push(server);
    return server;
  }

  private LarderServer server(String... more) throws StartException {
    return server(Map.of(), more);
  }

  private TestClient connect(LarderServer server) throws IOException {
    TestClient client = TestClient.connect(server.addresses().get(0));
    toClose.push(client);
    return client;
  }

  private Path passwords(String text) throws IOException {
    return Files.writeString(folder.resolve("passwords"), text);
  }

  // --- the text protocol

  private static String login(TestClient client, String credentials) throws IOException {
    client.send("set x 0 0 %d\r\n%s\r\n".formatted(credentials.length(), credentials));
    return client.line();
  }

  @Test
  void whoDoesNotKnowThePasswordMayDoNothing() throws Exception {
    TestClient client = connect(server("-Y", passwords("joe:secret\n").toString()));

    for (String command :
        List.of("get a", "stats", "version", "flush_all", "mn", "shutdown", "set a 0 0")) {
      assertThat(client.ask(command)).as(command).isEqualTo("CLIENT_ERROR unauthenticated");
    }
    assertThat(login(client, "joe wrong")).isEqualTo("CLIENT_ERROR authentication failure");
    assertThat(login(client, "joesecret"))
        .isEqualTo("CLIENT_ERROR bad authentication token format");
    assertThat(login(client, "joe secret")).isEqualTo("STORED");
    assertThat(client.ask("get x")).as("nothing has been stored").isEqualTo("END");
    assertThat(client.stat("auth_cmds")).isEqualTo(2);
    assertThat(client.stat("auth_errors")).isOne();
    assertThat(client.statLines("settings"))
        .contains("STAT auth_enabled_sasl no", "STAT binding_protocol ascii")
        .anyMatch(line -> line.matches("STAT auth_enabled_ascii /.*passwords"))
        .noneMatch(line -> line.contains("secret"));
  }

  @Test
  void theLongestThingAnUnknownClientMaySayIsShort() throws Exception {
    LarderServer server = server("-Y", passwords("joe:secret\n").toString());
    TestClient long1 = connect(server);
    long1.send("get " + "x".repeat(3000));
    assertThat(long1.isClosedByServer()).isTrue();
    TestClient long2 = connect(server);
    assertThat(long2.ask("set x 0 0 1000000")).isEqualTo("CLIENT_ERROR auth token too long");
    assertThat(long2.isClosedByServer()).isTrue();
  }

  @Test
  void passwordsThatAreReadAgainCountForTheNextClient() throws Exception {
    LarderServer server = server("-Y", passwords("joe:old\n").toString());
    TestClient before = connect(server);
    assertThat(login(before, "joe old")).isEqualTo("STORED");

    passwords("joe:new\n");
    server.reload();

    assertThat(before.ask("mn")).isEqualTo("MN");
    TestClient after = connect(server);
    assertThat(login(after, "joe old")).isEqualTo("CLIENT_ERROR authentication failure");
    assertThat(login(after, "joe new")).isEqualTo("STORED");
  }

  // --- SASL

  private static byte[] packet(int opcode, String key, String value) {
    return ByteBuffer.allocate(24 + key.length() + value.length())
        .put((byte) 0x80)
        .put((byte) opcode)
        .putShort((short) key.length())
        .putInt(0)
        .putInt(key.length() + value.length())
        .putInt(0)
        .putLong(0)
        .put(key.getBytes(ISO_8859_1))
        .put(value.getBytes(ISO_8859_1))
        .array();
  }

  /** Sends a packet and takes its answer, of which the status is told. */
  private static int ask(TestClient client, int opcode, String key, String value)
      throws IOException {
    client.send(packet(opcode, key, value));
    ByteBuffer header = ByteBuffer.wrap(client.bytes(24));
    client.bytes(header.getInt(8));
    return header.getShort(6);
  }

  @Test
  void saslLetsInWhoKnowsThePassword() throws Exception {
    LarderServer server =
        server(Map.of("MEMCACHED_SASL_PWDB", passwords("joe:secret:::\n").toString()), "-S");
    TestClient unknown = connect(server);
    assertThat(ask(unknown, STAT, "", "")).isEqualTo(AUTH_ERROR);
    assertThat(unknown.isClosedByServer()).isTrue();
    TestClient text = connect(server);
    text.send("version\r\n".repeat(3));
    assertThat(text.isClosedByServer()).isTrue();

    TestClient client = connect(server);
    assertThat(ask(client, AUTH, "PLAIN", "\0joe\0wrong")).isEqualTo(AUTH_ERROR);
    assertThat(ask(client, AUTH, "PLAIN", "\0joe\0secret")).isZero();
    assertThat(ask(client, NOOP, "", "")).isZero();
  }

  // --- what is not allowed

  @Test
  void whatIsSwitchedOffIsRefused() throws Exception {
    TestClient client = connect(server("-F", "-X", "-W"));

    assertThat(client.set("a", "1".getBytes(ISO_8859_1))).isEqualTo("STORED");
    assertThat(client.ask("flush_all")).isEqualTo("CLIENT_ERROR flush_all not allowed");
    assertThat(client.ask("get a")).isEqualTo("VALUE a 0 1");
    assertThat(client.line()).isEqualTo("1");
    assertThat(client.line()).isEqualTo("END");
    assertThat(client.ask("stats cachedump 1 0"))
        .isEqualTo("CLIENT_ERROR stats cachedump not allowed");
    assertThat(client.ask("watch fetchers")).isEqualTo("CLIENT_ERROR watch commands not allowed");
    assertThat(client.statLines("settings"))
        .contains("STAT flush_enabled no", "STAT dump_enabled no");
  }

  @Test
  void clientsMayEndTheServerOnlyWhereThatIsWanted() throws Exception {
    TestClient refused = connect(server());
    assertThat(refused.ask("shutdown")).isEqualTo("ERROR: shutdown not enabled");
    assertThat(refused.ask("shutdown graceful")).isEqualTo("ERROR: shutdown not enabled");
    assertThat(ended.await(100, TimeUnit.MILLISECONDS)).isFalse();

    TestClient allowed = connect(server("-A"));
    assertThat(allowed.ask("shutdown now")).isEqualTo("CLIENT_ERROR invalid shutdown mode");
    assertThat(allowed.statLines("settings")).contains("STAT shutdown_command yes");
    allowed.send("shutdown graceful\r\n");
    assertThat(allowed.isClosedByServer()).isTrue();
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whoAsksForMuchAtOnceLetsOthersGoFirst() throws Exception {
    TestClient client = connect(server("-R", "5"));
    client.send("mn\r\n".repeat(100));
    for (int i = 0; i < 100; i++) {
      assertThat(client.line()).isEqualTo("MN");
    }
    assertThat(client.stat("conn_yields")).isBetween(10L, 20L);
    assertThat(client.statLines("settings")).contains("STAT reqs_per_event 5");
  }
}
