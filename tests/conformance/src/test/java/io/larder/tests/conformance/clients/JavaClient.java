package io.larder.tests.conformance.clients;

import java.time.Duration;
import java.util.function.UnaryOperator;
import net.rubyeye.xmemcached.command.BinaryCommandFactory;
import net.rubyeye.xmemcached.command.TextCommandFactory;
import net.spy.memcached.ConnectionFactoryBuilder.Protocol;
import org.jspecify.annotations.Nullable;

/** The clients in Java, each in the two protocols it speaks. */
enum JavaClient {
  SPYMEMCACHED_TEXT,
  SPYMEMCACHED_BINARY,
  XMEMCACHED_TEXT,
  XMEMCACHED_BINARY,
  FOLSOM_TEXT,
  FOLSOM_BINARY;

  /** Connects to a port of the loopback address. */
  WholeClient connect(int port) throws Exception {
    return connect(port, null, Duration.ofSeconds(30));
  }

  /**
   * Connects to a port of the loopback address.
   *
   * @param patience how long to wait for an answer, that to the login included
   */
  WholeClient connect(int port, @Nullable Login login, Duration patience) throws Exception {
    return switch (this) {
      case SPYMEMCACHED_TEXT -> new SpymemcachedClient(port, Protocol.TEXT, login, patience);
      case SPYMEMCACHED_BINARY -> new SpymemcachedClient(port, Protocol.BINARY, login, patience);
      case XMEMCACHED_TEXT -> new XmemcachedClient(port, new TextCommandFactory(), login, patience);
      case XMEMCACHED_BINARY ->
          new XmemcachedClient(port, new BinaryCommandFactory(), login, patience);
      case FOLSOM_TEXT -> new FolsomClient(port, false, login, patience, UnaryOperator.identity());
      case FOLSOM_BINARY -> new FolsomClient(port, true, login, patience, UnaryOperator.identity());
    };
  }
}
