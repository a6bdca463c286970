package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.ForeseenKeys;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The cache hears of keys that a client has already sent before it is asked for them. */
class ForesightTest {
  private SessionRig rig = new SessionRig();

  @AfterEach
  void everythingLentComesBack() {
    rig.close();
  }

  private static List<String> keys(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "key-" + i).toList();
  }

  @Test
  void readsThatWereSentTogetherAreToldTogether() {
    rig.send("get key-0\r\nmg key-1 v\r\nget key-2\r\nmg key-3 v f t\r\nget key-4\r\n");

    assertThat(rig.cache.foreseen).containsExactly(keys(0, 5));
    assertThat(rig.cache.executed).hasSize(5);
  }

  @Test
  void theKeysOfAMultigetAreToldSoManyAtATime() {
    int count = ForeseenKeys.COUNT_MAX + 7;
    rig.send("get " + String.join(" ", keys(0, count)) + "\r\n");

    assertThat(rig.cache.foreseen)
        .containsExactly(keys(0, ForeseenKeys.COUNT_MAX), keys(ForeseenKeys.COUNT_MAX, count));
    assertThat(rig.cache.executed).hasSize(count);
  }

  @Test
  void ofALoneReadNobodyIsTold() {
    rig.send("get " + "k".repeat(200) + "\r\n");
    rig.send("mg " + "k".repeat(200) + " v\r\n");

    assertThat(rig.cache.foreseen).isEmpty();
    assertThat(rig.cache.executed).hasSize(2);
  }

  @Test
  void whatIsNoPlainReadEndsTheLook() {
    rig.send(
        "get key-0\r\nget key-1\r\ndelete x\r\nmg key-2 v\r\nget key-3\r\nget key-4\r\nget key-5\r\nget key-6\r\n");

    assertThat(rig.cache.foreseen).containsExactly(keys(0, 2), keys(2, 7));
    assertThat(rig.cache.executed).hasSize(8);
  }

  @Test
  void aLineThatHasNotArrivedWholeIsNotLookedAt() {
    rig.send("get key-0\r\nget key-1\r\nget key-2\r\nget key-3\r\nget key-4 and the rest of its");

    assertThat(rig.cache.foreseen).containsExactly(keys(0, 4));
    assertThat(rig.cache.executed).hasSize(4);
  }

  @Test
  void ofKeysThatAreTooLongNobodyIsTold() {
    rig.send(("get " + "k".repeat(251) + "\r\n").repeat(3));

    assertThat(rig.cache.foreseen).isEmpty();
    assertThat(rig.cache.executed).isEmpty();
  }

  @Test
  void whoHasNotLoggedInMovesNothing() {
    rig.close();
    rig =
        new SessionRig(
            new ProtocolRules(Spoken.ASCII, (user, password) -> false, true, true, true));
    rig.send("get key-0\r\nget key-1\r\nget key-2\r\nget key-3\r\nget key-4\r\nget key-5\r\n");

    assertThat(rig.cache.foreseen).isEmpty();
    assertThat(rig.cache.executed).isEmpty();
  }
}
