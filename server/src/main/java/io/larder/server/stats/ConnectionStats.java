package io.larder.server.stats;

import io.larder.protocol.stats.StatSink;
import io.larder.server.net.ConnectionSnapshot;
import java.util.List;

/** The rows of {@code stats conns}: every socket, by the system's number for it. */
final class ConnectionStats {
  private ConnectionStats() {}

  static void write(List<ConnectionSnapshot> connections, StatSink sink) {
    int unknown = 0;
    for (ConnectionSnapshot connection : connections) {
      // Where the JDK keeps the number to itself, the sockets are counted.
      String prefix =
          (connection.number() >= 0 ? Integer.toString(connection.number()) : "n" + unknown++)
              + ":";
      sink.stat(prefix + "addr", connection.address());
      String listenAddress = connection.listenAddress();
      if (listenAddress != null) {
        sink.stat(prefix + "listen_addr", listenAddress);
      }
      sink.stat(prefix + "state", connection.state().word());
      sink.stat(prefix + "secs_since_last_cmd", connection.silentSeconds());
    }
  }
}
