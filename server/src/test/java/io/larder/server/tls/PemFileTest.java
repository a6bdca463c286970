package io.larder.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which keys are read from files, and what is said of the others. */
class PemFileTest {
  /** What PKCS #8 puts before an RSA key of so many bits. */
  private static final int WRAPPING_BYTES = 26;

  @TempDir private Path folder;

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("file.pem"), text);
  }

  private static PrivateKey newKey(String algorithm, int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return generator.generateKeyPair().getPrivate();
  }

  @Test
  void keysOfEveryKindAreRead() throws IOException, GeneralSecurityException {
    for (PrivateKey key : List.of(newKey("RSA", 2048), newKey("EC", 256))) {
      Path file = write("text\n" + TestCertificates.pem("PRIVATE KEY", key.getEncoded()));
      assertThat(PemFile.read(file).key()).isEqualTo(key);
    }
    PrivateKey edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
    Path file = write(TestCertificates.pem("PRIVATE KEY", edwards.getEncoded()));
    assertThat(PemFile.read(file).key().getEncoded()).isEqualTo(edwards.getEncoded());
  }

  @Test
  void anRsaKeyInItsOldFormIsRead() throws IOException, GeneralSecurityException {
    PrivateKey key = newKey("RSA", 2048);
    byte[] whole = key.getEncoded();
    byte[] inner = Arrays.copyOfRange(whole, WRAPPING_BYTES, whole.length);

    Path file = write(TestCertificates.pem("RSA PRIVATE KEY", inner));

    assertThat(PemFile.read(file).key()).isEqualTo(key);
  }

  @Test
  void whatCannotBeReadIsSaidWithoutShowingIt() throws IOException {
    assertThatThrownBy(() -> PemFile.read(write("nothing")).key())
        .hasMessageEndingWith("file.pem holds no private key");
    assertThatThrownBy(() -> PemFile.read(write("nothing")).certificates())
        .hasMessageEndingWith("file.pem holds no certificate");
    for (String kind : List.of("EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")) {
      assertThatThrownBy(() -> PemFile.read(write(TestCertificates.pem(kind, new byte[9]))).key())
          .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
    }
    String secret =
        TestCertificates.pem("PRIVATE KEY", "secret".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> PemFile.read(write(secret)).key())
        .hasMessageEndingWith("holds a private key that cannot be read")
        .hasNoCause();
    assertThatThrownBy(() ->
            PemFile.read(write(TestCertificates.pem("CERTIFICATE", new byte[9]))).certificates())
        .hasMessageEndingWith("holds a certificate that cannot be read");
  }

  @Test
  void suitesHaveTwoNames() {
    String[] supported = {
      "TLS_AES_256_GCM_SHA384",
      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLS_RSA_WITH_AES_128_CBC_SHA",
      "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"
    };
    assertThat(
            CipherNames.toJava(
                List.of(
                    "ECDHE-RSA-AES256-GCM-SHA384",
                    "ECDHE-ECDSA-CHACHA20-POLY1305",
                    "AES128-SHA",
                    "DHE-RSA-AES128-SHA256",
                    "TLS_AES_256_GCM_SHA384"),
                supported))
        .containsExactly(
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_AES_256_GCM_SHA384");
    assertThatThrownBy(() -> CipherNames.toJava(List.of("AES128-SHA", "HIGH", "!aNULL"), supported))
        .hasMessage("HIGH, !aNULL");
  }
}
