package io.larder.cache.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The classes that memcached sorts items into. */
class SlabClassesTest {
  /** What memcached 1.6.18 prints with {@code -vv}. */
  private static final int[] OF_MEMCACHED = {
    96, 120, 152, 192, 240, 304, 384, 480, 600, 752, 944, 1184, 1480, 1856, 2320, 2904, 3632, 4544,
    5680, 7104, 8880, 11104, 13880, 17352, 21696, 27120, 33904, 42384, 52984, 66232, 82792, 103496,
    129376, 161720, 202152, 252696, 315872, 394840, 524288
  };

  @Test
  void chunksAreAsLargeAsMemcacheds() {
    assertThat(SlabClasses.LAST).isEqualTo(OF_MEMCACHED.length);
    for (int i = 0; i < OF_MEMCACHED.length; i++) {
      assertThat(SlabClasses.chunkBytes(i + 1)).as("class " + (i + 1)).isEqualTo(OF_MEMCACHED[i]);
    }
  }

  @Test
  void everyClassHoldsItsOwnSizeAndNotOneByteMore() {
    for (int i = SlabClasses.FIRST; i < SlabClasses.LAST; i++) {
      assertThat(SlabClasses.of(SlabClasses.chunkBytes(i))).isEqualTo(i);
      assertThat(SlabClasses.of(SlabClasses.chunkBytes(i) + 1)).isEqualTo(i + 1);
    }
    assertThat(SlabClasses.of(0)).isEqualTo(SlabClasses.FIRST);
    assertThat(SlabClasses.of(Integer.MAX_VALUE)).isEqualTo(SlabClasses.LAST);
  }
}
