package io.larder.server.tls;

import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS: Java's own, under Netty's handler.
 *
 * <p>{@link #refresh} reads certificates and key again for the connections to come; what cannot be
 * read changes nothing.
 *
 * <p><b>Threads.</b> Any.
 */
public final class Tls implements AutoCloseable {
  /*
   * The costly part of a handshake, a signature, is computed on a thread of its own, so that clients
   * who come in do not hold up those who are in.
   *
   * Without resumption no session may be taken up by the next connection. Java sends no ticket for a
   * session that is to live longer than a ticket may.
   */

  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
  private static final char[] NO_PASSWORD = {};
  private static final String LATEST = TlsSettings.Version.TLS_1_3.word;
  private static final int TICKET_SECONDS_MAX = 7 * 24 * 60 * 60;

  /** How long a client may take to read what it has been sent, once its connection is to end. */
  private static final int LAST_ANSWER_SECONDS_MAX = 30;

  private record Loaded(SSLContext context, long atNanos) {}

  private final TlsSettings settings;
  private final ExecutorService handshakes =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("larder-handshakes").factory());
  private final LongAdder newSessions = new LongAdder();
  private final LongAdder handshakeErrors = new LongAdder();
  private final LongAdder protocolErrors = new LongAdder();
  private volatile Loaded loaded;

  private Tls(TlsSettings settings, Loaded loaded) {
    this.settings = settings;
    this.loaded = loaded;
  }

  /** Reads everything that {@code settings} name. */
  public static Tls open(TlsSettings settings) throws StartException {
    try {
      return new Tls(settings, load(settings));
    } catch (IOException | GeneralSecurityException e) {
      throw new StartException(
          ExitCode.SYSTEM,
          "TLS is not possible: %s; see the ssl_ options of -o.".formatted(words(e)));
    }
  }

  /**
   * Reads certificates and key again.
   *
   * @return what went wrong, or null
   */
  public @Nullable String refresh() {
    try {
      loaded = load(settings);
      LOG.info("certificates read again");
      return null;
    } catch (IOException | GeneralSecurityException e) {
      String why = words(e);
      LOG.warn("the certificates stay as they were: {}", why);
      return why;
    }
  }

  private static String words(Exception e) {
    if (e instanceof FileSystemException) {
      return e.toString();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static Loaded load(TlsSettings settings) throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers(settings), trustManagers(settings.authorities()), null);
    if (!settings.resumes()) {
      context.getServerSessionContext().setSessionTimeout(2 * TICKET_SECONDS_MAX);
      context.getServerSessionContext().setSessionCacheSize(1);
    }
    Loaded loaded = new Loaded(context, System.nanoTime());
    checkSuites(context.createSSLEngine(), settings);
    return loaded;
  }

  private static void checkSuites(SSLEngine engine, TlsSettings settings) throws IOException {
    try {
      suites(engine, settings);
    } catch (IllegalArgumentException e) {
      throw new IOException("there are no cipher suites " + e.getMessage(), e);
    }
  }

  private static KeyManager[] keyManagers(TlsSettings settings)
      throws IOException, GeneralSecurityException {
    PemFile chain = PemFile.read(settings.chain());
    Path keyPath = settings.key();
    PemFile key = keyPath == null ? chain : PemFile.read(keyPath);
    List<X509Certificate> certificates = chain.certificates();
    if (!belongTogether(key.key(), certificates.getFirst())) {
      throw new IOException(
          (keyPath == null ? settings.chain() : keyPath)
              + " holds a key that does not belong to the certificate");
    }
    KeyStore store = emptyStore();
    store.setKeyEntry("server", key.key(), NO_PASSWORD, certificates.toArray(Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  /** Whether what the key signs is signed in the eyes of the certificate. */
  private static boolean belongTogether(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    byte[] something = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(something);
    byte[] signed = signature.sign();
    try {
      signature.initVerify(certificate.getPublicKey());
      signature.update(something);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      return false;
    }
  }

  private static TrustManager[] trustManagers(@Nullable Path authorities)
      throws IOException, GeneralSecurityException {
    KeyStore store = emptyStore();
    if (authorities == null) {
      return new TrustManager[0];
    }
    for (X509Certificate certificate : PemFile.read(authorities).certificates()) {
      store.setCertificateEntry("authority " + store.size(), certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  // --- connections

  /** What decrypts and encrypts for one new connection. */
  public SslHandler newHandler(TlsListener listener) {
    SSLEngine engine = loaded.context().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(
        settings.minVersion() == TlsSettings.Version.TLS_1_3
            ? new String[] {LATEST}
            : new String[] {TlsSettings.Version.TLS_1_2.word, LATEST});
    engine.setEnabledCipherSuites(suites(engine, settings));
    ClientCheck check =
        switch (listener) {
          case TLS_FOR_ALL -> ClientCheck.NONE;
          case MUTUAL_TLS -> ClientCheck.REQUIRED;
          case TLS, PLAIN -> settings.clients();
        };
    switch (check) {
      case REQUESTED -> engine.setWantClientAuth(true);
      case REQUIRED -> engine.setNeedClientAuth(true);
      case NONE -> {}
    }
    SslHandler handler = new SslHandler(engine, handshakes);
    handler.setHandshakeTimeout(settings.handshakeMax().toMillis(), TimeUnit.MILLISECONDS);
    handler.setCloseNotifyFlushTimeout(LAST_ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    return handler;
  }

  /** As OpenSSL does it: a list of suites is about versions before 1.3, whose suites stay. */
  private static String[] suites(SSLEngine engine, TlsSettings settings) {
    if (settings.ciphers().isEmpty()) {
      return engine.getEnabledCipherSuites();
    }
    List<String> suites = new ArrayList<>();
    Arrays.stream(engine.getEnabledCipherSuites())
        .filter(name -> !name.contains("_WITH_"))
        .forEach(suites::add);
    suites.addAll(CipherNames.toJava(settings.ciphers(), engine.getSupportedCipherSuites()));
    return suites.stream().distinct().toArray(String[]::new);
  }

  // --- statistics

  /** A handshake has succeeded. */
  public void handshakeDone() {
    newSessions.increment();
  }

  /** A handshake has failed. */
  public void handshakeFailed() {
    handshakeErrors.increment();
  }

  /** A connection has failed after its handshake. */
  public void connectionFailed() {
    protocolErrors.increment();
  }

  /** The counts at this moment. */
  public TlsSnapshot snapshot() {
    return new TlsSnapshot(
        newSessions.sum(),
        handshakeErrors.sum(),
        protocolErrors.sum(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - loaded.atNanos()));
  }

  @Override
  public void close() {
    handshakes.shutdown();
  }
}
