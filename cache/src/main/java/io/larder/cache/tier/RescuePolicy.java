package io.larder.cache.tier;

import io.larder.cache.index.Slot;
import io.larder.cache.model.Tunables;
import io.larder.engine.PageStore;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.GiveUpReason;
import io.larder.engine.model.PageSweep;
import org.jspecify.annotations.Nullable;

/**
 * Whether a live record of a page that is given up is worth another flash write, and where it goes.
 * This is the one place where a rescue asks.
 *
 * <p><b>Threads.</b> Confined to the reclaim step.
 */
public final class RescuePolicy {
  private final Tunables tunables;
  private final LifeBands bands;
  private final PageStore flash;
  private final WriteBudget budget;

  /** The record that a write was granted to last: it may be asked about until it has room. */
  private long grantedVersion;

  private int grantedOffset;

  /** A policy for the pages of {@code flash}. */
  public RescuePolicy(Tunables tunables, LifeBands bands, PageStore flash, WriteBudget budget) {
    this.tunables = tunables;
    this.bands = bands;
    this.flash = flash;
    this.budget = budget;
  }

  /**
   * The bucket a record would be moved to, as far as that can be told without reading it.
   *
   * @param wasRead whether it has been read since it was written to this page
   * @return null when it is to be let go
   */
  @Nullable Bucket bucketFor(PageSweep sweep, boolean wasRead) {
    return switch (sweep.reason()) {
      case COMPACTED -> compacted(sweep, wasRead);
      case EVICTED -> evicted(sweep, wasRead);
      case EMPTY, EXPIRED, FAILED -> null;
    };
  }

  private @Nullable Bucket compacted(PageSweep sweep, boolean wasRead) {
    if (sweep.bucket().isLastStop() && flash.isKept(sweep.bucket())) {
      return sweep.bucket();
    }
    if (wasRead) {
      return Bucket.COMPACT;
    }
    if (flash.isKept(Bucket.COLDCOMPACT)) {
      return Bucket.COLDCOMPACT;
    }
    return isDroppedUnread(sweep, false) ? null : Bucket.COMPACT;
  }

  private @Nullable Bucket evicted(PageSweep sweep, boolean wasRead) {
    if (!sweep.isUnderDropLimit()) {
      return wasRead ? Bucket.COMPACT : null;
    }
    if (!wasRead && flash.isKept(Bucket.COLDCOMPACT)) {
      return Bucket.COLDCOMPACT;
    }
    if (isDroppedUnread(sweep, wasRead)) {
      return null;
    }
    if (flash.isKept(Bucket.OLD)) {
      return Bucket.OLD;
    }
    return wasRead ? Bucket.COMPACT : null;
  }

  /** Whether a record goes because nobody has read it and it was said that such ones should. */
  boolean isDroppedUnread(PageSweep sweep, boolean wasRead) {
    return !wasRead && tunables.dropsUnread() && sweep.isUnderDropLimit();
  }

  /**
   * Whether a record that has been read back, and is alive, is worth the write; if so its bytes are
   * spent.
   *
   * @param slot that points at it
   * @param bytes that it takes, without padding
   * @param expirySeconds unix seconds; 0 = never
   */
  boolean isWorthAWrite(
      PageSweep sweep, Bucket into, long slot, int bytes, long expirySeconds, long nowSeconds) {
    if (grantedVersion == sweep.version() && grantedOffset == Slot.offset(slot)) {
      return true;
    }
    if (!livesLongEnough(sweep, into, expirySeconds, nowSeconds)
        || !budget.spend(Usefulness.onFlash(Slot.hits(slot), bytes), bytes)) {
      return false;
    }
    grantedVersion = sweep.version();
    grantedOffset = Slot.offset(slot);
    return true;
  }

  private boolean livesLongEnough(
      PageSweep sweep, Bucket into, long expirySeconds, long nowSeconds) {
    if (expirySeconds == 0) {
      return true;
    }
    if (bands.bucketFor(expirySeconds, nowSeconds) == Bucket.LOWTTL) {
      // Whatever page it is on: a second write would outlive what it saved.
      return false;
    }
    if (sweep.reason() != GiveUpReason.EVICTED || into != Bucket.COMPACT) {
      return true;
    }
    /*
     * An item that is wanted and lost is stored again: one write a lap of the flash. Moved, it is
     * written now and stored again when it has expired: two writes in a lap and the life it has
     * left. That is cheaper only if it has another lap to live.
     */
    long lapSeconds = nowSeconds - sweep.openedAtSeconds();
    return expirySeconds - nowSeconds > lapSeconds;
  }
}
