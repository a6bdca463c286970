package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.ItemVisitor;
import io.larder.cache.model.ItemWalk;
import io.larder.cache.model.Status;
import io.larder.cache.model.Verb;
import io.larder.cache.stats.SlabClasses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A walk over all items shows each of them once, in whichever tier it is, and whatever moves. */
class ItemWalkTest {

  /** Notes every item it is shown. */
  private static final class Noting implements ItemVisitor {
    final List<String> keys = new ArrayList<>();
    final Map<String, Long> cas = new HashMap<>();
    final Map<String, Integer> classes = new HashMap<>();
    int onFlash;
    int ended;

    @Override
    public void inRam(ItemView item, int slabClass) {
      note(item);
      classes.put(NotingListener.key(item), slabClass);
    }

    @Override
    public void onFlash(ItemView item, int page, long offsetBytes) {
      assertThat(offsetBytes).isPositive();
      assertThat(page).isNotNegative();
      onFlash++;
      note(item);
    }

    private void note(ItemView item) {
      keys.add(NotingListener.key(item));
      cas.put(NotingListener.key(item), item.cas());
    }

    @Override
    public void readsEnded() {
      ended++;
    }
  }

  /** Walks to the end, with the reads that takes. */
  private static void finish(CacheRig rig, ItemWalk walk) {
    for (int i = 0; i < 1_000_000; i++) {
      ItemWalk.Progress progress = walk.advance(50);
      if (progress == ItemWalk.Progress.ENDED) {
        walk.close();
        return;
      }
      if (progress == ItemWalk.Progress.WAITS) {
        assertThat(rig.reads.completeNext()).as("a read to wait for").isTrue();
      }
    }
    throw new AssertionError("the walk does not end");
  }

  private static Noting walk(CacheRig rig, boolean withFlash) {
    Noting seen = new Noting();
    finish(rig, rig.session.walk(seen, withFlash));
    return seen;
  }

  private static void fill(CacheRig rig, int count, int bytes) {
    for (int i = 0; i < count; i++) {
      assertThat(rig.set("key-" + i, new byte[bytes])).isEqualTo(Status.STORED);
    }
    rig.settle();
  }

  @Test
  void everyKeyOfBothTiersIsShownOnce() {
    try (CacheRig rig = CacheRig.of(64)) {
      fill(rig, 4000, 1000);
      assertThat(rig.cache.snapshot().flashItemCount()).isPositive();

      Noting seen = walk(rig, true);

      assertThat(seen.keys).doesNotHaveDuplicates().hasSize(4000);
      assertThat(seen.onFlash).isEqualTo((int) rig.cache.snapshot().flashItemCount());
      assertThat(seen.classes.values()).containsOnly(SlabClasses.of(32 + 8 + 1000));
    }
  }

  @Test
  void withoutFlashNothingIsRead() {
    try (CacheRig rig = CacheRig.of(64)) {
      fill(rig, 4000, 1000);
      long before = rig.reads.submittedCount();

      Noting seen = walk(rig, false);

      assertThat(seen.keys).hasSize((int) rig.cache.snapshot().ramItemCount());
      assertThat(rig.reads.submittedCount()).isEqualTo(before);
    }
  }

  @Test
  void oneKeyOfManyBytesCostsABlockOrTwoAndNotItsValue() {
    try (CacheRig rig = CacheRig.of(64)) {
      fill(rig, 60, 100_000);
      assertThat(rig.cache.snapshot().flashItemCount()).isPositive();
      rig.flashDevice().clearOperations();
      Noting seen = new Noting();
      ItemWalk walk = rig.session.walk(seen, true);
      assertThat(walk.advance(100_000)).isEqualTo(ItemWalk.Progress.WAITS);

      assertThat(rig.reads.pending())
          .allSatisfy(read -> assertThat(read.lengthBytes()).isLessThanOrEqualTo(2 * 4096));
      finish(rig, walk);
      assertThat(seen.keys).doesNotHaveDuplicates().hasSize(60);
    }
  }

  @Test
  void casOfTheClientsOwnIsShownThoughItStandsBehindTheValue() {
    try (CacheRig rig = CacheRig.of(64)) {
      CacheRig.Call set = new CacheRig.Call(Verb.STORE, "own").value(new byte[20_000]);
      set.setsCas = true;
      set.newCas = 77;
      rig.run(set);
      fill(rig, 4000, 1000);

      Noting seen = walk(rig, true);

      assertThat(seen.classes).as("it is on flash").doesNotContainKey("own");
      assertThat(seen.cas).containsEntry("own", 77L);
    }
  }

  @Test
  void deadItemsAreNotShown() {
    try (CacheRig rig = CacheRig.of(64)) {
      for (int i = 0; i < 3000; i++) {
        rig.set("short-" + i, new byte[1000], rig.clock.unixSeconds() + 100_000 + i % 2);
      }
      fill(rig, 10, 1000);
      rig.clock.advanceSeconds(100_000);

      Noting seen = walk(rig, true);

      assertThat(seen.keys.stream().filter(key -> key.startsWith("short")).count()).isEqualTo(1500);
      rig.cache.flushAll(0);
      assertThat(walk(rig, true).keys).isEmpty();
    }
  }

  @Test
  void recordsThatCannotBeReadAreLeftOutAndTheWalkEnds() {
    try (CacheRig rig = CacheRig.of(64)) {
      fill(rig, 4000, 1000);
      Noting seen = new Noting();
      ItemWalk walk = rig.session.walk(seen, true);
      int failed = 0;
      while (walk.advance(50) != ItemWalk.Progress.ENDED) {
        if (failed < 10 && rig.reads.failNext()) {
          failed++;
        } else {
          rig.reads.completeAll();
        }
      }
      walk.close();

      // Reads of neighbours may share one that fails, and then ask for themselves.
      assertThat(seen.keys).doesNotHaveDuplicates().hasSizeBetween(3990, 3999);
      assertThat(seen.ended).isPositive();
    }
  }

  @Test
  void walkThatIsClosedInTheMiddleGivesBackWhatItHolds() {
    try (CacheRig rig = CacheRig.of(64)) {
      fill(rig, 4000, 1000);
      Noting seen = new Noting();
      ItemWalk walk = rig.session.walk(seen, true);
      while (walk.advance(50) != ItemWalk.Progress.WAITS) {
        // On to the first reads.
      }
      int shown = seen.keys.size();
      walk.close();
      rig.reads.completeAll();

      assertThat(seen.keys).hasSize(shown);
      assertThat(walk.advance(50)).isEqualTo(ItemWalk.Progress.ENDED);
      rig.check();
    }
  }

  /**
   * Sets, deletes, reads, background work and a growing index between the steps of a walk. A key
   * that is there all the time is shown exactly once, though it may have moved; no key is shown
   * that never was.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void keysThatStayAreShownOnceWhateverHappensMeanwhile(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int pageCount = seed % 4 == 0 ? 0 : 200;
    try (CacheRig rig = CacheRig.of(pageCount, 1, 64, random.split())) {
      int stayCount = pageCount == 0 ? 1000 : 4000;
      for (int i = 0; i < stayCount; i++) {
        rig.set("stay-" + i, new byte[random.nextInt(pageCount == 0 ? 200 : 1500)]);
      }
      Noting seen = new Noting();
      ItemWalk walk = rig.session.walk(seen, true);
      int nextNew = 0;
      ItemWalk.Progress progress = ItemWalk.Progress.MORE;
      int changes = 0;
      while (progress != ItemWalk.Progress.ENDED) {
        int draw = random.nextInt(100);
        if (draw < 40) {
          progress = walk.advance(1 + random.nextInt(20));
        } else if (draw < 60) {
          rig.reads.completeAny(random);
        } else if (draw < 70) {
          rig.work.runOne();
        } else if (draw < 72) {
          rig.work.advance(Duration.ofMillis(20));
        } else if (pageCount != 0 || changes < 2000) {
          changes++;
          change(rig, random, stayCount, nextNew++);
        }
      }
      walk.close();
      rig.reads.completeAll();
      rig.settle();

      Map<String, Integer> counts = new HashMap<>();
      seen.keys.forEach(key -> counts.merge(key, 1, Integer::sum));
      int stayed = 0;
      for (int i = 0; i < stayCount; i++) {
        String key = "stay-" + i;
        if (rig.get(key) != null) {
          stayed++;
          assertThat(counts.get(key)).as(key + ", seed " + seed).isEqualTo(1);
        }
      }
      assertThat(stayed).isGreaterThan(stayCount / 2);
      int newCount = nextNew;
      assertThat(counts.keySet())
          .allSatisfy(key ->
              assertThat(Integer.parseInt(key.substring(key.indexOf('-') + 1)))
                  .isBetween(0, key.startsWith("stay") ? stayCount - 1 : newCount));
    }
  }

  private static void change(CacheRig rig, SplittableRandom random, int stayCount, int number) {
    String stay = "stay-" + random.nextInt(stayCount);
    switch (random.nextInt(4)) {
      case 0 -> rig.read(stay);
      case 1 -> rig.set(stay, new byte[random.nextInt(200)]);
      case 2 -> rig.delete("new-" + random.nextInt(number + 1));
      default -> {
        for (int i = 0; i < 3; i++) {
          rig.set("new-" + Math.max(0, number - i / 2), new byte[random.nextInt(100)]);
        }
      }
    }
  }
}
