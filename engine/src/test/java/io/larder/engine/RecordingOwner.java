package io.larder.engine;

import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageOwner;
import io.larder.engine.model.PageSweep;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.write.Reservation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Holds addresses as an index would, and notes every page it was asked to leave. */
final class RecordingOwner implements PageOwner {
  /** A record and where it is. */
  record Held(
      long keyHash, int pageId, long version, int offsetUnits, int lengthBytes, int countedBytes) {

    /** What it holds: for every hash something else. */
    byte[] bytes() {
      byte[] bytes = new byte[lengthBytes];
      new Random(keyHash).nextBytes(bytes);
      return bytes;
    }
  }

  /** One question of a sweep. */
  record Asked(int pageId, long version, GiveUpReason reason, long keyHash, int lengthUnits) {}

  /** Lives that were chosen with free pages under the drop limit. */
  final Set<Long> livesUnderDropLimit = new HashSet<>();

  /** One page that had to be left without its directory. */
  record Unread(int pageId, GiveUpReason reason) {}

  final List<Asked> asked = new ArrayList<>();
  final List<Unread> unread = new ArrayList<>();

  /** Which records are worth moving to another page. */
  Predicate<Held> isWanted = _ -> false;

  /** Where they are moved. */
  Bucket rescueTo = Bucket.COMPACT;

  /** How many rescues had to wait for a flush. */
  int waitCount;

  /** Records whose bytes a sweep delivered. */
  final Map<Long, byte[]> sweptBytes = new LinkedHashMap<>();

  private final PageStore store;
  private final Map<Long, Held> held = new LinkedHashMap<>();
  private final Reservation reservation = new Reservation();

  RecordingOwner(PageStore store) {
    this.store = store;
  }

  /** Every record that has an address. */
  Collection<Held> held() {
    return List.copyOf(held.values());
  }

  boolean holds(Held record) {
    return record.equals(held.get(location(record.pageId(), record.offsetUnits())));
  }

  List<Held> heldOn(int pageId) {
    return held.values().stream().filter(one -> one.pageId() == pageId).toList();
  }

  /** The record with this hash, wherever it is now. */
  @Nullable Held find(long keyHash) {
    return held.values().stream().filter(one -> one.keyHash() == keyHash).findAny().orElse(null);
  }

  void hold(Held record) {
    if (held.put(location(record.pageId(), record.offsetUnits()), record) != null) {
      throw new IllegalStateException("two live records at one address: " + record);
    }
  }

  void forget(Held record) {
    if (!holds(record)) {
      throw new IllegalStateException("not held: " + record);
    }
    held.remove(location(record.pageId(), record.offsetUnits()));
    store.forget(record.pageId(), record.offsetUnits(), record.countedBytes());
  }

  private static long location(int pageId, int offsetUnits) {
    return (long) pageId << 20 | offsetUnits;
  }

  @Override
  public boolean leave(PageSweep sweep, long keyHash, int offsetUnits, int lengthUnits) {
    Held record = held.get(location(sweep.pageId(), offsetUnits));
    if (record != null
        && isWanted.test(record)
        && sweep.mayRescue(rescueTo, record.lengthBytes())) {
      ReserveOutcome outcome = rescue(sweep, record);
      if (outcome == ReserveOutcome.NO_BUFFER) {
        waitCount++;
        return false;
      }
    }
    if (sweep.isUnderDropLimit()) {
      livesUnderDropLimit.add(sweep.version());
    }
    asked.add(new Asked(sweep.pageId(), sweep.version(), sweep.reason(), keyHash, lengthUnits));
    if (record != null && holds(record)) {
      forget(record);
    }
    return true;
  }

  private ReserveOutcome rescue(PageSweep sweep, Held record) {
    MemorySegment bytes = sweep.read(record.offsetUnits(), record.lengthBytes());
    if (bytes == null) {
      return ReserveOutcome.NO_PAGE;
    }
    byte[] swept = bytes.toArray(ValueLayout.JAVA_BYTE);
    sweptBytes.put(record.keyHash(), swept);
    ReserveOutcome outcome =
        store.reserve(rescueTo, record.lengthBytes(), record.keyHash(), reservation);
    if (outcome == ReserveOutcome.RESERVED) {
      Held moved =
          new Held(
              record.keyHash(),
              reservation.pageId(),
              reservation.pageVersion(),
              reservation.offsetUnits(),
              record.lengthBytes(),
              record.countedBytes());
      MemorySegment.copy(
          swept,
          0,
          reservation.memory(),
          ValueLayout.JAVA_BYTE,
          reservation.memoryOffset(),
          swept.length);
      boolean counted = store.commit(reservation, record.countedBytes(), 0);
      forget(record);
      if (counted) {
        hold(moved);
      }
      sweep.rescued(rescueTo, record.lengthBytes());
    }
    return outcome;
  }

  @Override
  public void leaveUnread(int pageId, GiveUpReason reason) {
    unread.add(new Unread(pageId, reason));
    heldOn(pageId).forEach(this::forget);
  }
}
