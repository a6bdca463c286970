package io.larder.server.start;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.server.model.StartException;
import io.larder.server.net.NetSettings;
import io.larder.server.net.Transport;
import io.larder.server.options.ServeArguments;
import io.larder.server.options.ServeConfig;
import io.larder.server.options.ServeParser;
import io.larder.server.tls.TestCertificates;
import io.larder.server.tls.TlsSettings;
import io.larder.uring.UringProbe;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Whole servers that speak TLS, and clients that do, or should. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class TlsTest {
  private static final String[] NO_CERTIFICATE = {};

  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private TestCertificates certificates = unmade();

  @SuppressWarnings("NullAway") // Made before the first test.
  private static TestCertificates unmade() {
    return null;
  }

  @BeforeAll
  void makeCertificates(@TempDir Path folder) throws IOException, InterruptedException {
    certificates = TestCertificates.make(folder);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : toClose) {
      one.close();
    }
    toClose.clear();
  }

  // --- servers

  private ServeConfig config(String io, String... more) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                "--io",
                io,
                "-p",
                "-1",
                "-t",
                "1",
                "--ram-only",
                "-Z",
                "-o",
                "ssl_chain_cert=%s,ssl_key=%s"
                    .formatted(
                        certificates.chain(TestCertificates.SERVER),
                        certificates.key(TestCertificates.SERVER))));
    line.addAll(List.of(more));
    return ServeParser.parse(
        CommandLine.populateCommand(new ServeArguments(), line.toArray(String[]::new)));
  }

  private LarderServer start(ServeConfig config, Path folder) throws StartException {
    LarderServer server = LarderServer.start(config, folder, "0.0.0", level -> {}, () -> {});
    toClose.push(server);
    return server;
  }

  private LarderServer server(Path folder, String... more) throws Exception {
    return start(config("nio", more), folder);
  }

  // --- clients

  private final class TlsClient implements AutoCloseable {
    final SSLSocket socket;
    private final InputStream input;

    TlsClient(SSLSocket socket) throws IOException {
      this.socket = socket;
      this.input = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      toClose.push(this);
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
    }

    String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = input.read(); b != '\n'; b = input.read()) {
        if (b < 0) {
          throw new IOException("closed after: " + line.toString(ISO_8859_1));
        }
        line.write(b);
      }
      return line.toString(ISO_8859_1).stripTrailing();
    }

    String ask(String command) throws IOException {
      send(command + "\r\n");
      return line();
    }

    long stat(String name) throws IOException {
      send("stats\r\n");
      long found = -1;
      for (String line = line(); !line.equals("END"); line = line()) {
        String[] words = line.split(" ", 3);
        found = words[1].equals(name) ? Long.parseLong(words[2]) : found;
      }
      return found;
    }

    String serverName() throws IOException {
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private SSLContext contextOf(String... names) throws IOException, GeneralSecurityException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(certificates.store(TestCertificates.AUTHORITY));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(certificates.store(names), new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private TlsClient connect(String address, SSLContext context, String... versions)
      throws IOException {
    int colon = address.lastIndexOf(':');
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(
                    address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    socket.setSoTimeout(20_000);
    if (versions.length > 0) {
      socket.setEnabledProtocols(versions);
    }
    return new TlsClient(socket);
  }

  private TlsClient connect(LarderServer server, String... names) throws Exception {
    return connect(server.addresses().get(0), contextOf(names));
  }

  /** Whether a client with this certificate is served. */
  private boolean isServed(String address, String... names) throws Exception {
    try (TlsClient client = connect(address, contextOf(names))) {
      return client.ask("mn").equals("MN");
    } catch (IOException e) {
      return false;
    }
  }

  private TestClient plain(LarderServer server) throws IOException {
    TestClient client = TestClient.connect(server.addresses().get(0));
    toClose.push(client);
    return client;
  }

  // --- what is said

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "io_uring"})
  void whatIsSetIsGotten(String io, @TempDir Path folder) throws Exception {
    assumeTrue(!io.equals("epoll") || Transport.epollRefusal() == null);
    assumeTrue(!io.equals("io_uring") || UringProbe.run().works());
    TlsClient client = connect(start(config(io), folder));
    String large = "v".repeat(500_000);

    assertThat(client.ask("set small 0 0 5\r\nvalue")).isEqualTo("STORED");
    assertThat(client.ask("set large 0 0 500000\r\n" + large)).isEqualTo("STORED");
    for (int i = 0; i < 20; i++) {
      assertThat(client.ask("get small large")).isEqualTo("VALUE small 0 5");
      assertThat(client.line()).isEqualTo("value");
      assertThat(client.line()).isEqualTo("VALUE large 0 500000");
      assertThat(client.line()).isEqualTo(large);
      assertThat(client.line()).isEqualTo("END");
    }
    Thread sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                client.send("get small\r\n".repeat(10_000));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    for (int i = 0; i < 10_000; i++) {
      assertThat(client.line()).isEqualTo("VALUE small 0 5");
      assertThat(client.line()).isEqualTo("value");
      assertThat(client.line()).isEqualTo("END");
    }
    sender.join();
    client.send("get small\r\nquit\r\n");
    assertThat(client.line()).isEqualTo("VALUE small 0 5");
    assertThat(client.line()).isEqualTo("value");
    assertThat(client.line()).isEqualTo("END");
    assertThat(client.socket.getInputStream().read()).as("closed in good order").isNegative();
  }

  @Test
  void whoDoesNotReadIsNotReadFromEither(@TempDir Path folder) throws Exception {
    LarderServer server = server(folder);
    TlsClient slow = connect(server);
    TlsClient other = connect(server);
    String value = "v".repeat(100_000);
    assertThat(other.ask("set big 0 0 100000\r\n" + value)).isEqualTo("STORED");

    slow.send("get big\r\n".repeat(600));

    long before;
    long written = 0;
    do {
      before = written;
      Thread.sleep(300);
      written = other.stat("bytes_written");
    } while (written < 100_000 || written - before > 20_000);
    assertThat(written).isBetween(100_000L, 30_000_000L);
    for (int i = 0; i < 600; i++) {
      assertThat(slow.line()).isEqualTo("VALUE big 0 100000");
      assertThat(slow.line()).isEqualTo(value);
      assertThat(slow.line()).isEqualTo("END");
    }
  }

  @Test
  void whoHasSaidEverythingStillGetsTheAnswers(@TempDir Path folder) throws Exception {
    TlsClient client = connect(server(folder));
    String value = "v".repeat(300_000);
    assertThat(client.ask("set big 0 0 300000\r\n" + value)).isEqualTo("STORED");
    client.send("get big\r\n".repeat(5));
    client.socket.shutdownOutput();

    for (int i = 0; i < 5; i++) {
      assertThat(client.line()).isEqualTo("VALUE big 0 300000");
      assertThat(client.line()).isEqualTo(value);
      assertThat(client.line()).isEqualTo("END");
    }
    assertThat(client.socket.getInputStream().read()).isNegative();
  }

  @Test
  void opensslSpeaksToIt(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
    LarderServer server = server(folder);
    Process openssl =
        new ProcessBuilder(
                "/usr/bin/openssl",
                "s_client",
                "-quiet",
                "-verify_return_error",
                "-CAfile",
                certificates.authority().toString(),
                "-connect",
                server.addresses().get(0))
            .redirectErrorStream(true)
            .start();
    openssl.getOutputStream().write("mn\r\nquit\r\n".getBytes(ISO_8859_1));
    openssl.getOutputStream().flush();
    String printed = new String(openssl.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(openssl.waitFor()).as(printed).isZero();
    assertThat(printed).contains("MN\r\n");
  }

  // --- clients that are wrong

  @Test
  void onlyClientsWithAGoodCertificateComeIn(@TempDir Path folder) throws Exception {
    LarderServer server =
        server(
            folder, "-o", "ssl_verify_mode=2,ssl_ca_cert=" + certificates.authority().toString());
    TlsClient healthy = connect(server, TestCertificates.CLIENT);
    assertThat(healthy.ask("mn")).isEqualTo("MN");
    String address = server.addresses().get(0);

    assertThat(isServed(address, NO_CERTIFICATE)).as("none").isFalse();
    assertThat(isServed(address, TestCertificates.STRANGER)).as("a stranger's").isFalse();
    assertThat(isServed(address, TestCertificates.EXPIRED)).as("an expired one").isFalse();
    assertThat(isServed(address, TestCertificates.CLIENT)).as("a good one").isTrue();

    assertThat(healthy.ask("mn")).isEqualTo("MN");
    assertThat(healthy.stat("ssl_handshake_errors")).isEqualTo(3);
  }

  @Test
  void aCertificateThatIsNotRequiredMustBeGoodAllTheSame(@TempDir Path folder) throws Exception {
    LarderServer server =
        server(
            folder, "-o", "ssl_verify_mode=1,ssl_ca_cert=" + certificates.authority().toString());
    String address = server.addresses().get(0);

    assertThat(isServed(address, NO_CERTIFICATE)).isTrue();
    assertThat(isServed(address, TestCertificates.CLIENT)).isTrue();
    assertThat(isServed(address, TestCertificates.EXPIRED)).isFalse();
  }

  @Test
  void whoDoesNotSpeakTlsIsSentAway(@TempDir Path folder) throws Exception {
    LarderServer server = server(folder);
    TlsClient healthy = connect(server);
    assertThat(healthy.ask("mn")).isEqualTo("MN");

    TestClient rude = plain(server);
    rude.send("stats\r\n");
    while (!rude.isClosedByServer()) {
      // An alert.
    }

    assertThat(healthy.ask("mn")).isEqualTo("MN");
    assertThat(healthy.stat("ssl_handshake_errors")).isOne();
  }

  @Test
  void whoStopsInTheMiddleOfAHandshakeIsClosedAfterAWhile(@TempDir Path folder) throws Exception {
    ServeConfig config = config("nio");
    TlsSettings tls = Objects.requireNonNull(config.net().tls());
    LarderServer server = start(with(config, handshakeMax(tls, Duration.ofMillis(500))), folder);
    TlsClient healthy = connect(server);
    assertThat(healthy.ask("mn")).isEqualTo("MN");
    List<TestClient> silent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      silent.add(plain(server));
    }
    // The beginning of a client's hello.
    silent.get(0).send(new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01});
    assertThat(healthy.ask("mn")).isEqualTo("MN");

    for (TestClient client : silent) {
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(healthy.ask("mn")).isEqualTo("MN");
    assertThat(healthy.stat("curr_connections")).isOne();
    assertThat(healthy.stat("ssl_handshake_errors")).isEqualTo(100);
  }

  private static TlsSettings handshakeMax(TlsSettings tls, Duration max) {
    return new TlsSettings(
        tls.chain(),
        tls.key(),
        tls.authorities(),
        tls.clients(),
        tls.minVersion(),
        tls.ciphers(),
        tls.resumes(),
        max);
  }

  private static ServeConfig with(ServeConfig config, TlsSettings tls) {
    NetSettings net = config.net();
    return new ServeConfig(
        new NetSettings(
            net.addresses(),
            net.datagramAddresses(),
            tls,
            net.unixSocket(),
            net.threadCount(),
            net.connectionsMax(),
            net.refusesConnections(),
            net.backlog(),
            net.idleTimeout()),
        config.access(),
        config.requestsPerTurn(),
        config.ramBytes(),
        config.itemBytesMax(),
        config.evicts(),
        config.flash(),
        config.io(),
        config.verbosity(),
        config.process(),
        config.prefixes(),
        config.user(),
        config.withoutEffect());
  }

  // --- settings

  @Test
  void everyAddressHasItsOwnRule(@TempDir Path folder) throws Exception {
    LarderServer server =
        server(
            folder,
            "-l",
            "notls:127.0.0.1,mtls:127.0.0.2,btls:127.0.0.3,127.0.0.4",
            "-o",
            "ssl_verify_mode=2,ssl_ca_cert=" + certificates.authority());

    assertThat(plain(server).ask("mn")).isEqualTo("MN");
    assertThat(isServed(server.addresses().get(1), NO_CERTIFICATE)).isFalse();
    assertThat(isServed(server.addresses().get(1), TestCertificates.CLIENT)).isTrue();
    assertThat(isServed(server.addresses().get(2), NO_CERTIFICATE)).isTrue();
    assertThat(isServed(server.addresses().get(3), NO_CERTIFICATE)).isFalse();
    assertThat(isServed(server.addresses().get(3), TestCertificates.CLIENT)).isTrue();
  }

  @Test
  void certificatesThatAreReadAgainAreForTheNextClient(@TempDir Path folder) throws Exception {
    Path chain = folder.resolve("chain");
    Path key = folder.resolve("key");
    Files.copy(certificates.chain(TestCertificates.SERVER), chain);
    Files.copy(certificates.key(TestCertificates.SERVER), key);
    LarderServer server =
        server(folder, "-o", "ssl_chain_cert=%s,ssl_key=%s".formatted(chain, key));
    TlsClient before = connect(server);
    assertThat(before.ask("mn")).isEqualTo("MN");
    assertThat(before.serverName()).isEqualTo("CN=server");

    Files.copy(
        certificates.chain(TestCertificates.NEXT_SERVER),
        chain,
        StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        certificates.key(TestCertificates.NEXT_SERVER), key, StandardCopyOption.REPLACE_EXISTING);
    assertThat(before.ask("refresh_certs")).isEqualTo("OK");
    TlsClient after = connect(server);
    assertThat(after.ask("mn")).isEqualTo("MN");
    assertThat(after.serverName()).isEqualTo("CN=next");

    Files.writeString(chain, "damaged");
    assertThat(before.ask("refresh_certs"))
        .isEqualTo("SERVER_ERROR " + chain + " holds no certificate");
    server.reload();
    TlsClient still = connect(server);
    assertThat(still.ask("mn")).isEqualTo("MN");
    assertThat(still.serverName()).isEqualTo("CN=next");
  }

  @Test
  void oldVersionsAndOtherSuitesAreRefused(@TempDir Path folder) throws Exception {
    LarderServer latest = server(folder, "-o", "ssl_min_version=3");
    assertThat(versionSpoken(latest, "TLSv1.2")).isEqualTo("none");
    assertThat(versionSpoken(latest, "TLSv1.2", "TLSv1.3")).isEqualTo("TLSv1.3");
    LarderServer usual =
        server(folder, "-o", "ssl_ciphers=ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA");
    assertThat(versionSpoken(usual, "TLSv1.2")).isEqualTo("TLSv1.2");
    TlsClient client = connect(usual.addresses().get(0), contextOf(), "TLSv1.2");
    assertThat(client.ask("mn")).isEqualTo("MN");
    assertThat(client.socket.getSession().getCipherSuite())
        .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  }

  private String versionSpoken(LarderServer server, String... versions) throws Exception {
    try (TlsClient client = connect(server.addresses().get(0), contextOf(), versions)) {
      assertThat(client.ask("mn")).isEqualTo("MN");
      return client.socket.getSession().getProtocol();
    } catch (IOException e) {
      return "none";
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void sessionsAreTakenUpAgainOnlyWhereThatIsWanted(String version, @TempDir Path folder)
      throws Exception {
    assertThat(takesUpSession(server(folder), version)).isFalse();
    assertThat(takesUpSession(server(folder, "-o", "ssl_session_cache"), version)).isTrue();
  }

  private boolean takesUpSession(LarderServer server, String version) throws Exception {
    SSLContext context = contextOf();
    long created = 0;
    for (int i = 0; i < 2; i++) {
      TlsClient client = connect(server.addresses().get(0), context, version);
      assertThat(client.ask("mn")).isEqualTo("MN");
      long now = client.socket.getSession().getCreationTime();
      if (now == created) {
        return true;
      }
      created = now;
      client.close();
      Thread.sleep(5);
    }
    return false;
  }

  @Test
  void whatCannotBeUsedIsSaidAtTheStart(@TempDir Path folder) throws Exception {
    assertThat(refusal(folder, "ssl_chain_cert=/no/such/file"))
        .contains("TLS is not possible", "/no/such/file");
    assertThat(refusal(folder, "ssl_key=" + certificates.authority()))
        .contains("holds no private key");
    assertThat(refusal(folder, "ssl_key=" + certificates.key(TestCertificates.CLIENT)))
        .contains("does not belong to the certificate");
    assertThat(refusal(folder, "ssl_ciphers=HIGH")).contains("no cipher suites HIGH");
  }

  private String refusal(Path folder, String option) {
    return Objects.requireNonNull(
            catchThrowableOfType(StartException.class, () -> server(folder, "-o", option)))
        .problems()
        .getFirst();
  }

  @Test
  void theStatisticsTellOfTls(@TempDir Path folder) throws Exception {
    TlsClient client = connect(server(folder, "-o", "ssl_session_cache"));
    assertThat(client.stat("ssl_new_sessions")).isOne();
    assertThat(client.stat("ssl_handshake_errors")).isZero();
    assertThat(client.stat("ssl_proto_errors")).isZero();
    assertThat(client.stat("time_since_server_cert_refresh")).isNotNegative();
    List<String> settings = new ArrayList<>();
    client.send("stats settings\r\n");
    for (String line = client.line(); !line.equals("END"); line = client.line()) {
      settings.add(line);
    }
    assertThat(settings)
        .contains(
            "STAT ssl_enabled yes",
            "STAT ssl_verify_mode 0",
            "STAT ssl_session_cache yes",
            "STAT ssl_min_version tlsv1.2",
            "STAT ssl_chain_cert " + certificates.chain(TestCertificates.SERVER));
  }
}
