package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Verb;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that asks faster than it reads. */
class SlowWritesTest {
  private static final long REPLY_BYTES_HIGH = 40_000;
  private static final int VALUE_BYTES = 10_000;

  private final SessionRig rig =
      new SessionRig(
          new ProtocolConfig(256, 1 << 20, REPLY_BYTES_HIGH, 1000, 2048, 16, 4096), 1 << 20);

  SlowWritesTest() {
    rig.cache.put("a", "a".repeat(VALUE_BYTES));
    rig.writesAtOnce = false;
  }

  @AfterEach
  void everythingLentComesBack() {
    rig.close();
  }

  @Test
  void multigetStopsInTheMiddleAndGoesOnWhenRepliesHaveBeenWritten() {
    rig.send("get" + " a".repeat(50) + "\r\nmn\r\n");
    assertThat(rig.cache.executed).hasSize(4);
    assertThat(rig.session.wantsInput()).isFalse();
    assertThat(rig.session.unsentBytes()).isBetween(REPLY_BYTES_HIGH, REPLY_BYTES_HIGH * 2);

    rig.writeAll();
    assertThat(rig.cache.executed).hasSize(50);
    assertThat(rig.session.wantsInput()).isTrue();
    String value = "VALUE a 0 10000\r\n" + "a".repeat(VALUE_BYTES) + "\r\n";
    assertThat(rig.written()).isEqualTo(value.repeat(50) + "END\r\nMN\r\n");
  }

  @Test
  void pipelineStopsAndGoesOn() {
    rig.send("get a\r\n".repeat(50));
    assertThat(rig.cache.executed).hasSize(4);
    rig.send("get a\r\n");
    assertThat(rig.cache.executed).as("input is left to the client").hasSize(4);
    rig.writeAll();
    assertThat(rig.cache.executed).hasSize(51);
    assertThat(rig.written()).hasSize(51 * (VALUE_BYTES + 17 + 2 + 5));
  }

  @Test
  void repliesBehindReadThatWaitsCountToo() {
    rig.cache.late = request -> rig.cache.executed.size() == 1;
    rig.send("get late\r\n" + "get a\r\n".repeat(50));
    assertThat(rig.cache.executed).hasSize(5);
    assertThat(rig.session.nextReply()).isNull();
    assertThat(rig.session.unsentBytes()).isBetween(REPLY_BYTES_HIGH, REPLY_BYTES_HIGH * 2);
    rig.answerLate(0).writeAll();
    assertThat(rig.cache.executed).hasSize(51);
    assertThat(rig.written()).startsWith("END\r\nVALUE a 0 10000\r\naaa").endsWith("a\r\nEND\r\n");
  }

  @Test
  void answersOutOfOrderAreKeptUntilTheirTurn() {
    rig.cache.late = request -> request.verb == Verb.READ;
    rig.send("get" + " a".repeat(20) + "\r\n");
    int waiting = rig.cache.waiting.size();
    for (int i = waiting - 1; i > 0; i--) {
      rig.answerLate(i);
    }
    assertThat(rig.session.nextReply()).isNull();
    while (!rig.cache.waiting.isEmpty()) {
      rig.answerLate(0).writeAll();
    }
    String value = "VALUE a 0 10000\r\n" + "a".repeat(VALUE_BYTES) + "\r\n";
    assertThat(rig.written()).isEqualTo(value.repeat(20) + "END\r\n");
  }

  @Test
  void valueOfAnySizeIsSentInChunks() {
    rig.cache.put("huge", "h".repeat(1 << 20));
    rig.send("get huge\r\n").writeAll();
    assertThat(rig.written())
        .isEqualTo("VALUE huge 0 1048576\r\n" + "h".repeat(1 << 20) + "\r\nEND\r\n");
  }

  @Test
  void repliesOfOnePipelineShareChunks() {
    rig.cache.put("s", "1");
    rig.send("get s\r\n".repeat(100));
    rig.resume();
    assertThat(rig.loop.chunks().takenCount()).isEqualTo(1);
    rig.writeAll();
  }
}
