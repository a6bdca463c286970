package io.larder.engine.state;

import io.larder.engine.layout.HeaderLayout;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Durability;
import io.larder.platform.state.BootId;
import io.larder.platform.state.StateReader;
import io.larder.platform.state.StateStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A state file as it was read: what counts on the flash, or why nothing does.
 *
 * <p><b>Threads.</b> Any; nothing in it changes until it is released.
 */
public final class SavedState {
  static final StateIdentity NOBODY =
      new StateIdentity(new StoreIdentity(new UUID(0, 0), 0), BootId.UNKNOWN, 0, List.of());

  private final StateIdentity identity;
  private final String reason;
  private final long[] marks;
  private final long[] highest;
  private final SavedTombstones tombstones;
  private final long[] values = new long[StateValue.values().length];
  private ChangedGroups changedKeys = new ChangedGroups();
  private long noteCount;
  private boolean endedCleanly;

  /** Of a file that cannot be used. */
  private SavedState(StateIdentity identity, String reason) {
    this.identity = identity;
    this.reason = reason;
    this.marks = new long[reason.isEmpty() ? identity.pageCount() : 0];
    this.highest = marks.clone();
    this.tombstones = new SavedTombstones(marks, highest);
  }

  /**
   * Reads what is published in {@code storage}. Bad content makes the result unusable and throws
   * nothing.
   *
   * @param bootId of the machine now
   * @param durability what the flash tier is to survive
   */
  public static SavedState read(StateStorage storage, UUID bootId, Durability durability) {
    try (StateReader reader = storage.open()) {
      if (reader == null) {
        return unusable("there is no state file");
      }
      ByteBuffer header = reader.header();
      String refusal = refusal(header);
      if (refusal != null) {
        return unusable("the state file %s %s".formatted(storage.name(), refusal));
      }
      SavedState read = new SavedState(StateHeaderLayout.identity(header), "");
      Reading reading = read.new Reading();
      reader.notes(reading);
      return read.judged(reading, storage.name(), bootId, durability, header);
    } catch (IOException e) {
      return unusable("the state file %s cannot be read (%s)".formatted(storage.name(), e));
    }
  }

  /** Nothing that counts, and why: words that follow "starts empty: ". */
  public static SavedState unusable(String reason) {
    return new SavedState(NOBODY, reason);
  }

  /** What speaks against a header, in words that follow the file's name; null if nothing does. */
  static @Nullable String refusal(ByteBuffer header) {
    if (header.getLong(0) == 0) {
      return "is empty, as a loss of power may leave it";
    }
    if (!StateHeaderLayout.hasMagic(header)) {
      return "does not begin as one of Larder's does";
    }
    if (StateHeaderLayout.format(header) != StateHeaderLayout.FORMAT) {
      return "has format %d and this version of Larder reads format %d"
          .formatted(StateHeaderLayout.format(header), StateHeaderLayout.FORMAT);
    }
    if (!StateHeaderLayout.isIntact(header)) {
      return "has a damaged header";
    }
    if (StateHeaderLayout.hash(header) != HeaderLayout.HASH_XXH64) {
      return "is of a store with another hash than XXH64";
    }
    return null;
  }

  private SavedState judged(
      Reading reading, String name, UUID bootId, Durability durability, ByteBuffer header) {
    String damage = reading.damage();
    boolean mayLackNotes = !BootId.isSame(identity.bootId(), bootId) && !reading.cleanEndIsThere();
    if (mayLackNotes) {
      if (durability == Durability.KILL
          || StateHeaderLayout.durability(header) == Durability.KILL) {
        return unusable(restarted(name, bootId, durability));
      }
    } else if (damage != null) {
      return unusable("the state file %s is damaged (%s)".formatted(name, damage));
    }
    tombstones.sort();
    return this;
  }

  private String restarted(String name, UUID bootId, Durability durability) {
    boolean isUnknown = bootId.equals(BootId.UNKNOWN) || identity.bootId().equals(BootId.UNKNOWN);
    return ("%s a clean stop, and its last notes in %s may be lost; " + "ext_durability=power %s")
        .formatted(
            isUnknown
                ? "this system does not tell whether it was restarted, and Larder ended without"
                : "the machine was restarted without",
            name,
            durability == Durability.POWER ? "was not in force then" : "would have kept it");
  }

  /** Whether it says what counts on the flash. */
  public boolean isUsable() {
    return reason.isEmpty();
  }

  /** Why it is not usable, in one sentence; empty when it is. */
  public String reason() {
    return reason;
  }

  /** Which flash the notes are about. */
  public StateIdentity identity() {
    requireUsable();
    return identity;
  }

  /** Whether the store was stopped in order. */
  public boolean endedCleanly() {
    return endedCleanly;
  }

  /** How many notes were read. */
  public long noteCount() {
    return noteCount;
  }

  /** The version of the records that count on the page; 0 when none does. */
  public long mark(int pageId) {
    requireUsable();
    return marks[pageId];
  }

  /** How many records of the page's marked version are dead. */
  public int tombstoneCount(int pageId) {
    requireUsable();
    return tombstones.count(pageId);
  }

  /** Shows the offsets, in units and rising, of the records of its marked version that are dead. */
  public void tombstones(int pageId, IntConsumer each) {
    requireUsable();
    tombstones.forEach(pageId, each);
  }

  /** The last figure noted; 0 when none was. */
  public long value(StateValue which) {
    return values[which.ordinal()];
  }

  /** Up to which version records of that key do not count; 0 when none of its group was noted. */
  public long changedKeysVersion(long keyHash) {
    return changedKeys.floorOf(keyHash);
  }

  /** How many keys were noted as changed; those of one group count once. */
  public long changedKeyCount() {
    return changedKeys.size();
  }

  /** Shows a hash of every group of changed keys, and up to which version it was noted. */
  <E extends Exception> void changedKeys(LongMap.Visitor<E> visitor) throws E {
    changedKeys.forEach(visitor);
  }

  /** Gives back the memory of what was noted of records and keys: all of it has been heard. */
  public void release() {
    tombstones.release();
    changedKeys = new ChangedGroups();
  }

  private void requireUsable() {
    if (!isUsable()) {
      throw new IllegalStateException(reason);
    }
  }

  /** Takes the notes in, one by one, as far as they can be trusted. */
  private final class Reading implements StateReader.NoteVisitor {
    private final NoteLayout layout = new NoteLayout(identity.store().storeId());
    private boolean isBehindLast;
    private boolean isLastSlotFree;
    private boolean isCleanEndBehindDamage;
    private @Nullable String damage;
    private long hashFloor;

    @Override
    public void note(long index, long first, long second) {
      isLastSlotFree = first == 0 && second == 0;
      if (isLastSlotFree) {
        isBehindLast = true;
        return;
      }
      // Half of a note: the process ended while it was made.
      boolean isHalf = second == 0;
      boolean isIntact = !isHalf && layout.isIntact(index, first, second);
      if (damage == null && isBehindLast) {
        damage = "note " + index + " stands behind the last";
      } else if (damage == null && isHalf) {
        isBehindLast = true;
        return;
      } else if (damage == null && !(isIntact && take(first, second))) {
        damage = "note " + index + " is not as it was written";
      }
      if (damage == null) {
        noteCount++;
      } else {
        isCleanEndBehindDamage |= isIntact && NoteLayout.kind(second) == NoteKind.CLEAN_END;
      }
    }

    /** Whether the store was stopped in order, even if what it had noted is damaged. */
    boolean cleanEndIsThere() {
      return endedCleanly || isCleanEndBehindDamage;
    }

    @Nullable String damage() {
      return damage == null && !isLastSlotFree ? "it was cut off" : damage;
    }

    /** Whether the note says something that can be. */
    private boolean take(long first, long second) {
      NoteKind kind = NoteLayout.kind(second);
      int page = NoteLayout.page(second);
      if (kind == null) {
        return false;
      }
      endedCleanly = kind == NoteKind.CLEAN_END;
      return switch (kind) {
        case MARK -> mark(page, first);
        case TOMBSTONE, REVIVE ->
            tombstone(page, first, NoteLayout.offsetUnits(second), kind == NoteKind.REVIVE);
        case VALUE -> value(page, first);
        case HASH_FLOOR -> {
          hashFloor = first;
          yield true;
        }
        case HASH -> {
          if (hashFloor != 0) {
            changedKeys.add(first, hashFloor);
          }
          yield true;
        }
        case REBUILT -> {
          changedKeys = new ChangedGroups();
          yield true;
        }
        case CLEAN_END -> true;
      };
    }

    private boolean mark(int page, long version) {
      if (page >= marks.length) {
        return false;
      }
      marks[page] = version;
      highest[page] = Math.max(highest[page], version);
      return true;
    }

    private boolean tombstone(int page, long version, int offsetUnits, boolean isRevival) {
      if (page >= marks.length) {
        return false;
      }
      tombstones.add(page, version, offsetUnits, isRevival);
      return true;
    }

    private boolean value(int number, long value) {
      for (StateValue which : StateValue.values()) {
        if (which.number() == number) {
          values[which.ordinal()] = value;
          return true;
        }
      }
      return false;
    }
  }
}
