package io.larder.server.tls;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the server speaks TLS.
 *
 * @param chain certificates in PEM, the server's own first
 * @param key its private key in PEM; null if that stands in the file of the chain, too
 * @param authorities certificates that clients' certificates have to lead to; null for none
 * @param clients whether clients have to show a certificate, where the listener does not say
 * @param minVersion lowest version of the protocol
 * @param ciphers the only suites offered below TLS 1.3, by Java's or OpenSSL's names; empty =
 *     Java's choice
 * @param resumes whether a client may take up an earlier session
 * @param handshakeMax how long a client may take to say who it is
 */
public record TlsSettings(
    Path chain,
    @Nullable Path key,
    @Nullable Path authorities,
    ClientCheck clients,
    Version minVersion,
    List<String> ciphers,
    boolean resumes,
    Duration handshakeMax) {

  /** How long a client may take, if nobody says otherwise. */
  public static final Duration HANDSHAKE_MAX_DEFAULT = Duration.ofSeconds(10);

  /** Versions of the protocol. */
  public enum Version {
    TLS_1_2("TLSv1.2"),
    TLS_1_3("TLSv1.3");

    final String word;

    Version(String word) {
      this.word = word;
    }
  }

  public TlsSettings {
    ciphers = List.copyOf(ciphers);
  }
}
