package io.larder.server.options;

import io.larder.cache.CacheConfig;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.Durability;
import io.larder.platform.device.DeviceSpec;
import io.larder.protocol.Spoken;
import io.larder.server.model.StartException;
import io.larder.server.net.NetSettings;
import io.larder.server.net.NetSettings.Endpoint;
import io.larder.server.tls.ClientCheck;
import io.larder.server.tls.TlsListener;
import io.larder.server.tls.TlsSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out what a command line means, and everything that is wrong with it. */
public final class ServeParser {
  /** Names the file of passwords for SASL, as for memcached. */
  private static final String SASL_PASSWORDS = "MEMCACHED_SASL_PWDB";

  /** Names the file that the ports are written to, as for memcached. */
  private static final String PORT_FILE = "MEMCACHED_PORT_FILENAME";

  private static final char DELIMITER = ':';
  private static final String LOOPBACK = "127.0.0.1";
  private static final int LOGBUF_KB_MAX = 1 << 20;
  private static final int CRAWL_SLEEP_MICROS_MAX = 1_000_000;
  private static final int PORT_MAX = 65535;
  private static final int ITEM_BYTES_MIN = 1024;
  private static final long ITEM_BYTES_MAX = 1 << 30;
  private static final int THREADS_MAX = 1024;
  private static final int CONNECTIONS_MAX = 1 << 20;
  private static final int MEGABYTES_MAX = 1 << 24;
  private static final int PAGE_MEGABYTES_MAX = 1024;
  private static final int READ_DEPTH_MAX = 1024;
  private static final int SECONDS_MAX = Integer.MAX_VALUE;
  private static final int VERBOSITY_MAX = 3;
  private static final String DEVICE_UNITS = "mgtp";
  private static final String RATE_UNITS = "kmg";

  /** From the least significant bit of an octal mode. */
  private static final List<PosixFilePermission> PERMISSIONS =
      List.of(
          PosixFilePermission.OTHERS_EXECUTE,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_READ);

  private final ServeArguments arguments;
  private final Map<String, String> environment;
  private final Problems problems = new Problems();

  private ServeParser(ServeArguments arguments, Map<String, String> environment) {
    this.arguments = arguments;
    this.environment = environment;
  }

  /**
   * What {@code arguments} mean.
   *
   * @throws StartException naming every problem
   */
  public static ServeConfig parse(ServeArguments arguments) throws StartException {
    return parse(arguments, System.getenv());
  }

  /** As {@link #parse(ServeArguments)}, with another environment. */
  public static ServeConfig parse(ServeArguments arguments, Map<String, String> environment)
      throws StartException {
    return new ServeParser(arguments, environment).parse();
  }

  private ServeConfig parse() throws StartException {
    ExtendedValues extended = ExtendedValues.parse(arguments.extended, problems);
    if (arguments.memoryFile != null) {
      problems.add(
          ("-e %s is not possible: what outgrows RAM is kept on flash here, in a file of its own;"
                  + " write -o ext_path=FILE:SIZE instead.")
              .formatted(arguments.memoryFile));
    }
    ServeConfig config =
        new ServeConfig(
            net(extended),
            access(),
            streams(extended),
            problems.wholeNumber("-R", arguments.requests, 1, SECONDS_MAX, 1),
            (long) problems.wholeNumber("-m", arguments.megabytes, 2, MEGABYTES_MAX, 2) << 20,
            itemBytesMax(),
            !arguments.disableEvictions,
            flash(extended),
            io(),
            Math.min(arguments.verbose.length, VERBOSITY_MAX),
            process(extended),
            prefixes(),
            arguments.user,
            withoutEffect(extended));
    problems.throwIfAny();
    return config;
  }

  // --- sockets

  private NetSettings net(ExtendedValues extended) {
    Path socket = unixSocket();
    return new NetSettings(
        socket == null ? addresses() : List.of(),
        datagramAddresses(socket, extended),
        tls(extended),
        socket == null ? null : new NetSettings.UnixSocket(socket, permissions()),
        threads(),
        problems.wholeNumber("-c", arguments.connections, 1, CONNECTIONS_MAX, 1),
        !extended.has(ExtendedOption.NO_MAXCONNS_FAST),
        problems.wholeNumber("-b", arguments.backlog, 1, PORT_MAX, 1),
        Duration.ofSeconds(
            problems.wholeNumber(
                "-o idle_timeout",
                extended.get(ExtendedOption.IDLE_TIMEOUT, "0"),
                0,
                SECONDS_MAX,
                0)));
  }

  private @Nullable Path unixSocket() {
    String text = arguments.unixSocket;
    return text == null ? null : path("-s", text);
  }

  private Set<PosixFilePermission> permissions() {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    try {
      int bits = Integer.parseInt(arguments.unixMask, 8);
      if (bits >= 0 && (bits >> PERMISSIONS.size()) == 0) {
        for (int i = 0; i < PERMISSIONS.size(); i++) {
          if (((bits >> i) & 1) != 0) {
            permissions.add(PERMISSIONS.get(i));
          }
        }
        return permissions;
      }
    } catch (NumberFormatException e) {
      // The sentence below says it.
    }
    problems.add(
        "-a is %s, but must be three octal digits, such as 700 or 770."
            .formatted(arguments.unixMask));
    return permissions;
  }

  private List<Endpoint> addresses() {
    int port = problems.wholeNumber("-p", arguments.port, -1, PORT_MAX, 1);
    if (port == 0 && speaksUdp()) {
      return List.of();
    }
    if (port == 0) {
      problems.add("-p 0 leaves nothing to listen on: give a port, or a Unix socket with -s.");
    }
    List<Endpoint> addresses = new ArrayList<>();
    List<String> given = arguments.listen.isEmpty() ? List.of(LOOPBACK) : arguments.listen;
    for (String list : given) {
      for (String text : list.split(",", -1)) {
        addAddresses(text.strip(), Math.max(port, 0), addresses);
      }
    }
    return addresses;
  }

  /** The addresses of {@code -l} once more, with the port of {@code -U}. */
  private List<InetSocketAddress> datagramAddresses(
      @Nullable Path socket, ExtendedValues extended) {
    int port = problems.wholeNumber("-U", arguments.udpPort, -1, PORT_MAX, 0);
    if (port == 0 || socket != null) {
      return List.of();
    }
    String why = whyNoDatagrams(extended);
    if (why != null) {
      problems.add("-U %d is not possible %s.".formatted(port, why));
      return List.of();
    }
    List<Endpoint> addresses = new ArrayList<>();
    List<String> given = arguments.listen.isEmpty() ? List.of(LOOPBACK) : arguments.listen;
    for (String list : given) {
      for (String text : list.split(",", -1)) {
        ListenAddress address = ListenAddress.parse(text.strip());
        if (address != null) {
          resolve(address.host(), Math.max(port, 0), TlsListener.PLAIN, addresses);
        }
      }
    }
    return addresses.stream().map(Endpoint::address).distinct().toList();
  }

  /** Null if nothing speaks against UDP. */
  private @Nullable String whyNoDatagrams(ExtendedValues extended) {
    if (arguments.authFile != null || arguments.sasl) {
      return "with -Y or -S: a datagram cannot prove who sent it; leave one of them out";
    }
    if (!extended.paths().isEmpty()) {
      return "with ext_path: who sent a datagram would have to be remembered for as long as a read of"
          + " flash takes, and anybody can send them under any name; leave one of them out";
    }
    return null;
  }

  /** Whether datagrams are wanted, which never have an answer that comes from flash. */
  private boolean speaksUdp() {
    return arguments.unixSocket == null && !arguments.udpPort.equals("0");
  }

  private void addAddresses(String text, int port, List<Endpoint> addresses) {
    ListenAddress address = ListenAddress.parse(text);
    if (address == null) {
      problems.add("-l %s is no address: write host, host:port or [IPv6]:port.".formatted(text));
      return;
    }
    int ownPort = address.port().orElse(port);
    TlsListener listener = listener(address.tls(), text);
    if (!resolve(address.host(), ownPort, listener, addresses)) {
      problems.add(
          "-l %s is unknown here: give an address of this machine, or a name that leads to one."
              .formatted(text));
    }
  }

  private static boolean resolve(
      String host, int port, TlsListener listener, List<Endpoint> addresses) {
    if (host.equals("*")) {
      addresses.add(new Endpoint(new InetSocketAddress(port), listener));
      return true;
    }
    try {
      for (InetAddress inet : InetAddress.getAllByName(host)) {
        addresses.add(new Endpoint(new InetSocketAddress(inet, port), listener));
      }
      return true;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private TlsListener listener(@Nullable TlsListener said, String text) {
    if (arguments.tls) {
      return said == null ? TlsListener.TLS : said;
    }
    if (said != null && said != TlsListener.PLAIN) {
      problems.add("-l %s is not possible without -Z.".formatted(text));
    }
    return TlsListener.PLAIN;
  }

  private int threads() {
    String text = arguments.threads;
    return text == null
        ? Runtime.getRuntime().availableProcessors()
        : problems.wholeNumber("-t", text, 1, THREADS_MAX, 1);
  }

  // --- TLS

  private @Nullable TlsSettings tls(ExtendedValues extended) {
    if (!arguments.tls) {
      return null;
    }
    String chain = extended.get(ExtendedOption.SSL_CHAIN_CERT, "");
    if (chain.isEmpty()) {
      problems.add("-Z needs a certificate: give one with -o ssl_chain_cert=FILE.");
    }
    if (!extended.get(ExtendedOption.SSL_KEYFORMAT, "PEM").equalsIgnoreCase("PEM")) {
      problems.add(
          "-o ssl_keyformat is %s, but must be PEM: convert the key with openssl."
              .formatted(extended.get(ExtendedOption.SSL_KEYFORMAT, "")));
    }
    ClientCheck clients =
        switch (tlsNumber(extended, ExtendedOption.SSL_VERIFY_MODE, 0)) {
          case 0 -> ClientCheck.NONE;
          case 1 -> ClientCheck.REQUESTED;
          default -> ClientCheck.REQUIRED;
        };
    Path authorities = tlsPath(extended, ExtendedOption.SSL_CA_CERT);
    if (clients != ClientCheck.NONE && authorities == null) {
      problems.add("-o ssl_verify_mode needs certificates to compare with: give ssl_ca_cert, too.");
    }
    String ciphers = extended.get(ExtendedOption.SSL_CIPHERS, "");
    Path path = path("-o ssl_chain_cert", chain);
    return new TlsSettings(
        path == null ? Path.of("") : path,
        tlsPath(extended, ExtendedOption.SSL_KEY),
        authorities,
        clients,
        tlsNumber(extended, ExtendedOption.SSL_MIN_VERSION, 2) == 3
            ? TlsSettings.Version.TLS_1_3
            : TlsSettings.Version.TLS_1_2,
        ciphers.isEmpty() ? List.of() : List.of(ciphers.split(":", -1)),
        extended.has(ExtendedOption.SSL_SESSION_CACHE),
        TlsSettings.HANDSHAKE_MAX_DEFAULT);
  }

  private int tlsNumber(ExtendedValues extended, ExtendedOption option, int byDefault) {
    String text = extended.get(option, Integer.toString(byDefault));
    return problems.wholeNumber("-o " + option.word(), text, 0, 3, byDefault);
  }

  private @Nullable Path tlsPath(ExtendedValues extended, ExtendedOption option) {
    return extended.has(option) ? path("-o " + option.word(), extended.get(option, "")) : null;
  }

  // --- streams

  private StreamOptions streams(ExtendedValues extended) {
    boolean isOff =
        extended.has(ExtendedOption.NO_LRU_CRAWLER) || extended.has(ExtendedOption.NO_MODERN);
    return new StreamOptions(
        number(extended, ExtendedOption.WORKER_LOGBUF_SIZE, "64", LOGBUF_KB_MAX) << 10,
        number(extended, ExtendedOption.WATCHER_LOGBUF_SIZE, "256", LOGBUF_KB_MAX) << 10,
        !isOff || extended.has(ExtendedOption.LRU_CRAWLER),
        number(extended, ExtendedOption.LRU_CRAWLER_SLEEP, "100", CRAWL_SLEEP_MICROS_MAX),
        number(extended, ExtendedOption.LRU_CRAWLER_TOCRAWL, "0", Integer.MAX_VALUE));
  }

  private int number(ExtendedValues extended, ExtendedOption option, String byDefault, int most) {
    return problems.wholeNumber("-o " + option.word(), extended.get(option, byDefault), 0, most, 0);
  }

  // --- access

  private AccessOptions access() {
    Path file = passwordFile();
    return new AccessOptions(
        spoken(),
        arguments.sasl,
        file,
        !arguments.noFlush,
        !arguments.noDump,
        !arguments.noWatch,
        arguments.shutdown);
  }

  private Spoken spoken() {
    Spoken spoken = Spoken.AUTO;
    switch (arguments.protocol) {
      case "auto" -> {}
      case "ascii" -> spoken = Spoken.ASCII;
      case "binary" -> spoken = Spoken.BINARY;
      default ->
          problems.add(
              "-B is %s, but must be ascii, binary or auto.".formatted(arguments.protocol));
    }
    if (arguments.sasl && arguments.authFile != null) {
      problems.add("-S and -Y contradict each other: leave one of them out.");
    } else if (arguments.sasl) {
      if (spoken == Spoken.ASCII) {
        problems.add("-S is not possible with -B ascii: SASL is part of the binary protocol.");
      }
      spoken = Spoken.BINARY;
    } else if (arguments.authFile != null) {
      if (spoken == Spoken.BINARY) {
        problems.add("-Y is not possible with -B binary: use -S there.");
      }
      spoken = Spoken.ASCII;
    }
    return spoken;
  }

  private @Nullable Path passwordFile() {
    String text = arguments.authFile;
    if (text != null) {
      return path("-Y", text);
    }
    if (!arguments.sasl) {
      return null;
    }
    String named = environment.get(SASL_PASSWORDS);
    if (named == null || named.isEmpty()) {
      problems.add(
          "-S needs passwords: let the environment variable %s name a file of lines user:password."
              .formatted(SASL_PASSWORDS));
      return null;
    }
    return path(SASL_PASSWORDS, named);
  }

  // --- items

  private int itemBytesMax() {
    String text = arguments.itemSize;
    if (text == null) {
      return 0;
    }
    OptionalLong bytes = Sizes.parse(text, "km", false);
    if (bytes.isPresent()
        && bytes.getAsLong() >= ITEM_BYTES_MIN
        && bytes.getAsLong() <= ITEM_BYTES_MAX) {
      return (int) bytes.getAsLong();
    }
    problems.add(
        "-I is %s, but must be a size from 1k to 1024m: bytes, or a number and k or m."
            .formatted(text));
    return 0;
  }

  // --- flash

  private FlashOptions flash(ExtendedValues extended) {
    List<FlashPath> paths = new ArrayList<>();
    for (String text : extended.paths()) {
      FlashPath path = flashPath(text);
      if (path != null) {
        paths.add(path);
      }
    }
    boolean isOff = arguments.ramOnly || extended.has(ExtendedOption.NO_EXT);
    if (isOff && !extended.paths().isEmpty()) {
      problems.add(
          "-o ext_path and %s contradict each other: leave one of them out."
              .formatted(arguments.ramOnly ? "--ram-only" : "-o no_ext"));
    }
    return new FlashOptions(
        isOff || speaksUdp(),
        paths,
        megabytes(extended, ExtendedOption.EXT_PAGE_SIZE),
        megabytes(extended, ExtendedOption.EXT_WBUF_SIZE),
        number(extended, ExtendedOption.EXT_READ_DEPTH, "0", READ_DEPTH_MAX),
        number(extended, ExtendedOption.EXT_ITEM_SIZE, 0),
        number(extended, ExtendedOption.EXT_RECACHE_RATE, CacheConfig.RECACHE_RATE_DEFAULT),
        Duration.ofSeconds(number(extended, ExtendedOption.EXT_LOW_TTL, 0)),
        Duration.ofMillis(
            problems.millis(
                "-o ext_max_wait",
                extended.get(ExtendedOption.EXT_MAX_WAIT, "1"),
                Integer.MAX_VALUE / 1000,
                0)),
        writeBudget(extended),
        reclaim(extended),
        restart(extended));
  }

  private RestartOptions restart(ExtendedValues extended) {
    Durability durability = Durability.KILL;
    String how = extended.get(ExtendedOption.EXT_DURABILITY, "kill");
    switch (how) {
      case "kill" -> {}
      case "power" -> durability = Durability.POWER;
      default -> problems.add("-o ext_durability is %s, but must be kill or power.".formatted(how));
    }
    return new RestartOptions(
        extended.has(ExtendedOption.EXT_STATE_PATH)
            ? path("-o ext_state_path", extended.get(ExtendedOption.EXT_STATE_PATH, ""))
            : null,
        durability,
        Duration.ofMillis(
            problems.millis(
                "-o ext_stop_wait",
                extended.get(ExtendedOption.EXT_STOP_WAIT, "10"),
                Integer.MAX_VALUE / 1000,
                0)),
        arguments.fresh);
  }

  private long writeBudget(ExtendedValues extended) {
    String text = extended.get(ExtendedOption.EXT_WRITE_BUDGET, "0");
    OptionalLong bytes = Sizes.parse(text, RATE_UNITS, false);
    if (bytes.isEmpty()) {
      problems.add(
          ("-o ext_write_budget=%s is no number of bytes a second: write a number, and k, m or g if"
                  + " you like, as in ext_write_budget=20m.")
              .formatted(text));
      return 0;
    }
    return bytes.getAsLong();
  }

  private ReclaimOptions reclaim(ExtendedValues extended) {
    ReclaimOptions byDefault = ReclaimOptions.DEFAULT;
    return new ReclaimOptions(
        pages(extended, ExtendedOption.EXT_COMPACT_UNDER, byDefault.compactUnderPages()),
        pages(extended, ExtendedOption.EXT_DROP_UNDER, byDefault.dropUnderPages()),
        problems.share(
            "-o ext_max_frag",
            extended.get(ExtendedOption.EXT_MAX_FRAG, Double.toString(byDefault.liveShareMax())),
            byDefault.liveShareMax()),
        extended.has(ExtendedOption.EXT_DROP_UNREAD),
        number(extended, ExtendedOption.EXT_ITEM_AGE, 0),
        number(extended, ExtendedOption.EXT_MAX_SLEEP, (int) byDefault.maxSleepMicros()));
  }

  private int pages(ExtendedValues extended, ExtendedOption option, int byDefault) {
    return extended.has(option) ? number(extended, option, 0) : byDefault;
  }

  private int megabytes(ExtendedValues extended, ExtendedOption option) {
    if (!extended.has(option)) {
      return 0;
    }
    String text = extended.get(option, "");
    return problems.wholeNumber("-o " + option.word(), text, 1, PAGE_MEGABYTES_MAX, 1) << 20;
  }

  private int number(ExtendedValues extended, ExtendedOption option, int byDefault) {
    String text = extended.get(option, Integer.toString(byDefault));
    return problems.wholeNumber("-o " + option.word(), text, 0, Integer.MAX_VALUE, byDefault);
  }

  private @Nullable FlashPath flashPath(String text) {
    String[] parts = text.split(":", -1);
    String last = parts[parts.length - 1];
    Optional<Bucket> bucket = parts.length > 2 ? Bucket.of(last) : Optional.empty();
    if (parts.length > 2
        && bucket.isEmpty()
        && Sizes.parse(last, DEVICE_UNITS, true).isEmpty()
        && Sizes.parse(parts[parts.length - 2], DEVICE_UNITS, true).isPresent()) {
      problems.add(
          ("-o ext_path=%s names a bucket that does not exist: write compact, lowttl, coldcompact"
                  + " or old, or nothing behind the size.")
              .formatted(text));
      return null;
    }
    int sizeIndex = parts.length - (bucket.isPresent() ? 2 : 1);
    String file = String.join(":", Arrays.asList(parts).subList(0, sizeIndex));
    OptionalLong bytes = Sizes.parse(parts[sizeIndex], DEVICE_UNITS, true);
    if (file.isEmpty() || bytes.isEmpty() || bytes.getAsLong() == 0) {
      problems.add(
          ("-o ext_path=%s is not FILE:SIZE: the size must be a number and m, g, t or p, as in"
                  + " ext_path=/mnt/flash/larder:100g.")
              .formatted(text));
      return null;
    }
    Path path = path("-o ext_path", file);
    return path == null
        ? null
        : new FlashPath(new DeviceSpec(path, bytes.getAsLong()), bucket.orElse(Bucket.DEFAULT));
  }

  private @Nullable Path path(String option, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      problems.add("%s %s is no path: %s.".formatted(option, text, e.getReason()));
      return null;
    }
  }

  // --- the process

  private ProcessOptions process(ExtendedValues extended) {
    String pidFile = arguments.pidFile;
    String portFile = environment.get(PORT_FILE);
    return new ProcessOptions(
        arguments.daemon,
        pidFile == null ? null : path("-P", pidFile),
        portFile == null || portFile.isEmpty() ? null : path(PORT_FILE, portFile),
        extended.has(ExtendedOption.RELAXED_PRIVILEGES));
  }

  private PrefixOptions prefixes() {
    String text = arguments.delimiter;
    if (text == null) {
      return new PrefixOptions(DELIMITER, false);
    }
    if (text.length() != 1 || text.charAt(0) <= ' ' || text.charAt(0) > '~') {
      problems.add("-D is '%s', but must be one printable character.".formatted(text));
      return new PrefixOptions(DELIMITER, true);
    }
    return new PrefixOptions(text.charAt(0), true);
  }

  // --- what steers nothing here

  private List<String> withoutEffect(ExtendedValues extended) {
    List<String> words = new ArrayList<>(extended.withoutEffect());
    taken(arguments.noCas, "-C", words);
    taken(arguments.growthFactor != null, "-f", words);
    taken(arguments.lockMemory, "-k", words);
    taken(arguments.largePages, "-L", words);
    taken(arguments.chunkBytesMin != null, "-n", words);
    taken(arguments.napiIds != null, "-N", words);
    taken(arguments.coreDumps, "-r", words);
    String factor = arguments.growthFactor;
    if (factor != null) {
      problems.numberAbove("-f", factor, 1);
    }
    String bytes = arguments.chunkBytesMin;
    if (bytes != null) {
      var _ = problems.wholeNumber("-n", bytes, 1, Integer.MAX_VALUE, 1);
    }
    return words;
  }

  private static void taken(boolean given, String word, List<String> words) {
    if (given) {
      words.add(word);
    }
  }

  // --- the rest

  private IoChoice io() {
    for (IoChoice choice : IoChoice.values()) {
      if (choice.word().equals(arguments.io)) {
        return choice;
      }
    }
    problems.add("--io is %s, but must be auto, io_uring, epoll or nio.".formatted(arguments.io));
    return IoChoice.AUTO;
  }
}
