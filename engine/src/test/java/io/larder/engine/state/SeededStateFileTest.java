package io.larder.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.model.Durability;
import io.larder.platform.work.Step;
import io.larder.testkit.MemoryStateStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Notes, rewrites, crashes and losses of power from a seed: what is read is what a plain model
 * holds, after a loss of power as it was at some moment since the last force.
 */
class SeededStateFileTest {
  private static final long SEED_COUNT = 1500;
  private static final int GENERATION_COUNT = 6;
  private static final int KEY_COUNT = 12;

  @Test
  void whatIsReadIsWhatWasNoted() throws IOException {
    long ends = 0;
    long rewrites = 0;
    for (long seed = 0; seed < SEED_COUNT; seed++) {
      World world = new World(seed);
      try {
        world.run();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
      ends += world.usableCount;
      rewrites += world.rewriteCount;
    }
    assertThat(ends).as("generations that found their state").isGreaterThan(3 * SEED_COUNT);
    assertThat(rewrites).as("rewrites").isGreaterThan(SEED_COUNT);
  }

  /** What the notes so far say. */
  private static final class Model {
    final TreeMap<Integer, Long> marks = new TreeMap<>();
    final TreeMap<Long, TreeSet<Integer>> dead = new TreeMap<>();
    final TreeMap<StateValue, Long> values = new TreeMap<>();
    final TreeMap<Long, Long> changed = new TreeMap<>();

    Model copy() {
      Model copy = new Model();
      copy.marks.putAll(marks);
      dead.forEach((version, offsets) -> copy.dead.put(version, new TreeSet<>(offsets)));
      copy.values.putAll(values);
      copy.changed.putAll(changed);
      return copy;
    }

    Set<Integer> deadOf(long version) {
      return dead.computeIfAbsent(version, _ -> new TreeSet<>());
    }

    String told() {
      StringBuilder told = new StringBuilder();
      for (int page = 0; page < StateRig.PAGE_COUNT; page++) {
        long mark = marks.getOrDefault(page, 0L);
        told.append(mark).append(mark == 0 ? List.of() : deadOf(mark)).append(' ');
      }
      for (StateValue which : StateValue.values()) {
        told.append(values.getOrDefault(which, 0L)).append(' ');
      }
      return told.append(changed).toString();
    }
  }

  private static String told(SavedState saved) {
    StringBuilder told = new StringBuilder();
    for (int page = 0; page < StateRig.PAGE_COUNT; page++) {
      told.append(saved.mark(page)).append(StateRig.tombstones(saved, page)).append(' ');
    }
    for (StateValue which : StateValue.values()) {
      told.append(saved.value(which)).append(' ');
    }
    Map<Long, Long> changed = new TreeMap<>();
    for (long key = 0; key < KEY_COUNT; key++) {
      if (saved.changedKeysVersion(key) != 0) {
        changed.put(key, saved.changedKeysVersion(key));
      }
    }
    assertThat(saved.changedKeyCount()).isEqualTo(changed.size());
    return told.append(changed).toString();
  }

  private static final class World {
    final SplittableRandom random;
    final Durability durability;
    final MemoryStateStorage storage = new MemoryStateStorage("state", 32 * 16);
    long bootNumber = 1;
    long lastVersion;
    long hashFloor;
    Model model = new Model();

    /** What a loss of power may lead back to. */
    final List<Model> sinceForce = new ArrayList<>();

    /** By page, the version of the life that is open and may not be marked yet. */
    final TreeMap<Integer, Long> lives = new TreeMap<>();

    int usableCount;
    long rewriteCount;

    World(long seed) {
      random = new SplittableRandom(seed);
      durability = random.nextBoolean() ? Durability.KILL : Durability.POWER;
    }

    void run() throws IOException {
      for (int generation = 0; generation < GENERATION_COUNT; generation++) {
        live();
      }
    }

    private SavedState read() {
      return SavedState.read(storage, new UUID(9, bootNumber), durability);
    }

    private void live() throws IOException {
      SavedState saved = read();
      if (saved.isUsable()) {
        usableCount++;
      } else {
        model = new Model();
      }
      int lostPage = random.nextInt(4 * StateRig.PAGE_COUNT);
      model.marks.remove(lostPage);
      hashFloor = random.nextInt(5) == 0 ? 0 : ++lastVersion;
      lives.clear();
      StateFile file =
          StateFile.begin(
              storage,
              StateRig.identity(new UUID(9, bootNumber)),
              saved.isUsable() ? saved : null,
              page -> page == lostPage ? -1 : page,
              hashFloor,
              durability,
              32);
      sinceForce.clear();
      sinceForce.add(model.copy());
      assertThat(told(read())).as("begun").isEqualTo(model.told());
      if (random.nextInt(8) == 0) {
        storage.failAppend(1 + random.nextInt(300));
      }
      Step step = file.step();
      int operations = random.nextInt(400);
      for (int i = 0; i < operations; i++) {
        if (random.nextInt(4) == 0) {
          step.run();
        } else {
          note(file);
          sinceForce.add(model.copy());
        }
      }
      rewriteCount += file.snapshot().rewrites();
      end(file);
      storage.failAppend(Long.MAX_VALUE);
    }

    private void note(StateFile file) {
      int page = random.nextInt(StateRig.PAGE_COUNT);
      switch (random.nextInt(12)) {
        case 0 -> lives.put(page, ++lastVersion);
        case 1 -> {
          Long version = lives.get(page);
          if (version != null && model.marks.getOrDefault(page, 0L) < version) {
            file.mark(page, version);
            model.marks.put(page, version);
          }
        }
        case 2 -> {
          file.mark(page, 0);
          model.marks.put(page, 0L);
          lives.remove(page);
        }
        case 3 -> {
          StateValue which = StateValue.values()[random.nextInt(5)];
          long value = random.nextInt(4);
          file.value(which, value);
          model.values.put(which, value);
        }
        case 4 -> {
          long key = random.nextInt(KEY_COUNT);
          file.keyChanged(key);
          if (hashFloor != 0) {
            model.changed.put(key, hashFloor);
          }
        }
        case 5 -> {
          if (random.nextInt(6) == 0) {
            file.rebuilt();
            model.changed.clear();
          }
        }
        case 6 -> {
          if (durability == Durability.POWER) {
            file.force();
            sinceForce.clear();
          }
        }
        default -> deadOrNot(file, page);
      }
    }

    private void deadOrNot(StateFile file, int page) {
      long mark = model.marks.getOrDefault(page, 0L);
      long version = random.nextBoolean() ? mark : lives.getOrDefault(page, mark);
      int offset = random.nextInt(10);
      if (version == 0) {
        return;
      }
      if (random.nextInt(3) == 0) {
        file.revive(page, version, offset);
        model.deadOf(version).remove(offset);
      } else {
        file.tombstone(page, version, offset);
        model.deadOf(version).add(offset);
      }
    }

    /** The process or the machine ends, and what is found then is what it may be. */
    private void end(StateFile file) {
      boolean endsCleanly = random.nextInt(3) == 0;
      if (endsCleanly) {
        file.endedCleanly();
      }
      boolean isKept = file.isKept();
      long notesEnd = file.snapshot().bytes();
      boolean losesPower = random.nextBoolean();
      if (losesPower) {
        bootNumber++;
        storage.loseUnforced(random::nextInt);
      } else {
        storage.crash();
        if (isKept && !endsCleanly && random.nextInt(3) == 0) {
          storage.putBytes((int) notesEnd, new byte[] {1, 0, 2, 0, 3});
        }
      }
      SavedState saved = read();
      if (!isKept) {
        assertThat(saved.reason()).isEqualTo("there is no state file");
      } else if (losesPower && !endsCleanly && durability == Durability.KILL) {
        // Why differs: the header may be lost too.
        assertThat(saved.isUsable()).isFalse();
      } else {
        assertThat(saved.reason()).isEmpty();
        assertThat(saved.endedCleanly()).isEqualTo(endsCleanly);
        expect(saved, losesPower && !endsCleanly);
      }
    }

    private void expect(SavedState saved, boolean mayBeOlder) {
      String told = told(saved);
      if (!mayBeOlder) {
        assertThat(told).isEqualTo(model.told());
        return;
      }
      Model found =
          sinceForce.stream().filter(older -> older.told().equals(told)).findFirst().orElse(null);
      assertThat(found).as("%s, and now is %s", told, model.told()).isNotNull();
      if (found != null) {
        model = found;
      }
    }
  }
}
