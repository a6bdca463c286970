package io.larder.server.stats;

import com.google.errorprone.annotations.Immutable;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.StoreSnapshot.DeviceSnapshot;
import io.larder.engine.stats.DeviceCounts;
import io.larder.engine.stats.EngineCounter;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.protocol.stats.StatSink;
import io.larder.server.options.ExtendedOption;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * The rows of {@code stats}: memcached's, in memcached's order, and Larder's own behind them.
 *
 * <p>A row of something that does not exist in Larder is always 0.
 */
enum GeneralStat {
  PID("Number of the process.", m -> ProcessHandle.current().pid()),
  UPTIME(
      "Seconds since the server was started.", m -> m.nowSeconds() - m.facts().startedAtSeconds()),
  TIME("Unix seconds now.", Moment::nowSeconds),
  VERSION("The protocol's version, and Larder's.", m -> m.facts().protocolVersion()),
  LIBEVENT("What drives the sockets.", m -> "netty-" + m.facts().transport().replace(' ', '-')),
  POINTER_SIZE("Bits of an address.", m -> 64),
  RUSAGE_USER(
      "Seconds of processor time in the program.",
      m -> ProcessUsage.seconds(m.usage().userMicros())),
  RUSAGE_SYSTEM(
      "Seconds of processor time in the kernel.",
      m -> ProcessUsage.seconds(m.usage().systemMicros())),
  MAX_CONNECTIONS(
      "The most clients connected at once.", m -> m.facts().config().net().connectionsMax()),
  CURR_CONNECTIONS("Clients connected now.", m -> m.net().connectionCount()),
  TOTAL_CONNECTIONS("Clients accepted.", Moment::connectionsSince),
  REJECTED_CONNECTIONS(
      "Clients refused because there were too many.",
      m -> m.facts().config().net().refusesConnections(),
      Moment::refusalsSince),
  CONNECTION_STRUCTURES("As curr_connections.", m -> m.net().connectionCount()),
  RESPONSE_OBJ_OOM,
  RESPONSE_OBJ_COUNT("Pieces of memory for replies.", m -> m.buffers().replyCount()),
  RESPONSE_OBJ_BYTES("Bytes of them.", m -> m.buffers().replyBytes()),
  READ_BUF_COUNT("Pieces of memory that sockets are read into.", m -> m.buffers().readCount()),
  READ_BUF_BYTES(
      "Bytes of them, and of commands and values that are not complete yet.",
      m -> m.buffers().readBytes() + m.inputBytes()),
  READ_BUF_BYTES_FREE("Of those, the ones that nobody uses.", m -> m.buffers().readIdleBytes()),
  READ_BUF_OOM,
  RESERVED_FDS,
  CMD_GET("Keys asked for.", ProtocolCounter.CMD_GET),
  CMD_SET("Values received to be stored.", ProtocolCounter.CMD_SET),
  CMD_FLUSH("Commands flush_all.", ProtocolCounter.CMD_FLUSH),
  CMD_TOUCH("Keys whose expiry was to be changed.", ProtocolCounter.CMD_TOUCH),
  CMD_META("Commands me.", ProtocolCounter.CMD_META),
  GET_HITS("Keys asked for and found, in either tier.", ProtocolCounter.GET_HITS),
  GET_MISSES("Keys asked for and not found.", ProtocolCounter.GET_MISSES),
  GET_EXPIRED("Items found and expired.", CacheCounter.FOUND_EXPIRED),
  GET_FLUSHED("Items found and flushed.", CacheCounter.FOUND_FLUSHED),
  GET_EXTSTORE("Requests that had to read flash.", true, m -> m.get(CacheCounter.FLASH_LOOKUPS)),
  GET_ABORTED_EXTSTORE(true),
  GET_OOM_EXTSTORE(true),
  RECACHE_FROM_EXTSTORE(
      "Items brought back to RAM; their flash copy stays.",
      true,
      m -> m.get(CacheCounter.RECACHED)),
  MISS_FROM_EXTSTORE(
      "Items lost because the flash did not give them back whole.",
      true,
      m -> m.get(CacheCounter.FLASH_READ_FAILURES) + m.get(CacheCounter.CHECKSUM_FAILURES)),
  BADCRC_FROM_EXTSTORE(
      "Of those, the ones whose checksum was wrong.",
      true,
      m -> m.get(CacheCounter.CHECKSUM_FAILURES)),
  DELETE_MISSES("Deletes of a key that was not there.", ProtocolCounter.DELETE_MISSES),
  DELETE_HITS("Deletes of a key that was there.", ProtocolCounter.DELETE_HITS),
  INCR_MISSES("Increments of a key that was not there.", ProtocolCounter.INCR_MISSES),
  INCR_HITS("Increments carried out.", ProtocolCounter.INCR_HITS),
  DECR_MISSES("Decrements of a key that was not there.", ProtocolCounter.DECR_MISSES),
  DECR_HITS("Decrements carried out.", ProtocolCounter.DECR_HITS),
  CAS_MISSES("Stores with a CAS on a key that was not there.", ProtocolCounter.CAS_MISSES),
  CAS_HITS("Stores with the item's CAS.", ProtocolCounter.CAS_HITS),
  CAS_BADVAL("Stores with another CAS than the item's.", ProtocolCounter.CAS_BADVAL),
  TOUCH_HITS("Keys whose expiry was changed.", ProtocolCounter.TOUCH_HITS),
  TOUCH_MISSES(
      "Keys whose expiry was to be changed and that were not there.", ProtocolCounter.TOUCH_MISSES),
  STORE_TOO_LARGE("Values larger than -I.", ProtocolCounter.STORE_TOO_LARGE),
  STORE_NO_MEMORY("Values there was no memory for.", ProtocolCounter.STORE_NO_MEMORY),
  AUTH_CMDS("Names and passwords that clients have given.", ProtocolCounter.AUTH_CMDS),
  AUTH_ERRORS("Of those, the ones that were wrong.", ProtocolCounter.AUTH_ERRORS),
  IDLE_KICKS(
      "Clients closed because they were silent too long.",
      m -> m.facts().config().net().idleTimeout().isPositive(),
      m -> m.net().idleClosedCount()),
  BYTES_READ("Bytes received from clients.", ProtocolCounter.BYTES_READ),
  BYTES_WRITTEN("Bytes sent to clients.", ProtocolCounter.BYTES_WRITTEN),
  LIMIT_MAXBYTES("Bytes of RAM that items and index may take.", m -> m.cache().ramBytes()),
  ACCEPTING_CONNS("Whether new clients are accepted.", m -> m.net().accepting() ? 1 : 0),
  LISTEN_DISABLED_NUM("How often accepting was paused.", m -> m.net().pauseCount()),
  TIME_IN_LISTEN_DISABLED_US(
      "Microseconds for which accepting was paused.", m -> m.net().pausedMicros()),
  THREADS("Event loops.", m -> m.facts().config().net().threadCount()),
  CONN_YIELDS(
      "How often a connection let others go first because it had asked for much at once.",
      ProtocolCounter.CONN_YIELDS),
  HASH_POWER_LEVEL(
      "Bits of the number of index buckets.",
      m -> Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, m.cache().indexBucketCount()))),
  HASH_BYTES("Bytes of RAM that the index has.", m -> m.cache().indexBytes()),
  HASH_IS_EXPANDING,
  SLAB_REASSIGN_RESCUES(ExtendedOption.NO_SLAB_REASSIGN),
  SLAB_REASSIGN_CHUNK_RESCUES(ExtendedOption.NO_SLAB_REASSIGN),
  SLAB_REASSIGN_INLINE_RECLAIM(ExtendedOption.NO_SLAB_REASSIGN),
  SLAB_REASSIGN_BUSY_ITEMS(ExtendedOption.NO_SLAB_REASSIGN),
  SLAB_REASSIGN_BUSY_DELETES(ExtendedOption.NO_SLAB_REASSIGN),
  SLAB_REASSIGN_BUSY_NOMEM(ExtendedOption.NO_SLAB_REASSIGN),
  SLAB_REASSIGN_LAST_BUSY_STATUS(ExtendedOption.NO_SLAB_REASSIGN),
  SLAB_REASSIGN_RUNNING(ExtendedOption.NO_SLAB_REASSIGN),
  SLABS_MOVED(ExtendedOption.NO_SLAB_REASSIGN),
  LRU_CRAWLER_RUNNING(
      "Whether a crawl or a list of keys is under way.",
      Moment::crawls,
      m -> m.crawler().isRunning() ? 1 : 0),
  LRU_CRAWLER_STARTS(
      "Crawls and lists of keys begun.", Moment::crawls, m -> m.crawler().startCount()),
  LRU_MAINTAINER_JUGGLES(ExtendedOption.NO_LRU_MAINTAINER),
  MALLOC_FAILS,
  LOG_WORKER_DROPPED(
      "Lines for watchers that were not written, because their thread's earlier ones had not been"
          + " carried on.",
      m -> m.watch().droppedCount()),
  LOG_WORKER_WRITTEN("Lines written for watchers.", m -> m.watch().writtenCount()),
  LOG_WATCHER_SKIPPED("Lines lost by watchers that did not read.", m -> m.watch().skippedCount()),
  LOG_WATCHER_SENT("Lines carried to watchers.", m -> m.watch().sentCount()),
  LOG_WATCHERS("Who watches now.", m -> m.watch().watcherCount()),
  EXTSTORE_MEMORY_PRESSURE(true),
  EXTSTORE_COMPACT_LOST(
      "Items that were to be moved to another page, and could not be.",
      true,
      m -> m.get(CacheCounter.RESCUE_LOST)),
  EXTSTORE_COMPACT_RESCUES(
      "Records moved to another page before theirs was given up.",
      true,
      m -> m.get(EngineCounter.RECORDS_RESCUED)),
  EXTSTORE_COMPACT_RESC_COLD(
      "Of those, items nobody had read, moved to coldcompact.",
      true,
      m -> m.get(CacheCounter.RESCUED_COLD)),
  EXTSTORE_COMPACT_RESC_OLD(
      "Of those, items of the oldest pages, moved to old.",
      true,
      m -> m.get(CacheCounter.RESCUED_OLD)),
  EXTSTORE_COMPACT_SKIPPED(
      "Items dropped with their page because nobody had read them.",
      true,
      m -> m.get(CacheCounter.RESCUE_SKIPPED)),
  EXTSTORE_PAGE_ALLOCS("Pages taken to be filled.", true, m -> m.get(EngineCounter.PAGE_ALLOCS)),
  EXTSTORE_PAGE_EVICTIONS(
      "Pages given up while they held live records.",
      true,
      m -> m.get(EngineCounter.PAGE_EVICTIONS)),
  EXTSTORE_PAGE_RECLAIMS(
      "Pages freed, for whatever reason.", true, m -> m.get(EngineCounter.PAGE_RECLAIMS)),
  EXTSTORE_PAGES_FREE("Pages free now.", true, m -> m.flash().freePageCount()),
  EXTSTORE_PAGES_USED("Pages not free now.", true, Moment::usedPageCount),
  EXTSTORE_OBJECTS_EVICTED(
      "Items lost with their page.", true, m -> m.get(CacheCounter.EVICTED_FROM_FLASH)),
  EXTSTORE_OBJECTS_READ(
      "Records read.",
      true,
      m ->
          m.get(EngineCounter.DEVICE_READS)
              + m.get(EngineCounter.SHARED_READS)
              + m.get(EngineCounter.BUFFER_READS)),
  EXTSTORE_OBJECTS_WRITTEN("Records written.", true, m -> m.get(EngineCounter.RECORDS_WRITTEN)),
  EXTSTORE_OBJECTS_USED("Live records now.", true, m -> m.flash().liveCount()),
  EXTSTORE_BYTES_EVICTED(
      "Bytes of items lost with their page.",
      true,
      m -> m.get(CacheCounter.BYTES_EVICTED_FROM_FLASH)),
  EXTSTORE_BYTES_WRITTEN(
      "Bytes of records written.", true, m -> m.get(EngineCounter.RECORD_BYTES_WRITTEN)),
  EXTSTORE_BYTES_READ(
      "Bytes read from devices by gets.", true, m -> m.get(EngineCounter.DEVICE_BYTES_READ)),
  EXTSTORE_BYTES_USED("Bytes of live records now.", true, m -> m.flash().liveBytes()),
  EXTSTORE_BYTES_FRAGMENTED(
      "Bytes of pages in use that no live record occupies.",
      true,
      m -> Math.max(0, m.usedPageCount() * m.flash().pageBytes() - m.flash().liveBytes())),
  EXTSTORE_LIMIT_MAXBYTES(
      "Bytes of all pages.", true, m -> (long) m.flash().pages().size() * m.flash().pageBytes()),
  EXTSTORE_IO_QUEUE("Flash reads under way.", true, Moment::flashReadsInFlight),
  SSL_NEW_SESSIONS(
      "TLS handshakes that succeeded.",
      m -> m.hasTls() && m.resumesTls(),
      m -> m.tls().newSessions()),
  SSL_HANDSHAKE_ERRORS(
      "TLS handshakes that failed.", Moment::hasTls, m -> m.tls().handshakeErrors()),
  SSL_PROTO_ERRORS(
      "TLS connections that failed after their handshake.",
      Moment::hasTls,
      m -> m.tls().protocolErrors()),
  TIME_SINCE_SERVER_CERT_REFRESH(
      "Seconds since the certificates were read.",
      Moment::hasTls,
      m -> m.tls().secondsSinceRefresh()),
  UNEXPECTED_NAPI_IDS,
  ROUND_ROBIN_FALLBACK,
  BYTES("Bytes of the items in RAM.", m -> m.cache().ramItemBytes()),
  CURR_ITEMS("Items in both tiers.", m -> m.cache().itemCount()),
  TOTAL_ITEMS("Items stored.", CacheCounter.STORED),
  SLAB_GLOBAL_PAGE_POOL,
  EXPIRED_UNFETCHED,
  EVICTED_UNFETCHED("Evictions of items never read.", CacheCounter.EVICTED_FROM_RAM_UNREAD),
  EVICTED_ACTIVE,
  EVICTIONS(
      "Items dropped from RAM that did not go to flash.",
      m -> m.get(CacheCounter.EVICTED_FROM_RAM) + m.get(CacheCounter.DEMOTE_DROPPED)),
  RECLAIMED("Dead items whose room was taken back.", CacheCounter.RECLAIMED),
  CRAWLER_RECLAIMED("Dead items in RAM that a crawl has found.", CacheCounter.CRAWLER_RECLAIMED),
  CRAWLER_ITEMS_CHECKED("Items in RAM that a crawl has looked at.", CacheCounter.CRAWLER_CHECKED),
  LRUTAIL_REFLOCKED(ExtendedOption.NO_LRU_MAINTAINER),
  MOVES_TO_COLD(ExtendedOption.NO_LRU_MAINTAINER),
  MOVES_TO_WARM(ExtendedOption.NO_LRU_MAINTAINER),
  MOVES_WITHIN_LRU(ExtendedOption.NO_LRU_MAINTAINER),
  DIRECT_RECLAIMS(ExtendedOption.NO_LRU_MAINTAINER),
  LRU_BUMPS_DROPPED(ExtendedOption.NO_LRU_MAINTAINER),

  LARDER_VERSION("Larder's own version.", m -> m.facts().version()),
  LARDER_IO_ENGINE("How sockets and flash are talked to.", m -> m.facts().transport()),
  LARDER_RSS_BYTES("Memory of the machine the process occupies.", m -> m.usage().residentBytes()),
  LARDER_OFFHEAP_BYTES(
      "Memory of items, index, write buffers, directories, reads and input.",
      m ->
          m.cache().ramUsedBytes()
              + (m.hasFlash() ? m.flash().offHeapBytes() : 0)
              + m.cache().flashReadBytes()
              + m.inputBytes()),
  LARDER_INPUT_BYTES("Bytes of commands and values that are not complete yet.", Moment::inputBytes),
  LARDER_RAM_ITEMS("Items in RAM.", m -> m.cache().ramItemCount()),
  LARDER_RAM_IDLE_BYTES("Bytes of -m that nobody uses now.", m -> m.cache().ramIdleBytes()),
  LARDER_RAM_HITS("Reads answered from RAM.", CacheCounter.RAM_HITS),
  LARDER_MISSES("Reads that found nothing; the sum of those below.", CacheCounter.MISSES),
  LARDER_MISSES_COLD(
      "Misses of keys that are not known to have been here.", CacheCounter.MISSES_COLD),
  LARDER_MISSES_DELETED("Misses of items that had been deleted.", CacheCounter.MISSES_DELETED),
  LARDER_MISSES_EXPIRED("Misses of items that had expired.", CacheCounter.MISSES_EXPIRED),
  LARDER_MISSES_FLUSHED("Misses of items from before a flush_all.", CacheCounter.MISSES_FLUSHED),
  LARDER_MISSES_EVICTED_FROM_RAM(
      "Misses of items that RAM had no room for, with no flash to go to.",
      CacheCounter.MISSES_EVICTED_FROM_RAM),
  LARDER_MISSES_EVICTED_FROM_FLASH(
      "Misses of items whose page was given up.", CacheCounter.MISSES_EVICTED_FROM_FLASH),
  LARDER_MISSES_REFUSED(
      "Misses of items that admission to flash had refused.", CacheCounter.MISSES_REFUSED),
  LARDER_MISSES_DROPPED(
      "Misses of items dropped because flash could not keep up.", CacheCounter.MISSES_DROPPED),
  LARDER_MISSES_BAD_CHECKSUM(
      "Misses of items whose bytes on flash were not what was written.",
      CacheCounter.MISSES_BAD_CHECKSUM),
  LARDER_MISSES_DEVICE_ERROR(
      "Misses of items that a device would not read or write.", CacheCounter.MISSES_DEVICE_ERROR),
  LARDER_REFUSED_SMALL(
      "Items not written to flash: smaller than ext_item_size.",
      true,
      m -> m.get(CacheCounter.REFUSED_SMALL)),
  LARDER_REFUSED_LARGE(
      "Items not written to flash: larger than a page holds.",
      true,
      m -> m.get(CacheCounter.REFUSED_LARGE)),
  LARDER_REFUSED_SHORT_LIVED(
      "Items not written to flash: that would die within another lap of RAM.",
      true,
      m -> m.get(CacheCounter.REFUSED_SHORT_LIVED)),
  LARDER_REFUSED_OVER_BUDGET(
      "Items not written to flash: not useful enough for ext_write_budget.",
      true,
      m -> m.get(CacheCounter.REFUSED_OVER_BUDGET)),
  LARDER_KEPT_IN_RAM("Items moved on in RAM because they were read.", CacheCounter.KEPT_IN_RAM),
  LARDER_RAM_AGE_SECONDS(
      "Seconds since the oldest full segment of RAM was begun: how long an item stays that nobody"
          + " reads.",
      m -> m.cache().ramAgeSeconds()),
  LARDER_INDEX_BYTES("Bytes of the index that hold something.", m -> m.cache().indexUsedBytes()),
  LARDER_GHOST_BYTES(
      "Bytes of the index's RAM that remember departed keys.", m -> m.cache().ghostBytes()),
  LARDER_INDEX_BYTES_PER_ITEM(
      "Those, for each item.",
      m ->
          String.format(
              Locale.ROOT,
              "%.2f",
              m.cache().itemCount() == 0
                  ? 0.0
                  : (double) m.cache().indexUsedBytes() / m.cache().itemCount())),
  LARDER_INDEX_FULL_EVICTIONS(
      "Pages evicted because the index had no more memory.", CacheCounter.INDEX_FULL_EVICTIONS),
  LARDER_TAG_COLLISIONS("Flash reads that brought another key.", CacheCounter.TAG_COLLISIONS),
  LARDER_SLOTS_TAKEN_UNREAD(
      "Index entries a set took over without reading what they pointed at.",
      CacheCounter.SLOTS_TAKEN_UNREAD),
  LARDER_FLASH_ITEMS("Items on flash.", true, m -> m.cache().flashItemCount()),
  LARDER_FLASH_AGE_SECONDS(
      "Seconds since the oldest page in use was begun.", true, m -> m.cache().flashAgeSeconds()),
  LARDER_FLASH_HITS("Reads answered from flash.", true, m -> m.get(CacheCounter.FLASH_HITS)),
  LARDER_SHARED_READS(
      "Flash reads that shared one of the same bytes that was under way.",
      true,
      m -> m.get(EngineCounter.SHARED_READS)),
  LARDER_DEMOTED("Items written to flash.", true, m -> m.get(CacheCounter.DEMOTED)),
  LARDER_DEMOTED_TO_TWIN(
      "Items that went back to a flash copy that was still there.",
      true,
      m -> m.get(CacheCounter.DEMOTED_TO_TWIN)),
  LARDER_DEMOTE_DROPPED(
      "Items dropped because flash could not keep up.",
      true,
      m -> m.get(CacheCounter.DEMOTE_DROPPED)),
  LARDER_WRITE_PAUSES("Requests that had to wait for room in RAM.", CacheCounter.WRITE_PAUSES),
  LARDER_LOST_WITH_PAGE(
      "Items lost because a write to their page failed.",
      true,
      m -> m.get(CacheCounter.LOST_WITH_PAGE)),
  LARDER_FLASH_READ_BYTES("Bytes of flash reads under way.", true, m -> m.cache().flashReadBytes()),
  LARDER_DEVICE_BYTES_WRITTEN(
      "Bytes written to devices, everything counted.",
      true,
      m -> m.get(EngineCounter.DEVICE_BYTES_WRITTEN)),
  LARDER_WRITE_AMPLIFICATION(
      "Bytes written to devices for each byte of an item that left RAM; rescues do not count.",
      true,
      m -> String.format(Locale.ROOT, "%.2f", m.flash().writeAmplification())),
  LARDER_PAGE_COMPACTIONS(
      "Pages given up because moving what was live on them gained room.",
      true,
      m -> m.get(EngineCounter.PAGE_COMPACTIONS)),
  LARDER_DEVICE_WRITES("Writes to devices.", true, m -> m.get(EngineCounter.DEVICE_WRITES)),
  LARDER_DEVICE_WRITE_US(
      "Microseconds spent in writes to devices.",
      true,
      m -> m.get(EngineCounter.DEVICE_WRITE_NANOS) / 1000),
  LARDER_DEVICE_READ_P99_US(
      "Microseconds that 99 in a hundred reads of gets did not exceed, on the slowest device.",
      true,
      m -> slowest(m, counts -> counts.readLatency().p99Micros())),
  LARDER_DEVICE_READ_MAX_US(
      "Microseconds of the longest read of a get.",
      true,
      m -> slowest(m, counts -> counts.readLatency().maxMicros())),
  LARDER_DEVICE_WRITE_P99_US(
      "Microseconds that 99 in a hundred writes did not exceed, on the slowest device.",
      true,
      m -> slowest(m, counts -> counts.writeLatency().p99Micros())),
  LARDER_DEVICE_WRITE_MAX_US(
      "Microseconds of the longest write.",
      true,
      m -> slowest(m, counts -> counts.writeLatency().maxMicros())),
  LARDER_DEVICE_READ_ERRORS(
      "Reads that a device refused.", true, m -> m.get(EngineCounter.READ_ERRORS)),
  LARDER_DEVICE_WRITE_ERRORS(
      "Writes that a device refused.", true, m -> m.get(EngineCounter.WRITE_ERRORS)),
  LARDER_DEVICES_OUT(
      "Devices that refused too often and get no more writes.",
      true,
      m -> m.flash().devices().stream().filter(DeviceSnapshot::outOfService).count()),
  LARDER_STATE_BYTES(
      "Bytes of the file that makes a restart safe; 0 when there is none.",
      true,
      Moment::stateBytes),
  EXTSTORE_RESTART_RUNNING(
      "1 while items of an earlier run are still being found.",
      true,
      m -> m.restore().running() ? 1 : 0),
  EXTSTORE_RESTART_SECONDS(
      "Seconds it took to find them, or has taken so far.",
      true,
      m -> String.format(Locale.ROOT, "%.3f", m.restore().tookNanos() / 1e9)),
  EXTSTORE_RESTART_PAGES("Pages that an earlier run has left.", true, m -> m.restore().pageCount()),
  EXTSTORE_RESTART_PAGES_DONE(
      "Those of them that have been looked at.", true, m -> m.restore().pagesDoneCount()),
  EXTSTORE_RESTART_PAGES_SCANNED(
      "Those looked through record by record, for want of a directory.",
      true,
      m -> m.restore().scannedPageCount()),
  EXTSTORE_RESTART_RECORDS("Items found on them.", true, m -> m.restore().recordCount()),
  EXTSTORE_RESTART_DROPPED_DAMAGED(
      "Pages that could not be read, or were of another life than the state file says.",
      true,
      m -> m.restore().lostPageCount()),
  EXTSTORE_RESTART_DROPPED_MISSING(
      "Pages whose device is not there any more, or could not be recognised.",
      true,
      m -> m.restore().missingPageCount()),
  EXTSTORE_RESTART_DROPPED_EXPIRED(
      "Pages whose every item had expired or been flushed.",
      true,
      m -> m.restore().expiredPageCount()),
  EXTSTORE_RESTART_DROPPED_DEAD(
      "Records that had been deleted or replaced.", true, m -> m.restore().tombstoneCount()),
  EXTSTORE_RESTART_DROPPED_CHANGED(
      "Items whose key was changed before they were found.", true, m -> m.restore().changedCount()),
  EXTSTORE_RESTART_DROPPED_TWICE(
      "Items left out because there were two of one key.", true, m -> m.restore().twiceCount()),
  EXTSTORE_RESTART_DROPPED_NO_ROOM(
      "Items for which the index had no room.", true, m -> m.restore().noRoomCount());

  private static final String NOT_HERE = "Always 0: there is no such thing in Larder.";

  private final String sentence;
  private final Condition condition;
  private final Reading<Moment> reading;

  /** When a row is written at all. */
  @Immutable
  @FunctionalInterface
  private interface Condition {
    boolean holds(Moment moment);
  }

  GeneralStat(String sentence, Condition condition, Reading<Moment> reading) {
    this.sentence = sentence;
    this.condition = condition;
    this.reading = reading;
  }

  GeneralStat(String sentence, boolean needsFlash, Reading<Moment> reading) {
    this(sentence, needsFlash ? Moment::hasFlash : moment -> true, reading);
  }

  GeneralStat(String sentence, Reading<Moment> reading) {
    this(sentence, false, reading);
  }

  GeneralStat(String sentence, ProtocolCounter counter) {
    this(sentence, false, moment -> moment.get(counter));
  }

  GeneralStat(String sentence, CacheCounter counter) {
    this(sentence, false, moment -> moment.get(counter));
  }

  GeneralStat(boolean needsFlash) {
    this(NOT_HERE, needsFlash, moment -> 0);
  }

  /** A row that memcached leaves out with an option that means nothing else here. */
  GeneralStat(ExtendedOption leavesOut) {
    this(NOT_HERE, moment -> !moment.wasGiven(leavesOut), moment -> 0);
  }

  GeneralStat() {
    this(false);
  }

  /** As {@code stats} shows it. */
  String statName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What it means. */
  String sentence() {
    return sentence;
  }

  private static long slowest(Moment moment, ToLongFunction<DeviceCounts> micros) {
    return moment.flash().devices().stream()
        .map(DeviceSnapshot::counts)
        .mapToLong(micros)
        .max()
        .orElse(0);
  }

  /** Whether memcached has no such row. */
  boolean isOwn() {
    return statName().startsWith("larder_");
  }

  /** Writes every row that there is. */
  static void writeAll(Moment moment, StatSink sink) {
    writeMemcacheds(moment, sink);
    writeOwn(moment, sink);
  }

  /** Writes the rows that memcached has, too. */
  static void writeMemcacheds(Moment moment, StatSink sink) {
    for (GeneralStat row : values()) {
      if (!row.isOwn()) {
        row.write(moment, sink);
      }
    }
  }

  /** Writes the rows that only Larder has. */
  static void writeOwn(Moment moment, StatSink sink) {
    for (GeneralStat row : values()) {
      if (row.isOwn()) {
        row.write(moment, sink);
      }
    }
  }

  private void write(Moment moment, StatSink sink) {
    if (condition.holds(moment)) {
      sink.stat(statName(), String.valueOf(reading.of(moment)));
    }
  }
}
