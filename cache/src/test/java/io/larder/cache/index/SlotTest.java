package io.larder.cache.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The 64 bits of a slot. */
class SlotTest {
  private static final int TAG_MAX = (1 << Slot.TAG_BITS) - 1;
  private static final int PLACE_MAX = Slot.PLACE_COUNT_MAX - 1;
  private static final int OFFSET_MAX = (1 << 20) - 1;

  private static void assertRoundTrip(int tag, int hits, int sizeClass, int place, int offset) {
    long slot = Slot.of(tag, hits, sizeClass, place, offset);
    assertThat(Slot.tag(slot)).isEqualTo(tag);
    assertThat(Slot.hits(slot)).isEqualTo(hits);
    assertThat(Slot.sizeClass(slot)).isEqualTo(sizeClass);
    assertThat(Slot.place(slot)).isEqualTo(place);
    assertThat(Slot.offset(slot)).isEqualTo(offset);
    assertThat(Slot.location(slot)).isEqualTo(Slot.location(place, offset));
  }

  @Test
  void layoutIsThis() {
    assertThat(Slot.of(1, 0, 0, 0, 0)).isEqualTo(1L << 46);
    assertThat(Slot.of(0, 1, 0, 0, 0)).isEqualTo(1L << 44);
    assertThat(Slot.of(0, 0, 1, 0, 0)).isEqualTo(1L << 38);
    assertThat(Slot.of(0, 0, 0, 1, 0)).isEqualTo(1L << 20);
    assertThat(Slot.of(0, 0, 0, 0, 1)).isEqualTo(1L);
    assertThat(Slot.of(TAG_MAX, 3, 63, PLACE_MAX, OFFSET_MAX)).isEqualTo(-1L);
  }

  @Test
  void everyFieldHoldsItsLargestValueAlone() {
    assertRoundTrip(0, 0, 0, 0, 0);
    assertRoundTrip(TAG_MAX, 0, 0, 0, 0);
    assertRoundTrip(0, Slot.HITS_MAX, 0, 0, 0);
    assertRoundTrip(0, 0, SizeClasses.COUNT - 1, 0, 0);
    assertRoundTrip(0, 0, 0, PLACE_MAX, 0);
    assertRoundTrip(0, 0, 0, 0, OFFSET_MAX);
    assertRoundTrip(TAG_MAX, Slot.HITS_MAX, SizeClasses.COUNT - 1, PLACE_MAX, OFFSET_MAX);
  }

  @Test
  void anyFieldsComeBackAsTheyWere() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      assertRoundTrip(
          random.nextInt(TAG_MAX + 1),
          random.nextInt(4),
          random.nextInt(SizeClasses.COUNT),
          random.nextInt(PLACE_MAX + 1),
          random.nextInt(OFFSET_MAX + 1));
    }
  }

  @Test
  void hitsAreCountedUpToThreeAndChangeNothingElse() {
    long slot = Slot.of(TAG_MAX, 0, 17, PLACE_MAX, OFFSET_MAX);
    for (int hits = 1; hits <= 5; hits++) {
      slot = Slot.hit(slot);
      assertThat(slot).isEqualTo(Slot.of(TAG_MAX, Math.min(hits, 3), 17, PLACE_MAX, OFFSET_MAX));
    }
    assertThat(Slot.withHits(slot, 1)).isEqualTo(Slot.of(TAG_MAX, 1, 17, PLACE_MAX, OFFSET_MAX));
    assertThat(Slot.withHits(slot, 0)).isEqualTo(Slot.of(TAG_MAX, 0, 17, PLACE_MAX, OFFSET_MAX));
  }

  @Test
  void locationIsPlaceAndOffsetAlone() {
    assertThat(Slot.location(Slot.of(5, 2, 9, 77, 1234)))
        .isEqualTo(Slot.location(Slot.of(6, 0, 10, 77, 1234)))
        .isNotEqualTo(Slot.location(Slot.of(5, 2, 9, 78, 1234)))
        .isNotEqualTo(Slot.location(Slot.of(5, 2, 9, 77, 1235)));
  }
}
