package io.larder.tests.conformance.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.clients.HealthyClient.Seen;
import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.ProcessMemory;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever is wrong, slow or mad disturbs nobody else: a healthy client goes on meanwhile, the
 * server's memory stays within what {@code -m} promises, and no secret shows anywhere.
 */
@Timeout(180)
class AdversariesTest {
  private static final Login JOE = new Login("joe-7f3a", "right-55d1c0de");
  private static final String WRONG_PASSWORD = "wrong-9b1e77aa";
  private static final int RAM_MEBIBYTES = 64;
  private static final int OVERHEAD_MEBIBYTES = 250;
  private static final int CROWD_COUNT = 1000;

  /** A bound for a machine that builds meanwhile; an idle one needs a fiftieth of it. */
  private static final double MEDIAN_MILLIS_MAX = 50;

  private static final double WORST_MILLIS_MAX = 10_000;

  @TempDir private Path folder;

  private Path passwords = Path.of("passwords");

  @BeforeEach
  void writePasswords() throws IOException {
    passwords = folder.resolve("passwords");
    Files.writeString(passwords, JOE.user() + ":" + JOE.password() + "\njim:another-4c4c4c\n");
  }

  private LarderProcess start(String... more) {
    List<String> line =
        new ArrayList<>(
            List.of("-m", "" + RAM_MEBIBYTES, "--ram-only", "-c", "4096", "-t", "2", "-vvv"));
    line.addAll(List.of(more));
    return LarderProcess.start(folder, line.toArray(String[]::new));
  }

  private interface Adversary {
    void act() throws Exception;
  }

  /** Lets a healthy client work from before the first adversary until after the last one. */
  private static Seen meanwhile(LineTalk healthy, Adversary... adversaries) throws Exception {
    HealthyClient client = new HealthyClient(healthy);
    try {
      for (Adversary adversary : adversaries) {
        adversary.act();
      }
    } catch (Exception | AssertionError e) {
      client.seen();
      throw e;
    }
    return client.seen();
  }

  private static void assertUndisturbed(Seen seen, LarderProcess larder, TestReporter reporter) {
    reporter.publishEntry(
        "healthy client", seen + ", server's peak " + (larder.rssPeakBytes() >> 20) + " MiB");
    assertThat(seen.count()).as(seen.toString()).isGreaterThan(100);
    assertThat(seen.medianMillis()).as(seen.toString()).isLessThan(MEDIAN_MILLIS_MAX);
    assertThat(seen.worstMillis()).as(seen.toString()).isLessThan(WORST_MILLIS_MAX);
    if (ProcessMemory.isKnown()) {
      assertThat(larder.rssPeakBytes() >> 20)
          .as("MiB that the server took")
          .isLessThanOrEqualTo(RAM_MEBIBYTES + OVERHEAD_MEBIBYTES);
    }
    assertThat(larder.isAlive()).isTrue();
    assertThat(larder.printed()).doesNotContain("mistake", "ERROR", "OutOfMemory");
  }

  // --- in the clear

  @Test
  void nobodyDisturbsAClientInTheClear(TestReporter reporter) throws Exception {
    try (LarderProcess larder = start("-Y", passwords.toString());
        LineTalk healthy = new LineTalk(larder.connect())) {
      assertThat(healthy.login(JOE)).isEqualTo("STORED");
      Seen seen =
          meanwhile(
              healthy,
              () -> triesPasswords(50, () -> new LineTalk(larder.connect())),
              () -> saysABitAtATime(larder, "set x 0 0 30\r\n" + JOE.user() + " " + "y".repeat(20)),
              () -> saysABitAtATime(larder, "get " + "k".repeat(100)),
              () -> saysMuchAtOnce(larder, "k".repeat(2000)),
              () -> saysAnything(200, () -> new LineTalk(larder.connect())),
              () -> saysAnythingWhenKnown(100, () -> new LineTalk(larder.connect())),
              () -> promisesMuch(larder));
      assertUndisturbed(seen, larder, reporter);
      try (LineTalk asking = new LineTalk(larder.connect())) {
        assertThat(asking.login(JOE)).isEqualTo("STORED");
        assertNoSecret(larder, asking);
      }
    }
  }

  private interface Opening {
    LineTalk open() throws IOException;
  }

  private static void triesPasswords(int times, Opening opening) throws IOException {
    for (int i = 0; i < times; i++) {
      try (LineTalk guessing = opening.open()) {
        for (int guess = 0; guess < 4; guess++) {
          assertThat(guessing.login(new Login(JOE.user(), WRONG_PASSWORD + guess)))
              .isEqualTo("CLIENT_ERROR authentication failure");
        }
        assertThat(guessing.ask("stats")).isEqualTo("CLIENT_ERROR unauthenticated");
      }
    }
  }

  /** A thousand who never come to the end of what they say. */
  private static void saysABitAtATime(LarderProcess larder, String text) throws Exception {
    try (Crowd crowd = Crowd.of(CROWD_COUNT, larder.port())) {
      for (int i = 0; i < Math.min(20, text.length() - 2); i++) {
        crowd.say(text.substring(i, i + 1));
        Thread.sleep(50);
      }
    }
  }

  private static void saysMuchAtOnce(LarderProcess larder, String text) throws Exception {
    try (Crowd crowd = Crowd.of(CROWD_COUNT, larder.port())) {
      for (int i = 0; i < 10; i++) {
        crowd.say(text);
        Thread.sleep(20);
      }
    }
  }

  private static void saysAnything(int times, Opening opening) {
    Random random = new Random(20_260_101);
    for (int i = 0; i < times; i++) {
      byte[] bytes = new byte[1 + random.nextInt(5000)];
      random.nextBytes(bytes);
      try (LineTalk mad = opening.open()) {
        mad.send(new String(bytes, ISO_8859_1));
      } catch (IOException e) {
        // It was hung up on.
      }
    }
  }

  /** Commands that are right, damaged, cut off, or followed by garbage. */
  private static void saysAnythingWhenKnown(int times, Opening opening) throws IOException {
    Random random = new Random(20_260_102);
    List<String> harmless = Words.ANYTHING.stream().filter(word -> !isForAll(word)).toList();
    for (int i = 0; i < times; i++) {
      try (LineTalk mad = opening.open()) {
        assertThat(mad.login(JOE)).isEqualTo("STORED");
        try {
          for (int said = 0; said < 20; said++) {
            StringBuilder line = new StringBuilder(harmless.get(random.nextInt(harmless.size())));
            line.append("\r\n").append("v".repeat(random.nextInt(3))).append("\r\n");
            line.setCharAt(random.nextInt(line.length()), (char) random.nextInt(256));
            mad.send(line.substring(0, 1 + random.nextInt(line.length())));
          }
        } catch (IOException e) {
          // It was hung up on.
        }
      }
    }
  }

  /** Whether whoever says this means everybody, as a known client may. */
  private static boolean isForAll(String command) {
    return command.startsWith("shutdown")
        || command.startsWith("flush_all")
        || command.startsWith("verbosity")
        || command.startsWith("cache_memlimit")
        || command.startsWith("debugtime");
  }

  /** Many who are known, each of whom holds back the second half of a large value. */
  private static void promisesMuch(LarderProcess larder) throws Exception {
    String words = JOE.user() + " " + JOE.password();
    try (Crowd crowd = Crowd.of(CROWD_COUNT / 2, larder.port())) {
      crowd.say("set x 0 0 %d\r\n%s\r\n".formatted(words.length(), words));
      Thread.sleep(100);
      crowd.say("set promised 0 0 1000000\r\n");
      for (int i = 0; i < 30; i++) {
        crowd.say("v".repeat(20_000));
        Thread.sleep(20);
      }
    }
  }

  // --- over TLS

  @Test
  void nobodyDisturbsAClientOfTls(TestReporter reporter) throws Exception {
    Certificates certificates = Certificates.make(folder.resolve("certificates"));
    try (LarderProcess larder =
            start(
                "-Y",
                passwords.toString(),
                "-Z",
                "-o",
                certificates.serverOptions(Certificates.SERVER),
                "-o",
                "ssl_verify_mode=2,ssl_ca_cert=" + certificates.authority());
        LineTalk healthy = overTls(larder, certificates.context(Certificates.CLIENT))) {
      assertThat(healthy.login(JOE)).isEqualTo("STORED");
      SSLContext client = certificates.context(Certificates.CLIENT);
      Seen seen =
          meanwhile(
              healthy,
              () -> showsCertificates(larder, certificates),
              () -> triesPasswords(20, () -> overTls(larder, client)),
              () -> saysABitAtATime(larder, beginningOfAHello()),
              () -> saysAnything(200, () -> new LineTalk(larder.connect())),
              () -> saysAnything(50, () -> overTls(larder, client)),
              () -> saysAnythingWhenKnown(30, () -> overTls(larder, client)),
              () -> damagesRecords(larder, client),
              () -> leavesInTheMiddle(larder, certificates));
      assertUndisturbed(seen, larder, reporter);
      try (LineTalk asking = overTls(larder, client)) {
        assertThat(asking.login(JOE)).isEqualTo("STORED");
        assertNoSecret(
            larder,
            asking,
            certificates.secretLines(Certificates.SERVER),
            certificates.secretLines(Certificates.CLIENT));
      }
    }
  }

  private static LineTalk overTls(LarderProcess larder, SSLContext context) throws IOException {
    Socket plain = larder.connect();
    SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(plain, "127.0.0.1", larder.port(), true);
    LineTalk talk = new LineTalk(socket);
    socket.startHandshake();
    return talk;
  }

  /** OpenSSL's client with the right certificate, and with wrong ones. */
  private static void showsCertificates(LarderProcess larder, Certificates certificates) {
    assertThat(openssl(larder, certificates, Certificates.CLIENT)).contains("unauthenticated");
    for (String wrong : List.of(Certificates.STRANGER, Certificates.EXPIRED_CLIENT)) {
      assertThat(openssl(larder, certificates, wrong))
          .as(wrong)
          .doesNotContain("unauthenticated")
          .contains("alert");
    }
    assertThat(openssl(larder, certificates, null))
        .doesNotContain("unauthenticated")
        .contains("alert");
  }

  private static String openssl(
      LarderProcess larder, Certificates certificates, @Nullable String name) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "s_client",
                "-quiet",
                "-verify_return_error",
                "-CAfile",
                certificates.authority(),
                "-connect",
                "127.0.0.1:" + larder.port()));
    if (name != null) {
      arguments.addAll(
          List.of("-cert", certificates.certificate(name), "-key", certificates.key(name)));
    }
    return ForeignProgram.of("openssl", "openssl")
        // After the second the server hangs up, and the program ends.
        .say("version\r\nset x 0 0 1000000\r\n")
        .run(arguments.toArray())
        .printed();
  }

  /** Records of TLS that are damaged on their way, in the handshake or after it. */
  private static void damagesRecords(LarderProcess larder, SSLContext client) throws Exception {
    for (int i = 0; i < 40; i++) {
      try (DamagingRelay relay = new DamagingRelay(larder, i, i < 20 ? 0 : 3000);
          SSLSocket socket =
              (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", relay.port())) {
        try (LineTalk talk = new LineTalk(socket)) {
          // A length that is damaged makes the server wait for what never comes.
          socket.setSoTimeout(300);
          for (int said = 0; said < 100; said++) {
            talk.ask("get " + "k".repeat(200));
          }
        } catch (IOException e) {
          // It was hung up on, or does not trust what it hears.
        }
      }
    }
  }

  /** A hello of TLS, up to where it would become interesting. */
  private static String beginningOfAHello() {
    return "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003" + "r".repeat(40);
  }

  /** Clients that vanish at every stage of a handshake. */
  private static void leavesInTheMiddle(LarderProcess larder, Certificates certificates)
      throws Exception {
    SSLContext client = certificates.context(Certificates.CLIENT);
    for (int i = 0; i < 100; i++) {
      try (Socket plain = larder.connect()) {
        SSLSocket socket =
            (SSLSocket)
                client.getSocketFactory().createSocket(plain, "127.0.0.1", larder.port(), true);
        Thread handshake =
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    socket.startHandshake();
                  } catch (IOException e) {
                    // It was left in the middle.
                  }
                });
        handshake.join(Duration.ofMillis(i % 10));
      }
    }
  }

  // --- secrets

  /** Looks for secrets in everything the server has printed and in everything it tells. */
  private static void assertNoSecret(LarderProcess larder, LineTalk known, String... more)
      throws IOException {
    List<String> told = new ArrayList<>();
    for (String what :
        List.of("", " settings", " items", " slabs", " sizes", " conns", " extstore")) {
      told.addAll(known.askForMany("stats" + what, "END", "RESET", "OK"));
    }
    for (String command :
        List.of("stats detail on", "stats detail dump", "stats cachedump 1 100")) {
      told.addAll(known.askForMany(command, "END", "OK"));
    }
    String everything = larder.printed() + "\n" + String.join("\n", told);
    assertThat(told).hasSizeGreaterThan(100);
    assertThat(larder.standardError()).as("the log").contains("DEBUG");
    List<String> secrets = new ArrayList<>(List.of(JOE.password(), WRONG_PASSWORD, "another-4c4c"));
    secrets.addAll(List.of(more));
    for (String secret : secrets) {
      byte[] bytes = secret.getBytes(ISO_8859_1);
      assertThat(everything)
          .doesNotContain(secret)
          .doesNotContainIgnoringCase(HexFormat.of().formatHex(bytes))
          .doesNotContainIgnoringCase(HexFormat.ofDelimiter(" ").formatHex(bytes))
          .doesNotContain(Base64.getEncoder().withoutPadding().encodeToString(bytes));
    }
    assertThat(everything).doesNotContain(JOE.user());
  }
}
