package io.larder.server.cli;

import io.larder.cache.record.RecordLayout;
import io.larder.engine.inspect.DeviceIdentity;
import io.larder.engine.inspect.DeviceWalk;
import io.larder.engine.inspect.PageLook;
import io.larder.engine.inspect.PageLook.Kind;
import io.larder.engine.inspect.RecordStanding;
import io.larder.engine.inspect.WalkListener;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.RecordFinder.ScannedRecord;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateValue;
import io.larder.server.start.ReadableBytes;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a device holds, for people, printed while it is looked at. */
final class DeviceReport implements WalkListener {
  private static final int DAMAGE_PRINTED_MAX = 1000;

  private final PrintWriter out;
  private final boolean isPageByPage;
  private final boolean isKeyByKey;
  private final long nowSeconds;
  private final long flushedSequence;
  private final boolean knowsState;
  private final Map<Kind, Sum> sums = new EnumMap<>(Kind.class);
  private final Map<RecordStanding, Long> standings = new EnumMap<>(RecordStanding.class);
  private long expiredCount;
  private long flushedCount;
  private long countingPageCount;
  private long damageCount;

  /** What all pages of a kind hold together. */
  private static final class Sum {
    private long pages;
    private long records;
    private long bytes;
    private long padding;

    void add(PageLook look) {
      pages++;
      records += look.recordCount();
      bytes += look.recordBytes();
      padding += look.paddingBytes();
    }
  }

  DeviceReport(
      PrintWriter out,
      boolean isPageByPage,
      boolean isKeyByKey,
      long nowSeconds,
      @Nullable SavedState saved) {
    this.out = out;
    this.isPageByPage = isPageByPage;
    this.isKeyByKey = isKeyByKey;
    this.nowSeconds = nowSeconds;
    this.flushedSequence = saved == null ? 0 : saved.value(StateValue.FLUSHED_SEQUENCE);
    this.knowsState = saved != null;
  }

  void begin(String name, DeviceIdentity identity, long sizeBytes, int pageCount, String state) {
    out.println(name + ": flash of " + ReadableBytes.of(sizeBytes));
    StateReport.line(out, "store", identity.store().storeId());
    StateReport.line(out, "device id", identity.deviceId() == 0 ? "none yet" : identity.deviceId());
    StateReport.line(out, "pages", pageCount + " of " + ReadableBytes.of(identity.pageBytes()));
    StateReport.line(out, "state file", state);
    if (isPageByPage) {
      out.println(
          "  page  state    version bucket       records        bytes  padding   counts  opened at, expiry");
    }
  }

  @Override
  public void record(
      MemorySegment memory,
      long at,
      int row,
      int offsetBytes,
      ScannedRecord record,
      RecordStanding standing) {
    boolean isFlushed = RecordLayout.sequence(memory, at) <= flushedSequence;
    boolean isExpired = record.expirySeconds() != 0 && record.expirySeconds() <= nowSeconds;
    String word = word(standing);
    if (standing == RecordStanding.COUNTS || standing == RecordStanding.UNKNOWN) {
      if (isFlushed) {
        flushedCount++;
        word = "flushed";
      } else if (isExpired) {
        expiredCount++;
        word = "expired";
      }
    }
    standings.merge(standing, 1L, Long::sum);
    if (isKeyByKey) {
      out.printf(
          Locale.ROOT,
          "  key %s page %d at %d value %d bytes, expires %s, %s%n",
          key(memory, at),
          row,
          offsetBytes,
          RecordLayout.valueLength(memory, at),
          record.expirySeconds() == 0 ? "never" : Instant.ofEpochSecond(record.expirySeconds()),
          word);
    }
  }

  /** The key, with what cannot be printed, and the backslash, as {@code \xNN}. */
  private static String key(MemorySegment memory, long at) {
    StringBuilder key = new StringBuilder();
    for (int i = 0; i < RecordLayout.keyLength(memory, at); i++) {
      int c = memory.get(ValueLayout.JAVA_BYTE, RecordLayout.keyOffset(at) + i) & 0xff;
      if (c > ' ' && c < 0x7f && c != '\\') {
        key.append((char) c);
      } else {
        key.append("\\x%02x".formatted(c));
      }
    }
    return key.toString();
  }

  private static String word(RecordStanding standing) {
    return switch (standing) {
      case UNKNOWN -> "intact";
      case COUNTS -> "counts";
      case TOMBSTONED -> "has a tombstone";
      case CHANGED -> "changed since";
      case PAGE_DOES_NOT_COUNT -> "left over";
    };
  }

  @Override
  public void damage(int row, long offsetBytes, String what) {
    damageCount++;
    if (damageCount <= DAMAGE_PRINTED_MAX) {
      out.printf("  DAMAGE at byte %d: page %d %s%n", offsetBytes, row, what);
    }
  }

  @Override
  public void page(PageLook look) {
    sums.computeIfAbsent(look.kind(), _ -> new Sum()).add(look);
    countingPageCount += look.counts() ? 1 : 0;
    if (isPageByPage) {
      out.printf(
          Locale.ROOT,
          "  %4d  %-7s %8d %-11s %8d %12d %8d %8s  %s%n",
          look.row(),
          look.kind().name().toLowerCase(Locale.ROOT),
          look.version(),
          look.version() == 0 ? "-" : bucket(look.bucket()),
          look.recordCount(),
          look.recordBytes(),
          look.paddingBytes(),
          look.mark() == PageLook.NO_MARK ? "?" : look.counts() ? look.countingCount() : "no",
          span(look));
    }
  }

  private static String bucket(int number) {
    for (Bucket bucket : Bucket.values()) {
      if (bucket.number() == number) {
        return bucket.word();
      }
    }
    return "number " + number;
  }

  private static String span(PageLook look) {
    if (look.version() == 0) {
      return "-";
    }
    String opened = Instant.ofEpochSecond(look.openedAtSeconds()).toString();
    if (look.recordCount() == 0) {
      return opened;
    }
    return "%s, earliest %s, latest %s"
        .formatted(
            opened,
            look.earliestExpirySeconds() == 0
                ? "never"
                : Instant.ofEpochSecond(look.earliestExpirySeconds()),
            look.latestExpirySeconds() == 0
                ? "never"
                : Instant.ofEpochSecond(look.latestExpirySeconds()));
  }

  /** Prints the sums; returns whether everything is as it was written. */
  boolean end(DeviceWalk walk) {
    out.printf("  %-10s %10s %12s %16s %14s%n", "", "pages", "records", "bytes", "padding");
    sums.forEach((kind, sum) ->
        out.printf(
            "  %-10s %10d %12d %16d %14d%n",
            kind.name().toLowerCase(Locale.ROOT), sum.pages, sum.records, sum.bytes, sum.padding));
    if (knowsState) {
      long counting = count(RecordStanding.COUNTS) - expiredCount - flushedCount;
      out.printf(
          "  %d records on %d pages count; of the others %d have a tombstone, %d were changed since, %d are"
              + " flushed, %d expired, and %d are on pages that do not count%n",
          counting,
          countingPageCount,
          count(RecordStanding.TOMBSTONED),
          count(RecordStanding.CHANGED),
          flushedCount,
          expiredCount,
          count(RecordStanding.PAGE_DOES_NOT_COUNT));
      if (walk.missingPageCount() > 0) {
        out.printf(
            "  %d pages with a mark are behind the end of the device, and lost%n",
            walk.missingPageCount());
      }
    } else {
      out.printf("  %d of the records have expired%n", expiredCount);
    }
    if (damageCount > DAMAGE_PRINTED_MAX) {
      out.printf("  and %d more%n", damageCount - DAMAGE_PRINTED_MAX);
    }
    out.println(damageCount == 0 ? "  no damage" : "  damage in " + damageCount + " places");
    return damageCount == 0;
  }

  private long count(RecordStanding standing) {
    return standings.getOrDefault(standing, 0L);
  }
}
