package io.larder.server.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file with certificates and keys between lines of dashes.
 *
 * <p>What is wrong with it is said without showing what is in it.
 */
final class PemFile {
  /*
   * The JDK reads private keys as PKCS #8 only. OpenSSL wrote RSA keys in PKCS #1 by itself for many
   * years: such a key is wrapped, which takes a fixed header and three lengths. Keys of elliptic
   * curves in their old form, and encrypted ones, are refused with the command that converts them.
   */

  private static final Pattern SECTION =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PKCS8 = "PRIVATE KEY";
  private static final String PKCS1 = "RSA PRIVATE KEY";
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;

  /** Version 0, and the algorithm: RSA, no parameters. */
  private static final byte[] RSA_HEAD = {
    0x02,
    0x01,
    0x00,
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  private record Section(String kind, String base64) {
    byte[] bytes() {
      return Base64.getMimeDecoder().decode(base64);
    }
  }

  private final Path path;
  private final List<Section> sections = new ArrayList<>();

  private PemFile(Path path) {
    this.path = path;
  }

  static PemFile read(Path path) throws IOException {
    PemFile file = new PemFile(path);
    Matcher section = SECTION.matcher(Files.readString(path, StandardCharsets.ISO_8859_1));
    while (section.find()) {
      file.sections.add(new Section(section.group(1), section.group(2)));
    }
    return file;
  }

  /** All certificates, of which there is one at least. */
  List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Section section : sections) {
        if (section.kind().equals(CERTIFICATE)) {
          found.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(section.bytes())));
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw new IOException(path + " holds a certificate that cannot be read");
    }
    if (found.isEmpty()) {
      throw new IOException(path + " holds no certificate");
    }
    return found;
  }

  /** The first private key. */
  PrivateKey key() throws IOException {
    for (Section section : sections) {
      if (section.kind().equals(PKCS8)) {
        return key(section.bytes());
      }
      if (section.kind().equals(PKCS1)) {
        byte[] key = element(OCTET_STRING, section.bytes());
        return key(element(SEQUENCE, RSA_HEAD, key));
      }
      if (section.kind().endsWith(PKCS8)) {
        throw new IOException(
            "%s holds a key of the kind %s: convert it with openssl pkcs8 -topk8 -nocrypt"
                .formatted(path, section.kind()));
      }
    }
    throw new IOException(path + " holds no private key");
  }

  private PrivateKey key(byte[] pkcs8) throws IOException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        // Another algorithm's.
      } catch (GeneralSecurityException e) {
        throw new IOException("this JVM knows no keys of " + algorithm, e);
      }
    }
    throw new IOException(path + " holds a private key that cannot be read");
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    int length = content.size();
    if (length < 0x80) {
      element.write(length);
    } else if (length < 0x100) {
      element.write(0x81);
      element.write(length);
    } else {
      element.write(0x82);
      element.write(length >> 8);
      element.write(length);
    }
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }
}
