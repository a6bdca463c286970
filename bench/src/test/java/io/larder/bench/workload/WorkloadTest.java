package io.larder.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which keys there are, how large, and what is done with them. */
class WorkloadTest {
  @Test
  void everyRankHasAKeyOfItsOwn() {
    for (long count : new long[] {1, 2, 3, 10, 1000, 1001}) {
      KeyWindow window = new KeyWindow(count);
      assertThat(numbers(window, 0)).as("%d keys", count).hasSize((int) count);
      assertThat(numbers(window, 0)).allMatch(number -> number >= 0 && number < count);
    }
  }

  @Test
  void theWindowMovesOnByOneKeyAtATime() {
    KeyWindow window = new KeyWindow(100);
    Set<Long> before = numbers(window, 250);
    Set<Long> after = numbers(window, 251);

    assertThat(before).hasSize(100).allMatch(number -> number >= 250 && number < 350);
    assertThat(after).hasSize(100).contains(350L).doesNotContain(250L);
    after.remove(350L);
    assertThat(before).containsAll(after);
  }

  @Test
  void aRankKeepsItsKeyUntilThatIsReplaced() {
    KeyWindow window = new KeyWindow(100);
    int changed = 0;
    for (int rank = 0; rank < 100; rank++) {
      changed += window.number(rank, 40) == window.number(rank, 50) ? 0 : 1;
    }
    assertThat(changed).isEqualTo(10);
  }

  @Test
  void sizesAreTheSameForTheSameKey() {
    ValueSizes range = new ValueSizes.Range(10, 20);
    ValueSizes quantiles =
        new ValueSizes.Quantiles(new double[] {0.5, 1}, new int[] {100, 1000}, "two");
    int small = 0;
    for (int number = 0; number < 10_000; number++) {
      assertThat(range.of(number)).isBetween(10, 20).isEqualTo(range.of(number));
      assertThat(quantiles.of(number)).isBetween(100, 1000);
      small += quantiles.of(number) == 100 ? 1 : 0;
    }
    assertThat(small).isCloseTo(5000, within(200));
    assertThat(range.within(12, 15).of(1)).isBetween(12, 15);
    assertThat(new ValueSizes.Fixed(7).of(1)).isEqualTo(7);
  }

  @Test
  void ttlsAreTheSameForTheSameKey() {
    Ttls ttls = Ttls.of(new int[] {60, 3600}, new double[] {3, 1});
    int brief = 0;
    for (int number = 0; number < 10_000; number++) {
      assertThat(ttls.secondsOf(number)).isEqualTo(ttls.secondsOf(number));
      brief += ttls.secondsOf(number) == 60 ? 1 : 0;
    }
    assertThat(brief).isCloseTo(7500, within(200));
    assertThat(ttls.describe()).isEqualTo("60 s (75 %), 3600 s (25 %)");
    assertThat(Ttls.NONE.secondsOf(1)).isZero();
  }

  @Test
  void aMixIsWeights() {
    OperationMix mix = OperationMix.parse("get=6,set=3,delete=1");
    SplittableRandom random = new SplittableRandom(1);
    int[] counts = new int[OperationKind.values().length];
    for (int i = 0; i < 100_000; i++) {
      counts[mix.next(random).ordinal()]++;
    }
    assertThat(counts[OperationKind.get.ordinal()]).isCloseTo(60_000, within(1000));
    assertThat(counts[OperationKind.set.ordinal()]).isCloseTo(30_000, within(1000));
    assertThat(counts[OperationKind.delete.ordinal()]).isCloseTo(10_000, within(1000));
    assertThat(counts[OperationKind.lone_get.ordinal()]).isZero();
    assertThat(mix.share(OperationKind.set)).isCloseTo(0.3, within(1e-9));
    assertThat(mix.describe()).isEqualTo("get 60.0 %, set 30.0 %, delete 10.0 %");
  }

  @Test
  void aMixThatIsNoneIsRefused() {
    for (String text : new String[] {"", "get", "get=x", "get=-1", "got=1", "get=1,get=2"}) {
      assertThatThrownBy(() -> OperationMix.parse(text)).hasMessageContaining("lone-get");
    }
    assertThatThrownBy(() -> OperationMix.parse("get=0")).hasMessageContaining("nothing");
  }

  private static Set<Long> numbers(KeyWindow window, long movedBy) {
    Set<Long> numbers = new HashSet<>();
    for (long rank = 0; rank < window.keyCount(); rank++) {
      numbers.add(window.number(rank, movedBy));
    }
    return numbers;
  }
}
