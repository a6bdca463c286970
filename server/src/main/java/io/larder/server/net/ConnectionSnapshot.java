package io.larder.server.net;

import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.UnixChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One socket at one moment, as {@code stats conns} shows it.
 *
 * @param number the system's for the socket, or -1 where it cannot be known
 * @param address of the client; of the socket itself if it listens
 * @param listenAddress where the client has come in; null if the socket listens
 * @param state what is going on there
 * @param silentSeconds since the client last said something
 */
public record ConnectionSnapshot(
    int number, String address, @Nullable String listenAddress, State state, long silentSeconds) {

  /** What is going on at a socket, in memcached's words. */
  public enum State {
    LISTENING("conn_listening"),
    READING("conn_read"),
    ANSWERING("conn_parse_cmd"),
    CLOSING("conn_closing");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** As memcached names it. */
    public String word() {
      return word;
    }
  }

  static ConnectionSnapshot of(Channel channel, State state, long silentSeconds) {
    int number = channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
    String protocol = channel instanceof DatagramChannel ? "udp" : "tcp";
    String own = text(protocol, channel.localAddress());
    return channel.parent() == null
        ? new ConnectionSnapshot(number, own, null, state, silentSeconds)
        : new ConnectionSnapshot(
            number, text(protocol, channel.remoteAddress()), own, state, silentSeconds);
  }

  /** Null stands for a socket that has just been closed. */
  private static String text(String protocol, @Nullable SocketAddress address) {
    if (address == null) {
      return "unknown";
    }
    if (!(address instanceof InetSocketAddress inet)) {
      return "unix:" + address;
    }
    InetAddress host = inet.getAddress();
    String numbers = host == null ? inet.getHostString() : host.getHostAddress();
    return numbers.indexOf(':') < 0
        ? protocol + ":" + numbers + ":" + inet.getPort()
        : protocol + "6:[" + numbers + "]:" + inet.getPort();
  }
}
