package io.larder.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.simulation.owner.Held;
import io.larder.tests.simulation.owner.RecordFormat;
import io.larder.tests.simulation.owner.RecordFormat.Verdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** What a reader can tell from the bytes alone, and what only the model can. */
class RecordFormatTest {
  private static final Held WANTED = new Held(7, 100, 3, 25, 117, 90, 90, 0);

  @Test
  void theRecordItselfIsRight() {
    assertThat(judge(WANTED)).isEqualTo(Verdict.RIGHT);
  }

  @Test
  void everyFlippedBitIsSeen() {
    for (int at = 0; at < WANTED.lengthBytes(); at++) {
      MemorySegment memory = written(WANTED);
      memory.set(ValueLayout.JAVA_BYTE, at, (byte) (memory.get(ValueLayout.JAVA_BYTE, at) ^ 4));

      assertThat(RecordFormat.judge(memory, 0, WANTED.lengthBytes(), WANTED))
          .as("bit of byte " + at)
          .isEqualTo(Verdict.NOT_IT);
    }
  }

  @Test
  void anotherKeyAndAnotherLifeAreSeen() {
    assertThat(judge(new Held(8, 100, 3, 25, 117, 90, 90, 0))).isEqualTo(Verdict.NOT_IT);
    assertThat(judge(new Held(7, 100, 3, 24, 117, 90, 90, 0))).isEqualTo(Verdict.NOT_IT);
  }

  /** Found by a seed: a write misdirected by 2560 bytes put an older record over a newer one. */
  @Test
  void anOlderRecordOfTheKeyFromElsewhereInThePageIsSeen() {
    assertThat(judge(new Held(7, 99, 3, 25, 77, 90, 90, 0))).isEqualTo(Verdict.NOT_IT);
  }

  @Test
  void anotherRecordOfTheKeyInTheSamePlaceIsWrong() {
    assertThat(judge(new Held(7, 99, 3, 25, 117, 90, 90, 0))).isEqualTo(Verdict.WRONG);
    assertThat(judge(new Held(7, 100, 3, 25, 117, 80, 80, 0))).isEqualTo(Verdict.WRONG);
  }

  private static Verdict judge(Held found) {
    return RecordFormat.judge(written(found), 0, WANTED.lengthBytes(), WANTED);
  }

  private static MemorySegment written(Held held) {
    MemorySegment memory = Arena.ofAuto().allocate(WANTED.lengthBytes());
    RecordFormat.write(memory, 0, held);
    return memory;
  }
}
