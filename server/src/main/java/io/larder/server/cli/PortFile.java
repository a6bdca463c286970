package io.larder.server.cli;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that tells which ports the system has chosen, as memcached writes it. */
final class PortFile {
  private static final Logger LOG = LoggerFactory.getLogger(PortFile.class);

  private PortFile() {}

  /** Writes it under another name first, so that whoever finds it finds all of it. */
  static void write(Path file, List<InetSocketAddress> tcp, List<InetSocketAddress> udp) {
    StringBuilder text = new StringBuilder();
    tcp.forEach(address -> line("TCP", address, text));
    udp.forEach(address -> line("UDP", address, text));
    try {
      Path unfinished = Path.of(file + ".lck");
      Files.writeString(unfinished, text);
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("the ports cannot be written to {}: {}", file, e.toString());
    }
  }

  private static void line(String protocol, InetSocketAddress address, StringBuilder text) {
    String family = address.getAddress() instanceof Inet6Address ? "INET6" : "INET";
    text.append("%s %s: %d%n".formatted(protocol, family, address.getPort()));
  }
}
