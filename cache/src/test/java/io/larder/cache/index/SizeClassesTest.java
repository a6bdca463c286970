package io.larder.cache.index;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The sizes that a slot can tell apart. */
class SizeClassesTest {

  @Test
  void smallestIsOneFlashUnitAndLargestMoreThanAnyItem() {
    assertThat(SizeClasses.bytes(0)).isEqualTo(64);
    assertThat(SizeClasses.bytesMax()).isGreaterThan(64 << 20);
    assertThat(SizeClasses.bytesMax()).isEqualTo(SizeClasses.bytes(SizeClasses.COUNT - 1));
  }

  @Test
  void everyClassIsAboutAQuarterLargerThanTheOneBefore() {
    for (int i = 1; i < SizeClasses.COUNT; i++) {
      double ratio = (double) SizeClasses.bytes(i) / SizeClasses.bytes(i - 1);
      assertThat(ratio).as("class " + i).isBetween(1.2, 1.31);
    }
  }

  @Test
  void everyClassHoldsItsOwnSizeAndNotOneByteMore() {
    for (int i = 0; i < SizeClasses.COUNT - 1; i++) {
      assertThat(SizeClasses.of(SizeClasses.bytes(i))).isEqualTo(i);
      assertThat(SizeClasses.of(SizeClasses.bytes(i) + 1)).isEqualTo(i + 1);
    }
    assertThat(SizeClasses.of(SizeClasses.bytesMax())).isEqualTo(SizeClasses.COUNT - 1);
  }

  @Test
  void classOfARecordHoldsItAndTheOneBelowDoesNot() {
    for (int bytes = 1; bytes < 70 << 20; bytes += 1 + bytes / 97) {
      int sizeClass = SizeClasses.of(bytes);
      assertThat(SizeClasses.bytes(sizeClass)).isGreaterThanOrEqualTo(bytes);
      if (sizeClass > 0) {
        assertThat(SizeClasses.bytes(sizeClass - 1)).isLessThan(bytes);
      }
    }
  }

  @Test
  void sizesAreWholeWords() {
    for (int i = 0; i < SizeClasses.COUNT; i++) {
      assertThat(SizeClasses.bytes(i) % 8).isZero();
    }
  }
}
