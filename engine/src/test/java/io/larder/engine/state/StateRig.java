package io.larder.engine.state;

import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Durability;
import io.larder.platform.work.Step;
import io.larder.testkit.MemoryStateStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A state file in memory, of a store with eight pages on two devices. */
final class StateRig {
  static final UUID BOOT = new UUID(1, 1);
  static final UUID OTHER_BOOT = new UUID(1, 2);
  static final int PAGE_COUNT = 8;

  /** Small, so that files grow and are rewritten soon. */
  final MemoryStateStorage storage = new MemoryStateStorage("state", 64 * 16);

  static StateIdentity identity(UUID bootId) {
    return new StateIdentity(
        new StoreIdentity(new UUID(5, 6), 7),
        bootId,
        1 << 20,
        List.of(new StateDevice(100, 5), new StateDevice(101, 3)));
  }

  StateFile begin(@Nullable SavedState saved, long hashFloor, Durability durability)
      throws IOException {
    return StateFile.begin(storage, identity(BOOT), saved, page -> page, hashFloor, durability, 64);
  }

  StateFile begin() throws IOException {
    return begin(null, 0, Durability.KILL);
  }

  /** What the same boot finds. */
  SavedState read() {
    return SavedState.read(storage, BOOT, Durability.KILL);
  }

  SavedState usable() {
    SavedState saved = read();
    if (!saved.isUsable()) {
      throw new AssertionError(saved.reason());
    }
    return saved;
  }

  static List<Integer> tombstones(SavedState saved, int page) {
    List<Integer> offsets = new ArrayList<>();
    saved.tombstones(page, offsets::add);
    return offsets;
  }

  /** Runs the step until it waits to be woken. */
  static void settle(StateFile file) {
    Step step = file.step();
    for (int i = 0; step.run() == Step.AT_ONCE; i++) {
      if (i == 10_000) {
        throw new AssertionError("the step comes to no end");
      }
    }
  }
}
