package io.larder.protocol.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bytes that wait: in order, within the budget, and gone when they are gone. */
class InputBufferTest {
  private static final int BLOCK = InputPool.BLOCK_BYTES_MIN;

  private final InputBudget budget = new InputBudget(64 << 10);
  private final InputPool pool = new InputPool(budget, 16 << 10);
  private final InputBuffer buffer = new InputBuffer(pool);

  @AfterEach
  void nothingIsKept() {
    buffer.clear();
    assertThat(budget.usedBytes()).isZero();
  }

  @Test
  void bytesComeOutAsTheyWentIn() {
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      String piece = "piece " + i + ", ";
      expected.append(piece);
      assertThat(append(piece, Long.MAX_VALUE, true)).isTrue();
      if (i % 3 == 0) {
        buffer.consumeTo(buffer.start() + 8);
        expected.delete(0, 8);
      }
    }
    assertThat(text()).isEqualTo(expected.toString());
  }

  @Test
  void growthDoublesButNotBeyondWhatIsExpected() {
    append("x".repeat(BLOCK), 10 * BLOCK, false);
    assertThat(budget.usedBytes()).isEqualTo(BLOCK);
    append("x", 10 * BLOCK, false);
    assertThat(budget.usedBytes()).isEqualTo(2 * BLOCK);
    append("x".repeat(BLOCK), 10 * BLOCK, false);
    assertThat(budget.usedBytes()).isEqualTo(4 * BLOCK);
  }

  @Test
  void budgetRefusesWhatIsLarge() {
    budget.take(60 << 10);
    assertThat(append("small", 5, false)).isTrue();
    assertThat(append("x".repeat(BLOCK), BLOCK + 5, false)).isFalse();
    assertThat(text()).as("left as it was").isEqualTo("small");
    assertThat(append("x".repeat(BLOCK), BLOCK + 5, true)).as("needed in any case").isTrue();
    assertThat(buffer.length()).isEqualTo(BLOCK + 5);
    budget.giveBack(60 << 10);
  }

  @Test
  void emptiedBufferGivesItsMemoryBack() {
    append("abc", 3, false);
    buffer.consumeTo(buffer.start() + 2);
    assertThat(text()).isEqualTo("c");
    buffer.consumeTo(buffer.end());
    assertThat(buffer.isEmpty()).isTrue();
    assertThat(budget.usedBytes()).isZero();
  }

  @Test
  void roomInFrontIsUsedAgain() {
    append("x".repeat(BLOCK), BLOCK, false);
    buffer.consumeTo(buffer.end() - 10);
    append("y".repeat(1000), BLOCK, false);
    assertThat(budget.usedBytes()).isEqualTo(BLOCK);
    assertThat(text()).isEqualTo("x".repeat(10) + "y".repeat(1000));
  }

  private boolean append(String text, long expected, boolean needed) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(text, StandardCharsets.US_ASCII);
      return buffer.append(memory, 0, text.length(), expected, needed);
    }
  }

  private String text() {
    byte[] bytes = new byte[(int) buffer.length()];
    MemorySegment.copy(
        buffer.memory(), buffer.start(), MemorySegment.ofArray(bytes), 0, bytes.length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
