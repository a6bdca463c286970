package io.larder.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.model.KeyGroup;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What hash notes say together, however many there are. */
class ChangedGroupsTest {
  private static final long HIGH = 1L << 50;

  private final ChangedGroups groups = new ChangedGroups();

  /** Hashes of different groups. */
  private static long hash(int number) {
    return HIGH * number | number * 5L;
  }

  @Test
  void keepsTheHighestVersionOfEachGroup() {
    groups.add(hash(1), 50);
    groups.add(hash(2), 60);
    groups.add(hash(2), 40);

    assertThat(groups.floorOf(hash(1))).isEqualTo(50);
    assertThat(groups.floorOf(hash(2))).isEqualTo(60);
    assertThat(groups.floorOf(hash(3))).isZero();
    assertThat(groups.size()).isEqualTo(2);
  }

  @Test
  void aKeyStandsForItsGroup() {
    groups.add(hash(1), 50);
    assertThat(groups.floorOf(hash(1) + KeyGroup.COUNT)).isEqualTo(50);
    assertThat(groups.floorOf(hash(1) + 1)).isZero();
  }

  @Test
  void beyondSoManyAllHaveTheHighestVersionAndNoneIsMissing() {
    for (int i = 0; i < ChangedGroups.EXACT_MAX; i++) {
      groups.add(hash(i), 1 + i % 3);
    }
    assertThat(groups.floorOf(hash(3))).isEqualTo(1);

    groups.add(hash(ChangedGroups.EXACT_MAX), 2);
    groups.add(hash(ChangedGroups.EXACT_MAX), 2);
    groups.add(hash(ChangedGroups.EXACT_MAX + 1), 7);
    int count = ChangedGroups.EXACT_MAX + 2;
    assertThat(groups.size()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      assertThat(groups.floorOf(hash(i))).isEqualTo(7);
    }
    assertThat(groups.floorOf(hash(count))).isZero();
    Map<Long, Long> shown = new HashMap<>();
    groups.forEach(shown::put);
    assertThat(shown).hasSize(count).containsEntry((long) KeyGroup.of(hash(9)), 7L);
  }
}
