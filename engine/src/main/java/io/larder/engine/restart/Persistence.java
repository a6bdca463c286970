package io.larder.engine.restart;

import io.larder.engine.model.Durability;
import io.larder.engine.state.SavedState;
import io.larder.engine.state.StateFile;
import io.larder.platform.state.StateStorage;
import java.util.UUID;

/**
 * What lets a store outlive its process.
 *
 * @param storage where its state file is kept
 * @param saved what was found there
 * @param bootId of the machine, now
 * @param durability what has to be survived
 * @param rewriteNotesMin a state file with no more notes than this is not rewritten
 */
public record Persistence(
    StateStorage storage,
    SavedState saved,
    UUID bootId,
    Durability durability,
    int rewriteNotesMin) {

  /** Reads what is there. */
  public static Persistence read(StateStorage storage, UUID bootId, Durability durability) {
    return new Persistence(
        storage,
        SavedState.read(storage, bootId, durability),
        bootId,
        durability,
        StateFile.REWRITE_NOTES_MIN);
  }

  /** The same, but what was found does not count. */
  public Persistence fresh(String why) {
    return new Persistence(storage, SavedState.unusable(why), bootId, durability, rewriteNotesMin);
  }

  /** The same, with a state file that is rewritten sooner or later than usual. */
  public Persistence rewritingFrom(int notesMin) {
    return new Persistence(storage, saved, bootId, durability, notesMin);
  }
}
