package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Passwords and private keys are in no line of the log at {@code -vvv}, in no row of {@code stats}
 * and in nothing that a watcher is told, whatever clients do with them and whatever is wrong with
 * the files they stand in.
 */
@Timeout(120)
class SecretsTest {
  private static final Login JOE = new Login("joe-5e1f", "right-d41d8cd9");
  private static final String WRONG = "wrong-8f00b204";
  private static final String OTHER = "other-e9800998";
  private static final String LATER = "later-ecf8427e";
  private static final String DAMAGED = "damaged-27ae41e4";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String WATCH =
      "watch fetchers mutations evictions sysevents connevents deletions";

  @TempDir private Path folder;

  private Path passwords(String joesPassword) throws IOException {
    return Files.writeString(
        folder.resolve("passwords"), JOE.user() + ":" + joesPassword + "\njim:" + OTHER + "\n");
  }

  /** A question after which a watcher has been told of all that was before. */
  private static final String MARK = "end-of-the-watch";

  private static List<String> watched(LineTalk watcher, LineTalk known) throws IOException {
    known.askForMany("get " + MARK, "END");
    List<String> lines = new ArrayList<>();
    do {
      lines.add(watcher.line());
    } while (!lines.getLast().contains(MARK));
    return lines;
  }

  private static List<String> statistics(LineTalk known) throws IOException {
    List<String> told = new ArrayList<>();
    for (String what :
        List.of("", " settings", " items", " slabs", " sizes", " conns", " extstore", " larder")) {
      told.addAll(known.askForMany("stats" + what, "END", "RESET", "OK"));
    }
    for (String command :
        List.of("stats detail dump", "stats cachedump 1 100", "lru_crawler metadump all")) {
      told.addAll(known.askForMany(command, "END", "OK"));
    }
    return told;
  }

  /** As it is, and as dumps of bytes and of Base64 would have it. */
  private static void assertNowhere(String everything, String... secrets) {
    for (String secret : secrets) {
      byte[] bytes = secret.getBytes(ISO_8859_1);
      assertThat(everything)
          .doesNotContain(secret)
          .doesNotContainIgnoringCase(HexFormat.of().formatHex(bytes))
          .doesNotContainIgnoringCase(HexFormat.ofDelimiter(" ").formatHex(bytes));
      // Wherever in the text it begins, one of three encodings of its middle is in the Base64.
      for (int skipped = 0; skipped < 3; skipped++) {
        byte[] middle = new byte[(bytes.length - skipped) / 3 * 3];
        System.arraycopy(bytes, skipped, middle, 0, middle.length);
        assertThat(everything).doesNotContain(Base64.getEncoder().encodeToString(middle));
      }
    }
  }

  private static void logIn(LineTalk talk, String password, String answer) throws IOException {
    assertThat(talk.login(new Login(JOE.user(), password))).isEqualTo(answer);
  }

  private static void hangUp(LarderProcess larder, String logged) throws InterruptedException {
    larder.signal("HUP");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!larder.standardError().contains(logged)) {
      assertThat(System.nanoTime()).as("%s in %s", logged, larder.printed()).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  @Test
  void passwordsOfTheTextProtocolShowNowhere() throws Exception {
    Path file = passwords(JOE.password());
    try (LarderProcess larder =
            LarderProcess.start(folder, "--ram-only", "-vvv", "-D", ":", "-Y", file.toString());
        LineTalk watcher = new LineTalk(larder.connect());
        LineTalk known = new LineTalk(larder.connect())) {
      logIn(watcher, JOE.password(), "STORED");
      assertThat(watcher.ask(WATCH)).isEqualTo("OK");
      logIn(known, JOE.password(), "STORED");
      assertThat(known.ask("verbosity 3")).isEqualTo("OK");
      known.ask("stats detail on");
      for (int i = 0; i < 3; i++) {
        try (LineTalk guessing = new LineTalk(larder.connect())) {
          logIn(guessing, WRONG, "CLIENT_ERROR authentication failure");
          // In forms that no login has.
          String words = JOE.user() + " " + WRONG;
          guessing.ask("set x 0 0 3\r\n" + words);
          guessing.send("ms x %d S\r\n%s\r\n".formatted(words.length(), words));
          guessing.send(words + "\r\nauth " + words + "\r\nmn\r\n");
        }
      }
      // Once more by somebody who is known: now it is an item like any other.
      logIn(known, JOE.password(), "STORED");

      passwords(LATER);
      hangUp(larder, "passwords read again");
      try (LineTalk again = new LineTalk(larder.connect())) {
        logIn(again, LATER, "STORED");
      }
      Files.writeString(file, DAMAGED + "\n");
      hangUp(larder, "The passwords stay as they were.");

      List<String> told = watched(watcher, known);
      assertThat(told).anyMatch(line -> line.contains("type=conn_new"));
      told.addAll(statistics(known));
      assertThat(told).hasSizeGreaterThan(200);
      assertThat(larder.standardError()).contains("DEBUG");
      assertNowhere(
          larder.printed() + "\n" + String.join("\n", told),
          JOE.password(),
          WRONG,
          OTHER,
          LATER,
          DAMAGED);
    }
  }

  private static byte[] plain(String password) {
    byte[] mechanism = "PLAIN".getBytes(ISO_8859_1);
    byte[] words = ("\0" + JOE.user() + "\0" + password).getBytes(ISO_8859_1);
    return ByteBuffer.allocate(24 + mechanism.length + words.length)
        .put((byte) 0x80)
        .put((byte) 0x21)
        .putShort((short) mechanism.length)
        .putInt(0)
        .putInt(mechanism.length + words.length)
        .putInt(0)
        .putLong(0)
        .put(mechanism)
        .put(words)
        .array();
  }

  /** The answer's status; its text is read past. */
  private static int ask(Socket socket, byte[] packet) throws IOException {
    socket.getOutputStream().write(packet);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    ByteBuffer header = ByteBuffer.wrap(in.readNBytes(24));
    in.skipNBytes(header.getInt(8));
    return header.getShort(6);
  }

  @Test
  void passwordsOfSaslShowNowhere() throws Exception {
    Path file = passwords(JOE.password());
    try (LarderProcess larder =
            LarderProcess.startWith(
                List.of("env", "MEMCACHED_SASL_PWDB=" + file), folder, "--ram-only", "-vvv", "-S");
        Socket known = larder.connect()) {
      assertThat(ask(known, plain(JOE.password()))).isZero();
      for (int i = 0; i < 3; i++) {
        try (Socket guessing = larder.connect()) {
          assertThat(ask(guessing, plain(WRONG))).isEqualTo(0x20);
        }
        try (Socket babbling = larder.connect()) {
          babbling
              .getOutputStream()
              .write((JOE.user() + " " + WRONG + "\r\n").getBytes(ISO_8859_1));
          babbling.getInputStream().readAllBytes();
        }
      }
      passwords(LATER);
      try (Socket again = larder.connect()) {
        assertThat(ask(again, plain(LATER))).isZero();
      }
      Files.writeString(file, DAMAGED + "\n");
      try (Socket again = larder.connect()) {
        assertThat(ask(again, plain(LATER))).isZero();
      }
      StringBuilder told = new StringBuilder();
      for (String what : List.of("", "settings", "items", "slabs", "sizes", "conns", "larder")) {
        told.append(statistics(known, what));
      }
      assertThat(told.toString()).contains("auth_errors", "auth_enabled_sasl");
      assertThat(larder.standardError()).contains("The passwords stay as they were.");
      assertNowhere(larder.printed() + "\n" + told, JOE.password(), WRONG, OTHER, LATER, DAMAGED);
    }
  }

  /** All packets that answer a question for statistics, one text. */
  private static String statistics(Socket socket, String what) throws IOException {
    byte[] key = what.getBytes(ISO_8859_1);
    socket
        .getOutputStream()
        .write(
            ByteBuffer.allocate(24 + key.length)
                .put((byte) 0x80)
                .put((byte) 0x10)
                .putShort((short) key.length)
                .putInt(0)
                .putInt(key.length)
                .putInt(0)
                .putLong(0)
                .put(key)
                .array());
    DataInputStream in = new DataInputStream(socket.getInputStream());
    StringBuilder told = new StringBuilder();
    while (true) {
      ByteBuffer header = ByteBuffer.wrap(in.readNBytes(24));
      if (header.getInt(8) == 0) {
        return told.toString();
      }
      told.append(new String(in.readNBytes(header.getInt(8)), ISO_8859_1)).append('\n');
    }
  }

  @Test
  void privateKeysShowNowhere() throws Exception {
    Certificates certificates = Certificates.make(folder.resolve("certificates"));
    Path key = certificates.key(Certificates.SERVER);
    String secret = certificates.secretLines(Certificates.SERVER);
    String whole = Files.readString(key);
    SSLContext context = certificates.context(null);
    Path file = passwords(JOE.password());
    try (LarderProcess larder =
            LarderProcess.start(
                folder,
                "--ram-only",
                "-vvv",
                "-Z",
                "-Y",
                file.toString(),
                "-o",
                certificates.serverOptions(Certificates.SERVER));
        LineTalk watcher = overTls(larder, context);
        LineTalk known = overTls(larder, context)) {
      logIn(watcher, JOE.password(), "STORED");
      assertThat(watcher.ask(WATCH)).isEqualTo("OK");
      logIn(known, JOE.password(), "STORED");
      try (LineTalk inTheClear = new LineTalk(larder.connect())) {
        inTheClear.send("set x 0 0 23\r\n" + JOE.user() + " " + JOE.password() + "\r\n");
        assertThat(inTheClear.isHungUpOn()).isTrue();
      }
      assertThat(known.ask("refresh_certs")).isEqualTo("OK");
      // Keys that are none: cut short, damaged, without its first line.
      for (String damaged :
          List.of(
              whole.substring(0, whole.length() / 2),
              whole.replaceFirst("M", "!" + DAMAGED),
              whole.substring(whole.indexOf('\n') + 1),
              DAMAGED)) {
        Files.writeString(key, damaged);
        assertThat(known.ask("refresh_certs")).isNotEqualTo("OK");
      }
      hangUp(larder, "the certificates stay as they were");
      Files.writeString(key, whole);

      List<String> told = watched(watcher, known);
      told.addAll(statistics(known));
      assertThat(told).anyMatch(line -> line.startsWith("STAT ssl_key "));
      String everything = larder.printed() + "\n" + String.join("\n", told);
      assertNowhere(everything, JOE.password(), OTHER, DAMAGED);
      secret.lines().forEach(line -> assertThat(everything).doesNotContain(line.substring(0, 20)));
    }
  }

  private static LineTalk overTls(LarderProcess larder, SSLContext context) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(larder.connect(), "127.0.0.1", larder.port(), true);
    LineTalk talk = new LineTalk(socket);
    socket.startHandshake();
    return talk;
  }

  /** A server that does not start says why, and not what is in the file. */
  @Test
  void whatCannotBeReadAtTheStartIsNotShown() throws Exception {
    Path file = Files.writeString(folder.resolve("damaged"), DAMAGED + "\n");
    Certificates certificates = Certificates.make(folder.resolve("certificates"));
    Files.writeString(certificates.key(Certificates.SERVER), DAMAGED);
    for (String[] options :
        List.of(
            new String[] {"-Y", file.toString()},
            new String[] {"-Z", "-o", certificates.serverOptions(Certificates.SERVER)})) {
      List<String> line = new ArrayList<>(List.of("--ram-only", "-vvv"));
      line.addAll(List.of(options));
      try (LarderProcess larder = LarderProcess.launch(folder, line.toArray(String[]::new))) {
        assertThat(larder.awaitExit(PATIENCE)).isNotZero();
        assertThat(larder.standardError()).isNotEmpty();
        assertNowhere(larder.printed(), DAMAGED);
      }
    }
  }
}
