package io.larder.server.stats;

import io.larder.engine.PageStoreConfig;
import io.larder.protocol.stats.StatSink;
import io.larder.server.net.NetSettings;
import java.util.Locale;

/** The rows of {@code stats settings}: those of memcached's that mean something in Larder. */
enum SettingStat {
  MAXBYTES("Bytes of RAM that items and index may take.", f -> f.config().ramBytes()),
  MAXCONNS("The most clients connected at once.", f -> f.config().net().connectionsMax()),
  TCPPORT("The first TCP port; 0 if there is none.", SettingStat::port),
  UDPPORT("There is no UDP.", f -> 0),
  INTER("Addresses listened on.", f -> String.join(",", f.addresses())),
  VERBOSITY("How much was to be logged at the start.", f -> f.config().verbosity()),
  OLDEST("Always 0: items do not stand in one line by age.", f -> 0),
  EVICTIONS("Items make room for others.", f -> "on"),
  DOMAIN_SOCKET("The Unix socket.", SettingStat::socket),
  SHUTDOWN_COMMAND("Clients cannot stop the server.", f -> "no"),
  NUM_THREADS("Event loops.", f -> f.config().net().threadCount()),
  STAT_KEY_PREFIX("Statistics by key prefix are not kept.", f -> ":"),
  DETAIL_ENABLED("Statistics by key prefix are not kept.", f -> "no"),
  CAS_ENABLED("Every item has a CAS.", f -> "yes"),
  TCP_BACKLOG("Connections that wait to be accepted.", f -> f.config().net().backlog()),
  BINDING_PROTOCOL("What is spoken.", f -> "ascii"),
  AUTH_ENABLED_SASL("Clients need no password.", f -> "no"),
  AUTH_ENABLED_ASCII("Clients need no password.", f -> "no"),
  ITEM_SIZE_MAX("The largest item.", f -> f.cache().itemBytesMax()),
  MAXCONNS_FAST(
      "Clients beyond the most are refused.",
      f -> f.config().net().refusesConnections() ? "yes" : "no"),
  HASH_ALGORITHM("The hash that keys are found by.", f -> "xxh64"),
  FLUSH_ENABLED("Clients may say flush_all.", f -> "yes"),
  DUMP_ENABLED("Clients cannot list keys.", f -> "no"),
  IDLE_TIMEOUT(
      "Seconds of silence after which a client is closed; 0 = never.",
      f -> f.config().net().idleTimeout().toSeconds()),
  TRACK_SIZES("Sizes of items are not counted.", f -> "no"),
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
  EXT_PAGE_SIZE("Bytes of a page.", SettingStat::pageBytes),
  EXT_MAX_WAIT_MS(
      "Milliseconds a heavy writer waits for flash without progress.",
      f -> f.cache().maxWait().toMillis()),
  EXT_WRITE_BUDGET(
      "Bytes a second that may be written to flash; 0 = no limit.",
      f -> f.cache().writeBudgetBytesPerSecond()),
  EXT_DROP_UNREAD(
      "Items that nobody has read are dropped with their page, not moved.",
      f -> f.tunables().dropsUnread() ? "yes" : "no"),
  SSL_ENABLED("There is no TLS.", f -> "no"),
  LARDER_IO_ENGINE("How sockets and flash are talked to.", SettingsNow::transport);

  private final String sentence;
  private final Reading<SettingsNow> reading;

  SettingStat(String sentence, Reading<SettingsNow> reading) {
    this.sentence = sentence;
    this.reading = reading;
  }

  /** What it means. */
  String sentence() {
    return sentence;
  }

  static void writeAll(SettingsNow facts, StatSink sink) {
    for (SettingStat row : values()) {
      sink.stat(row.name().toLowerCase(Locale.ROOT), String.valueOf(row.reading.of(facts)));
    }
  }

  private static Object port(SettingsNow facts) {
    String first = facts.addresses().get(0);
    return facts.config().net().addresses().isEmpty()
        ? "0"
        : first.substring(first.lastIndexOf(':') + 1);
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
