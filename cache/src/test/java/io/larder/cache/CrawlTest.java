package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Crawler;
import io.larder.cache.stats.CacheCounter;
import io.larder.cache.stats.SlabClasses;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A crawl takes dead items out of RAM that nobody asks for. */
class CrawlTest {
  private static final long ALL = -1;

  private final CacheRig rig = CacheRig.of(0);
  private final Crawler crawler = rig.cache.crawler();

  @AfterEach
  void closeRig() {
    rig.close();
  }

  private void storeAndLetSomeExpire() {
    for (int i = 0; i < 100; i++) {
      rig.set("dead-" + i, new byte[10], rig.clock.unixSeconds() + 5);
      rig.set("large-" + i, new byte[500], rig.clock.unixSeconds() + 5);
      rig.set("live-" + i, new byte[10]);
    }
    rig.clock.advanceSeconds(6);
    rig.settle();
  }

  private void letItRun() {
    for (int i = 0; crawler.isRunning(); i++) {
      assertThat(i).as("crawls end").isLessThan(10_000);
      rig.work.advance(Duration.ofMillis(1));
    }
  }

  @Test
  void crawlTakesWhatIsDeadAndLeavesTheRest() {
    storeAndLetSomeExpire();
    assertThat(rig.cache.snapshot().itemCount()).isEqualTo(300);

    assertThat(crawler.crawl(ALL)).isEqualTo(Crawler.Outcome.STARTED);
    assertThat(crawler.isRunning()).isTrue();
    letItRun();

    assertThat(rig.cache.snapshot().itemCount()).isEqualTo(100);
    assertThat(rig.count(CacheCounter.CRAWLER_CHECKED)).isEqualTo(300);
    assertThat(rig.count(CacheCounter.CRAWLER_RECLAIMED)).isEqualTo(200);
    assertThat(rig.get("live-7")).isNotNull();
    assertThat(rig.get("dead-7")).isNull();
  }

  @Test
  void whyAnItemIsGoneIsKnownAfterwards() {
    rig.set("dead", new byte[10], rig.clock.unixSeconds() + 5);
    rig.clock.advanceSeconds(6);

    crawler.crawl(ALL);
    letItRun();

    assertThat(rig.get("dead")).isNull();
    assertThat(rig.count(CacheCounter.FOUND_EXPIRED)).isZero();
    assertThat(rig.count(CacheCounter.MISSES_EXPIRED)).isEqualTo(1);
  }

  @Test
  void crawlOfAClassLeavesTheOthersAlone() {
    storeAndLetSomeExpire();
    rig.listener.listens = true;

    crawler.crawl(1L << SlabClasses.of(32 + 7 + 10));
    letItRun();

    assertThat(rig.cache.snapshot().itemCount()).isEqualTo(200);
    assertThat(rig.listener.system).containsExactly("crawled 1: 200 100");
  }

  @Test
  void crawlLooksAtNoMoreItemsThanItIsTold() {
    storeAndLetSomeExpire();
    crawler.setItemsMax(20);

    crawler.crawl(ALL);
    letItRun();

    assertThat(rig.count(CacheCounter.CRAWLER_CHECKED)).isEqualTo(40);
  }

  @Test
  void oneCrawlOrListingAtATime() {
    storeAndLetSomeExpire();

    assertThat(crawler.beginListing()).isTrue();
    assertThat(crawler.crawl(ALL)).isEqualTo(Crawler.Outcome.BUSY);
    assertThat(crawler.beginListing()).isFalse();
    crawler.endListing();
    assertThat(crawler.crawl(ALL)).isEqualTo(Crawler.Outcome.STARTED);
    assertThat(crawler.beginListing()).isFalse();
    letItRun();
    assertThat(crawler.crawl(0)).isEqualTo(Crawler.Outcome.NOTHING_TO_DO);
    assertThat(crawler.startCount()).isEqualTo(2);
  }

  @Test
  void crawlThatIsSwitchedOffStops() {
    storeAndLetSomeExpire();
    crawler.crawl(ALL);
    crawler.disable();

    letItRun();

    assertThat(rig.cache.snapshot().itemCount()).isGreaterThan(100);
    assertThat(crawler.enable()).isTrue();
    assertThat(crawler.enable()).isFalse();
  }
}
