package io.larder.engine.state;

import io.larder.engine.model.Durability;
import io.larder.platform.state.StateReader;
import io.larder.platform.state.StateStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a state file holds, note by note, whether it may be used or not.
 *
 * <p>It takes as much memory as a server that reads the same file.
 *
 * @param exists whether there is a file
 * @param headerDamage what speaks against its header, in words that follow the file's name; empty
 *     if nothing does
 * @param identity of an intact header
 * @param durability of the run that wrote it
 * @param counts notes by kind, all kinds in the order of their numbers
 * @param slotCount room for notes, taken or free
 * @param damage notes that are not as they were written
 * @param damageCount how many there are of these, should the list be too short for all
 * @param endsCleanly whether the last note says that the store was stopped in order
 * @param saved what counts, as long as the machine was not started again
 */
public record StateLook(
    boolean exists,
    String headerDamage,
    StateIdentity identity,
    Durability durability,
    List<KindCount> counts,
    long slotCount,
    List<NoteDamage> damage,
    long damageCount,
    boolean endsCleanly,
    SavedState saved) {
  private static final int DAMAGE_LISTED_MAX = 100;

  /** How many notes of a kind there are. */
  public record KindCount(String kind, long count) {}

  /** A note that is not as it was written. */
  public record NoteDamage(long index, long offsetBytes, String what) {}

  /** Keeps copies of the lists. */
  public StateLook {
    counts = List.copyOf(counts);
    damage = List.copyOf(damage);
  }

  /**
   * Looks at what is published in {@code storage}.
   *
   * @throws IOException when it cannot be read
   */
  public static StateLook at(StateStorage storage) throws IOException {
    SavedState nothing = SavedState.unusable("there is no state file");
    try (StateReader reader = storage.open()) {
      if (reader == null) {
        return new StateLook(
            false,
            "is not there",
            SavedState.NOBODY,
            Durability.KILL,
            List.of(),
            0,
            List.of(),
            0,
            false,
            nothing);
      }
      ByteBuffer header = reader.header();
      String refusal = SavedState.refusal(header);
      if (refusal != null) {
        return new StateLook(
            true,
            refusal,
            SavedState.NOBODY,
            Durability.KILL,
            List.of(),
            0,
            List.of(),
            0,
            false,
            SavedState.unusable(refusal));
      }
      StateIdentity identity = StateHeaderLayout.identity(header);
      Durability durability = StateHeaderLayout.durability(header);
      Counting counting = new Counting(identity);
      reader.notes(counting);
      counting.end();
      return new StateLook(
          true,
          "",
          identity,
          durability,
          counting.counts(),
          counting.slotCount,
          counting.damage,
          counting.damageCount,
          counting.last == NoteKind.CLEAN_END,
          SavedState.read(storage, identity.bootId(), durability));
    }
  }

  /** Whether all of it is as it was written. */
  public boolean isSound() {
    return headerDamage.isEmpty() && damageCount == 0;
  }

  /** How many notes of that kind there are. */
  public long count(String kind) {
    return counts.stream()
        .filter(one -> one.kind.equals(kind))
        .mapToLong(KindCount::count)
        .findFirst()
        .orElse(0);
  }

  /** Counts the notes, and what is wrong with them. */
  private static final class Counting implements StateReader.NoteVisitor {
    private final NoteLayout layout;
    private final StateIdentity identity;
    private final long[] countByKind = new long[NoteKind.values().length];
    private final List<NoteDamage> damage = new ArrayList<>();
    private long damageCount;
    private long slotCount;
    private boolean isBehindLast;
    private boolean isLastSlotFree;
    private @Nullable NoteKind last;

    Counting(StateIdentity identity) {
      this.identity = identity;
      this.layout = new NoteLayout(identity.store().storeId());
    }

    @Override
    public void note(long index, long first, long second) {
      slotCount++;
      isLastSlotFree = first == 0 && second == 0;
      // A second word of 0 is no note: the process ended while it was made.
      if (second == 0) {
        isBehindLast = true;
        return;
      }
      if (isBehindLast) {
        damaged(index, "stands behind a free slot");
      }
      NoteKind kind = NoteLayout.kind(second);
      if (!layout.isIntact(index, first, second)) {
        damaged(index, "fails its check");
      } else if (kind == null || !canBe(kind, NoteLayout.page(second))) {
        damaged(index, "says what cannot be");
      } else {
        countByKind[kind.ordinal()]++;
        last = kind;
      }
    }

    private boolean canBe(NoteKind kind, int page) {
      return switch (kind) {
        case MARK, TOMBSTONE, REVIVE -> page < identity.pageCount();
        case VALUE -> {
          for (StateValue value : StateValue.values()) {
            if (value.number() == page) {
              yield true;
            }
          }
          yield false;
        }
        case HASH_FLOOR, HASH, REBUILT, CLEAN_END -> true;
      };
    }

    private void damaged(long index, String what) {
      damageCount++;
      if (damage.size() < DAMAGE_LISTED_MAX) {
        damage.add(
            new NoteDamage(
                index, StateStorage.HEADER_BYTES + index * StateStorage.NOTE_BYTES, what));
      }
    }

    void end() {
      if (!isLastSlotFree) {
        damaged(slotCount, "is missing, and whatever came behind it: the file was cut off");
      }
    }

    List<KindCount> counts() {
      List<KindCount> counts = new ArrayList<>();
      for (NoteKind kind : NoteKind.values()) {
        counts.add(
            new KindCount(
                kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                countByKind[kind.ordinal()]));
      }
      return counts;
    }
  }
}
