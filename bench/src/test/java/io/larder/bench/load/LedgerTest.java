package io.larder.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which versions a read may still return. */
class LedgerTest {
  private static final int RUN = 5;

  private final Ledger ledger = new Ledger(10, RUN);

  @Test
  void whatWasReplacedMayNotComeBack() {
    int first = changed(3);
    int second = changed(3);

    assertThat(ledger.complaint(ledger.floor(3), second, RUN)).isNull();
    assertThat(ledger.complaint(ledger.floor(3), first, RUN))
        .contains("version " + first, "version " + second);
    assertThat(ledger.complaint(ledger.floor(3), first, RUN + 1)).contains("before this run");
  }

  @Test
  void aReadIsHeldToWhatWasKnownWhenItWasSent() {
    int first = changed(3);
    int floor = ledger.floor(3);
    changed(3);

    assertThat(ledger.complaint(floor, first, RUN)).isNull();
  }

  @Test
  void ofChangesThatOverlapAnyMayBeTheLast() {
    int first = ledger.changeStarts(3);
    int second = ledger.changeStarts(3);
    ledger.changeEnds(3, true);
    assertThat(ledger.floor(3)).as("one is still under way").isEqualTo(Ledger.NO_FLOOR);
    ledger.changeEnds(3, true);

    assertThat(ledger.complaint(ledger.floor(3), first, RUN)).isNull();
    assertThat(ledger.complaint(ledger.floor(3), second, RUN)).isNull();
    assertThat(ledger.complaint(ledger.floor(3), first - 1, RUN)).isNotNull();
  }

  @Test
  void aChangeThatFailedMayHaveChangedNothing() {
    int first = changed(3);
    ledger.changeStarts(3);
    ledger.changeEnds(3, false);

    assertThat(ledger.complaint(ledger.floor(3), first, RUN)).isNull();
  }

  @Test
  void keysNeverWrittenInThisRunMayBeAnything() {
    assertThat(ledger.complaint(ledger.floor(3), 77, RUN + 1)).isNull();
  }

  @Test
  void aKeyThatReplacesAnotherStartsAnew() {
    int old = changed(3);
    int young = changed(13);

    assertThat(ledger.floor(13)).isEqualTo(young);
    assertThat(ledger.floor(3)).as("its time is over").isEqualTo(Ledger.NO_FLOOR);
    changed(3);
    assertThat(ledger.floor(13)).isEqualTo(young);
    assertThat(old).isLessThan(young);
  }

  private int changed(long number) {
    int version = ledger.changeStarts(number);
    ledger.changeEnds(number, true);
    return version;
  }
}
