package io.larder.engine.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.model.Durability;
import io.larder.platform.state.BootId;
import io.larder.platform.state.StateAppender;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a state file is found to say, and when it is not believed. */
class SavedStateTest {
  private static final int NOTES_AT = 4096;

  private final StateRig rig = new StateRig();

  /** Ten notes: a mark and nine tombstones. */
  private void tenNotes(Durability durability) throws IOException {
    StateFile file = rig.begin(null, 0, durability);
    file.mark(1, 50);
    for (int offset = 1; offset < 10; offset++) {
      file.tombstone(1, 50, offset);
    }
    rig.storage.crash();
  }

  private SavedState afterReboot(Durability durability) {
    return SavedState.read(rig.storage, StateRig.OTHER_BOOT, durability);
  }

  private static void assertDamaged(SavedState saved, String how) {
    assertThat(saved.isUsable()).isFalse();
    assertThat(saved.reason()).isEqualTo("the state file state is damaged (" + how + ")");
  }

  // ------------------------------------------------------------------------ content

  @Test
  void noFileIsNotUsable() {
    assertThat(rig.read().isUsable()).isFalse();
    assertThat(rig.read().reason()).isEqualTo("there is no state file");
    assertThatThrownBy(() -> rig.read().identity()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> rig.read().mark(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void emptyFileSaysThatNothingCounts() throws IOException {
    rig.begin();
    SavedState saved = rig.usable();

    assertThat(saved.reason()).isEmpty();
    assertThat(saved.identity()).isEqualTo(StateRig.identity(StateRig.BOOT));
    assertThat(saved.endedCleanly()).isFalse();
    assertThat(saved.noteCount()).isZero();
    assertThat(saved.mark(7)).isZero();
    assertThat(saved.tombstoneCount(7)).isZero();
    assertThat(saved.value(StateValue.SEQUENCE)).isZero();
    assertThat(saved.changedKeysVersion(1)).isZero();
  }

  @Test
  void lastMarkAndLastValueCount() throws IOException {
    StateFile file = rig.begin();
    file.mark(1, 5);
    file.mark(2, 6);
    file.mark(1, 0);
    file.mark(2, 7);
    file.value(StateValue.SEQUENCE, 1000);
    file.value(StateValue.FLUSH_DUE_SECONDS, 9);
    file.value(StateValue.SEQUENCE, 2000);
    file.value(StateValue.FLUSH_DUE_SECONDS, 0);
    file.value(StateValue.CLOCK_SECONDS, -1);

    SavedState saved = rig.usable();
    assertThat(saved.mark(1)).isZero();
    assertThat(saved.mark(2)).isEqualTo(7);
    assertThat(saved.value(StateValue.SEQUENCE)).isEqualTo(2000);
    assertThat(saved.value(StateValue.FLUSH_DUE_SECONDS)).isZero();
    assertThat(saved.value(StateValue.CLOCK_SECONDS)).isEqualTo(-1);
    assertThat(saved.value(StateValue.VERSION)).isZero();
  }

  @Test
  void tombstonesAreThoseOfTheMarkedVersionWheneverTheyWereMade() throws IOException {
    StateFile file = rig.begin();
    file.tombstone(1, 5, 30);
    file.mark(1, 5);
    file.tombstone(1, 5, 20);
    file.tombstone(1, 6, 10);
    file.tombstone(2, 7, 1);
    assertThat(StateRig.tombstones(rig.usable(), 1)).containsExactly(20, 30);
    assertThat(rig.usable().tombstoneCount(1)).isEqualTo(2);
    assertThat(StateRig.tombstones(rig.usable(), 2)).as("not marked").isEmpty();

    file.mark(1, 0);
    file.tombstone(1, 5, 40);
    assertThat(StateRig.tombstones(rig.usable(), 1)).isEmpty();
    file.mark(1, 6);
    assertThat(StateRig.tombstones(rig.usable(), 1)).containsExactly(10);
  }

  @Test
  void revivedRecordIsNotDeadUntilItsNextTombstone() throws IOException {
    StateFile file = rig.begin();
    file.mark(3, 5);
    file.tombstone(3, 5, 1);
    file.tombstone(3, 5, 2);
    file.tombstone(3, 5, 2);
    file.revive(3, 5, 1);
    file.revive(3, 5, 2);
    file.revive(3, 5, 99);
    file.tombstone(3, 5, 2);

    assertThat(StateRig.tombstones(rig.usable(), 3)).containsExactly(2);
  }

  @Test
  void manyTombstonesAreFoundWhereTheyBelong() throws IOException {
    StateFile file = rig.begin();
    for (int page = 0; page < StateRig.PAGE_COUNT; page++) {
      file.mark(page, 10 + page);
    }
    for (int offset = 0; offset < 5000; offset++) {
      file.tombstone(offset % StateRig.PAGE_COUNT, 10 + offset % StateRig.PAGE_COUNT, offset);
      file.tombstone(0, 100, offset);
    }
    file.mark(1, 0);

    SavedState saved = rig.usable();
    assertThat(saved.tombstoneCount(0)).isEqualTo(625);
    assertThat(saved.tombstoneCount(1)).isZero();
    assertThat(StateRig.tombstones(saved, 7)).hasSize(625).startsWith(7, 15).endsWith(4999);
  }

  @Test
  void changedKeysKeepTheHighestFloorUntilTheyAreVoid() throws IOException {
    StateFile first = rig.begin(null, 50, Durability.KILL);
    first.keyChanged(0);
    first.keyChanged(-7);
    first.keyChanged(-7);
    rig.storage.crash();
    SavedState saved = rig.usable();
    assertThat(saved.changedKeyCount()).isEqualTo(2);
    assertThat(saved.changedKeysVersion(0)).isEqualTo(50);

    StateFile second = rig.begin(saved, 60, Durability.KILL);
    second.keyChanged(0);
    second.keyChanged(8);
    rig.storage.crash();
    saved = rig.usable();
    assertThat(saved.changedKeysVersion(0)).isEqualTo(60);
    assertThat(saved.changedKeysVersion(-7)).isEqualTo(50);
    assertThat(saved.changedKeysVersion(8)).isEqualTo(60);
    assertThat(saved.changedKeysVersion(9)).isZero();

    StateFile third = rig.begin(saved, 70, Durability.KILL);
    third.rebuilt();
    third.keyChanged(8);
    saved = rig.usable();
    assertThat(saved.changedKeyCount()).isEqualTo(1);
    assertThat(saved.changedKeysVersion(8)).isEqualTo(70);
  }

  @Test
  void changedKeySaysNothingWhereNoEarlierPageCounts() throws IOException {
    StateFile file = rig.begin();
    file.keyChanged(1);
    assertThat(rig.usable().noteCount()).isZero();
  }

  // ------------------------------------------------------------------------- damage

  @Test
  void fileOfSomethingElseIsNotBelieved() throws IOException {
    rig.begin();
    rig.storage.flipBit(3);
    assertThat(rig.read().reason())
        .isEqualTo(
            "the state file state does not begin as one of Larder's does");
  }

  @Test
  void otherFormatIsNotBelieved() throws IOException {
    rig.begin();
    rig.storage.flipBit(8 * 8 + 1);
    assertThat(rig.read().reason())
        .contains("has format 3 and this version of Larder reads format 1");
  }

  @Test
  void damagedHeaderIsNotBelieved() throws IOException {
    rig.begin();
    for (int bit : new int[] {12 * 8, 40 * 8 + 5, 60 * 8, 4000 * 8, 4095 * 8 + 7}) {
      rig.storage.flipBit(bit);
      assertThat(rig.read().reason()).as("bit " + bit).contains("has a damaged header");
      rig.storage.flipBit(bit);
    }
    rig.usable();
  }

  @Test
  void anyBitTurnedInAnyNoteIsDamage() throws IOException {
    tenNotes(Durability.KILL);
    for (int bit = 0; bit < 10 * 128; bit++) {
      rig.storage.flipBit(NOTES_AT * 8L + bit);
      assertThat(rig.read().isUsable()).as("bit " + bit).isFalse();
      rig.storage.flipBit(NOTES_AT * 8L + bit);
    }
    assertThat(rig.usable().tombstoneCount(1)).isEqualTo(9);
  }

  @Test
  void fileCutOffAnywhereAmongItsNotesIsDamage() throws IOException {
    StateFile file = rig.begin();
    file.mark(1, 50);
    for (int offset = 1; offset < 200; offset++) {
      file.tombstone(1, 50, offset);
    }
    rig.storage.crash();
    byte[] whole = rig.storage.bytes();
    for (int bytes = NOTES_AT + 200 * 16 + 16; bytes >= 4096; bytes -= 8) {
      rig.storage.truncate(bytes);
      if (bytes >= NOTES_AT + 200 * 16 + 16) {
        assertThat(rig.usable().tombstoneCount(1)).isEqualTo(199);
      } else {
        assertDamaged(rig.read(), "it was cut off");
      }
      rig.storage.truncate(whole.length);
      rig.storage.putBytes(0, whole);
    }
    rig.storage.truncate(100);
    assertThat(rig.read().reason()).contains("has a damaged header");
    rig.storage.truncate(0);
    assertThat(rig.read().reason()).contains("is empty, as a loss of power may leave it");
  }

  @Test
  void noteBehindAFreeSlotIsDamage() throws IOException {
    tenNotes(Durability.KILL);
    rig.storage.putBytes(NOTES_AT + 4 * 16, new byte[16]);
    assertDamaged(rig.read(), "note 5 stands behind the last");
  }

  @Test
  void halfWrittenLastNoteIsNoNote() throws IOException {
    tenNotes(Durability.KILL);
    rig.storage.putBytes(NOTES_AT + 10 * 16, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    SavedState saved = rig.usable();
    assertThat(saved.noteCount()).isEqualTo(10);
    assertThat(saved.tombstoneCount(1)).isEqualTo(9);

    rig.storage.putBytes(NOTES_AT + 11 * 16, new byte[] {1});
    assertDamaged(rig.read(), "note 11 stands behind the last");
  }

  @Test
  void noteOfAPageThatIsNotThereIsDamage() throws IOException {
    StateAppender file =
        rig.storage.create(
            StateHeaderLayout.write(StateRig.identity(StateRig.BOOT), Durability.KILL));
    NoteLayout layout = new NoteLayout(new UUID(5, 6));
    file.append(9, layout.second(0, NoteKind.MARK, StateRig.PAGE_COUNT, 0, 9));
    file.publish();
    assertDamaged(rig.read(), "note 0 is not as it was written");
  }

  @Test
  void fileThatCannotBeReadIsNotUsable() throws IOException {
    tenNotes(Durability.KILL);
    rig.storage.refuseReads(true);
    assertThat(rig.read().reason()).startsWith("the state file state cannot be read (");
  }

  // ------------------------------------------------------------------ boots and clean ends

  @Test
  void cleanEndIsBelievedByAnyBoot() throws IOException {
    StateFile file = rig.begin();
    file.mark(1, 50);
    file.endedCleanly();
    file.close();
    assertThat(rig.usable().endedCleanly()).isTrue();
    assertThat(afterReboot(Durability.KILL).mark(1)).isEqualTo(50);
    assertThat(SavedState.read(rig.storage, BootId.UNKNOWN, Durability.KILL).isUsable()).isTrue();
  }

  @Test
  void noteBehindACleanEndTakesItBack() throws IOException {
    StateFile file = rig.begin();
    file.endedCleanly();
    file.mark(1, 50);
    assertThat(rig.usable().endedCleanly()).isFalse();
    assertThat(rig.usable().mark(1)).isEqualTo(50);
    assertThat(afterReboot(Durability.KILL).isUsable()).isFalse();
  }

  @Test
  void restartOfTheMachineWithoutACleanStopEmptiesTheFlash() throws IOException {
    tenNotes(Durability.KILL);
    assertThat(afterReboot(Durability.KILL).reason())
        .isEqualTo(
            "the machine was restarted without a clean stop, and its last notes in state may be"
                + " lost; ext_durability=power would have kept it");
    assertThat(afterReboot(Durability.POWER).reason())
        .as("the last run did not force its notes")
        .endsWith("ext_durability=power was not in force then");
  }

  @Test
  void bootThatIsNotKnownIsAnotherOne() throws IOException {
    StateFile.begin(
        rig.storage, StateRig.identity(BootId.UNKNOWN), null, p -> p, 0, Durability.KILL);
    assertThat(SavedState.read(rig.storage, BootId.UNKNOWN, Durability.KILL).reason())
        .startsWith("this system does not tell whether it was restarted");
  }

  @Test
  void powerKeepsWhatComesBeforeTheFirstThatIsLost() throws IOException {
    tenNotes(Durability.POWER);
    assertThat(afterReboot(Durability.POWER).tombstoneCount(1)).isEqualTo(9);

    rig.storage.flipBit((NOTES_AT + 7 * 16) * 8L);
    assertThat(StateRig.tombstones(afterReboot(Durability.POWER), 1))
        .containsExactly(1, 2, 3, 4, 5, 6);
    rig.storage.putBytes(NOTES_AT + 3 * 16, new byte[16]);
    assertThat(StateRig.tombstones(afterReboot(Durability.POWER), 1)).containsExactly(1, 2);
    rig.storage.truncate(NOTES_AT + 2 * 16);
    assertThat(StateRig.tombstones(afterReboot(Durability.POWER), 1)).containsExactly(1);
    assertThat(afterReboot(Durability.KILL).isUsable()).isFalse();
    assertDamaged(rig.read(), "it was cut off");
  }

  @Test
  void damageBeforeACleanEndIsNoLossOfPower() throws IOException {
    StateFile file = rig.begin(null, 0, Durability.POWER);
    file.mark(1, 50);
    file.tombstone(1, 50, 3);
    file.endedCleanly();
    rig.storage.flipBit((NOTES_AT + 16) * 8L);
    assertDamaged(afterReboot(Durability.POWER), "note 1 is not as it was written");
    assertDamaged(afterReboot(Durability.KILL), "note 1 is not as it was written");
  }
}
