package io.larder.engine.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A map of longs beside the JDK's. */
class LongMapTest {
  @Test
  void holdsWhatAnotherMapHolds() {
    SplittableRandom random = new SplittableRandom(1);
    LongMap map = new LongMap();
    Map<Long, Long> other = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      long key = random.nextBoolean() ? random.nextLong(20_000) : random.nextLong() & -1L << 40;
      long value = random.nextLong(1, 1000);
      map.put(key, value);
      other.put(key, value);
    }
    assertThat(map.size()).isEqualTo(other.size());
    other.forEach((key, value) -> assertThat(map.get(key)).isEqualTo(value));
    for (long key = 20_000; key < 40_000; key++) {
      assertThat(map.get(key)).isZero();
    }
    Map<Long, Long> seen = new HashMap<>();
    map.forEach(seen::put);
    assertThat(seen).isEqualTo(other);
  }

  @Test
  void holdsNoZeroValueAndAnyKey() {
    LongMap map = new LongMap();
    assertThatThrownBy(() -> map.put(1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(map.get(0)).isZero();
    map.put(0, 5);
    map.put(-1, 6);
    assertThat(map.get(0)).isEqualTo(5);
    assertThat(map.get(-1)).isEqualTo(6);
  }
}
