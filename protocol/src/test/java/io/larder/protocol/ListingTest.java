package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of keys, and the other commands of the crawler. */
class ListingTest {
  private static final long NOW = SessionRig.START_SECONDS;

  private static SessionRig rig() {
    SessionRig rig = new SessionRig();
    rig.cache.nowSeconds = NOW;
    return rig;
  }

  @Test
  void metadumpTellsAllThatIsKnownOfEveryItem() {
    try (SessionRig rig = rig()) {
      rig.ask("set b%c 7 100 3\r\nxyz\r\n");
      rig.cache.put("a", "x".repeat(900));
      rig.ask("get a\r\n");

      assertThat(rig.ask("lru_crawler metadump all\r\n"))
          .isEqualTo(
              "key=a exp=-1 la="
                  + NOW
                  + " cas=2 fetch=yes cls=11 size=933 flags=0\n"
                  + "key=b%25c exp="
                  + (NOW + 100)
                  + " la="
                  + NOW
                  + " cas=1 fetch=no cls=1 size=38 flags=7\nEND\r\n");
      assertThat(rig.crawler.running).isFalse();
      assertThat(rig.crawler.starts).isEqualTo(1);
    }
  }

  @Test
  void itemsOnFlashAreInClassOneAndTellTheirPlace() {
    try (SessionRig rig = rig()) {
      rig.cache.put("a", "x".repeat(900));
      rig.cache.onFlash.add("a");
      rig.cache.put("b", "x".repeat(900));

      assertThat(rig.ask("lru_crawler metadump 1\r\n")).isEmpty();
      assertThat(rig.crawler.running).isTrue();
      assertThat(rig.completeReads().written())
          .isEqualTo(
              "key=a exp=-1 la="
                  + NOW
                  + " cas=1 fetch=no cls=1 size=933 flags=0 ext_page=7 ext_offset=4096\nEND\r\n");
      assertThat(rig.ask("lru_crawler metadump 11\r\n"))
          .startsWith("key=b ")
          .doesNotContain("key=a");
    }
  }

  @Test
  void mgdumpAsksForEveryItem() {
    try (SessionRig rig = rig()) {
      rig.cache.put("a", "1");
      rig.ask("ms YWEgYg== 1 b\r\nx\r\n");

      assertThat(rig.ask("lru_crawler mgdump hash\r\n"))
          .isEqualTo("mg a\r\nmg YWEgYg== b\r\nEN\r\n");
    }
  }

  @Test
  void cachedumpTellsSizeAndExpiry() {
    try (SessionRig rig = rig()) {
      rig.cache.put("a", "1");
      rig.cache.put("b", "x".repeat(900));
      rig.ask("set c 0 100 3\r\nxyz\r\n");

      assertThat(rig.ask("stats cachedump 1 0\r\n"))
          .isEqualTo("ITEM a [1 b; 0 s]\r\nITEM c [3 b; " + (NOW + 100) + " s]\r\nEND\r\n");
      assertThat(rig.ask("stats cachedump 1 1\r\n")).isEqualTo("ITEM a [1 b; 0 s]\r\nEND\r\n");
      assertThat(rig.ask("stats cachedump 11 5\r\n")).isEqualTo("ITEM b [900 b; 0 s]\r\nEND\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lru_crawler                    | ERROR",
        "lru_crawler x                  | ERROR",
        "lru_crawler x 1                | ERROR",
        "lru_crawler metadump           | ERROR",
        "lru_crawler metadump all x     | ERROR",
        "lru_crawler metadump 0         | BADCLASS invalid class id",
        "lru_crawler metadump 64        | BADCLASS invalid class id",
        "lru_crawler metadump x         | BADCLASS invalid class id",
        "lru_crawler metadump 1,all     | BADCLASS invalid class id",
        "lru_crawler metadump ,         | NOTSTARTED no items to crawl",
        "lru_crawler metadump 63        | END",
        "lru_crawler metadump 1,2,3     | END",
        "lru_crawler mgdump 63          | EN",
        "lru_crawler mgdump             | ERROR",
        "lru_crawler crawl hash         | ERROR an unknown error happened",
        "lru_crawler crawl 0            | BADCLASS invalid class id",
        "lru_crawler crawl ,            | NOTSTARTED no items to crawl",
        "lru_crawler crawl all          | OK",
        "lru_crawler crawl 1,39         | OK",
        "lru_crawler sleep 100          | OK",
        "lru_crawler sleep 1000001      | CLIENT_ERROR sleep must be one second or less",
        "lru_crawler sleep              | ERROR",
        "lru_crawler sleep x            | CLIENT_ERROR bad command line format",
        "lru_crawler sleep 1 2          | ERROR",
        "lru_crawler tocrawl 10         | OK",
        "lru_crawler tocrawl -1         | CLIENT_ERROR bad command line format",
        "lru_crawler enable             | ERROR failed to start lru crawler thread",
        "lru_crawler disable            | OK",
        "lru_crawler enable noreply     | ERROR",
        "stats cachedump 64 10          | CLIENT_ERROR Illegal slab id",
        "stats cachedump 0 10           | END",
        "stats cachedump x 10           | CLIENT_ERROR bad command line format",
        "stats cachedump 1 x            | CLIENT_ERROR bad command line format",
        "stats cachedump -1 10          | CLIENT_ERROR bad command line format",
        "stats cachedump 1              | CLIENT_ERROR bad command line",
        "stats cachedump 1 10 11        | END",
      })
  void everyLineIsAnsweredAsMemcachedDoes(String line, String answer) {
    try (SessionRig rig = rig()) {
      assertThat(rig.ask(line + "\r\n")).isEqualTo(answer + "\r\n");
      assertThat(rig.ask("mn\r\n")).isEqualTo("MN\r\n");
    }
  }

  @Test
  void whatTheCrawlerIsToldArrives() {
    try (SessionRig rig = rig()) {
      rig.ask("lru_crawler sleep 500\r\nlru_crawler tocrawl 12\r\nlru_crawler crawl 1,3\r\n");

      assertThat(rig.crawler.sleepMicros).isEqualTo(500);
      assertThat(rig.crawler.itemsMax).isEqualTo(12);
      assertThat(rig.crawler.crawled).isEqualTo(1 << 1 | 1 << 3);
      assertThat(rig.ask("lru_crawler crawl 1\r\nlru_crawler metadump all\r\n"))
          .startsWith("BUSY currently processing crawler request\r\n");
    }
  }

  @Test
  void whatIsSwitchedOffDoesNothing() {
    try (SessionRig rig = rig()) {
      rig.ask("lru_crawler disable\r\n");
      for (String what : new String[] {"metadump", "mgdump", "crawl"}) {
        assertThat(rig.ask("lru_crawler " + what + " all\r\n"))
            .isEqualTo("CLIENT_ERROR lru crawler disabled\r\n");
      }
      assertThat(rig.ask("lru_crawler enable\r\nlru_crawler metadump all\r\n"))
          .startsWith("OK\r\n");
    }
  }

  @Test
  void listsAreRefusedWhereTheyAreNotAllowed() {
    try (SessionRig rig = new SessionRig(new ProtocolRules(Spoken.AUTO, null, true, false, true))) {
      assertThat(rig.ask("lru_crawler metadump all\r\n"))
          .isEqualTo("ERROR metadump not allowed\r\n");
      assertThat(rig.ask("lru_crawler mgdump all\r\n")).isEqualTo("ERROR mgdump not allowed\r\n");
      assertThat(rig.ask("stats cachedump 1 0\r\n"))
          .isEqualTo("CLIENT_ERROR stats cachedump not allowed\r\n");
      assertThat(rig.ask("lru_crawler crawl all\r\n")).isEqualTo("OK\r\n");
    }
  }

  @Test
  void whatIsAskedBehindAListWaitsForItsEnd() {
    try (SessionRig rig = rig()) {
      rig.cache.put("a", "1");
      rig.cache.onFlash.add("a");

      assertThat(rig.ask("lru_crawler mgdump all\r\nget b\r\nmn\r\n")).isEmpty();
      assertThat(rig.cache.executed).isEmpty();
      assertThat(rig.completeReads().written()).isEqualTo("mg a\r\nEN\r\nEND\r\nMN\r\n");
    }
  }

  @Test
  void listComesBehindAReadThatIsStillUnderWay() {
    try (SessionRig rig = rig()) {
      rig.cache.put("a", "1");
      rig.cache.late = request -> true;

      assertThat(rig.ask("get a\r\nlru_crawler mgdump all\r\n")).isEmpty();
      rig.answerAll();
      assertThat(rig.written()).isEqualTo("VALUE a 0 1\r\n1\r\nEND\r\nmg a\r\nEN\r\n");
    }
  }

  @Test
  void listGoesFirstInAPipelineAsInMemcached() {
    try (SessionRig rig = rig()) {
      assertThat(rig.ask("mg a v\r\nlru_crawler metadump all\r\n"))
          .isEqualTo("EN\r\nERROR cannot pipeline other commands before metadump\r\n");
      assertThat(rig.ask("get a\r\nlru_crawler metadump all\r\n")).isEqualTo("END\r\nEND\r\n");
    }
  }

  @Test
  void oneListAtATime() {
    SessionRig rig = rig();
    try (SessionRig other = rig.another()) {
      rig.cache.put("a", "1");
      rig.cache.onFlash.add("a");
      rig.ask("lru_crawler metadump all\r\n");

      assertThat(other.ask("lru_crawler mgdump all\r\n"))
          .isEqualTo("BUSY currently processing crawler request\r\n");
      rig.close();
      assertThat(other.ask("lru_crawler mgdump 11\r\n")).isEqualTo("EN\r\n");
    }
  }

  @Test
  void clientThatDoesNotReadHoldsTheListUp() {
    try (SessionRig rig = rig()) {
      for (int i = 0; i < 5000; i++) {
        rig.cache.put("key-" + i, "1");
      }
      rig.writesAtOnce = false;
      rig.ask("lru_crawler metadump all\r\n");

      assertThat(rig.session.unsentBytes()).isBetween(60L << 10, 70L << 10);
      rig.writesAtOnce = true;
      String all = rig.writeAll().written();
      assertThat(all.lines()).hasSize(5001);
      assertThat(all).endsWith("END\r\n");
    }
  }

  @Test
  void clientThatGoesEndsTheList() {
    SessionRig rig = rig();
    for (int i = 0; i < 5000; i++) {
      rig.cache.put("key-" + i, "1");
    }
    rig.writesAtOnce = false;
    rig.ask("lru_crawler metadump all\r\n");
    assertThat(rig.crawler.running).isTrue();
    rig.close();
    assertThat(rig.crawler.running).isFalse();
  }
}
