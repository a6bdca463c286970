package io.larder.protocol.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Finding bytes eight at a time finds what looking at each of them finds. */
class ScanTest {
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void freeTheMemory() {
    arena.close();
  }

  @Test
  void findsWhatStandsFirst() {
    long seed = 20;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = random.nextInt(8) == 0 ? (byte) random.nextInt(34) : (byte) random.nextInt(256);
      }
      MemorySegment memory = memory(bytes);
      int from = random.nextInt(bytes.length + 1);
      int to = from + random.nextInt(bytes.length - from + 1);
      char wanted = " \n\0a".charAt(random.nextInt(4));
      assertThat(Scan.indexOf(memory, wanted, from, to))
          .as("seed %d round %d", seed, round)
          .isEqualTo(firstByHand(bytes, wanted, from, to));
      assertThat(Scan.wordEnd(memory, from, to))
          .as("seed %d round %d", seed, round)
          .isEqualTo(wordEndByHand(bytes, from, to));
    }
  }

  @Test
  void doesNotLookPastTheEnd() {
    MemorySegment memory = memory(new byte[] {'a', 'b', ' '});
    assertThat(Scan.indexOf(memory, ' ', 0, 2)).isEqualTo(-1);
    assertThat(Scan.spaceOrEnd(memory, 0, 2)).isEqualTo(2);
    assertThat(Scan.wordEnd(memory, 0, 2)).isEqualTo(2);
    assertThat(Scan.skipSpaces(memory, 2, 3)).isEqualTo(3);
  }

  private MemorySegment memory(byte[] bytes) {
    MemorySegment memory = arena.allocate(Math.max(1, bytes.length));
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return memory;
  }

  private static long firstByHand(byte[] bytes, char wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static long wordEndByHand(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if ((bytes[i] & 0xff) <= ' ') {
        return i;
      }
    }
    return to;
  }
}
