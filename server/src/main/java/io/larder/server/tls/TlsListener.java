package io.larder.server.tls;

/** What is spoken on one listening socket, below memcached's protocol. */
public enum TlsListener {
  /** No TLS. */
  PLAIN,
  /** TLS, with clients checked as the server's settings say. */
  TLS,
  /** TLS, with no certificate asked of clients. */
  TLS_FOR_ALL,
  /** TLS, with a certificate required of clients. */
  MUTUAL_TLS
}
