package io.larder.engine.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.model.Durability;
import io.larder.platform.work.Step;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The state file while it is written: what it carries over, rewrites, forces, and how it is lost.
 */
class StateFileTest {
  private final StateRig rig = new StateRig();

  /** Marks page 0 again and again: notes of which only the last counts. */
  private static long markOften(StateFile file, int times, long firstVersion) {
    for (int i = 0; i < times; i++) {
      file.mark(0, firstVersion + i);
    }
    return firstVersion + times;
  }

  // ------------------------------------------------------------------------- begin

  @Test
  void newRunKeepsWhatCountsOnThePagesThatAreStillThere() throws IOException {
    StateFile first = rig.begin(null, 30, Durability.KILL);
    first.mark(1, 40);
    first.tombstone(1, 40, 7);
    first.mark(2, 41);
    first.tombstone(2, 41, 8);
    first.tombstone(2, 99, 9);
    first.mark(3, 42);
    first.mark(3, 0);
    first.value(StateValue.SEQUENCE, 5000);
    first.keyChanged(77);
    rig.storage.crash();

    StateFile.begin(
        rig.storage,
        StateRig.identity(StateRig.BOOT),
        rig.usable(),
        page -> page == 1 ? -1 : page + 2,
        60,
        Durability.KILL);
    SavedState saved = rig.usable();
    assertThat(saved.mark(4)).isEqualTo(41);
    assertThat(StateRig.tombstones(saved, 4)).containsExactly(8);
    for (int page : new int[] {0, 1, 2, 3, 5, 6, 7}) {
      assertThat(saved.mark(page)).as("page " + page).isZero();
    }
    assertThat(saved.value(StateValue.SEQUENCE)).isEqualTo(5000);
    assertThat(saved.changedKeysVersion(77)).isEqualTo(30);
    assertThat(saved.noteCount()).as("value, mark, tombstone, floor, hash, floor").isEqualTo(6);
  }

  @Test
  void runThatCannotBeginLeavesNoOldFileBehind() throws IOException {
    StateFile first = rig.begin();
    first.mark(1, 40);
    first.endedCleanly();
    SavedState saved = rig.usable();
    rig.storage.crash();

    for (Runnable trouble : troubles()) {
      StateFile before = rig.begin(saved, 0, Durability.KILL);
      before.close();
      assertThat(rig.storage.isPublished()).isTrue();
      trouble.run();
      assertThatThrownBy(() -> rig.begin(saved, 0, Durability.KILL))
          .isInstanceOf(IOException.class);
      assertThat(rig.storage.isPublished()).isFalse();
      assertThat(rig.storage.openCount()).isZero();
      noTrouble();
    }
  }

  private Runnable[] troubles() {
    return new Runnable[] {
      () -> rig.storage.refuseCreates(true),
      () -> rig.storage.failAppend(1),
      () -> rig.storage.refusePublishes(true),
      () -> rig.storage.refuseForces(true)
    };
  }

  private void noTrouble() {
    rig.storage.refuseCreates(false);
    rig.storage.refuseAppends(false);
    rig.storage.refusePublishes(false);
    rig.storage.refuseForces(false);
  }

  @Test
  void lossOfPowerNeverBringsTheRunBeforeBack() throws IOException {
    StateFile first = rig.begin();
    first.mark(1, 40);
    first.endedCleanly();
    rig.storage.crash();
    rig.begin(rig.usable(), 0, Durability.KILL).mark(1, 0);
    rig.storage.loseUnforced(_ -> 0);

    assertThat(SavedState.read(rig.storage, StateRig.OTHER_BOOT, Durability.KILL).isUsable())
        .isFalse();
  }

  // -------------------------------------------------------------------------- notes

  @Test
  void noteThatSaysNothingNewIsNotMade() throws IOException {
    StateFile file = rig.begin();
    file.mark(1, 0);
    file.value(StateValue.VERSION, 0);
    assertThat(file.snapshot().noteCount()).isZero();

    file.mark(1, 5);
    file.mark(1, 5);
    file.value(StateValue.VERSION, 8);
    file.value(StateValue.VERSION, 8);
    file.mark(1, 0);
    file.tombstone(1, 5, 3);
    file.revive(1, 4, 3);
    assertThat(file.snapshot()).isEqualTo(new StateSnapshot(4096 + 3 * 16, 3, 1, 0, true));
  }

  @Test
  void versionsAreNeverUsedTwice() throws IOException {
    StateFile file = rig.begin();
    file.mark(1, 5);
    file.mark(1, 0);
    assertThatThrownBy(() -> file.mark(1, 5)).hasMessageContaining("page 1", "version 5");
    assertThatThrownBy(() -> file.mark(1, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.mark(1, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.tombstone(1, 0, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThat(file.isKept()).isTrue();
  }

  @Test
  void closedFileTakesNoNotes() throws IOException {
    StateFile file = rig.begin(null, 0, Durability.POWER);
    file.close();
    file.close();
    assertThatThrownBy(() -> file.mark(1, 5)).isInstanceOf(IllegalStateException.class);
    assertThat(rig.storage.openCount()).isZero();
    assertThat(rig.usable().mark(1)).isZero();
  }

  @Test
  void noneKeepsNothing() {
    StateLog none = StateLog.NONE;
    none.mark(1, 5);
    none.tombstone(1, 5, 1);
    none.revive(1, 5, 1);
    none.value(StateValue.CLOCK_SECONDS, 1);
    none.keyChanged(1);
    none.rebuilt();
    none.force();
    none.endedCleanly();
    assertThat(none.isKept()).isFalse();
  }

  // --------------------------------------------------------------------------- loss

  @Test
  void noteThatCannotBeMadeTakesTheFileWithItForGood() throws IOException {
    StateFile file = rig.begin();
    AtomicInteger wakes = new AtomicInteger();
    file.wakes(wakes::incrementAndGet);
    file.mark(1, 5);
    rig.storage.refuseAppends(true);
    file.tombstone(1, 5, 1);

    assertThat(file.isKept()).isFalse();
    assertThat(file.snapshot().isKept()).isFalse();
    assertThat(rig.storage.isPublished()).isFalse();
    rig.storage.refuseAppends(false);
    file.mark(2, 6);
    file.value(StateValue.SEQUENCE, 6);
    file.keyChanged(3);
    file.rebuilt();
    file.force();
    file.endedCleanly();
    assertThat(file.isKept()).isFalse();
    assertThat(rig.read().reason()).isEqualTo("there is no state file");

    assertThat(wakes).as("to give its room back").hasValue(1);
    assertThat(file.step().run()).isEqualTo(Step.UNTIL_WOKEN);
    assertThat(rig.storage.openCount()).isZero();
    file.close();
  }

  @Test
  void fileThatCannotEvenBeDeletedIsNoLongerKept() throws IOException {
    StateFile file = rig.begin();
    rig.storage.refuseAppends(true);
    rig.storage.refuseDeletes(true);
    file.mark(1, 5);
    assertThat(file.isKept()).isFalse();
    file.mark(1, 6);
  }

  @Test
  void forceThatFailsTakesTheFileWithIt() throws IOException {
    StateFile file = rig.begin(null, 0, Durability.POWER);
    file.mark(1, 5);
    rig.storage.refuseForces(true);
    file.force();
    assertThat(file.isKept()).isFalse();
    assertThat(rig.storage.isPublished()).isFalse();
  }

  @Test
  void cleanEndThatCannotBeForcedIsNone() throws IOException {
    StateFile file = rig.begin();
    file.mark(1, 5);
    rig.storage.refuseForces(true);
    file.endedCleanly();
    assertThat(file.isKept()).isFalse();
    assertThat(rig.storage.isPublished()).isFalse();
  }

  // -------------------------------------------------------------------------- force

  @Test
  void forceIsForThoseWhoAskedForIt() throws IOException {
    StateFile file = rig.begin();
    long atFirst = rig.storage.forceCount();
    file.mark(1, 5);
    file.force();
    assertThat(rig.storage.forceCount()).isEqualTo(atFirst);
    file.close();

    StateFile safe = rig.begin(null, 0, Durability.POWER);
    atFirst = rig.storage.forceCount();
    safe.mark(1, 5);
    safe.force();
    safe.force();
    assertThat(rig.storage.forceCount()).as("once for one note").isEqualTo(atFirst + 1);
    safe.mark(1, 6);
    rig.storage.loseUnforced(_ -> 1);
    assertThat(SavedState.read(rig.storage, StateRig.OTHER_BOOT, Durability.POWER).mark(1))
        .isEqualTo(5);
  }

  // ------------------------------------------------------------------------ rewriting

  @Test
  void mostlyDeadFileIsRewrittenAndSaysTheSame() throws IOException {
    StateFile file = rig.begin(null, 3, Durability.KILL);
    AtomicInteger wakes = new AtomicInteger();
    file.wakes(wakes::incrementAndGet);
    file.keyChanged(5);
    file.mark(1, 50);
    file.tombstone(1, 50, 3);
    file.tombstone(2, 51, 4);
    file.tombstone(1, 50, 6);
    file.revive(1, 50, 6);
    file.value(StateValue.CLOCK_SECONDS, 99);
    markOften(file, 200, 1000);
    assertThat(wakes.get()).isPositive();
    StateRig.settle(file);

    StateSnapshot snapshot = file.snapshot();
    assertThat(snapshot.rewrites()).isEqualTo(1);
    assertThat(snapshot.noteCount())
        .as("floor, hash, two marks, value, three tombstones, revival")
        .isEqualTo(9);
    assertThat(snapshot.liveNoteEstimate()).isEqualTo(9);
    assertThat(rig.storage.openCount()).as("the old one is closed").isEqualTo(1);
    file.mark(2, 51);
    file.mark(0, 0);
    SavedState saved = rig.usable();
    assertThat(saved.mark(0)).isZero();
    assertThat(saved.mark(1)).isEqualTo(50);
    assertThat(StateRig.tombstones(saved, 1)).containsExactly(3);
    assertThat(StateRig.tombstones(saved, 2)).containsExactly(4);
    assertThat(saved.value(StateValue.CLOCK_SECONDS)).isEqualTo(99);
    assertThat(saved.changedKeysVersion(5)).isEqualTo(3);
  }

  @Test
  void fileThatIsMostlyAliveIsNotRewritten() throws IOException {
    StateFile file = rig.begin();
    file.mark(1, 50);
    for (int offset = 0; offset < 1000; offset++) {
      file.tombstone(1, 50, offset);
    }
    StateRig.settle(file);
    assertThat(file.snapshot().rewrites()).isZero();

    file.mark(1, 0);
    StateRig.settle(file);
    assertThat(file.snapshot().rewrites()).isEqualTo(1);
    assertThat(file.snapshot().noteCount()).isZero();
  }

  @Test
  void voidHashNotesAreNotCopied() throws IOException {
    StateFile file = rig.begin(null, 9, Durability.KILL);
    for (int key = 0; key < 500; key++) {
      file.keyChanged(key);
    }
    file.rebuilt();
    file.keyChanged(1000);
    StateRig.settle(file);

    assertThat(file.snapshot().rewrites()).isEqualTo(1);
    assertThat(file.snapshot().noteCount()).isEqualTo(2);
    assertThat(rig.usable().changedKeyCount()).isEqualTo(1);
    assertThat(rig.usable().changedKeysVersion(1000)).isEqualTo(9);
  }

  @Test
  void notesMadeAtAnyPointOfARewriteAreInTheNewFile() throws IOException {
    for (int point = 0; point < 6; point++) {
      StateRig fresh = new StateRig();
      StateFile file = fresh.begin(null, 9, Durability.KILL);
      file.mark(3, 10);
      file.mark(4, 11);
      file.tombstone(3, 10, 1);
      file.tombstone(4, 11, 1);
      file.keyChanged(1);
      file.value(StateValue.SEQUENCE, 1);
      markOften(file, 200, 1000);
      Step step = file.step();
      for (int i = 0; i < point; i++) {
        step.run();
      }
      file.mark(3, 0);
      file.tombstone(4, 11, 2);
      file.revive(4, 11, 1);
      file.mark(5, 12);
      file.rebuilt();
      file.keyChanged(2);
      file.value(StateValue.SEQUENCE, 2);
      StateRig.settle(file);

      assertThat(file.snapshot().rewrites()).as("point " + point).isEqualTo(1);
      SavedState saved = fresh.usable();
      assertThat(saved.mark(0)).isEqualTo(1199);
      assertThat(saved.mark(3)).isZero();
      assertThat(StateRig.tombstones(saved, 4)).containsExactly(2);
      assertThat(saved.mark(5)).isEqualTo(12);
      assertThat(saved.changedKeysVersion(1)).isZero();
      assertThat(saved.changedKeysVersion(2)).isEqualTo(9);
      assertThat(saved.value(StateValue.SEQUENCE)).isEqualTo(2);
    }
  }

  /**
   * A page is given up and filled again during a rewrite, and what was dead before it was marked is
   * dead afterwards: marks that the new file knows already are not said once more, after a later
   * one.
   */
  @Test
  void tombstonesMadeBeforeTheirMarkOutliveARewrite() throws IOException {
    for (int point = 0; point < 6; point++) {
      StateRig fresh = new StateRig();
      StateFile file = fresh.begin();
      file.mark(3, 10);
      markOften(file, 200, 1000);
      Step step = file.step();
      for (int i = 0; i < point; i++) {
        step.run();
      }
      file.mark(3, 0);
      file.mark(3, 20);
      file.mark(3, 0);
      file.tombstone(3, 30, 7);
      file.mark(3, 30);
      file.tombstone(3, 30, 8);
      StateRig.settle(file);

      assertThat(file.snapshot().rewrites()).as("point " + point).isEqualTo(1);
      assertThat(StateRig.tombstones(fresh.usable(), 3)).as("point " + point).containsExactly(7, 8);
      file.close();
    }
  }

  @Test
  void manyNotesAreRewrittenPieceByPiece() throws IOException {
    StateFile file = rig.begin();
    file.mark(1, 50);
    long version = 1000;
    for (int i = 0; i < 5 * StateRewrite.PIECE_NOTES; i++) {
      file.tombstone(1, 50, i);
      file.mark(0, version++);
      file.mark(0, version++);
    }
    StateRig.settle(file);
    assertThat(file.snapshot().rewrites()).isEqualTo(1);
    assertThat(file.snapshot().noteCount()).isEqualTo(5 * StateRewrite.PIECE_NOTES + 2);
    assertThat(rig.usable().tombstoneCount(1)).isEqualTo(5 * StateRewrite.PIECE_NOTES);
    assertThat(rig.usable().mark(0)).isEqualTo(version - 1);
  }

  @Test
  void rewriteThatFailsHarmsNothingAndIsTriedAgain() throws IOException {
    for (Runnable trouble :
        new Runnable[] {
          () -> rig.storage.refuseCreates(true), () -> rig.storage.refusePublishes(true)
        }) {
      noTrouble();
      StateFile file = rig.begin();
      long version = markOften(file, 200, 1000);
      trouble.run();
      StateRig.settle(file);
      assertThat(file.isKept()).isTrue();
      assertThat(file.snapshot().rewrites()).isZero();
      assertThat(rig.storage.openCount()).as("the new one is gone").isEqualTo(1);
      assertThat(rig.usable().mark(0)).isEqualTo(version - 1);

      noTrouble();
      StateRig.settle(file);
      assertThat(file.snapshot().rewrites()).as("not at once").isZero();
      version = markOften(file, 100, version);
      StateRig.settle(file);
      assertThat(file.snapshot().rewrites()).isEqualTo(1);
      assertThat(rig.usable().mark(0)).isEqualTo(version - 1);
      file.close();
    }
  }

  @Test
  void fileThatDoesNotReadBackIsNotRewritten() throws IOException {
    StateFile file = rig.begin();
    markOften(file, 200, 1000);
    rig.storage.flipBit((4096 + 50 * 16) * 8L);
    StateRig.settle(file);
    assertThat(file.snapshot().rewrites()).isZero();
    assertThat(file.isKept()).isTrue();
  }

  @Test
  void rewriteUnderWayEndsWithTheRun() throws IOException {
    StateFile file = rig.begin();
    markOften(file, 200, 1000);
    file.step().run();
    assertThat(rig.storage.openCount()).isEqualTo(2);
    file.endedCleanly();
    StateRig.settle(file);
    assertThat(rig.storage.openCount()).isEqualTo(1);
    assertThat(rig.usable().endedCleanly()).isTrue();
    file.close();
    assertThat(rig.storage.openCount()).isZero();
  }

  @Test
  void rewriteLosesNothingWithThePower() throws IOException {
    for (int choice = 0; choice < 2; choice++) {
      int chosen = choice;
      StateRig fresh = new StateRig();
      StateFile file = fresh.begin(null, 0, Durability.POWER);
      file.mark(1, 50);
      file.tombstone(1, 50, 3);
      markOften(file, 200, 1000);
      file.force();
      StateRig.settle(file);
      assertThat(file.snapshot().rewrites()).isEqualTo(1);
      fresh.storage.loseUnforced(_ -> chosen);

      SavedState saved = SavedState.read(fresh.storage, StateRig.OTHER_BOOT, Durability.POWER);
      assertThat(saved.mark(0)).isEqualTo(1199);
      assertThat(StateRig.tombstones(saved, 1)).containsExactly(3);
    }
  }

  @Test
  void roomThatCannotBeMadeAheadIsAskedForAgain() throws IOException {
    StateFile file = rig.begin();
    markOften(file, 40, 1000);
    rig.storage.refuseAppends(true);
    assertThat(file.step().run()).isBetween(1L, Step.UNTIL_WOKEN - 1);
    assertThat(file.isKept()).isTrue();
    rig.storage.refuseAppends(false);
    StateRig.settle(file);
    markOften(file, 10, 2000);
    assertThat(file.isKept()).isTrue();
  }
}
