package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.ItemView;
import io.larder.cache.record.RecordLayout;
import io.larder.protocol.binary.Opcode;
import io.larder.protocol.watch.WatchLog;
import io.larder.protocol.watch.WatchSnapshot;
import io.larder.protocol.watch.WatchTopic;
import io.larder.protocol.watch.WorkerLog;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client is told who says {@code watch}, of what another one does. */
class WatchTest {
  private static final String NOW = "ts=1780000000.000000 gid=";

  /** A client who acts, and one who watches, in one server. */
  private static final class Both implements AutoCloseable {
    final SessionRig actor = new SessionRig();
    final SessionRig watcher;

    Both(String watch) {
      watcher = actor.another();
      assertThat(watcher.ask(watch + "\r\n")).isEqualTo("OK\r\n");
    }

    /** Sends, and returns what the watcher is told. */
    String told(String text) {
      actor.ask(text);
      return watcher.carry().written();
    }

    @Override
    public void close() {
      watcher.close();
      actor.close();
    }
  }

  private static String line(int gid, String rest) {
    return NOW + gid + " " + rest + "\n";
  }

  // --- what is told

  @Test
  void watchByItselfTellsWhatIsLookedUp() {
    try (Both both = new Both("watch")) {
      both.actor.cache.put("a", "abc");
      assertThat(both.told("get a b\r\n"))
          .isEqualTo(
              line(1, "type=item_get key=a status=found clsid=1 cfd=31 size=3")
                  + line(2, "type=item_get key=b status=not_found clsid=0 cfd=31 size=0"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "touch a 50          | a found 1 3",
        "gat 50 a            | a found 1 3",
        "incr n 1            | n found 1 1",
        "incr z 1            | z not_found 0 0",
        "delete a            | a found 1 3",
        "delete z            | z not_found 0 0",
        "mg a v              | a found 1 3",
        "mg z v              | z not_found 0 0",
        "mg z N30 v          | z not_found 0 0",
        "me a                | a found 1 3",
        "md a                | a found 1 3",
        "ma n                | n found 1 1",
        "add a 0 0 1;x       | a found 1 3",
        "add z 0 0 1;x       | z not_found 0 0",
        "replace a 0 0 1;x   | a found 1 3",
        "append a 0 0 1;x    | a found 1 3",
        "cas a 0 0 1 9;x     | a found 1 3",
      })
  void everyCommandThatLooksAnItemUpIsTold(String command, String told) {
    try (Both both = new Both("watch fetchers")) {
      both.actor.cache.put("a", "abc");
      both.actor.cache.put("n", "1");
      String[] parts = told.split(" ");
      assertThat(both.told(command.replace(";", "\r\n") + "\r\n"))
          .isEqualTo(
              line(
                  1,
                  "type=item_get key=%s status=%s clsid=%s cfd=31 size=%s"
                      .formatted((Object[]) parts)));
    }
  }

  @Test
  void plainSetLooksNothingUp() {
    try (Both both = new Both("watch fetchers")) {
      assertThat(both.told("set a 0 0 1\r\nx\r\n")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "set a 0 0 3;xyz            | a stored set 0 1 3",
        "set a 0 100 3;xyz          | a stored set 100 1 3",
        "set a 0 -1 3;xyz           | a stored set 0 1 3",
        "add a 0 0 1;x              | a not_stored add 0 1 1",
        "replace z 0 50 1;x         | z not_stored replace 50 1 1",
        "append a 0 0 2;de          | a stored append 0 1 5",
        "prepend z 0 0 2;de         | z not_stored prepend 0 1 2",
        "cas z 0 0 1 9;x            | z not_found cas 0 1 1",
        "cas a 0 0 1 9;x            | a exists cas 0 1 1",
        "ms a 2 T30;xy              | a stored set 30 1 2",
        "ms z 2 MA N60;xy           | z stored append 60 1 2",
        "ms a 2 C9;xy               | a exists cas 0 1 2",
        "ma z N60 J5                | z stored add 60 1 1",
        "set big 0 0 2000;          | big too_large set 0 15 2000",
      })
  void everyStoreIsTold(String command, String told) {
    try (Both both = new Both("watch mutations")) {
      both.actor.cache.nowSeconds = SessionRig.START_SECONDS;
      both.actor.cache.put("a", "abc");
      String[] parts = told.split(" ");
      assertThat(both.told(command.replace(";", "\r\n") + "\r\n"))
          .isEqualTo(
              line(
                  1,
                  "type=item_store key=%s status=%s cmd=%s ttl=%s clsid=%s cfd=31 size=%s"
                      .formatted((Object[]) parts)));
    }
  }

  @Test
  void whatIsDeletedIsToldAndWhatIsInvalidatedIsNot() {
    try (Both both = new Both("watch deletions")) {
      both.actor.cache.put("a", "abc");
      both.actor.cache.put("b", "ab");
      both.actor.ask("md a I\r\nmd a x\r\ndelete z\r\n");
      both.actor.cache.put("a", "abc");
      assertThat(both.told("delete a\r\nmd b q\r\n"))
          .isEqualTo(
              line(1, "type=deleted key=a cmd=delete clsid=1 size=3")
                  + line(2, "type=deleted key=b cmd=md clsid=1 size=2"));
    }
  }

  @Test
  void keysAreEncodedAsInAUri() {
    try (Both both = new Both("watch")) {
      assertThat(both.told("get aZ09-_.~%\u00e9/\u0001\r\nmg YWEgYg== b v\r\n"))
          .contains("key=aZ09-_.~%25%E9%2F%01 ", "key=aa%20b ");
      assertThat(both.told("get " + "#".repeat(250) + "\r\n"))
          .contains("key=" + "%23".repeat(250) + " ");
    }
  }

  @Test
  void packetsAreToldAsLinesAre() {
    try (Both both = new Both("watch fetchers mutations")) {
      SessionRig packets = both.actor.another();
      packets.ask(Packet.store(Opcode.SET, "a", "xyz").bytes());
      packets.ask(Packet.of(Opcode.GET, "a").bytes());
      assertThat(both.watcher.carry().written())
          .isEqualTo(
              line(1, "type=item_store key=a status=stored cmd=set ttl=0 clsid=1 cfd=31 size=3")
                  + line(2, "type=item_get key=a status=found clsid=1 cfd=31 size=3"));
      packets.close();
    }
  }

  @Test
  void answersThatComeLateAreToldWhenTheyCome() {
    try (Both both = new Both("watch")) {
      both.actor.cache.put("a", "abc");
      both.actor.cache.late = request -> true;
      assertThat(both.told("get a\r\n")).isEmpty();
      both.actor.answerAll();
      assertThat(both.watcher.carry().written()).contains("key=a status=found");
    }
  }

  @Test
  void everyWatcherHearsOfItsOwnTopics() {
    try (Both both = new Both("watch mutations")) {
      SessionRig second = both.actor.another();
      second.ask("watch fetchers deletions\r\n");
      assertThat(both.told("set a 0 0 1\r\nx\r\nget a\r\ndelete a\r\n"))
          .isEqualTo(
              line(1, "type=item_store key=a status=stored cmd=set ttl=0 clsid=1 cfd=31 size=1"));
      second.carry();
      assertThat(second.written())
          .isEqualTo(
              line(2, "type=item_get key=a status=found clsid=1 cfd=31 size=1")
                  + line(3, "type=item_get key=a status=found clsid=1 cfd=31 size=1")
                  + line(4, "type=deleted key=a cmd=delete clsid=1 size=1"));
      second.close();
    }
  }

  @Test
  void watcherHearsNothingOfWhatWasBefore() {
    try (Both both = new Both("watch")) {
      both.actor.ask("get old\r\n");
      SessionRig second = both.actor.another();
      second.ask("watch\r\n");
      both.actor.ask("get new\r\n");
      second.carry();
      assertThat(second.written()).contains("key=new").doesNotContain("key=old");
      assertThat(both.watcher.carry().written()).contains("key=old", "key=new");
      second.close();
    }
  }

  // --- being a watcher

  @ParameterizedTest
  @ValueSource(
      strings = {"watch x", "watch fetchers x", "watch FETCHERS", "watchers", "watch fetchers,"})
  void unknownTopicIsAnError(String line) {
    try (SessionRig rig = new SessionRig()) {
      assertThat(rig.ask(line + "\r\nversion\r\n")).startsWith("ERROR\r\nVERSION");
      assertThat(rig.ask("watch fetchers noreply\r\nmn\r\n")).isEqualTo("MN\r\n");
    }
  }

  @Test
  void everyTopicOfMemcachedsIsTaken() {
    for (WatchTopic topic : WatchTopic.values()) {
      try (SessionRig rig = new SessionRig()) {
        assertThat(rig.ask("watch " + topic.word() + "\r\n")).isEqualTo("OK\r\n");
      }
    }
  }

  @Test
  void whoWatchesSaysNothingMore() {
    try (Both both = new Both("watch")) {
      assertThat(both.watcher.ask("get a\r\nquit\r\n" + "x".repeat(5000))).isEmpty();
      assertThat(both.watcher.wantsClose()).isFalse();
      assertThat(both.told("get a\r\n")).contains("key=a");
      assertThat(both.watcher.session.isIdle()).isFalse();
      both.watcher.session.endInput();
      assertThat(both.watcher.wantsClose()).isTrue();
      assertThat(both.actor.watchLog.snapshot().watcherCount()).isZero();
    }
  }

  @Test
  void whatFollowsInTheSamePieceIsThrownAway() {
    try (SessionRig rig = new SessionRig()) {
      assertThat(rig.ask("watch\r\nget a\r\nget b\r\n")).isEqualTo("OK\r\n");
      assertThat(rig.cache.executed).isEmpty();
    }
  }

  @Test
  void watchGoesFirstInAPipelineAsInMemcached() {
    try (SessionRig rig = new SessionRig()) {
      assertThat(rig.ask("mg a v\r\nwatch\r\n"))
          .isEqualTo("EN\r\nERROR cannot pipeline other commands before watch\r\n");
      assertThat(rig.ask("get a\r\nwatch\r\n")).isEqualTo("END\r\nOK\r\n");
    }
  }

  @Test
  void watchIsRefusedWhereItIsNotAllowed() {
    try (SessionRig rig = new SessionRig(new ProtocolRules(Spoken.AUTO, null, true, true, false))) {
      assertThat(rig.ask("watch\r\n")).isEqualTo("CLIENT_ERROR watch commands not allowed\r\n");
    }
  }

  @Test
  void moreThanTwentyAreTooMany() {
    try (SessionRig rig = new SessionRig()) {
      SessionRig[] watchers = new SessionRig[WatchLog.WATCHERS_MAX];
      for (int i = 0; i < watchers.length; i++) {
        watchers[i] = rig.another();
        assertThat(watchers[i].ask("watch\r\n")).isEqualTo("OK\r\n");
      }
      assertThat(rig.ask("watch\r\nmn\r\n"))
          .isEqualTo("WATCHER_TOO_MANY log watcher limit reached\r\nMN\r\n");
      for (SessionRig watcher : watchers) {
        watcher.close();
      }
    }
  }

  // --- bounds

  @Test
  void slowWatcherLosesLinesAndIsToldHowMany() {
    try (Both both = new Both("watch")) {
      both.watcher.writesAtOnce = false;
      int asked = 0;
      while (both.actor.watchLog.snapshot().skippedCount() == 0) {
        for (int i = 0; i < 50; i++) {
          both.actor.ask("get key-" + asked++ + "\r\n");
        }
        both.watcher.carry();
        assertThat(both.watcher.session.unsentBytes()).isLessThan(100 << 10);
      }
      both.watcher.writesAtOnce = true;
      both.watcher.writeAll();
      both.actor.ask("get last\r\n");
      String told = both.watcher.carry().written();

      WatchSnapshot counts = both.actor.watchLog.snapshot();
      assertThat(told).containsOnlyOnce("skipped=" + counts.skippedCount() + "\n");
      assertThat(told.substring(told.indexOf("skipped=")))
          .matches("skipped=[0-9]+\nts=[0-9.]+ gid=[0-9]+ type=item_get key=last [^\n]+\n");
      assertThat(counts.droppedCount()).isZero();
      assertThat(counts.writtenCount()).isEqualTo(asked + 1);
      assertThat(counts.sentCount()).isEqualTo(asked + 1 - counts.skippedCount());
    }
  }

  @Test
  void whoWritesFasterThanTheLogCarriesDropsLinesAndGoesOn() {
    try (Both both = new Both("watch")) {
      for (int i = 0; i < 1000; i++) {
        both.actor.ask("get key-" + i + "\r\n");
      }
      WatchSnapshot counts = both.actor.watchLog.snapshot();
      assertThat(counts.droppedCount()).isPositive();
      assertThat(counts.writtenCount() + counts.droppedCount()).isEqualTo(1000);
      assertThat(both.watcher.carry().written().lines()).hasSize((int) counts.writtenCount());
      both.actor.watchLog.resetCounters();
      assertThat(both.actor.watchLog.snapshot()).isEqualTo(new WatchSnapshot(0, 0, 0, 0, 1));
    }
  }

  @Test
  void whereNobodyWatchesNothingIsWritten() {
    try (Both both = new Both("watch")) {
      both.watcher.close();
      both.actor.ask("get a\r\n");
      assertThat(both.actor.watchLog.snapshot().writtenCount()).isZero();
      assertThat(both.actor.loop.log().hears(-1)).isFalse();
    }
  }

  // --- what is not a command

  @Test
  void itemsPagesAndClientsAreToldInMemcachedsWords() {
    try (Both both = new Both("watch evictions sysevents connevents")) {
      WorkerLog log = both.actor.watchLog.newWorker();
      try (Arena arena = Arena.ofConfined()) {
        ItemView item = item(arena, "k y", 5, SessionRig.START_SECONDS + 60);
        log.evicted(item, SessionRig.START_SECONDS, false);
        log.evicted(item(arena, "a", 2000, 0), SessionRig.START_SECONDS, true);
        log.writtenToFlash(item, SessionRig.START_SECONDS, 3);
      }
      log.pageLeaves(7, 12);
      log.pageLeft(7, 3, 1, 2);
      log.crawled(4, 9, 100, 10);
      log.connected("127.0.0.1", 4711, "tcp", 8);
      log.disconnected("unix", 0, "local", "idle_timeout", 9);

      assertThat(both.watcher.carry().written())
          .isEqualTo(
              line(1, "type=eviction key=k%20y fetch=yes ttl=60 la=10 clsid=1 size=5")
                  + line(2, "type=eviction key=a fetch=yes ttl=-1 la=10 clsid=1 size=2000")
                  + line(3, "type=extwrite key=k%20y fetch=yes ttl=60 la=10 clsid=1 bucket=3")
                  + line(4, "type=compact_start id=7 version=12")
                  + line(5, "type=compact_end id=7 rescues=3 lost=1 skipped=2")
                  + line(6, "type=lru_crawler crawler=4 elapsed=9 examined=100 reclaimed=10")
                  + line(7, "type=conn_new rip=127.0.0.1 rport=4711 transport=tcp cfd=8")
                  + line(
                      8,
                      "type=conn_close rip=unix rport=0 transport=local reason=idle_timeout cfd=9"));
    }
  }

  private static ItemView item(Arena arena, String key, int valueLength, long expirySeconds) {
    MemorySegment memory = arena.allocate(RecordLayout.HEADER_BYTES + key.length() + valueLength);
    RecordLayout.writeHeader(memory, 0, key.length(), 0, valueLength, 0, expirySeconds, 0, 1);
    for (int i = 0; i < key.length(); i++) {
      memory.set(ValueLayout.JAVA_BYTE, RecordLayout.keyOffset(0) + i, (byte) key.charAt(i));
    }
    return new ItemView().show(memory, 0, SessionRig.START_SECONDS - 10, true);
  }
}
