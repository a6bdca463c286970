package io.larder.tests.conformance.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Histories of one key as they may be recorded: what is explained by them, and what is not. */
class KeyHistoryTest {
  private static final int ITEM = 7;
  private static final int OWNER = 0;
  private static final int OTHER = 1;

  private final Findings findings = new Findings();
  private final World world = new World(64, 1, findings);
  private final KeyHistory key = world.history(ITEM);
  private int life = 1;
  private long nanos;
  private long seconds = 1_800_000_000L;

  private Moment now() {
    return new Moment(++nanos, seconds);
  }

  private Change ask(Change.Kind kind, long expiry, long token) {
    Change change =
        new Change(
            kind, ITEM, world.nextChange(), life, OWNER, 100, false, 3, expiry, 0, token, now());
    key.asked(change);
    return change;
  }

  private Change ask(Change.Kind kind) {
    return ask(kind, 0, 0);
  }

  private void answer(Change change, Answer answer) {
    key.answered(change, answer, Shown.NOTHING, now());
  }

  private void answer(Change change, Answer answer, long token) {
    key.answered(change, answer, new Shown(null, -1, token, Shown.NOT_SAID), now());
  }

  private Change set() {
    Change set = ask(Change.Kind.SET);
    answer(set, Answer.DONE);
    return set;
  }

  private static byte[] bytes(Change... changes) {
    Content content = Content.bytes(ITEM, changes[0].number(), 100);
    for (int i = 1; i < changes.length; i++) {
      content = content.appended(changes[i].number(), 100);
    }
    return content.toBytes();
  }

  private KeyHistory.Look look(int client) {
    return key.look(client, client == OWNER, life, now());
  }

  private void see(byte[] value) {
    see(value, 0);
  }

  private void see(byte[] value, long token) {
    key.seen(look(OTHER), new Shown(value, 3, token, Shown.NOT_SAID), now());
  }

  private void miss() {
    key.missed(look(OTHER), now());
  }

  private void restart() {
    key.lost(now());
    life++;
    world.tokens().lifeBegins(life);
  }

  private void isExplained() {
    assertThat(findings.wrong()).isEmpty();
  }

  private void isWrong(String... words) {
    assertThat(findings.wrongCount()).isEqualTo(1);
    assertThat(findings.wrong().getFirst()).contains(words);
  }

  // ------------------------------------------------------------------ what was granted

  @Test
  void theLastGrantedValueIsExplainedInThisLifeAndTheNext() {
    set();
    Change last = set();
    see(bytes(last));
    restart();
    see(bytes(last));

    isExplained();
  }

  @Test
  void aMissIsAlwaysExplainedAndEndsNothing() {
    Change last = set();
    miss();
    restart();
    miss();
    see(bytes(last));

    isExplained();
    assertThat(world.tally().foundAfterMiss.sum()).isEqualTo(1);
  }

  @Test
  void anOlderValueIsWrongAndTheHistoryIsPrinted() {
    Change first = set();
    Change last = set();
    restart();
    see(bytes(first));

    isWrong(
        "item 7",
        "generation " + first.number(),
        "there may only be 100 bytes of change " + last.number(),
        "its history",
        "life 1: change " + last.number() + " by client 0: SET 100 bytes: DONE");
  }

  @Test
  void aDeletedValueIsWrong() {
    Change last = set();
    answer(ask(Change.Kind.DELETE), Answer.DONE);
    restart();
    see(bytes(last));

    isWrong("nothing can be there");
  }

  @Test
  void aDeleteThatFoundNothingDeletesWhatTheServerDidNotKnowYet() {
    Change last = set();
    restart();
    answer(ask(Change.Kind.DELETE), Answer.NOT_FOUND);
    see(bytes(last));

    isWrong("nothing can be there");
  }

  @Test
  void anAddThatWasGrantedReplacesWhatTheServerDidNotKnowYet() {
    Change last = set();
    restart();
    answer(ask(Change.Kind.ADD), Answer.DONE);
    see(bytes(last));

    isWrong("there may only be");
  }

  @Test
  void aReplaceThatFoundNothingChangesNothing() {
    Change last = set();
    restart();
    answer(ask(Change.Kind.REPLACE), Answer.NOT_STORED);
    see(bytes(last));

    isExplained();
  }

  @Test
  void aNumberThatCannotBeCountedUpIsWrong() {
    Change set = new Change(Change.Kind.SET, ITEM, 1, life, OWNER, 0, true, 3, 0, 0, 0, now());
    key.asked(set);
    answer(set, Answer.DONE);
    Change count = new Change(Change.Kind.COUNT, ITEM, 2, life, OWNER, 0, true, 0, 0, 5, 0, now());
    key.asked(count);
    answer(count, Answer.NOT_A_NUMBER);

    isWrong("COUNT 5 found no number", "there may only be number");
  }

  @Test
  void anotherKeysBytesAreWrong() {
    set();
    see(Content.bytes(ITEM + 1, 1, 100).toBytes());

    isWrong("100 bytes of item 8");
  }

  @Test
  void aDamagedValueIsWrong() {
    byte[] value = bytes(set());
    value[50] ^= 1;
    see(value);

    isWrong("a damaged 100 bytes");
  }

  @Test
  void anotherValuesFlagsAreWrong() {
    Change last = set();
    key.seen(look(OTHER), new Shown(bytes(last), 4, 0, Shown.NOT_SAID), now());

    isWrong("its flags are 3");
  }

  // ------------------------------------------------------------------ what was under way

  @Test
  void whatWasUnderWayAtTheKillMayHaveHappenedOrNot() {
    Change granted = set();
    ask(Change.Kind.SET);
    restart();
    see(bytes(granted));
    isExplained();

    Change under = ask(Change.Kind.SET);
    restart();
    see(bytes(under));
    isExplained();
  }

  @Test
  void theFirstOfTwoThatWereUnderWayIsExplained() {
    set();
    Change first = ask(Change.Kind.SET);
    ask(Change.Kind.SET);
    restart();
    see(bytes(first));

    isExplained();
  }

  @Test
  void whatWasBeforeTheLastGrantedIsWrongWhateverWasUnderWay() {
    Change first = set();
    set();
    ask(Change.Kind.SET);
    restart();
    see(bytes(first));

    isWrong("generation " + first.number());
  }

  @Test
  void whatHasBeenSeenOnceIsTheStateFromThenOn() {
    Change granted = set();
    Change under = ask(Change.Kind.SET);
    restart();
    see(bytes(under));
    isExplained();

    see(bytes(granted));
    isWrong("there may only be 100 bytes of change " + under.number());
  }

  @Test
  void aDeleteUnderWayMayHaveHappenedOrNot() {
    Change granted = set();
    ask(Change.Kind.DELETE);
    restart();
    miss();
    see(bytes(granted));

    isExplained();
  }

  @Test
  void anAppendGoesOnFromWhateverItWas() {
    set();
    Change under = ask(Change.Kind.SET);
    restart();
    Change append = ask(Change.Kind.APPEND);
    answer(append, Answer.DONE);
    see(bytes(under, append));

    isExplained();
  }

  @Test
  void anAppendThatWasGrantedCannotGetLostAlone() {
    Change set = set();
    Change append = ask(Change.Kind.APPEND);
    answer(append, Answer.DONE);
    see(bytes(set));

    isWrong("there may only be");
  }

  // ------------------------------------------------------------------ what happens at once

  @Test
  void aReadThatIsOvertakenByAChangeMaySeeEither() {
    Change first = set();
    KeyHistory.Look early = look(OTHER);
    KeyHistory.Look late = look(OTHER);
    Change second = ask(Change.Kind.SET);
    key.seen(early, new Shown(bytes(first), 3, 0, Shown.NOT_SAID), now());
    answer(second, Answer.DONE);
    key.seen(late, new Shown(bytes(second), 3, 0, Shown.NOT_SAID), now());

    isExplained();
  }

  @Test
  void aReadThatIsAskedAfterTheGrantMayNot() {
    Change first = set();
    set();
    see(bytes(first));

    isWrong("generation " + first.number());
  }

  @Test
  void aClientSeesItsOwnChangesInTheirOrder() {
    Change first = set();
    ask(Change.Kind.SET);
    KeyHistory.Look own = look(OWNER);
    key.seen(own, new Shown(bytes(first), 3, 0, Shown.NOT_SAID), now());

    isWrong("there may only be");
  }

  // ------------------------------------------------------------------ answers that tell

  @Test
  void anAddRefusedForSomethingThatWasDeletedIsWrong() {
    set();
    answer(ask(Change.Kind.DELETE), Answer.DONE);
    restart();
    answer(ask(Change.Kind.ADD), Answer.NOT_STORED);

    isWrong("nothing can be there");
  }

  @Test
  void aTouchGrantedForSomethingThatWasDeletedIsWrong() {
    set();
    answer(ask(Change.Kind.DELETE), Answer.DONE);
    restart();
    answer(ask(Change.Kind.TOUCH), Answer.DONE);

    isWrong("TOUCH was granted");
  }

  @Test
  void aCasWithAnOldNumberMustNotBeGranted() {
    answer(ask(Change.Kind.SET), Answer.DONE, 10);
    answer(ask(Change.Kind.SET), Answer.DONE, 11);
    answer(ask(Change.Kind.CAS, 0, 10), Answer.EXISTS);
    isExplained();

    answer(ask(Change.Kind.CAS, 0, 10), Answer.DONE);
    isWrong("CAS 100 bytes over cas 10 was granted");
  }

  @Test
  void aNumberThatSkipsAChangeIsWrong() {
    Content number = Content.number(ITEM, 1);
    Change set = new Change(Change.Kind.SET, ITEM, 1, life, OWNER, 19, true, 3, 0, 0, 0, now());
    key.asked(set);
    answer(set, Answer.DONE);
    for (int i = 0; i < 2; i++) {
      Change count =
          new Change(Change.Kind.COUNT, ITEM, 2 + i, life, OWNER, 0, true, 0, 0, 5, 0, now());
      key.asked(count);
      byte[] shown = Long.toString(number.number() + 5).getBytes(ISO_8859_1);
      key.answered(count, Answer.DONE, new Shown(shown, -1, 0, Shown.NOT_SAID), now());
    }

    isWrong("COUNT 5 showed", "there may only be number");
  }

  // ------------------------------------------------------------------ CAS uniques

  @Test
  void aCasUniqueStaysWithItsItemAcrossARestart() {
    Change set = ask(Change.Kind.SET);
    answer(set, Answer.DONE, 10);
    answer(ask(Change.Kind.TOUCH), Answer.DONE);
    restart();
    see(bytes(set), 10);

    isExplained();
  }

  @Test
  void anotherCasUniqueForTheSameItemIsWrong() {
    Change set = ask(Change.Kind.SET);
    answer(set, Answer.DONE, 10);
    restart();
    see(bytes(set), 12);

    isWrong("its CAS unique 10");
  }

  @Test
  void aCasUniqueThatComesAgainAfterARestartIsWrong() {
    answer(ask(Change.Kind.SET), Answer.DONE, 10);
    restart();
    answer(ask(Change.Kind.SET), Answer.DONE, 10);

    isWrong("10 had been seen before the restart");
  }

  @Test
  void aCasUniqueThatComesAgainInTheSameLifeIsWrong() {
    answer(ask(Change.Kind.SET), Answer.DONE, 10);
    answer(ask(Change.Kind.SET), Answer.DONE, 10);

    isWrong("CAS unique 10 was that of change 1");
  }

  /** Whichever of the two has been carried out: what is shown is the same. */
  @Test
  void aCasUniqueOfOneOfTwoEqualValuesSaysNothing() {
    Content number = Content.number(ITEM, 1);
    Change set = new Change(Change.Kind.SET, ITEM, 1, life, OWNER, 19, true, 3, 0, 0, 0, now());
    key.asked(set);
    answer(set, Answer.DONE);
    Change count = new Change(Change.Kind.COUNT, ITEM, 2, life, OWNER, 0, true, 0, 0, 5, 0, now());
    Change same = new Change(Change.Kind.COUNT, ITEM, 3, life, OWNER, 0, true, 0, 0, 5, 0, now());
    key.asked(count);
    key.asked(same);
    KeyHistory.Look look = look(OTHER);
    answer(count, Answer.DONE);
    byte[] shown = Long.toString(number.number() + 5).getBytes(ISO_8859_1);
    key.seen(look, new Shown(shown, 3, 10, Shown.NOT_SAID), now());

    isExplained();
  }

  // ------------------------------------------------------------------ time

  @Test
  void aLifeRunsOnWhileTheServerIsAway() {
    Change set = ask(Change.Kind.SET, 2, 0);
    answer(set, Answer.DONE);
    restart();
    seconds++;
    see(bytes(set));
    isExplained();

    seconds++;
    see(bytes(set));
    isWrong("it expired at second 1800000002, 0 s before it was asked for");
  }

  @Test
  void anExpiryTheServerHasMovedIsWrong() {
    Change set = ask(Change.Kind.SET, 10, 0);
    answer(set, Answer.DONE);
    restart();
    seconds += 4;
    key.seen(look(OTHER), new Shown(bytes(set), 3, 0, 6), now());
    isExplained();

    key.seen(look(OTHER), new Shown(bytes(set), 3, 0, 7), now());
    isWrong("it lasts until second 1800000010");
  }

  @Test
  void aTouchGivesItAnotherLife() {
    Change set = ask(Change.Kind.SET, 2, 0);
    answer(set, Answer.DONE);
    answer(ask(Change.Kind.TOUCH, 10, 0), Answer.DONE);
    restart();
    seconds += 5;
    see(bytes(set));

    isExplained();
  }

  @Test
  void aTouchUnderWayAtTheKillMayHaveHappenedOrNot() {
    Change set = ask(Change.Kind.SET, 2, 0);
    answer(set, Answer.DONE);
    ask(Change.Kind.TOUCH, 10, 0);
    restart();
    seconds += 5;
    see(bytes(set));
    isExplained();

    seconds += 6;
    see(bytes(set));
    isWrong("it expired");
  }

  // ------------------------------------------------------------------ flush_all

  @Test
  void whatWasFlushedIsWrong() {
    Change set = set();
    world.flushes().granted(now(), now());
    restart();
    see(bytes(set));

    isWrong("a flush_all was granted behind it");
  }

  @Test
  void whatWasStoredWhileTheFlushWasUnderWayMayBeThere() {
    Moment asked = now();
    Change set = set();
    world.flushes().granted(asked, now());
    see(bytes(set));

    isExplained();
  }

  @Test
  void aDelayedFlushIsDueWhileTheServerIsAway() {
    Change set = set();
    Moment asked = now();
    world.flushes().grantedLater(asked, now(), 3);
    restart();
    seconds += 2;
    see(bytes(set));
    isExplained();

    seconds++;
    see(bytes(set));
    isWrong("a delayed flush_all was due at second 1800000003");
  }

  @Test
  void whatIsStoredAfterADelayedFlushWasDueIsThere() {
    Moment asked = now();
    world.flushes().grantedLater(asked, now(), 3);
    seconds += 3;
    Change set = set();
    seconds++;
    see(bytes(set));

    isExplained();
  }

  // ------------------------------------------------------------------ empty flash

  @Test
  void aServerThatSaysItHasNothingHasNothing() {
    Change set = set();
    restart();
    key.emptied(now(), life);
    see(bytes(set));

    isWrong("nothing can be there", "life 2: start: empty");
  }
}
