package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.Request;
import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.cache.session.CacheSession;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.StoreSnapshot;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.page.PageSnapshot;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.testkit.InlineExecutor;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualReadQueue;
import io.larder.testkit.ManualWork;
import io.larder.testkit.MemoryDevice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What bands of remaining life save: times to live as real caches have them, replayed on a whole
 * cache with simulated time, with bands and without. Prints the figures of
 * docs/design/life-bands.md.
 */
class LifeBandsReplayTest {
  private static final int PAGE_BYTES = 512 << 10;
  private static final int PAGE_COUNT = 64;
  private static final int BUFFER_BYTES = 128 << 10;
  private static final long RAM_BYTES = 1 << 20;

  /** Of the flash, what all items that are stored and have not expired would take. */
  private static final double FILL = 0.9;

  /** How many mean lives, and at least how often the longest, a replay takes. */
  private static final int MEAN_LIVES = 8;

  private static final int SAMPLE_SECONDS = 10;

  // ------------------------------------------------------------------ the mixes

  private record Ttl(long seconds, double share) {}

  private record Mix(
      int cluster, int keyBytes, int valueBytes, List<Ttl> ttls, double setShare, double alpha) {

    static Mix parse(String line) {
      List<String> parts = List.of(line.split(";", -1));
      List<Ttl> ttls = new ArrayList<>();
      for (String ttl : parts.get(3).split(", ", -1)) {
        int colon = ttl.indexOf(':');
        long number = Long.parseLong(ttl.substring(0, colon - 1));
        long unitSeconds = ttl.charAt(colon - 1) == 'h' ? 3600 : 1;
        ttls.add(new Ttl(number * unitSeconds, Double.parseDouble(ttl.substring(colon + 1))));
      }
      return new Mix(
          Integer.parseInt(parts.get(0)),
          Integer.parseInt(parts.get(1)),
          Integer.parseInt(parts.get(2)),
          ttls,
          Double.parseDouble(parts.get(4)),
          Double.parseDouble(parts.get(6)));
    }

    static Mix of(int cluster) {
      try (InputStream in = Mix.class.getResourceAsStream("/io/larder/cache/ttl-mixes.csv")) {
        if (in == null) {
          throw new IllegalStateException("the mixes are not there");
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith(cluster + ";"))
            .map(Mix::parse)
            .findFirst()
            .orElseThrow();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    double meanSeconds() {
      return ttls.stream().mapToDouble(ttl -> ttl.seconds() * ttl.share()).sum();
    }

    /** Every key has one time to live for ever. */
    long secondsOf(int key) {
      double left = new SplittableRandom(key).nextDouble();
      for (Ttl ttl : ttls) {
        left -= ttl.share();
        if (left < 0) {
          return ttl.seconds();
        }
      }
      return ttls.getFirst().seconds();
    }
  }

  /**
   * What a replay has come to.
   *
   * @param demotedBytes what left RAM for flash
   * @param rescuedBytes what was moved from one page to another
   * @param heldShare of the flash, what pages with anything unexpired on them took, on average
   * @param lostShare of the gets of an item that was stored and had not expired, those that missed
   */
  private record Outcome(long demotedBytes, long rescuedBytes, double heldShare, double lostShare) {

    String row(Mix mix, String bands) {
      return String.format(
          Locale.ROOT,
          "| %d | %s | %.0f MB | %.1f MB | %.1f %% | %.2f %% |",
          mix.cluster(),
          bands,
          demotedBytes / 1e6,
          rescuedBytes / 1e6,
          100 * heldShare,
          100 * lostShare);
    }
  }

  // ------------------------------------------------------------------ the replay

  private static final class Call extends Request {
    private final MemorySegment keyBytes = Arena.ofAuto().allocate(100);
    @Nullable Status status;

    @Override
    public void answered(Status answer, ItemView item) {
      status = answer;
    }

    void begin(Verb what, int key, int length) {
      reset();
      status = null;
      verb = what;
      keyBytes.fill((byte) 'k');
      keyBytes.set(ValueLayout.JAVA_INT_UNALIGNED, 0, key);
      keyMemory = keyBytes;
      keyLength = length;
    }
  }

  private static final class Replay {
    private final Mix mix;
    private final ManualClock clock = new ManualClock();
    private final ManualWork work = new ManualWork(clock);
    private final ManualReadQueue reads = new ManualReadQueue();
    private final Cache cache;
    private final CacheSession session;
    private final Call call = new Call();
    private final MemorySegment value;
    private final SplittableRandom random = new SplittableRandom(1);
    private final double[] cumulated;
    private final long[] expiries;
    private long wantedCount;
    private long lostCount;
    private double heldShareSum;
    private int sampleCount;

    Replay(Mix mix, boolean withBands) {
      this.mix = mix;
      PageStoreConfig flash =
          new PageStoreConfig(PAGE_BYTES, BUFFER_BYTES, 8, new StoreIdentity(new UUID(1, 2), 42));
      cache =
          Cache.open(
              CacheConfig.ofRamAndFlash(RAM_BYTES, flash),
              List.of(new MemoryDevice((long) PAGE_COUNT * PAGE_BYTES)),
              clock,
              work);
      cache.tunables().setLifeBandCountMax(withBands ? 4 : 1);
      session = cache.newSession(reads, new InlineExecutor());
      value = Arena.ofAuto().allocate(mix.valueBytes());
      int itemBytes = mix.keyBytes() + mix.valueBytes();
      int keyCount = (int) (4L * PAGE_COUNT * PAGE_BYTES / itemBytes);
      cumulated = new double[keyCount];
      double sum = 0;
      for (int i = 0; i < keyCount; i++) {
        sum += Math.pow(i + 1, -mix.alpha());
        cumulated[i] = sum;
      }
      expiries = new long[keyCount];
    }

    private int drawKey() {
      double drawn = random.nextDouble(cumulated[cumulated.length - 1]);
      int found = Arrays.binarySearch(cumulated, drawn);
      return Math.min(cumulated.length - 1, found < 0 ? -1 - found : found);
    }

    Outcome run() {
      double setsPerSecond =
          FILL
              * PAGE_COUNT
              * PAGE_BYTES
              / (mix.meanSeconds() * (mix.keyBytes() + mix.valueBytes()));
      long stepNanos = (long) (1e9 * mix.setShare() / setsPerSecond);
      long longest = mix.ttls().stream().mapToLong(Ttl::seconds).max().orElse(0);
      long seconds = Math.max((long) (MEAN_LIVES * mix.meanSeconds()), longest * 3 / 2);
      long start = clock.unixSeconds();
      long nextSample = start + seconds / 2;
      while (clock.unixSeconds() < start + seconds) {
        if (random.nextDouble() < mix.setShare()) {
          set(drawKey());
        } else {
          get(drawKey());
        }
        work.advance(Duration.ofNanos(stepNanos));
        if (clock.unixSeconds() >= nextSample) {
          nextSample += SAMPLE_SECONDS;
          sample();
        }
      }
      Outcome outcome =
          new Outcome(
              cache.get(EngineCounter.UNPADDED_BYTES_WRITTEN)
                  - cache.get(EngineCounter.BYTES_RESCUED),
              cache.get(EngineCounter.BYTES_RESCUED),
              heldShareSum / sampleCount,
              (double) lostCount / Math.max(1, wantedCount));
      assertThat(cache.snapshot().get(CacheCounter.CHECKSUM_FAILURES)).isZero();
      session.close();
      work.close();
      cache.close();
      return outcome;
    }

    private void execute() {
      if (!session.execute(call)) {
        while (call.status == null) {
          if (!reads.completeNext() && !work.runOne()) {
            work.advance(Duration.ofMillis(20));
          }
        }
      }
    }

    private void set(int key) {
      call.begin(Verb.STORE, key, mix.keyBytes());
      call.valueMemory = value;
      call.valueLength = mix.valueBytes();
      expiries[key] = clock.unixSeconds() + mix.secondsOf(key);
      call.expirySeconds = expiries[key];
      execute();
    }

    private void get(int key) {
      call.begin(Verb.READ, key, mix.keyBytes());
      call.wantsValue = true;
      boolean isWanted = expiries[key] > clock.unixSeconds();
      execute();
      if (isWanted) {
        wantedCount++;
        lostCount += call.status == Status.HIT ? 0 : 1;
      }
    }

    private void sample() {
      StoreSnapshot flash = cache.snapshot().flash();
      if (flash != null) {
        long now = clock.unixSeconds();
        long held = flash.pages().stream().filter(page -> holdsSomething(page, now)).count();
        heldShareSum += (double) held / flash.pages().size();
        sampleCount++;
      }
    }

    private static boolean holdsSomething(PageSnapshot page, long nowSeconds) {
      return page.state() != PageState.FREE
          && !(page.state() == PageState.SEALED
              && (page.hasExpired(nowSeconds) || page.liveCount() == 0));
    }
  }

  private record Pair(Outcome without, Outcome with) {}

  private static Pair replay(int cluster) {
    Mix mix = Mix.of(cluster);
    Pair pair = new Pair(new Replay(mix, false).run(), new Replay(mix, true).run());
    System.out.println(pair.without().row(mix, "without"));
    System.out.println(pair.with().row(mix, "with"));
    return pair;
  }

  // ------------------------------------------------------------------ what it shows

  @Test
  void livesFromTwentySecondsToTwoHoursTakeLessRoomAndLessMoving() {
    Pair pair = replay(37);

    assertThat(pair.with().heldShare()).isLessThan(0.8 * pair.without().heldShare());
    assertThat(pair.with().rescuedBytes()).isLessThan(pair.without().rescuedBytes() / 10);
    assertThat(pair.with().lostShare()).isLessThan(0.01);
  }

  @Test
  void livesThatAreAllAlikeLoseNothingByBands() {
    Pair pair = replay(12);

    assertThat(pair.with().heldShare()).isLessThan(1.05 * pair.without().heldShare());
    assertThat(pair.with().rescuedBytes()).isLessThanOrEqualTo(pair.without().rescuedBytes());
  }

  @Test
  void livesOfQuarterHoursLoseNothingByBands() {
    Pair pair = replay(50);

    assertThat(pair.with().heldShare()).isLessThan(1.05 * pair.without().heldShare());
    assertThat(pair.with().rescuedBytes()).isLessThanOrEqualTo(pair.without().rescuedBytes());
  }
}
