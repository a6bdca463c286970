package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.client.SpyClient;
import io.larder.tests.conformance.client.Values;
import io.larder.tests.conformance.process.LarderProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A random tenth of the items is overwritten, deleted, expired, touched: on either tier alike. */
class BothTiersTest {
  private static final int ITEM_COUNT = 30_000;
  private static final int VALUE_BYTES = 4096;
  private static final long SEED = 20_260_101;

  @TempDir Path folder;

  private enum Fate {
    LEFT_ALONE,
    OVERWRITTEN,
    DELETED,
    EXPIRED,
    TOUCHED
  }

  private static final Set<Fate> CHANGED_WHERE_THEY_ARE =
      EnumSet.of(Fate.DELETED, Fate.EXPIRED, Fate.TOUCHED);

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void noValueIsStaleAndNoItemIsAGhost(String io) throws InterruptedException {
    Fate[] fates = new Fate[ITEM_COUNT];
    Random random = new Random(SEED);
    for (int i = 0; i < ITEM_COUNT; i++) {
      fates[i] = Fate.values()[Math.max(0, random.nextInt(10) - 5)];
    }
    try (LarderProcess larder =
            LarderProcess.start(
                folder, "-m", "32", "--io", io, "-o", "ext_path=" + folder.resolve("f") + ":512m");
        SpyClient client = new SpyClient(larder.port())) {
      client.setAll(all(), item -> Values.of(item, 1, VALUE_BYTES));
      client.setAll(with(fates, Fate.OVERWRITTEN), item -> Values.of(item, 2, VALUE_BYTES));
      // A set of a new key may cost another one its place: one in some 19,000.
      int there =
          client.deleteAll(with(fates, Fate.DELETED))
              + client.touchAll(with(fates, Fate.EXPIRED), 1)
              + client.touchAll(with(fates, Fate.TOUCHED), 3600);
      long asked =
          Arrays.stream(fates).filter(fate -> CHANGED_WHERE_THEY_ARE.contains(fate)).count();
      assertThat(asked - there).as("items that were lost before").isLessThan(ITEM_COUNT / 1000);
      Thread.sleep(2500);

      List<String> wrong = new ArrayList<>();
      long[] missing = new long[1];
      client.getAll(
          all(),
          (item, value) -> {
            Fate fate = fates[(int) item];
            boolean gone = fate == Fate.DELETED || fate == Fate.EXPIRED;
            if (value == null) {
              missing[0] += gone ? 0 : 1;
            } else if (gone) {
              wrong.add(item + " was " + fate + " and shows " + Values.describe(value));
            } else if (!Values.isOf(item, fate == Fate.OVERWRITTEN ? 2 : 1, VALUE_BYTES, value)) {
              wrong.add(item + " was " + fate + " and shows " + Values.describe(value));
            }
          });

      assertThat(wrong).as("wrong values, seed " + SEED).isEmpty();
      assertThat(missing[0]).as("misses of items that are there").isLessThan(ITEM_COUNT / 1000);
      List<Long> gone = with(fates, Fate.DELETED);
      gone.addAll(with(fates, Fate.EXPIRED));
      assertThat(client.addAll(gone, item -> Values.of(item, 3, VALUE_BYTES)))
          .as("adds of items that are gone")
          .isEqualTo(gone.size());
      assertThat(client.addAll(with(fates, Fate.OVERWRITTEN), item -> Values.of(item, 4, 100)))
          .as("adds of items that are there")
          .isLessThan(ITEM_COUNT / 1000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void itemThatFlashHasEvictedIsNoGhost(String io) {
    try (LarderProcess larder =
            LarderProcess.start(
                folder, "-m", "16", "--io", io, "-o", "ext_path=" + folder.resolve("f") + ":64m");
        SpyClient client = new SpyClient(larder.port())) {
      client.setAll(all(), item -> Values.of(item, 1, VALUE_BYTES));
      List<Long> evicted = new ArrayList<>();
      client.getAll(
          all(),
          (item, value) -> {
            if (value == null) {
              evicted.add(item);
            }
          });

      assertThat(evicted).hasSizeGreaterThan(ITEM_COUNT / 4);
      List<Long> some = evicted.subList(0, 1000);
      assertThat(client.addAll(some, item -> Values.of(item, 2, VALUE_BYTES))).isEqualTo(1000);
    }
  }

  private static List<Long> all() {
    return LongStream.range(0, ITEM_COUNT).boxed().toList();
  }

  private static List<Long> with(Fate[] fates, Fate fate) {
    List<Long> items = new ArrayList<>();
    for (int i = 0; i < fates.length; i++) {
      if (fates[i] == fate) {
        items.add((long) i);
      }
    }
    return items;
  }
}
