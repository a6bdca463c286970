package io.larder.cache.session;

import io.larder.cache.index.Slot;
import io.larder.cache.model.Request;
import io.larder.cache.stats.Departure;
import io.larder.engine.PageStore;
import io.larder.engine.model.ReadOutcome;
import io.larder.engine.read.PageRead;
import io.larder.engine.read.PageReadListener;
import io.larder.engine.read.ReadBuffers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A request that was not answered at once: which record on flash it is reading, which ones it has
 * found to be another key's, and whether the record it holds is its own; or, where it waits for
 * room or for its turn, nothing of that.
 *
 * <p>Pooled. The lease on the page of the record it holds lasts until {@link #letGo}, so that the
 * record's location means the same record for as long.
 *
 * <p><b>Threads.</b> Confined to its session.
 */
final class FlashLookup extends PageRead {
  private final CacheSession session;

  /** Pairs of location and page version. */
  private long[] others = new long[8];

  private int otherCount;
  private boolean reading;
  private ReadOutcome outcome = ReadOutcome.FAILED;
  private boolean holding;
  private boolean own;
  private long slot = Slot.EMPTY;

  @Nullable Request request;
  long hash;

  /** What its item has died of, if that is what it has found. */
  @Nullable Departure died;

  /** Neighbours in {@link LookupsByKey}. */
  @Nullable FlashLookup older;

  @Nullable FlashLookup younger;

  /** Its turn comes when everything asked for earlier on its key has been answered. */
  boolean waitsForTurn;

  FlashLookup(CacheSession session, ReadBuffers buffers, PageReadListener listener) {
    super(buffers, listener);
    this.session = session;
  }

  void begin(Request begun, long keyHash) {
    request = begun;
    hash = keyHash;
    otherCount = 0;
    holding = false;
    own = false;
    slot = Slot.EMPTY;
    died = null;
  }

  Request request() {
    Request asked = request;
    if (asked == null) {
      throw new IllegalStateException("the lookup is not in use");
    }
    return asked;
  }

  /** The record behind {@code candidate} is being read; its page is leased. */
  void reads(long candidate) {
    slot = candidate;
    own = false;
    holding = true;
    reading = true;
  }

  /** The slot as it was when the record was found, hits before this request included. */
  long slot() {
    return slot;
  }

  /** The record that was read is the request's own item. */
  void isOwn() {
    own = true;
  }

  /** Whether {@code candidate} points at the item that has been read. */
  boolean owns(long candidate) {
    return own && Slot.location(candidate) == Slot.location(slot);
  }

  /** Whether somebody else has read the item since this request found it. */
  boolean wasHitMeanwhile(long candidate) {
    int ownHits = CacheSession.countsHit(request()) ? 1 : 0;
    return Slot.hits(candidate) > Math.min(Slot.HITS_MAX, Slot.hits(slot) + ownHits);
  }

  /** The record that was read is another key's. */
  void isOther() {
    if (otherCount == others.length) {
      others = Arrays.copyOf(others, 2 * otherCount);
    }
    others[otherCount] = Slot.location(slot);
    others[otherCount + 1] = page().version();
    otherCount += 2;
  }

  /** Whether {@code candidate} is known to be another key's, in the life its page is living. */
  boolean isKnownOther(long candidate, PageStore store) {
    long location = Slot.location(candidate);
    for (int i = 0; i < otherCount; i += 2) {
      if (others[i] == location && others[i + 1] == store.page(Slot.place(candidate)).version()) {
        return true;
      }
    }
    return false;
  }

  @Override
  protected void done(ReadOutcome readOutcome) {
    reading = false;
    outcome = readOutcome;
    session.readEnded(this);
  }

  /** How the last read ended. */
  ReadOutcome outcome() {
    return outcome;
  }

  boolean isReading() {
    return reading;
  }

  /** Gives buffer and lease back, if it holds any. */
  void letGo() {
    if (holding) {
      holding = false;
      own = false;
      finish();
    }
  }
}
