package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.protocol.stats.ProtocolCounter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted when; taken from a running memcached 1.6.18. */
class CountersTest {
  @Test
  void prefixesAreCountedWhileThatIsWanted() {
    try (SessionRig rig = new SessionRig()) {
      rig.send("set x:1 0 0 1\r\n1\r\nstats detail on\r\nget x:1 x:2 plain :\r\nmg x:1 v\r\n");
      rig.send("set x:3 0 0 1\r\n1\r\nset y:z:1 0 0 1\r\n1\r\nadd x:3 0 0 1\r\n1\r\n");
      rig.send("delete x:9\r\ntouch x:1 0\r\nincr x:1 1\r\ngat 0 x:1\r\n");
      rig.send("stats detail off\r\nget x:1\r\n");
      rig.written();

      rig.send("stats detail dump\r\n");

      assertThat(rig.written())
          .isEqualTo(
              """
              PREFIX  get 1 hit 0 set 0 del 0
              PREFIX x get 4 hit 3 set 2 del 1
              PREFIX y get 0 hit 0 set 1 del 0
              END
              """
                  .replace("\n", "\r\n"));
    }
  }

  @Test
  void aClientCannotMakeUpPrefixesForEver() {
    try (SessionRig rig = new SessionRig()) {
      rig.send("stats detail on\r\n");
      for (int i = 0; i < 11_000; i++) {
        rig.send("get p" + i + ":1\r\n");
      }
      rig.written();

      rig.send("stats detail dump\r\n");

      assertThat(rig.written().lines()).hasSize(10_001);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "get a z, cmd_get 2 get_hits 1 get_misses 1",
    "gat 0 a z, cmd_touch 2 touch_hits 1 touch_misses 1",
    "mg a v/mg z v, cmd_get 2 get_hits 1 get_misses 1",
    "mg a T0/mg z T0, cmd_get 1 cmd_touch 1 get_misses 1 touch_hits 1",
    "mg z N0, cmd_get 1 get_hits 1",
    "mg a O12345678901234567890123456789012, ''",
    "touch a 0/touch z 0, cmd_touch 2 touch_hits 1 touch_misses 1",
    "set a 0 0 1/1, cmd_set 1",
    "set a 0 0 1/123, cmd_set 1",
    "set a 0 0 x, ''",
    "add a 0 0 1/1, cmd_set 1",
    "cas a 0 0 1 9/1/cas z 0 0 1 1/1/cas a 0 0 1 1/1, cmd_set 3 cas_hits 1 cas_misses 1 cas_badval"
        + " 1",
    "ms a 1 C9/1/ms a 1 C9 MA/1/ms a 1 C1 ME/1, cmd_set 3 cas_badval 1",
    "delete a/delete a, delete_hits 1 delete_misses 1",
    "md a C9/md a I/md a/md a, delete_hits 1 delete_misses 2",
    "incr a 1/incr z 1/decr a 1/decr z 1, incr_hits 1 incr_misses 1 decr_hits 1 decr_misses 1",
    "ma a/ma z/ma y N0/ma a MD/ma a C99/ma z MD, incr_hits 1 incr_misses 1 decr_hits 1 decr_misses"
        + " 1",
    "me a/me z/me, cmd_meta 2",
    "flush_all x/flush_all/flush_all 0 0 0, cmd_flush 2",
    "set a 0 0 5000, store_too_large 1",
    "mn/version, ''",
  })
  void countsAsMemcachedDoes(String commands, String expected) {
    try (SessionRig rig = new SessionRig()) {
      rig.cache.put("a", "10");
      rig.send(commands.replace("/", "\r\n") + "\r\n");
      List<String> counted = new ArrayList<>();
      for (ProtocolCounter counter : ProtocolCounter.values()) {
        boolean bytes = counter.statName().startsWith("bytes");
        if (rig.count(counter) != 0 && !bytes) {
          counted.add(counter.statName() + " " + rig.count(counter));
        }
      }
      assertThat(String.join(" ", counted)).isEqualTo(expected);
    }
  }
}
