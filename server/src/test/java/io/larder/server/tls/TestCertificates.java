package io.larder.server.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * Certificates of an authority made for a test: a server's, another one for the same server, a
 * client's, and an expired one; and a stranger's, whom the authority does not know.
 *
 * <p>The JDK's keytool makes them.
 */
public final class TestCertificates {
  public static final String AUTHORITY = "authority";
  public static final String SERVER = "server";
  public static final String NEXT_SERVER = "next";
  public static final String CLIENT = "client";
  public static final String EXPIRED = "expired";
  public static final String STRANGER = "stranger";

  private static final String PASSWORD = "changeit";

  private final Path folder;
  private final Path storeFile;

  private TestCertificates(Path folder) {
    this.folder = folder;
    this.storeFile = folder.resolve("all.p12");
  }

  /** Makes them all, in {@code folder}. */
  public static TestCertificates make(Path folder) throws IOException, InterruptedException {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.keytool(AUTHORITY, "-ext", "bc:c");
    for (String name : List.of(SERVER, NEXT_SERVER, CLIENT)) {
      certificates.keytool(name, "-signer", AUTHORITY);
    }
    certificates.keytool(EXPIRED, "-signer", AUTHORITY, "-startdate", "-20d", "-validity", "10");
    certificates.keytool(STRANGER);
    return certificates;
  }

  private void keytool(String name, String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-keystore", storeFile.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD, "-J-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(printed);
    }
  }

  /** Keys and certificates, for a client in Java. */
  public KeyStore store(String... names) throws IOException, GeneralSecurityException {
    KeyStore all = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(storeFile)) {
      all.load(in, PASSWORD.toCharArray());
    }
    KeyStore some = KeyStore.getInstance("PKCS12");
    some.load(null, new char[0]);
    for (String name : names) {
      some.setKeyEntry(
          name,
          all.getKey(name, PASSWORD.toCharArray()),
          new char[0],
          all.getCertificateChain(name));
    }
    return some;
  }

  /** A file with the authority's certificate. */
  public Path authority() throws IOException, GeneralSecurityException {
    return write("authority.pem", certificates(AUTHORITY));
  }

  /** A file with the certificates that lead from {@code name} to the authority. */
  public Path chain(String name) throws IOException, GeneralSecurityException {
    return write(name + "-chain.pem", certificates(name));
  }

  /** A file with the private key of {@code name}. */
  public Path key(String name) throws IOException, GeneralSecurityException {
    Key key = Objects.requireNonNull(store(name).getKey(name, new char[0]));
    return write(name + "-key.pem", pem("PRIVATE KEY", key.getEncoded()));
  }

  private String certificates(String name) throws IOException, GeneralSecurityException {
    StringBuilder text = new StringBuilder("for people: " + name + "\n");
    for (Certificate certificate : store(name).getCertificateChain(name)) {
      text.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    return text.toString();
  }

  /** The text form of {@code bytes}. */
  static String pem(String kind, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(bytes), kind);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
