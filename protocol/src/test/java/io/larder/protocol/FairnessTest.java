package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.protocol.binary.Opcode;
import io.larder.protocol.stats.ProtocolCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection that asks for much at once lets the others of its loop go first. */
class FairnessTest {
  private static final int PER_TURN = 20;

  private final SessionRig rig = new SessionRig();

  @AfterEach
  void everythingLentComesBack() {
    rig.close();
  }

  @Test
  void onlySoManyCommandsStartInOneTurn() {
    rig.sendInThisTurn("get a\r\n".repeat(50));
    assertThat(rig.cache.executed).hasSize(PER_TURN);
    assertThat(rig.session.wantsInput()).isFalse();
    assertThat(rig.progressCalls).isEqualTo(1);

    rig.resume();
    assertThat(rig.cache.executed).hasSize(2 * PER_TURN);
    rig.resume();
    assertThat(rig.cache.executed).hasSize(50);
    assertThat(rig.session.wantsInput()).isTrue();
    assertThat(rig.count(ProtocolCounter.CONN_YIELDS)).isEqualTo(2);
  }

  @Test
  void whoHasNothingLeftToAskDoesNotWait() {
    rig.sendInThisTurn("get a\r\n".repeat(PER_TURN));
    assertThat(rig.cache.executed).hasSize(PER_TURN);
    assertThat(rig.session.wantsInput()).isTrue();
    assertThat(rig.progressCalls).isZero();
    assertThat(rig.count(ProtocolCounter.CONN_YIELDS)).isZero();
  }

  @Test
  void whoHasToWaitForItsTurnIsNotIdle() {
    rig.sendInThisTurn("get a\r\nget b\r\n".repeat(PER_TURN)).writeOut();
    assertThat(rig.session.unsentBytes()).isZero();
    assertThat(rig.session.isIdle()).isFalse();
    rig.resume();
    rig.writeOut();
    assertThat(rig.session.isIdle()).isTrue();
  }

  @Test
  void fewRepliesWaitForThoseOfTheNextTurnAndManyDoNot() {
    rig.sendInThisTurn("mn\r\n".repeat(2 * PER_TURN));
    assertThat(rig.session.gathersReplies()).isTrue();
    rig.resume();
    assertThat(rig.session.gathersReplies()).as("nothing is left to ask").isFalse();

    rig.cache.put("big", "v".repeat(1000));
    rig.sendInThisTurn("get big\r\n".repeat(2 * PER_TURN));
    assertThat(rig.session.gathersReplies()).as("a chunk is full").isFalse();
  }

  @Test
  void whatArrivesMeanwhileKeepsItsPlace() {
    rig.sendInThisTurn("mn\r\n".repeat(PER_TURN) + "incr n").sendInThisTurn(" 1\r\nversion\r\n");
    rig.resume();
    rig.send("");
    assertThat(rig.written())
        .isEqualTo("MN\r\n".repeat(PER_TURN) + "NOT_FOUND\r\nVERSION 1.6.18\r\n");
  }

  @Test
  void oneMultigetIsOneCommand() {
    rig.sendInThisTurn("get" + " a".repeat(500) + "\r\n");
    assertThat(rig.cache.executed).hasSize(500);
  }

  @Test
  void packetsTakeTurnsToo() {
    rig.sendInThisTurn(Packet.of(Opcode.GET, "a").bytes().repeat(50));
    assertThat(rig.cache.executed).hasSize(PER_TURN);
    rig.resume();
    rig.resume();
    assertThat(rig.cache.executed).hasSize(50);
  }

  @Test
  void anAnswerThatComesLateDoesNotLengthenTheTurn() {
    rig.cache.late = request -> true;
    rig.sendInThisTurn("get a\r\n".repeat(50));
    assertThat(rig.cache.waiting).hasSize(PER_TURN);
    rig.cache.answerLate(0);
    assertThat(rig.cache.waiting).hasSize(PER_TURN - 1);
  }
}
