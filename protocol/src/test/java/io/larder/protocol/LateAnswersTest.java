package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Verb;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Commands whose answers do not come at once: what may start meanwhile, and in which order it
 * reads.
 */
class LateAnswersTest {
  private SessionRig rig = new SessionRig();

  @AfterEach
  void everythingLentComesBack() {
    rig.close();
  }

  private void readsAreLate() {
    rig.cache.late = request -> request.verb == Verb.READ;
  }

  @Test
  void repliesKeepTheOrderOfTheirCommandsWhateverTheOrderOfTheAnswers() {
    rig.cache.put("a", "1");
    rig.cache.put("b", "2");
    rig.cache.put("c", "3");
    readsAreLate();
    rig.send("get a\r\nget b\r\nmg c v k\r\nmn\r\n");
    assertThat(rig.cache.waiting).hasSize(3);

    rig.answerLate(2);
    assertThat(rig.written()).isEmpty();
    rig.answerLate(1);
    assertThat(rig.written()).isEmpty();
    rig.answerLate(0);
    assertThat(rig.written())
        .isEqualTo("VALUE a 0 1\r\n1\r\nEND\r\nVALUE b 0 1\r\n2\r\nEND\r\nVA 1 kc\r\n3\r\nMN\r\n");
  }

  @Test
  void whatIsAnsweredLeavesAsSoonAsAllBeforeItIs() {
    rig.cache.put("a", "1");
    rig.cache.put("b", "2");
    readsAreLate();
    rig.send("mn\r\nget a\r\nmn\r\nget b\r\n");
    assertThat(rig.written()).isEqualTo("MN\r\n");
    rig.answerLate(0);
    assertThat(rig.written()).isEqualTo("VALUE a 0 1\r\n1\r\nEND\r\nMN\r\n");
    rig.answerLate(0);
    assertThat(rig.written()).isEqualTo("VALUE b 0 1\r\n2\r\nEND\r\n");
  }

  @Test
  void allKeysOfMultigetAreReadTogether() {
    readsAreLate();
    rig.send("get a b c d e\r\n");
    assertThat(rig.cache.waiting).hasSize(5);
    for (int left = 5; left > 0; left--) {
      rig.answerLate(left - 1);
    }
    assertThat(rig.written()).isEqualTo("END\r\n");
  }

  @Test
  void changeThatWaitsLetsNothingBehindItStart() {
    rig.cache.put("n", "1");
    rig.cache.late = request -> request.verb == Verb.ARITHMETIC;
    rig.send("incr n 1\r\nget n\r\nset n 0 0 1\r\n7\r\n");
    assertThat(rig.cache.executed).containsExactly("ARITHMETIC n");
    assertThat(rig.session.wantsInput()).isFalse();

    rig.answerLate(0);
    assertThat(rig.written()).isEqualTo("2\r\nVALUE n 0 1\r\n2\r\nEND\r\nSTORED\r\n");
    assertThat(rig.session.wantsInput()).isTrue();
  }

  @Test
  void inputThatArrivesBetweenAnAnswerAndTheNextTurnIsNotTakenForOneLongLine() {
    rig.cache.put("n", "1");
    rig.cache.valueBytesMax = 9000;
    rig.cache.late = request -> request.verb == Verb.ARITHMETIC;
    String value = "x".repeat(9000);
    rig.send("incr n 1\r\nset v 0 0 9000\r\n" + value.substring(0, 1000));

    rig.cache.answerLate(0);
    rig.sendInThisTurn(value.substring(1000, 4000)).sendInThisTurn(value.substring(4000));
    rig.send("\r\nmn\r\n");
    assertThat(rig.written()).isEqualTo("2\r\nSTORED\r\nMN\r\n");
    assertThat(rig.wantsClose()).isFalse();
  }

  @Test
  void changeStartsWhileEarlierReadsStillWait() {
    rig.cache.put("a", "old");
    readsAreLate();
    rig.send("get a\r\nset a 0 0 3\r\nnew\r\nget a\r\n");
    assertThat(rig.cache.executed).containsExactly("READ a", "STORE a", "READ a");
    rig.answerLate(1).answerLate(0);
    assertThat(rig.written())
        .isEqualTo("VALUE a 0 3\r\nold\r\nEND\r\nSTORED\r\nVALUE a 0 3\r\nnew\r\nEND\r\n");
  }

  @Test
  void readsThatChangeSomethingRunAlone() {
    rig.cache.put("a", "1");
    rig.cache.put("b", "2");
    readsAreLate();
    for (String command :
        new String[] {
          "gat 10 a b\r\n",
          "touch a 10\r\nget b\r\n",
          "mg a T10\r\nget b\r\n",
          "mg a N10\r\nget b\r\n",
          "mg a R10\r\nget b\r\n"
        }) {
      rig.send(command);
      assertThat(rig.cache.waiting).as(command).hasSize(1);
      rig.answerLate(0);
      assertThat(rig.cache.waiting).as(command).hasSize(1);
      rig.answerLate(0);
    }
    assertThat(rig.written()).startsWith("VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n2\r\nEND\r\nTOUCHED");
  }

  @Test
  void keyOpaqueAndValueStayWhereTheRequestSaysUntilItIsAnswered() {
    rig.cache.late = request -> true;
    rig.send("ms key 5 k Oabc c\r\nhello\r\nmg key k Oabc v\r\nmg gone k Odef\r\n");
    rig.answerAll();
    assertThat(rig.written())
        .isEqualTo("HD kkey Oabc c1\r\nVA 5 kkey Oabc\r\nhello\r\nEN kgone Odef\r\n");
  }

  @Test
  void valueThatCameInPiecesStaysUntilItIsAnswered() {
    rig.cache.late = request -> request.verb == Verb.STORE;
    rig.sendInPieces("set a 0 0 900\r\n" + "v".repeat(900) + "\r\nget a\r\n", 50);
    rig.answerLate(0);
    assertThat(rig.written())
        .isEqualTo("STORED\r\nVALUE a 0 900\r\n" + "v".repeat(900) + "\r\nEND\r\n");
  }

  @Test
  void answersThatComeAfterTheCloseAreThrownAway() {
    rig.cache.put("a", "1");
    rig.cache.late = request -> true;
    rig.send("get a\r\nget a\r\nget a\r\n");
    rig.answerLate(1);
    rig.close();
    assertThat(rig.written()).isEmpty();
  }

  @Test
  void ownerIsToldOnceUntilTheSessionGoesOn() {
    readsAreLate();
    rig.send("get a b c\r\n");
    rig.cache.answerLate(2);
    rig.cache.answerLate(1);
    assertThat(rig.progressCalls).isEqualTo(1);
    rig.answerLate(0);
    assertThat(rig.progressCalls).isEqualTo(1);
    assertThat(rig.written()).isEqualTo("END\r\n");
  }

  @Test
  void quitWaitsForTheAnswersBeforeIt() {
    readsAreLate();
    rig.send("get a\r\nquit\r\nget b\r\n");
    assertThat(rig.wantsClose()).isFalse();
    rig.answerLate(0);
    assertThat(rig.written()).isEqualTo("END\r\n");
    assertThat(rig.wantsClose()).isTrue();
    assertThat(rig.cache.executed).containsExactly("READ a");
  }

  @Test
  void onlySoManyReadsWaitAtOnce() {
    rig.close();
    rig = new SessionRig(new ProtocolConfig(3, 1 << 20, 256 << 10, 20, 2048, 16, 4096), 1 << 20);
    readsAreLate();
    rig.send("get a b c d e\r\nget f\r\n");
    assertThat(rig.cache.waiting).hasSize(3);
    assertThat(rig.session.wantsInput()).isFalse();
    rig.answerLate(1);
    assertThat(rig.cache.waiting).as("the first still waits").hasSize(2);
    rig.answerLate(0);
    assertThat(rig.cache.waiting).hasSize(3);
    rig.answerAll();
    assertThat(rig.written()).isEqualTo("END\r\nEND\r\n");
  }

  @Test
  void fewerReadsWaitAtOnceWhenTheirValuesAreLarge() {
    rig.close();
    rig = new SessionRig(new ProtocolConfig(256, 20_000, 256 << 10, 20, 2048, 16, 4096), 1 << 20);
    rig.cache.put("big", "b".repeat(15_000));
    readsAreLate();
    rig.send("get a b c d e f g\r\n");
    assertThat(rig.cache.waiting).as("taken to be of 4 KiB").hasSize(4);
    rig.answerAll().written();
    rig.send("get big\r\n").answerAll().written();

    rig.send("get a b c d\r\n");
    assertThat(rig.cache.waiting).as("taken to be of 15 KiB").hasSize(1);
    rig.answerAll();
    assertThat(rig.written()).isEqualTo("END\r\n");
  }

  @Test
  void removalForSetThatIsTooLargeHoldsUpItsAnswerAndWhatFollows() {
    rig.cache.put("a", "1");
    rig.cache.late = request -> request.verb == Verb.DELETE;
    rig.sendInPieces("set a 0 0 2000\r\n" + "v".repeat(2000) + "\r\nget a\r\n", 700);
    assertThat(rig.written()).as("who is told may look at once, on another connection").isEmpty();
    rig.answerLate(0);
    assertThat(rig.written()).isEqualTo("SERVER_ERROR object too large for cache\r\nEND\r\n");
  }
}
