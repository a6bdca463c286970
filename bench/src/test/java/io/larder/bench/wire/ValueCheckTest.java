package io.larder.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values say whose they are, in which version, and whether they are whole. */
class ValueCheckTest {
  private final ValueCheck check = new ValueCheck();

  @ParameterizedTest
  @ValueSource(ints = {24, 25, 100, 4096, 65_536, 70_000, 200_000})
  void whatWasWrittenIsRight(int lengthBytes) {
    for (int piece : new int[] {1, 23, 24, 25, 4096, lengthBytes}) {
      byte[] value = written(lengthBytes, 77, 5, 9);
      assertThat(complaint(value, piece, 77)).as("pieces of %d", piece).isNull();
      assertThat(check.version()).isEqualTo(5);
      assertThat(check.run()).isEqualTo(9);
    }
  }

  @Test
  void everyBitCounts() {
    byte[] value = written(300, 77, 5, 9);
    for (int bit = 0; bit < value.length * 8; bit++) {
      value[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(complaint(value, 64, 77)).as("bit %d", bit).isNotNull();
      value[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertThat(complaint(value, 64, 77)).isNull();
  }

  @Test
  void anotherKeysValueIsNamed() {
    assertThat(complaint(written(100, 78, 5, 9), 100, 77)).contains("key number 78");
  }

  @Test
  void halvesOfTwoVersionsAreNotOneValue() {
    byte[] value = written(4000, 77, 5, 9);
    System.arraycopy(written(4000, 77, 6, 9), 2000, value, 2000, 2000);

    assertThat(complaint(value, 4000, 77)).contains("never written together");
  }

  @Test
  void aValueThatIsCutIsBroken() {
    byte[] value = written(100, 77, 5, 9);
    byte[] cut = new byte[60];
    System.arraycopy(value, 0, cut, 0, cut.length);

    assertThat(complaint(cut, 60, 77)).contains("never written together");
    assertThat(complaint(new byte[10], 10, 77)).contains("only 10 bytes");
  }

  @Test
  void valuesTooSmallForTheHeaderAreWrittenAllTheSame() {
    assertThat(ValueBytes.write(new byte[30], 3, 10, 1, 1, 1)).isEqualTo(13);
  }

  private static byte[] written(int lengthBytes, long number, int version, int run) {
    byte[] value = new byte[lengthBytes];
    assertThat(ValueBytes.write(value, 0, lengthBytes, number, version, run))
        .isEqualTo(lengthBytes);
    return value;
  }

  private @Nullable String complaint(byte[] value, int piece, long number) {
    check.start(value.length);
    for (int at = 0; at < value.length; at += piece) {
      check.add(value, at, Math.min(value.length, at + piece));
    }
    return check.complaint(number);
  }
}
