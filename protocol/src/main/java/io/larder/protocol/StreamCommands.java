package io.larder.protocol;

import io.larder.cache.model.Crawler;
import io.larder.cache.model.RequestExecutor;
import io.larder.cache.stats.SlabClasses;
import io.larder.protocol.listing.KeyListing;
import io.larder.protocol.listing.ListingForm;
import io.larder.protocol.parse.Numbers;
import io.larder.protocol.parse.Tokens;
import io.larder.protocol.reply.Text;
import io.larder.protocol.watch.WatchLog;
import io.larder.protocol.watch.WatchTopic;
import io.larder.protocol.watch.Watcher;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Command lines whose replies have no foreseeable end: {@code watch} and lists of keys, and with
 * them everything that begins with {@code lru_crawler}.
 *
 * <p><b>Threads.</b> Confined to its loop.
 */
final class StreamCommands {
  private static final Text WATCH_NOT_ALLOWED =
      Text.line("CLIENT_ERROR watch commands not allowed");
  private static final Text WATCH_NOT_FIRST =
      Text.line("ERROR cannot pipeline other commands before watch");
  private static final Text TOO_MANY_WATCHERS =
      Text.line("WATCHER_TOO_MANY log watcher limit reached");
  private static final Text OK = Text.line("OK");
  private static final Text CRAWLER_OFF = Text.line("CLIENT_ERROR lru crawler disabled");
  private static final Text CRAWLER_ON = Text.line("ERROR failed to start lru crawler thread");
  private static final Text BUSY = Text.line("BUSY currently processing crawler request");
  private static final Text BAD_CLASS = Text.line("BADCLASS invalid class id");
  private static final Text NOTHING_TO_CRAWL = Text.line("NOTSTARTED no items to crawl");
  private static final Text NOT_POSSIBLE = Text.line("ERROR an unknown error happened");
  private static final Text SLEEP_TOO_LONG =
      Text.line("CLIENT_ERROR sleep must be one second or less");
  private static final Text DUMP_NOT_FIRST =
      Text.line("ERROR cannot pipeline other commands before metadump");
  private static final Text METADUMP_NOT_ALLOWED = Text.line("ERROR metadump not allowed");
  private static final Text MGDUMP_NOT_ALLOWED = Text.line("ERROR mgdump not allowed");
  private static final Text CACHEDUMP_NOT_ALLOWED =
      Text.line("CLIENT_ERROR stats cachedump not allowed");
  private static final Text BAD_STATS = Text.line("CLIENT_ERROR bad command line");
  private static final Text NO_SUCH_CLASS = Text.line("CLIENT_ERROR Illegal slab id");

  private static final long SLEEP_MICROS_MAX = 1_000_000;
  private static final long ALL_CLASSES = -1;

  /** Numbers of memcached's slab classes are lower. */
  private static final int CLASS_COUNT_MAX = 64;

  private final RequestExecutor executor;
  private final ServerControl control;
  private final ProtocolRules rules;
  private final WatchLog watchLog;
  private final Tokens tokens;
  private final Numbers numbers;

  StreamCommands(
      RequestExecutor executor,
      ServerControl control,
      ProtocolRules rules,
      WatchLog watchLog,
      Tokens tokens,
      Numbers numbers) {
    this.executor = executor;
    this.control = control;
    this.rules = rules;
    this.watchLog = watchLog;
    this.tokens = tokens;
    this.numbers = numbers;
  }

  // --- watch

  /**
   * Makes a watcher of the client, if it may be one.
   *
   * @return what to answer
   */
  Text watch(ProtocolSession session) {
    if (!rules.watches()) {
      return WATCH_NOT_ALLOWED;
    }
    if (!session.mayBeginStream()) {
      return WATCH_NOT_FIRST;
    }
    int topics = tokens.count() == 1 ? WatchTopic.FETCHERS.bit() : 0;
    for (int i = 1; i < tokens.count(); i++) {
      Optional<WatchTopic> topic = WatchTopic.of(tokens.text(i));
      if (topic.isEmpty()) {
        return LineCommands.ERROR;
      }
      topics |= topic.get().bit();
    }
    Watcher watcher = watchLog.add(topics, session::replies, session::goOnStreamingSoon);
    if (watcher == null) {
      return TOO_MANY_WATCHERS;
    }
    session.begin(watcher);
    return OK;
  }

  // --- lru_crawler

  /**
   * Carries out a line that begins with {@code lru_crawler}.
   *
   * @return what to answer; null when a list begins
   */
  @Nullable Text crawler(ProtocolSession session) {
    Crawler crawler = control.crawler();
    if (tokens.count() == 2) {
      if (tokens.is(1, "enable")) {
        return crawler.enable() ? OK : CRAWLER_ON;
      }
      if (tokens.is(1, "disable")) {
        crawler.disable();
        return OK;
      }
      return LineCommands.ERROR;
    }
    if (tokens.count() != 3) {
      return LineCommands.ERROR;
    }
    if (tokens.is(1, "crawl")) {
      return crawl(crawler);
    }
    if (tokens.is(1, "metadump")) {
      return dump(session, crawler, ListingForm.METADUMP, METADUMP_NOT_ALLOWED);
    }
    if (tokens.is(1, "mgdump")) {
      return dump(session, crawler, ListingForm.MGDUMP, MGDUMP_NOT_ALLOWED);
    }
    if (tokens.is(1, "sleep")) {
      if (!unsigned32(2)) {
        return LineCommands.BAD_FORMAT;
      }
      if (numbers.value() > SLEEP_MICROS_MAX) {
        return SLEEP_TOO_LONG;
      }
      crawler.setSleepMicros(numbers.value());
      return OK;
    }
    if (tokens.is(1, "tocrawl")) {
      if (!unsigned32(2)) {
        return LineCommands.BAD_FORMAT;
      }
      crawler.setItemsMax(numbers.value());
      return OK;
    }
    return LineCommands.ERROR;
  }

  private Text crawl(Crawler crawler) {
    if (!crawler.isEnabled()) {
      return CRAWLER_OFF;
    }
    if (tokens.is(2, "hash")) {
      return NOT_POSSIBLE;
    }
    if (!readClasses()) {
      return BAD_CLASS;
    }
    return switch (crawler.crawl(classes)) {
      case STARTED -> OK;
      case BUSY -> BUSY;
      case NOTHING_TO_DO -> NOTHING_TO_CRAWL;
    };
  }

  private @Nullable Text dump(
      ProtocolSession session, Crawler crawler, ListingForm form, Text notAllowed) {
    if (!crawler.isEnabled()) {
      return CRAWLER_OFF;
    }
    if (!rules.dumps()) {
      return notAllowed;
    }
    if (!session.mayBeginStream()) {
      return DUMP_NOT_FIRST;
    }
    if (!readClasses()) {
      return BAD_CLASS;
    }
    if (classes == 0) {
      return NOTHING_TO_CRAWL;
    }
    if (!crawler.beginListing()) {
      return BUSY;
    }
    session.begin(
        new KeyListing(
            form,
            executor,
            classes,
            Long.MAX_VALUE,
            session::replies,
            session::goOnStreaming,
            crawler::endListing));
    return null;
  }

  /** A bit for each class that was read last. */
  private long classes;

  /** Reads {@code all}, {@code hash}, or a list of classes; false if that is none. */
  private boolean readClasses() {
    classes = ALL_CLASSES;
    if (tokens.is(2, "all") || tokens.is(2, "hash")) {
      return true;
    }
    classes = 0;
    for (String text : tokens.text(2).split(",", -1)) {
      if (!text.isEmpty()) {
        int slabClass = slabClass(text);
        if (slabClass < SlabClasses.FIRST || slabClass >= CLASS_COUNT_MAX) {
          return false;
        }
        classes |= 1L << slabClass;
      }
    }
    return true;
  }

  private static int slabClass(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  // --- stats cachedump

  /**
   * Lists some items of a class.
   *
   * @return what to answer; null when a list begins
   */
  @Nullable Text cachedump(ProtocolSession session) {
    if (!rules.dumps()) {
      return CACHEDUMP_NOT_ALLOWED;
    }
    if (tokens.count() < 4) {
      return BAD_STATS;
    }
    if (!unsigned32(2)) {
      return LineCommands.BAD_FORMAT;
    }
    long slabClass = numbers.value();
    if (!unsigned32(3)) {
      return LineCommands.BAD_FORMAT;
    }
    long most = numbers.value();
    if (slabClass >= CLASS_COUNT_MAX) {
      return NO_SUCH_CLASS;
    }
    session.begin(
        new KeyListing(
            ListingForm.CACHEDUMP,
            executor,
            slabClass < SlabClasses.FIRST ? 0 : 1L << slabClass,
            most == 0 ? Long.MAX_VALUE : most,
            session::replies,
            session::goOnStreaming,
            () -> {}));
    return null;
  }

  private boolean unsigned32(int index) {
    return numbers.unsigned32(tokens.memory(), tokens.start(index), tokens.end(index));
  }
}
