package io.larder.server.options;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The command line of {@code larder serve} as it was typed. {@link ServeParser} says what it means.
 */
public final class ServeArguments {
  static final String PORT = "11211";
  static final String MASK = "700";
  static final String MEGABYTES = "64";
  static final String CONNECTIONS = "1024";
  static final String BACKLOG = "1024";
  static final String REQUESTS = "20";
  static final String PROTOCOL = "auto";

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description =
          "TCP port, default 11211. 0 = no TCP, only with -s. -1 = any free one; the start-up line"
              + " says which.")
  String port = PORT;

  @Option(
      names = {"-l", "--listen"},
      paramLabel = "ADDRESS[,...]",
      description =
          "Where to listen: host, host:port or [IPv6]:port; may be given several times. Default"
              + " 127.0.0.1, this machine alone, unlike memcached, which opens itself to every"
              + " network it finds. -l 0.0.0.0 does that.")
  List<String> listen = new ArrayList<>();

  @Option(
      names = {"-s", "--unix-socket"},
      paramLabel = "FILE",
      description = "Listen on a Unix socket instead of TCP.")
  @Nullable String unixSocket;

  @Option(
      names = {"-a", "--unix-mask"},
      paramLabel = "MASK",
      description = "Who may use the Unix socket, in octal, default 700.")
  String unixMask = MASK;

  @Option(
      names = {"-m", "--memory-limit"},
      paramLabel = "MB",
      description =
          "RAM for items and their index, default 64. The process needs up to 250 MB more for"
              + " everything else.")
  String megabytes = MEGABYTES;

  @Option(
      names = {"-M", "--disable-evictions"},
      description =
          "Lose no item to make room for others: what finds no room is answered with an error. With"
              + " flash that is when flash is full, too.")
  boolean disableEvictions;

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Event loops, default one for each core.")
  @Nullable String threads;

  @Option(
      names = {"-c", "--conn-limit"},
      paramLabel = "N",
      description = "Clients connected at once, default 1024.")
  String connections = CONNECTIONS;

  @Option(
      names = {"-b", "--listen-backlog"},
      paramLabel = "N",
      description = "Connections that wait to be accepted, default 1024.")
  String backlog = BACKLOG;

  @Option(
      names = {"-I", "--max-item-size"},
      paramLabel = "SIZE",
      description =
          "Largest item, key and value together: bytes, or a number and k or m. Default 1m; at most"
              + " a quarter of -m, and a write buffer.")
  @Nullable String itemSize;

  @Option(
      names = {"-o", "--extended"},
      paramLabel = "OPTION[=VALUE][,...]",
      description = "Further options, listed below.")
  List<String> extended = new ArrayList<>();

  @Option(
      names = {"--ram-only"},
      description = "No flash: a cache of -m megabytes and no more.")
  boolean ramOnly;

  @Option(
      names = {"--fresh"},
      description = "Start with empty flash, whatever an earlier run has left on it.")
  boolean fresh;

  @Option(
      names = {"--io"},
      paramLabel = "HOW",
      description =
          "How to talk to sockets and flash: io_uring, epoll, nio, or auto, the default, which takes"
              + " the first of these that works here. The start-up line says which and why.")
  String io = IoChoice.AUTO.word();

  @Option(
      names = {"-u", "--user"},
      paramLabel = "USER",
      description =
          "When started as root: give up its rights and run as USER, once ports and files are"
              + " open.")
  @Nullable String user;

  @Option(
      names = {"-U", "--udp-port"},
      paramLabel = "PORT",
      description = "Only 0: there is no UDP yet.")
  String udpPort = "0";

  @Option(
      names = {"-R", "--max-reqs-per-event"},
      paramLabel = "N",
      description =
          "Commands of one connection that are carried out before others get their turn, default"
              + " 20.")
  String requests = REQUESTS;

  @Option(
      names = {"-B", "--protocol"},
      paramLabel = "NAME",
      description =
          "The protocol clients speak: ascii, binary, or auto, the default, which goes by a client's"
              + " first byte.")
  String protocol = PROTOCOL;

  @Option(
      names = {"-S", "--enable-sasl"},
      description =
          "Clients have to say who they are, by SASL's PLAIN in the binary protocol. The environment"
              + " variable MEMCACHED_SASL_PWDB names a file of lines user:password.")
  boolean sasl;

  @Option(
      names = {"-Y", "--auth-file"},
      paramLabel = "FILE",
      description =
          "Clients have to say who they are, by a set with the value \"user password\". FILE has up"
              + " to 8 lines user:password; SIGHUP reads it again.")
  @Nullable String authFile;

  @Option(
      names = {"-Z", "--enable-ssl"},
      description =
          "Speak TLS on TCP, with the certificate of -o ssl_chain_cert. notls: before an address of -l"
              + " leaves it out there, btls: asks no client for a certificate, mtls: asks all.")
  boolean tls;

  @Option(
      names = {"-F", "--disable-flush-all"},
      description = "Refuse flush_all.")
  boolean noFlush;

  @Option(
      names = {"-X", "--disable-dumping"},
      description = "Refuse commands that list keys.")
  boolean noDump;

  @Option(
      names = {"-W", "--disable-watch"},
      description = "Refuse watch.")
  boolean noWatch;

  @Option(
      names = {"-A", "--enable-shutdown"},
      description = "Let clients end the server with shutdown.")
  boolean shutdown;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log more: -v what happens, -vv details, -vvv everything.")
  boolean[] verbose = new boolean[0];
}
