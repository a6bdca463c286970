package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.protocol.input.InputPool;
import io.larder.protocol.stats.ProtocolCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Input that comes in pieces, or never ends: what is kept of it, and how much. */
class InputTest {
  private static final String NO_MEMORY = "SERVER_ERROR out of memory storing object\r\n";

  private SessionRig rig = new SessionRig(ProtocolConfig.DEFAULT, 64 << 10);

  @AfterEach
  void everythingLentComesBack() {
    rig.close();
  }

  @Test
  void completeCommandsLeaveNothingBehind() {
    rig.send("set a 0 0 3\r\nabc\r\nget a\r\n");
    assertThat(rig.budget.usedBytes()).isZero();
  }

  @Test
  void announcedValueCostsNothingBeforeItComes() {
    rig.cache.valueBytesMax = 1 << 20;
    rig.send("set a 0 0 1000000\r\n");
    assertThat(rig.budget.usedBytes()).isZero();
    rig.send("x");
    assertThat(rig.budget.usedBytes()).isEqualTo(InputPool.BLOCK_BYTES_MIN);
  }

  @Test
  void memoryGrowsWithWhatHasCome() {
    rig.close();
    rig = new SessionRig();
    rig.cache.valueBytesMax = 1 << 20;
    rig.send("set a 0 0 60000\r\n");
    for (int sent = 1000; sent <= 30_000; sent += 1000) {
      rig.send("x".repeat(1000));
      assertThat(rig.budget.usedBytes())
          .isBetween((long) sent, Math.max(InputPool.BLOCK_BYTES_MIN, 4L * sent));
    }
    rig.send("x".repeat(30_000) + "\r\n");
    assertThat(rig.written()).isEqualTo("STORED\r\n");
    assertThat(rig.cache.value("a")).hasSize(60_000);
    assertThat(rig.budget.usedBytes()).isZero();
  }

  @Test
  void valueBeyondTheBudgetIsRefusedAndSwallowed() {
    rig.cache.valueBytesMax = 1 << 20;
    rig.cache.put("a", "old");
    rig.send("set a 0 0 100000\r\n");
    for (int i = 0; i < 10; i++) {
      rig.send("x".repeat(10_000));
      assertThat(rig.budget.usedBytes()).isLessThanOrEqualTo(rig.budget.capBytes());
    }
    rig.send("\r\nget a\r\n");
    assertThat(rig.written()).isEqualTo(NO_MEMORY + "END\r\n");
    assertThat(rig.count(ProtocolCounter.STORE_NO_MEMORY)).isEqualTo(1);
    assertThat(rig.count(ProtocolCounter.CMD_SET)).isZero();
  }

  @Test
  void refusalIsQuietWhereTheClientWantsNoReplyAndLoudForMeta() {
    rig.cache.valueBytesMax = 1 << 20;
    rig.sendInPieces("set a 0 0 100000 noreply\r\n" + "x".repeat(100_000) + "\r\nmn\r\n", 9_000);
    assertThat(rig.written()).isEqualTo("MN\r\n");
    rig.sendInPieces("ms a 100000 q\r\n" + "x".repeat(100_000) + "\r\nmn\r\n", 9_000);
    assertThat(rig.written()).isEqualTo(NO_MEMORY + "MN\r\n");
  }

  @Test
  void budgetIsSharedAndGivenBack() {
    rig.cache.valueBytesMax = 1 << 20;
    rig.budget.take(60 << 10);
    rig.sendInPieces("set a 0 0 30000\r\n" + "x".repeat(30_000) + "\r\n", 9_000);
    assertThat(rig.written()).isEqualTo(NO_MEMORY);
    rig.budget.giveBack(60 << 10);
    rig.sendInPieces("set a 0 0 30000\r\n" + "x".repeat(30_000) + "\r\n", 9_000);
    assertThat(rig.written()).isEqualTo("STORED\r\n");
  }

  @Test
  void lengthOfTwoGigabytesIsSwallowedWithoutMemory() {
    rig.send("set a 0 0 2147483645\r\n");
    for (int i = 0; i < 100; i++) {
      rig.send("x".repeat(10_000));
    }
    assertThat(rig.written()).isEqualTo("SERVER_ERROR object too large for cache\r\n");
    assertThat(rig.budget.usedBytes()).isZero();
  }

  @Test
  void lineWithoutAnEndClosesTheConnection() {
    rig.send("x".repeat(2048));
    assertThat(rig.wantsClose()).isFalse();
    rig.send("x");
    assertThat(rig.wantsClose()).isTrue();
    assertThat(rig.written()).isEmpty();
    assertThat(rig.budget.usedBytes()).isZero();
  }

  @Test
  void lineEndsInTime() {
    assertThat(rig.send("x".repeat(2048)).ask("\r\n")).isEqualTo("ERROR\r\n");
    assertThat(rig.send("x".repeat(2048)).ask("\n")).isEqualTo("ERROR\r\n");
    assertThat(rig.wantsClose()).isFalse();
  }

  @Test
  void longLineThatComesWholeIsRead() {
    assertThat(rig.ask("delete " + "x".repeat(5000) + "\r\n"))
        .isEqualTo("CLIENT_ERROR bad command line format\r\n");
  }

  @Test
  void linesOfMultigetsMayBeLong() {
    rig.sendInPieces(" ".repeat(100) + "get" + " a".repeat(8000) + "\r\n", 500);
    assertThat(rig.written()).isEqualTo("END\r\n");
    rig.sendInPieces("gets" + " a".repeat(8000) + "\r\n", 1);
    assertThat(rig.written()).isEqualTo("END\r\n");
    assertThat(rig.cache.executed).hasSize(16_000);
  }

  @Test
  void otherReadsAndFarIndentedOnesMayNot() {
    rig.send("gat 0" + " a".repeat(2000));
    assertThat(rig.wantsClose()).isTrue();
    rig.close();
    rig = new SessionRig();
    rig.send(" ".repeat(101) + "get" + " a".repeat(2000));
    assertThat(rig.wantsClose()).isTrue();
  }

  @Test
  void multigetBeyondTheBudgetIsToldAndClosed() {
    rig.sendInPieces("get" + " a".repeat(60_000), 9_000);
    assertThat(rig.written()).isEqualTo("SERVER_ERROR out of memory reading request\r\n");
    assertThat(rig.wantsClose()).isTrue();
    assertThat(rig.budget.usedBytes()).isZero();
  }

  @Test
  void whatCameBeforeTheSessionHadToWaitIsKeptWhateverTheBudget() {
    rig.budget.take(64 << 10);
    rig.cache.put("n", "0");
    rig.cache.late = request -> rig.cache.executed.size() == 1;
    rig.send("incr n 1\r\n" + "get n\r\n".repeat(2000));
    assertThat(rig.cache.executed).hasSize(1);
    rig.answerLate(0);
    assertThat(rig.cache.executed).hasSize(2001);
    rig.budget.giveBack(64 << 10);
  }

  @Test
  void quitEndsTheInput() {
    assertThat(rig.ask("mn\r\nquit\r\nmn\r\n")).isEqualTo("MN\r\n");
    assertThat(rig.wantsClose()).isTrue();
    assertThat(rig.session.wantsInput()).isFalse();
    assertThat(rig.ask("mn\r\n")).isEmpty();
  }

  @Test
  void httpIsHungUpOn() {
    assertThat(rig.ask("mn\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\n")).isEqualTo("MN\r\n");
    assertThat(rig.wantsClose()).isTrue();
  }

  @Test
  void bytesAreCounted() {
    rig.send("mn\r\n");
    assertThat(rig.count(ProtocolCounter.BYTES_READ)).isEqualTo(4);
    assertThat(rig.count(ProtocolCounter.BYTES_WRITTEN)).isEqualTo(4);
  }

  @Test
  void serverIsAsked() {
    rig.send("flush_all 10\r\nflush_all 1795000100\r\nverbosity 3\r\nstats reset\r\n");
    assertThat(rig.flushes).containsExactly(10L, 100L);
    assertThat(rig.verbosity).isEqualTo(3);
    assertThat(rig.resets).isEqualTo(1);
  }
}
