package io.larder.server.options;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every option that {@code -o} takes. The help is printed from these rows.
 *
 * <p>An option that memcached has and Larder has no use for is taken and has no effect; the log
 * says so at {@code -v}. An option of neither is an error.
 */
public enum ExtendedOption {
  EXT_PATH(
      "FILE:SIZE[:BUCKET]",
      "larder-data/flash",
      "Flash file or block device and how much of it to use: a number and m, g, t or p. May be"
          + " given several times; pages are cut from all in turn. With a bucket behind it (compact,"
          + " lowttl, coldcompact, old) it is kept for that bucket, which takes its pages first and"
          + " then those of the others; one path at least has none. default and chunked mean none."
          + " What nobody reads moves to coldcompact, and the oldest pages to old, when default"
          + " pages run short."),
  EXT_PAGE_SIZE(
      "MB",
      "flash / 256, from 4 to 64",
      "Size of a page, the unit in which flash is filled and given up."),
  EXT_WBUF_SIZE(
      "MB", "4, or more if -I needs it", "Size of a write buffer; divides the page, holds -I."),
  EXT_READ_DEPTH(
      "N",
      "256, without io_uring 32",
      "Reads of flash that each thread (-t) has under way at once; more wait their turn. A device that"
          + " answers many reads together, as virtual ones do, may serve more with 16. Without io_uring:"
          + " those of all threads together."),
  EXT_ITEM_SIZE("BYTES", "0", "Items smaller than this never go to flash."),
  EXT_RECACHE_RATE(
      "N", "1", "One in N flash hits on a popular item brings it back to RAM; 0 = none."),
  EXT_LOW_TTL(
      "SECONDS",
      "0",
      "Items with less life left share pages of their own, which are never compacted; those that"
          + " live longer share others, in bands that are each 20 times as long as the one below. 0 ="
          + " 180, if there are pages enough."),
  EXT_ITEM_AGE(
      "SECONDS",
      "0",
      "Items used less long ago stay in RAM while nobody waits for room and others can go instead;"
          + " 0 = any may go."),
  EXT_COMPACT_UNDER(
      "PAGES",
      "a 64th of the pages, at least 2",
      "With fewer free pages, pages that are mostly dead are compacted; 0 = never."),
  EXT_DROP_UNDER(
      "PAGES",
      "a 64th of the pages, at least 2",
      "With fewer free pages, what nobody has read goes where ext_drop_unread and the paths of"
          + " coldcompact and old say; 0 = never."),
  EXT_MAX_FRAG(
      "SHARE",
      "0.8",
      "A page of which less than this share is live may be compacted; from 0, for never, to 1."),
  EXT_DROP_UNREAD(
      "", "off", "Items that nobody has read are dropped when their page is given up, not moved."),
  EXT_MAX_SLEEP(
      "MICROSECONDS",
      "1000000",
      "The longest that demotion sleeps when it waits for flash, before it looks again."),
  EXT_MAX_WAIT(
      "SECONDS",
      "1",
      "How long a heavy writer is made to wait for flash that makes no progress, before the oldest"
          + " items are dropped instead; may have a fraction."),
  EXT_WRITE_BUDGET(
      "BYTES",
      "0",
      "Bytes a second that may be written to flash, over a sliding day; a number and k, m or g. What"
          + " was read, then what has come back, then what is small is written first; 0 = no limit."),
  EXT_STATE_PATH(
      "FILE",
      "beside the first flash file, with .state behind its name",
      "Where what has to be known of flash after a restart is kept, whatever ended the process."),
  EXT_DURABILITY(
      "HOW",
      "kill",
      "What items on flash survive: kill = the end of the process, however it comes, and a clean end"
          + " before the machine is restarted; power = the machine losing power as well, for which"
          + " every change of an item on flash waits for the device."),
  EXT_STOP_WAIT(
      "SECONDS",
      "10",
      "How long a clean end may take to bring items from RAM to flash, the most useful first; may"
          + " have a fraction, and 0 = none is brought."),
  NO_EXT("", "", "No flash at all; the same as --ram-only."),
  MAXCONNS_FAST("", "on", "Refuse clients beyond -c with an error line."),
  NO_MAXCONNS_FAST("", "", "Leave clients beyond -c waiting until another one goes."),
  IDLE_TIMEOUT("SECONDS", "0", "Close connections that are silent for so long; 0 = never."),
  SSL_CHAIN_CERT("FILE", "", "With -Z: certificates in PEM, the server's own first."),
  SSL_KEY("FILE", "", "Its private key in PEM, if that is not in ssl_chain_cert, too."),
  SSL_VERIFY_MODE(
      "N",
      "0",
      "Whether clients have to show a certificate: 0 = they are not asked, 1 = they are, and one that"
          + " is shown must be good, 2 and 3 = nobody comes in without."),
  SSL_CA_CERT("FILE", "", "Certificates in PEM that those of clients must lead to."),
  SSL_MIN_VERSION(
      "N",
      "2",
      "Lowest version of TLS: 2 = 1.2, 3 = 1.3. 0 and 1 mean 1.2 too, as Java refuses what is older."),
  SSL_CIPHERS(
      "NAME[:...]",
      "Java's choice",
      "Cipher suites for TLS 1.2, by OpenSSL's or Java's names; those of 1.3 stay."),
  SSL_SESSION_CACHE("", "", "Let clients take up earlier TLS sessions."),
  RELAXED_PRIVILEGES(
      "",
      "off",
      "For test suites: the commands debugtime and debugitem are there, and stats has memcached's"
          + " rows alone; stats larder has the others."),
  SSL_KEYFORMAT("PEM", "PEM", "Nothing but PEM."),

  LRU_CRAWLER("", "on", "Let lru_crawler list keys and look for dead items in RAM."),
  NO_LRU_CRAWLER("", "", "Refuse both until a client says lru_crawler enable; so does no_modern."),
  LRU_CRAWLER_SLEEP(
      "MICROSECONDS", "100", "How long lru_crawler crawl rests between two pieces of its work."),
  LRU_CRAWLER_TOCRAWL("N", "0", "How many items of a class lru_crawler crawl looks at; 0 = all."),
  WATCHER_LOGBUF_SIZE(
      "KB", "256", "What lines for a watcher may take that does not read; what is more is lost."),
  WORKER_LOGBUF_SIZE(
      "KB", "64", "What lines of a thread may take until they are on their way to watchers."),

  EXT_THREADS("N"),
  SSL_WBUF_SIZE("KB"),
  SSL_KERNEL_TLS(""),
  EXT_IO_DEPTH("N"),
  NO_EXT_DROP_UNREAD(""),
  SLAB_AUTOMOVE_FREERATIO("RATIO"),
  MODERN(""),
  NO_MODERN(""),
  HASHPOWER("N"),
  NO_HASHEXPAND(""),
  HASH_ALGORITHM("NAME"),
  TAIL_REPAIR_TIME("SECONDS"),
  LRU_MAINTAINER(""),
  NO_LRU_MAINTAINER(""),
  HOT_LRU_PCT("PERCENT"),
  WARM_LRU_PCT("PERCENT"),
  HOT_MAX_FACTOR("RATIO"),
  WARM_MAX_FACTOR("RATIO"),
  TEMPORARY_TTL("SECONDS"),
  SLAB_REASSIGN(""),
  NO_SLAB_REASSIGN(""),
  SLAB_AUTOMOVE("N"),
  NO_SLAB_AUTOMOVE(""),
  SLAB_AUTOMOVE_RATIO("RATIO"),
  SLAB_AUTOMOVE_WINDOW("N"),
  SLAB_SIZES("LIST"),
  SLAB_CHUNK_MAX("KB"),
  NO_CHUNKED_ITEMS(""),
  TRACK_SIZES(""),
  INLINE_ASCII_RESP(""),
  NO_INLINE_ASCII_RESP(""),
  READ_BUF_MEM_LIMIT("MB"),
  RESP_OBJ_MEM_LIMIT("MB"),
  DROP_PRIVILEGES(""),
  NO_DROP_PRIVILEGES("");

  private final String unit;
  private final String byDefault;
  private final String sentence;
  private final boolean hasEffect;

  /** One that means something here. */
  ExtendedOption(String unit, String byDefault, String sentence) {
    this.unit = unit;
    this.byDefault = byDefault;
    this.sentence = sentence;
    this.hasEffect = true;
  }

  /** One of memcached's that is taken and has no effect. */
  ExtendedOption(String unit) {
    this.unit = unit;
    this.byDefault = "";
    this.sentence = "";
    this.hasEffect = false;
  }

  /** As it is written on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What its value is counted in; empty if it has no value. */
  public String unit() {
    return unit;
  }

  /** Its value if it is not given, in words. */
  public String byDefault() {
    return byDefault;
  }

  /** What it is for. */
  public String sentence() {
    return sentence;
  }

  /** Whether it does anything here. */
  public boolean hasEffect() {
    return hasEffect;
  }

  /** Whether it is written with a value. */
  public boolean takesValue() {
    return !unit.isEmpty();
  }

  static Optional<ExtendedOption> of(String word) {
    return Arrays.stream(values()).filter(option -> option.word().equals(word)).findFirst();
  }
}
