package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.spotify.folsom.client.tls.DefaultSSLEngineFactory;
import io.larder.tests.conformance.clients.WholeClient.Marked;
import io.larder.tests.conformance.process.LarderProcess;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Who says who he is may do everything, and who does not may do nothing. */
@Timeout(120)
class KnownClientsTest {
  private static final Login JOE = new Login("joe", "secret");
  private static final Login WRONG = new Login("joe", "guessed");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PATIENCE_WITH_NOBODY = Duration.ofSeconds(2);
  private static final int PACKET_BYTES = 24;
  private static final int STATUS_AUTH_ERROR = 0x20;
  private static final int OPCODE_VERSION = 0x0b;
  private static final int OPCODE_SASL_FIRST = 0x20;
  private static final int OPCODE_SASL_LAST = 0x22;

  @TempDir private Path folder;

  private Path passwords() throws IOException {
    return Files.writeString(folder.resolve("passwords"), "joe:secret\n");
  }

  // --- the text protocol

  @Test
  void unknownClientsOfTheTextProtocolMayDoNothing() throws IOException {
    try (LarderProcess larder =
            LarderProcess.start(
                folder,
                "--ram-only",
                "-A",
                "-vvv",
                "-o",
                "relaxed_privileges",
                "-Y",
                passwords().toString());
        LineTalk known = new LineTalk(larder.connect());
        LineTalk unknown = new LineTalk(larder.connect())) {
      assertThat(known.login(JOE)).isEqualTo("STORED");
      assertThat(known.ask("set kept 0 1000 2\r\n10")).isEqualTo("STORED");
      List<String> before = known.askForMany("mg kept c f h l t v k", "10");
      List<String> settings = known.askForMany("stats settings", "END");

      for (String command : Words.ANYTHING) {
        assertThat(unknown.ask(command)).as(command).isEqualTo("CLIENT_ERROR unauthenticated");
      }
      // All at once, and a login in their midst.
      unknown.send(String.join("\r\n", Words.ANYTHING) + "\r\n");
      for (String command : Words.ANYTHING) {
        assertThat(unknown.line()).as(command).isEqualTo("CLIENT_ERROR unauthenticated");
      }

      assertThat(larder.isAlive()).isTrue();
      assertThat(known.askForMany("stats settings", "END")).isEqualTo(settings);
      assertThat(withoutTimes(known.askForMany("mg kept c f h l t v k", "10")))
          .isEqualTo(withoutTimes(before).replace(" h0", " h1"));
      List<String> stats = known.askForMany("stats", "END");
      assertThat(stats)
          .contains("STAT cmd_get 2", "STAT cmd_set 1", "STAT cmd_flush 0", "STAT cmd_touch 0")
          .contains("STAT cmd_meta 0", "STAT curr_items 1", "STAT delete_misses 0")
          .contains("STAT incr_misses 0", "STAT incr_hits 0", "STAT auth_errors 0");
      assertThat(unknown.login(JOE)).isEqualTo("STORED");
      assertThat(unknown.ask("incr kept 1")).isEqualTo("11");
    }
  }

  private static String withoutTimes(List<String> answer) {
    return String.join("\n", answer).replaceAll(" [lt]\\d+", "");
  }

  // --- the binary protocol

  private LarderProcess startWithSasl(String... options) throws IOException {
    return LarderProcess.startWith(
        List.of("env", "MEMCACHED_SASL_PWDB=" + passwords()), folder, options);
  }

  @Test
  void unknownClientsOfTheBinaryProtocolMayDoNothing() throws Exception {
    try (LarderProcess larder = startWithSasl("--ram-only", "-A", "-S");
        WholeClient known = JavaClient.SPYMEMCACHED_BINARY.connect(larder.port(), JOE, PATIENCE)) {
      assertThat(known.set("kept", "10", 0)).isTrue();
      Marked before = known.gets("kept");

      for (int opcode = 0; opcode < 256; opcode++) {
        if (opcode == OPCODE_VERSION || isOfSasl(opcode)) {
          continue;
        }
        try (Socket unknown = larder.connect()) {
          unknown.getOutputStream().write(packet(opcode));
          DataInputStream answer = new DataInputStream(unknown.getInputStream());
          byte[] header = answer.readNBytes(PACKET_BYTES);
          assertThat(header).as("answer to command %x", opcode).hasSize(PACKET_BYTES);
          assertThat(ByteBuffer.wrap(header).getShort(6)).isEqualTo((short) STATUS_AUTH_ERROR);
          answer.readAllBytes(); // Its text, and the end of the connection.
        }
      }
      try (LineTalk text = new LineTalk(larder.connect())) {
        assertThat(text.send("get kept\r\n".repeat(5)).isHungUpOn()).isTrue();
      }

      assertThat(known.gets("kept")).isEqualTo(before);
      assertThat(known.stats()).containsEntry("curr_items", "1").containsEntry("cmd_flush", "0");
    }
  }

  private static boolean isOfSasl(int opcode) {
    return opcode >= OPCODE_SASL_FIRST && opcode <= OPCODE_SASL_LAST;
  }

  /** A request for the item that is kept, by whatever command. */
  private static byte[] packet(int opcode) {
    String key = "kept";
    return ByteBuffer.allocate(PACKET_BYTES + key.length())
        .put((byte) 0x80)
        .put((byte) opcode)
        .putShort((short) key.length())
        .putInt(0)
        .putInt(key.length())
        .putInt(0)
        .putLong(0)
        .put(key.getBytes(ISO_8859_1))
        .array();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_ANY, names = ".*_BINARY")
  void clientsInJavaLogIn(JavaClient client) throws Exception {
    try (LarderProcess larder = startWithSasl("--ram-only", "-S")) {
      try (WholeClient known = client.connect(larder.port(), JOE, PATIENCE)) {
        assertThat(known.set("a", "1", 0)).isTrue();
        assertThat(known.get("a")).isEqualTo("1");
        assertThatThrownBy(() -> asks(client, larder, WRONG)).isNotNull();
        assertThatThrownBy(() -> asks(client, larder, null)).isNotNull();
        assertThat(known.get("a")).isEqualTo("1");
        assertThat(Long.parseLong(known.stats().getOrDefault("auth_errors", ""))).isPositive();
      }
    }
  }

  private static void asks(JavaClient client, LarderProcess larder, @Nullable Login login)
      throws Exception {
    try (WholeClient unknown = client.connect(larder.port(), login, PATIENCE_WITH_NOBODY)) {
      if (!unknown.set("a", "changed", 0)) {
        throw new IllegalStateException("refused");
      }
    }
  }

  @Test
  void debiansClientsLogIn() throws IOException {
    ForeignProgram python = ForeignProgram.python("pylibmc", "python3-pylibmc");
    String script = ForeignProgram.script("ask_pylibmc.py");
    try (LarderProcess larder = startWithSasl("--ram-only", "-S")) {
      python.run(script, "127.0.0.1", larder.port(), 0, "joe", "secret").endedWell();
      assertThat(python.run(script, "127.0.0.1", larder.port(), 0, "joe", "guessed").exitCode())
          .isNotZero();

      ForeignProgram.Run right = memcstat(larder, "--username=joe", "--password=secret");
      assertThat(right.endedWell().printed()).contains("auth_errors: 1");
      assertThat(memcstat(larder, "--username=joe", "--password=guessed").printed())
          .doesNotContain("pid");
      assertThat(memcstat(larder).printed()).doesNotContain("pid");
    }
  }

  private static ForeignProgram.Run memcstat(LarderProcess larder, Object... login) {
    Object[] arguments = new Object[2 + login.length];
    arguments[0] = "--binary";
    arguments[1] = "--servers=127.0.0.1:" + larder.port();
    System.arraycopy(login, 0, arguments, 2, login.length);
    return ForeignProgram.of("memcstat", "libmemcached-tools").run(arguments);
  }

  // --- TLS

  @Test
  void folsomSpeaksTls() throws Exception {
    Certificates certificates = Certificates.make(folder.resolve("certificates"));
    try (LarderProcess larder =
            LarderProcess.start(
                folder,
                "--ram-only",
                "-Z",
                "-o",
                certificates.serverOptions(Certificates.SERVER),
                "-o",
                "ssl_verify_mode=2,ssl_ca_cert=" + certificates.authority());
        WholeClient known = overTls(larder, certificates, Certificates.CLIENT)) {
      assertThat(known.set("a", "1", 0)).isTrue();
      assertThat(known.get("a")).isEqualTo("1");
      for (String wrong : List.of(Certificates.STRANGER, Certificates.EXPIRED_CLIENT)) {
        assertThatThrownBy(() -> overTls(larder, certificates, wrong).get("a"))
            .as(wrong)
            .isNotNull();
      }
      assertThat(known.get("a")).isEqualTo("1");
    }
  }

  private static FolsomClient overTls(LarderProcess larder, Certificates certificates, String name)
      throws Exception {
    return new FolsomClient(
        larder.port(),
        true,
        null,
        name.equals(Certificates.CLIENT) ? PATIENCE : PATIENCE_WITH_NOBODY,
        builder -> {
          try {
            return builder.withSSLEngineFactory(
                new DefaultSSLEngineFactory(certificates.context(name), false));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void clientsThatLookRefuseAServerWhoseTimeIsUp() throws IOException {
    Certificates certificates = Certificates.make(folder.resolve("certificates"));
    ForeignProgram python = ForeignProgram.python("pymemcache", "python3-pymemcache");
    for (String server : List.of(Certificates.EXPIRED_SERVER, Certificates.STRANGER)) {
      try (LarderProcess larder =
          LarderProcess.start(
              folder, "--ram-only", "-Z", "-o", certificates.serverOptions(server))) {
        ForeignProgram.Run run =
            python.run(
                ForeignProgram.script("ask_pymemcache.py"),
                "127.0.0.1",
                larder.port(),
                0,
                "",
                certificates.authority());
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.printed()).contains("CERTIFICATE_VERIFY_FAILED");
        assertThat(larder.isAlive()).isTrue();
      }
    }
  }
}
