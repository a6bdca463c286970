package io.larder.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.model.Durability;
import io.larder.platform.state.FileStateStorage;
import io.larder.platform.work.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many threads make notes while the file on the disk grows, is forced and is rewritten. */
class StateFileInThreadsTest {
  private static final int WRITER_COUNT = 4;
  private static final int ROUND_COUNT = 200;
  private static final int TOMBSTONES_A_ROUND = 60;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Durability.class)
  void everyNoteIsThere(Durability durability) throws Exception {
    FileStateStorage storage = new FileStateStorage(folder.resolve("state"));
    StateFile file =
        StateFile.begin(
            storage, StateRig.identity(StateRig.BOOT), null, p -> p, 1, durability, 5000);
    AtomicBoolean done = new AtomicBoolean();
    List<Set<Integer>> wanted;
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> upkeep = threads.submit(() -> upkeep(file, done));
      List<Future<Set<Integer>>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITER_COUNT; writer++) {
        int page = writer;
        writers.add(threads.submit(() -> write(file, page)));
      }
      wanted = new ArrayList<>();
      for (Future<Set<Integer>> writer : writers) {
        wanted.add(writer.get());
      }
      done.set(true);
      upkeep.get();
    }
    StateRig.settle(file);
    assertThat(file.snapshot().rewrites()).as("rewrites").isPositive();
    file.close();

    SavedState saved = SavedState.read(storage, StateRig.BOOT, durability);
    assertThat(saved.reason()).isEmpty();
    for (int page = 0; page < WRITER_COUNT; page++) {
      assertThat(saved.mark(page)).isEqualTo(ROUND_COUNT);
      assertThat(StateRig.tombstones(saved, page)).containsExactlyElementsOf(wanted.get(page));
      assertThat(saved.changedKeysVersion(page)).isEqualTo(1);
    }
    assertThat(saved.changedKeyCount()).isEqualTo(WRITER_COUNT);
  }

  private static Void upkeep(StateFile file, AtomicBoolean done) {
    Step step = file.step();
    while (!done.get()) {
      if (step.run() != Step.AT_ONCE) {
        Thread.onSpinWait();
      }
    }
    return null;
  }

  /** Lives of one page; the tombstones of its last. */
  private static Set<Integer> write(StateFile file, int page) {
    Set<Integer> dead = new TreeSet<>();
    for (int version = 1; version <= ROUND_COUNT; version++) {
      dead.clear();
      for (int i = 0; i < TOMBSTONES_A_ROUND; i++) {
        if (i == TOMBSTONES_A_ROUND / 3) {
          file.mark(page, version);
        }
        int offset = i * 31 % 1000 + page;
        file.tombstone(page, version, offset);
        dead.add(offset);
        if (i % 7 == 0) {
          file.revive(page, version, offset);
          dead.remove(offset);
        }
      }
      file.keyChanged(page);
      if (version % 10 == 0) {
        file.force();
      }
    }
    return dead;
  }
}
