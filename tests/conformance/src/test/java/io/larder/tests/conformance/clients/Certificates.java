package io.larder.tests.conformance.clients;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Certificates for a test, in files that any program can read: of an authority, of a server on the
 * loopback address, of a client; an expired one of each of the latter two; and a stranger's, whom
 * the authority does not know.
 *
 * <p>OpenSSL makes them.
 */
final class Certificates {
  static final String SERVER = "server";
  static final String EXPIRED_SERVER = "expired-server";
  static final String CLIENT = "client";
  static final String EXPIRED_CLIENT = "expired-client";
  static final String STRANGER = "stranger";

  private static final String AUTHORITY = "authority";

  private final Path folder;
  private final ForeignProgram openssl;

  private Certificates(Path folder) {
    this.folder = folder;
    this.openssl = ForeignProgram.of("openssl", "openssl");
  }

  /** Makes them all, in {@code folder}. */
  static Certificates make(Path folder) throws IOException {
    Files.createDirectories(folder);
    Certificates certificates = new Certificates(folder);
    certificates.makeByItself(AUTHORITY);
    certificates.makeByItself(STRANGER);
    certificates.makeSigned(SERVER, 1);
    certificates.makeSigned(EXPIRED_SERVER, -1);
    certificates.makeSigned(CLIENT, 1);
    certificates.makeSigned(EXPIRED_CLIENT, -1);
    return certificates;
  }

  private void makeByItself(String name) {
    request(name, "-x509", "-days", "1", "-out", certificate(name));
  }

  private void makeSigned(String name, int days) {
    Path asked = folder.resolve(name + ".csr");
    request(name, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-out", asked);
    openssl
        .run(
            "x509",
            "-req",
            "-in",
            asked,
            "-CA",
            certificate(AUTHORITY),
            "-CAkey",
            key(AUTHORITY),
            "-CAcreateserial",
            "-copy_extensions",
            "copy",
            "-days",
            days,
            "-out",
            certificate(name))
        .endedWell();
  }

  private void request(String name, Object... more) {
    Object[] command = {
      "req",
      "-nodes",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-keyout",
      key(name),
      "-subj",
      "/CN=" + name
    };
    Object[] all = new Object[command.length + more.length];
    System.arraycopy(command, 0, all, 0, command.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    openssl.run(all).endedWell();
  }

  Path authority() {
    return certificate(AUTHORITY);
  }

  Path certificate(String name) {
    return folder.resolve(name + ".pem");
  }

  Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /** What {@code -o} needs for a server with this certificate. */
  String serverOptions(String name) {
    return "ssl_chain_cert=%s,ssl_key=%s".formatted(certificate(name), key(name));
  }

  /**
   * What a client in Java needs.
   *
   * @param name whose certificate it shows; null for none
   */
  SSLContext context(@Nullable String name) throws IOException, GeneralSecurityException {
    KeyStore trusted = emptyStore();
    trusted.setCertificateEntry("authority", read(authority()));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyStore own = emptyStore();
    if (name != null) {
      byte[] key = Base64.getMimeDecoder().decode(secretLines(name));
      own.setKeyEntry(
          name,
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
          new char[0],
          new Certificate[] {read(certificate(name))});
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /** A private key, as it stands in its file. */
  String secretLines(String name) throws IOException {
    return Files.readAllLines(key(name)).stream()
        .filter(line -> !line.startsWith("-----"))
        .collect(Collectors.joining("\n"));
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, new char[0]);
    return store;
  }

  private static Certificate read(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
