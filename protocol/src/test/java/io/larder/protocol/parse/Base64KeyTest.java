package io.larder.protocol.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys in base64 agree with the JDK's idea of it, where it has one. */
class Base64KeyTest {
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void freeTheMemory() {
    arena.close();
  }

  @Test
  void encodesAndDecodesEveryLength() {
    Random random = new Random(3);
    for (int length = 1; length <= 187; length++) {
      byte[] key = new byte[length];
      random.nextBytes(key);
      String encoded = Base64.getEncoder().encodeToString(key);
      MemorySegment memory = memory(encoded.getBytes(StandardCharsets.US_ASCII));
      int decoded = Base64Key.decode(memory, 0, encoded.length(), memory, 0);
      assertThat(bytes(memory, decoded)).isEqualTo(key);

      MemorySegment target = arena.allocate(400);
      long end = Base64Key.encode(memory, 0, decoded, target, 5);
      assertThat(end - 5).isEqualTo(Base64Key.encodedLength(length));
      assertThat(bytes(target.asSlice(5), (int) (end - 5)))
          .isEqualTo(encoded.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void refusesWhatIsNoKey() {
    for (String text : new String[] {"", "A", "Zm9", "====", "Z===", "!!!!", "Zm9v="}) {
      MemorySegment memory = memory(text.getBytes(StandardCharsets.US_ASCII));
      assertThat(Base64Key.decode(memory, 0, text.length(), memory, 0)).as(text).isZero();
    }
  }

  private MemorySegment memory(byte[] bytes) {
    MemorySegment memory = arena.allocate(Math.max(1, bytes.length));
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return memory;
  }

  private static byte[] bytes(MemorySegment memory, int length) {
    return memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
