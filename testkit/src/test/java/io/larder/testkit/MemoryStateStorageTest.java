package io.larder.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.platform.state.StateAppender;
import io.larder.platform.state.StateReader;
import io.larder.platform.state.StateStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a test can do to a state file in memory. */
class MemoryStateStorageTest {
  private static final int BLOCK_NOTES = 256;

  private final MemoryStateStorage storage = new MemoryStateStorage();

  private StateAppender create(int notes) throws IOException {
    StateAppender file = storage.create(ByteBuffer.allocate(StateStorage.HEADER_BYTES));
    append(file, notes);
    return file;
  }

  private static void append(StateAppender file, int notes) throws IOException {
    for (int i = 0; i < notes; i++) {
      file.append(7, file.noteCount() + 1);
    }
  }

  /** The second halves of all notes that are not zero. */
  private List<Long> found() throws IOException {
    try (StateReader reader = Objects.requireNonNull(storage.open())) {
      List<Long> seconds = new ArrayList<>();
      reader.notes((_, _, second) -> {
        if (second != 0) {
          seconds.add(second);
        }
      });
      return seconds;
    }
  }

  @Test
  void crashTakesWhatIsNotPublishedAndKeepsWhatIs() throws IOException {
    StateAppender old = create(3);
    old.publish();
    StateAppender file = create(1);
    append(old, 1);
    storage.crash();

    assertThat(found()).containsExactly(1L, 2L, 3L, 4L);
    assertThatThrownBy(() -> append(old, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(file::publish).isInstanceOf(IllegalStateException.class);
    old.close();
    file.close();
    assertThat(found()).as("whatever the dead process does").hasSize(4);
  }

  @Test
  void powerLossTakesBlocksThatWereNotForced() throws IOException {
    StateAppender file = create(2);
    file.publish();
    file.force();
    append(file, 3 * BLOCK_NOTES);
    int[] decisions = {1, 0, 1, 0};
    int[] next = {0};
    storage.loseUnforced(_ -> decisions[next[0]++]);

    List<Long> found = found();
    assertThat(found).as("forced, then a block that was lost").startsWith(1L, 2L, 257L);
    assertThat(found).as("two blocks lost of four").hasSize(2 + BLOCK_NOTES + 2);
  }

  @Test
  void powerLossTearsABlock() throws IOException {
    StateAppender file = create(0);
    file.publish();
    file.force();
    append(file, 10);
    storage.loseUnforced(bound -> bound == 3 ? 2 : 4 * 16 + 9);

    assertThat(found()).as("four notes, and the first byte of a fifth's half").hasSize(5);
  }

  @Test
  void powerLossMayBringThePublishedFileBeforeBack() throws IOException {
    StateAppender old = create(3);
    old.publish();
    old.force();
    StateAppender file = create(1);
    file.force();
    file.publish();
    storage.loseUnforced(_ -> 0);
    assertThat(found()).hasSize(3);
  }

  @Test
  void powerLossTakesNothingThatWasForced() throws IOException {
    StateAppender old = create(3);
    old.publish();
    old.force();
    StateAppender file = create(1);
    file.publish();
    file.force();
    storage.loseUnforced(bound -> {
      throw new AssertionError("asked for a number below " + bound);
    });
    assertThat(found()).hasSize(1);
  }

  @Test
  void everythingCanBeRefused() throws IOException {
    StateAppender file = create(1);
    storage.failAppend(2);
    append(file, 1);
    assertThatThrownBy(() -> append(file, 1)).isInstanceOf(IOException.class);
    append(file, 1);
    storage.refuseAppends(true);
    assertThatThrownBy(() -> append(file, 1)).isInstanceOf(IOException.class);
    storage.refusePublishes(true);
    assertThatThrownBy(file::publish).isInstanceOf(IOException.class);
    storage.refuseForces(true);
    assertThatThrownBy(file::force).isInstanceOf(IOException.class);
    storage.refuseCreates(true);
    assertThatThrownBy(() -> create(1)).isInstanceOf(IOException.class);
    storage.refuseReads(true);
    assertThatThrownBy(storage::open).isInstanceOf(IOException.class);
    storage.refuseDeletes(true);
    assertThatThrownBy(storage::delete).isInstanceOf(IOException.class);
    assertThat(file.noteCount()).isEqualTo(3);
  }

  @Test
  void bitsCanBeTurnedAndTheEndCutOff() throws IOException {
    create(3).publish();
    storage.flipBit((4096 + 16 + 8) * 8L);
    assertThat(found()).containsExactly(1L, 3L, 3L);

    storage.truncate(4096 + 20);
    assertThat(found()).containsExactly(1L);
    storage.truncate(100);
    assertThat(found()).isEmpty();
  }
}
