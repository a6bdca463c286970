package io.larder.server.stats;

import com.google.errorprone.annotations.Immutable;
import io.larder.engine.PageStoreConfig;
import io.larder.protocol.Spoken;
import io.larder.protocol.stats.StatSink;
import io.larder.server.net.NetSettings;
import io.larder.server.options.AccessOptions;
import io.larder.server.tls.ClientCheck;
import io.larder.server.tls.TlsSettings;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rows of {@code stats settings}: those of memcached's that mean something in Larder. */
enum SettingStat {
  MAXBYTES("Bytes of RAM that items and index may take now.", f -> f.cache().ramBytes()),
  MAXCONNS("The most clients connected at once.", f -> f.config().net().connectionsMax()),
  TCPPORT("The first TCP port; 0 if there is none.", SettingStat::port),
  UDPPORT("The first UDP port; 0 if there is none.", SettingsNow::udpPort),
  INTER("Addresses listened on.", f -> String.join(",", f.addresses())),
  VERBOSITY("How much was to be logged at the start.", f -> f.config().verbosity()),
  OLDEST("Always 0: items do not stand in one line by age.", f -> 0),
  EVICTIONS("Items make room for others.", f -> f.cache().evicts() ? "on" : "off"),
  DOMAIN_SOCKET("The Unix socket.", SettingStat::socket),
  UMASK("Who may use it, in octal.", SettingsNow::umask),
  SHUTDOWN_COMMAND(
      "Whether clients may end the server.", f -> yesOrNo(f.config().access().shutsDown())),
  GROWTH_FACTOR("From one class of stats items to the next.", f -> "1.25"),
  CHUNK_SIZE("There are no slabs; memcached's default.", f -> 48),
  NUM_THREADS("Event loops.", f -> f.config().net().threadCount()),
  NUM_THREADS_PER_UDP("Event loops that take datagrams of one address.", f -> 1),
  STAT_KEY_PREFIX("What ends the prefix of a key.", f -> f.config().prefixes().delimiter()),
  DETAIL_ENABLED("Whether statistics by key prefix are kept.", f -> yesOrNo(f.countsPrefixes())),
  REQS_PER_EVENT(
      "Commands of one connection before others get their turn.",
      f -> f.config().requestsPerTurn()),
  CAS_ENABLED("Every item has a CAS.", f -> "yes"),
  TCP_BACKLOG("Connections that wait to be accepted.", f -> f.config().net().backlog()),
  BINDING_PROTOCOL("What is spoken.", SettingStat::spoken),
  AUTH_ENABLED_SASL(
      "Whether clients say who they are by SASL.", f -> yesOrNo(f.config().access().sasl())),
  AUTH_ENABLED_ASCII(
      "The file of passwords for the text protocol, or no.", SettingStat::passwordFile),
  ITEM_SIZE_MAX("The largest item.", f -> f.cache().itemBytesMax()),
  MAXCONNS_FAST(
      "Clients beyond the most are refused.", f -> yesOrNo(f.config().net().refusesConnections())),
  HASHPOWER_INIT("The index begins as large as flash suggests.", f -> 0),
  SLAB_REASSIGN("There are no slabs.", f -> "no"),
  SLAB_AUTOMOVE("There are no slabs.", f -> 0),
  SLAB_AUTOMOVE_RATIO("There are no slabs.", f -> "0.00"),
  SLAB_AUTOMOVE_WINDOW("There are no slabs.", f -> 0),
  SLAB_CHUNK_MAX("Always 0: no item is cut into chunks.", f -> 0),
  LRU_CRAWLER(
      "Whether lru_crawler does anything.", s -> yesOrNo(s.openCache().crawler().isEnabled())),
  LRU_CRAWLER_SLEEP(
      "Microseconds that a crawl rests between two pieces of its work.",
      s -> s.openCache().crawler().sleepMicros()),
  LRU_CRAWLER_TOCRAWL(
      "How many items of a class a crawl looks at; 0 = all.",
      s -> s.openCache().crawler().itemsMax()),
  TAIL_REPAIR_TIME("Always 0: nothing needs that repair.", f -> 0),
  FLUSH_ENABLED("Whether clients may say flush_all.", f -> yesOrNo(f.config().access().flushes())),
  DUMP_ENABLED("Whether clients may list keys.", f -> yesOrNo(f.config().access().dumps())),
  HASH_ALGORITHM("The hash that keys are found by.", f -> "xxh64"),
  LRU_MAINTAINER_THREAD("Queues of segments need none.", f -> "no"),
  LRU_SEGMENTED("Memcached's four queues are not those here.", f -> "no"),
  HOT_LRU_PCT("Always 0: there is no such queue.", f -> 0),
  WARM_LRU_PCT("Always 0: there is no such queue.", f -> 0),
  HOT_MAX_FACTOR("Always 0: there is no such queue.", f -> "0.00"),
  WARM_MAX_FACTOR("Always 0: there is no such queue.", f -> "0.00"),
  TEMP_LRU("Items that live short share pages of flash instead.", f -> "no"),
  TEMPORARY_TTL("Always 0: there is no such queue.", f -> 0),
  IDLE_TIMEOUT(
      "Seconds of silence after which a client is closed; 0 = never.",
      f -> f.config().net().idleTimeout().toSeconds()),
  WATCHER_LOGBUF_SIZE(
      "Bytes that lines for a watcher may take until they are sent.",
      f -> f.config().streams().watcherLogBytes()),
  WORKER_LOGBUF_SIZE(
      "Bytes that lines of a thread may take until they are on their way.",
      f -> f.config().streams().workerLogBytes()),
  READ_BUF_MEM_LIMIT("Always 0: the bound of values that arrive is the cache's own.", f -> 0),
  TRACK_SIZES("Sizes of items are always counted.", f -> "yes"),
  INLINE_ASCII_RESPONSE("Nothing is kept with items that could be made.", f -> "no"),
  EXT_ITEM_SIZE("The smallest item that goes to flash.", f -> f.tunables().itemBytesMin()),
  EXT_ITEM_AGE(
      "Seconds for which an item that was used stays in RAM while others can go.",
      f -> f.tunables().itemAgeSeconds()),
  EXT_LOW_TTL(
      "Items with less life left share pages; 0 = the cache's own limit.",
      f -> f.tunables().lowTtlSeconds()),
  EXT_RECACHE_RATE(
      "One in so many flash hits brings an item back to RAM.", f -> f.tunables().recacheRate()),
  EXT_WBUF_SIZE("Bytes of a write buffer.", SettingStat::writeBufferBytes),
  EXT_COMPACT_UNDER(
      "With fewer free pages, mostly dead ones are compacted.",
      f -> f.pages(f.tunables().compactUnderPages())),
  EXT_DROP_UNDER(
      "With fewer free pages, what nobody has read may go.",
      f -> f.pages(f.tunables().dropUnderPages())),
  EXT_MAX_SLEEP(
      "Microseconds that demotion sleeps at most when it waits.",
      f -> f.tunables().maxSleepMicros()),
  EXT_MAX_FRAG(
      "A page of which less is live may be compacted.",
      f -> String.format(Locale.ROOT, "%.2f", f.tunables().liveShareMax())),
  SLAB_AUTOMOVE_FREERATIO("There are no slabs.", f -> "0.000"),
  EXT_PAGE_SIZE("Bytes of a page.", SettingStat::pageBytes),
  EXT_MAX_WAIT_MS(
      "Milliseconds a heavy writer waits for flash without progress.",
      f -> f.cache().maxWait().toMillis()),
  EXT_WRITE_BUDGET(
      "Bytes a second that may be written to flash; 0 = no limit.",
      f -> f.cache().writeBudgetBytesPerSecond()),
  EXT_DROP_UNREAD(
      "Items that nobody has read are dropped with their page, not moved.",
      f -> yesOrNo(f.tunables().dropsUnread())),
  SSL_ENABLED("Whether TLS is spoken.", f -> yesOrNo(f.config().net().tls() != null)),
  SSL_CHAIN_CERT("The file of certificates.", SettingStat::hasTls, s -> tls(s).chain()),
  SSL_KEY("The file of the private key.", SettingStat::hasTls, s -> orNull(tls(s).key())),
  SSL_VERIFY_MODE(
      "Whether clients have to show a certificate: 0, 1 or 2.",
      SettingStat::hasTls,
      s -> verifyMode(tls(s).clients())),
  SSL_CA_CERT(
      "The certificates that those of clients must lead to.",
      SettingStat::hasTls,
      s -> orNull(tls(s).authorities())),
  SSL_CIPHERS(
      "The suites of TLS 1.2.",
      SettingStat::hasTls,
      s -> tls(s).ciphers().isEmpty() ? "NULL" : String.join(":", tls(s).ciphers())),
  SSL_SESSION_CACHE(
      "Whether clients may take up earlier sessions.",
      SettingStat::hasTls,
      s -> yesOrNo(tls(s).resumes())),
  SSL_MIN_VERSION(
      "The lowest version of TLS.",
      SettingStat::hasTls,
      s -> tls(s).minVersion() == TlsSettings.Version.TLS_1_3 ? "tlsv1.3" : "tlsv1.2"),
  NUM_NAPI_IDS("Always 0: event loops take whoever comes.", f -> 0),
  MEMORY_FILE("What outgrows RAM is on flash.", f -> "NULL"),
  LARDER_IO_ENGINE("How sockets and flash are talked to.", SettingsNow::transport);

  private final String sentence;
  private final Condition condition;
  private final Reading<SettingsNow> reading;

  /** When a row is written at all. */
  @Immutable
  @FunctionalInterface
  private interface Condition {
    boolean holds(SettingsNow facts);
  }

  SettingStat(String sentence, Reading<SettingsNow> reading) {
    this(sentence, facts -> true, reading);
  }

  SettingStat(String sentence, Condition condition, Reading<SettingsNow> reading) {
    this.sentence = sentence;
    this.condition = condition;
    this.reading = reading;
  }

  /** What it means. */
  String sentence() {
    return sentence;
  }

  static void writeAll(SettingsNow facts, StatSink sink) {
    for (SettingStat row : values()) {
      if (row.condition.holds(facts)) {
        sink.stat(row.name().toLowerCase(Locale.ROOT), String.valueOf(row.reading.of(facts)));
      }
    }
  }

  private static String yesOrNo(boolean yes) {
    return yes ? "yes" : "no";
  }

  private static Object spoken(SettingsNow facts) {
    Spoken spoken = facts.config().access().spoken();
    return spoken == Spoken.AUTO ? "auto-negotiate" : spoken.name().toLowerCase(Locale.ROOT);
  }

  private static Object passwordFile(SettingsNow facts) {
    AccessOptions access = facts.config().access();
    Path file = access.passwordFile();
    return file == null || access.sasl() ? "no" : file;
  }

  private static boolean hasTls(SettingsNow facts) {
    return facts.config().net().tls() != null;
  }

  private static TlsSettings tls(SettingsNow facts) {
    TlsSettings tls = facts.config().net().tls();
    if (tls == null) {
      throw new IllegalStateException("there is no TLS");
    }
    return tls;
  }

  private static Object orNull(@Nullable Path path) {
    return path == null ? "NULL" : path;
  }

  private static int verifyMode(ClientCheck clients) {
    return switch (clients) {
      case NONE -> 0;
      case REQUESTED -> 1;
      case REQUIRED -> 2;
    };
  }

  private static Object port(SettingsNow facts) {
    if (facts.config().net().addresses().isEmpty()) {
      return "0";
    }
    String first = facts.addresses().get(0);
    return first.substring(first.lastIndexOf(':') + 1);
  }

  private static Object socket(SettingsNow facts) {
    NetSettings.UnixSocket socket = facts.config().net().unixSocket();
    return socket == null ? "NULL" : socket.path();
  }

  private static Object writeBufferBytes(SettingsNow facts) {
    PageStoreConfig store = facts.cache().flash();
    return store == null ? 0 : store.writeBufferBytes();
  }

  private static Object pageBytes(SettingsNow facts) {
    PageStoreConfig store = facts.cache().flash();
    return store == null ? 0 : store.pageBytes();
  }
}
