package io.larder.cache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.index.KeyHash;
import io.larder.cache.record.RecordLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** What a scan takes for a record. */
class FlashRecordFinderTest {
  private final FlashRecordFinder finder = new FlashRecordFinder(new KeyHash(42));
  private final MemorySegment memory = Arena.ofAuto().allocate(64, 8);

  private int lengthAt(int keyLength, int state, int valueLength) {
    RecordLayout.writeHeader(memory, 0, keyLength, state, valueLength, 0, 0, 0, 1);
    return finder.lengthAt(memory, 0);
  }

  /** A scan that measures one too short ends there, and one too long misses the next. */
  @Test
  void recordWithACasOfItsOwnIsMeasuredLikeAnyOther() {
    for (int keyLength = 1; keyLength < 20; keyLength++) {
      for (int valueLength = 0; valueLength < 20; valueLength++) {
        for (int state : new int[] {0, RecordLayout.OWN_CAS}) {
          assertThat(lengthAt(keyLength, state, valueLength))
              .isEqualTo(RecordLayout.recordBytes(keyLength, valueLength, state));
        }
      }
    }
  }

  @Test
  void whatCannotBeAHeaderHasNoLength() {
    assertThat(lengthAt(0, 0, 10)).as("no key").isZero();
    assertThat(lengthAt(1, 0, -1)).as("a value of negative length").isZero();
    assertThat(lengthAt(1, RecordLayout.OWN_CAS, Integer.MAX_VALUE)).isZero();
  }
}
