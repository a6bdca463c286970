package io.larder.cache.model;

import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.Departure;
import io.larder.cache.stats.SlabClasses;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One request on one key, and where its answer goes.
 *
 * <p>Filled by who asks, given to {@link RequestExecutor#execute}, answered exactly once through
 * {@link #answered}. Fields that a verb does not name are ignored by it. Made to be pooled: {@link
 * #reset} brings every field back to its default.
 *
 * <p>Key and value are borrowed: the memory they lie in stays as it is until the request is
 * answered.
 *
 * <p><b>Threads.</b> Confined to the thread that owns the executor.
 */
public abstract class Request {
  /*
   * A parameter object with open fields: the parser writes it and the hot path reads it, once per
   * command, and neither wants thirty accessors in between.
   */

  public Verb verb = Verb.READ;

  /** Where the key lies. */
  public MemorySegment keyMemory = MemorySegment.NULL;

  public long keyOffset;

  /** 1 to 250. */
  public int keyLength;

  /** The key was sent base64-encoded; remembered with the item. */
  public boolean keyBinary;

  // --- conditions and effects that several verbs share

  /** Store, delete, arithmetic: only if the item's CAS is {@link #cas}. */
  public boolean comparesCas;

  public long cas;

  /** Store, delete with invalidate, arithmetic: the item gets {@link #newCas} as its CAS. */
  public boolean setsCas;

  public long newCas;

  /**
   * Store: with {@link #comparesCas}, a lower CAS than the item's is taken too and marks the result
   * stale. Delete: marks the item stale instead of removing it.
   */
  public boolean invalidates;

  /** Read, arithmetic, delete with invalidate: the item gets {@link #expirySeconds}. */
  public boolean touches;

  /** Unix seconds, 0 for never; a time that has passed means expired at once. */
  public long expirySeconds;

  /** Read, append, prepend, arithmetic: makes the item where there is none. */
  public boolean vivifies;

  /** Expiry of an item that is made by {@link #vivifies}. */
  public long vivifyExpirySeconds;

  /** Answer of a read or an arithmetic that vivifies: there was no item, and now there is. */
  public boolean made;

  // --- read

  /** The value is wanted, not only what is known about it. */
  public boolean wantsValue;

  /** Leave access time, fetched state and popularity alone. */
  public boolean leavesNoTrace;

  /** Claim the item if it is stale and nobody has claimed it yet. */
  public boolean claimsStale;

  /** Claim the item if its remaining life is under {@link #recacheBelowSeconds}. */
  public boolean recaches;

  public long recacheBelowSeconds;

  /** With {@link #touches}: the remaining life that counts is that before the touch. */
  public boolean recachesBeforeTouch;

  /** Answer of an arithmetic, and with {@link #touches} of a read: the item's expiry before. */
  public long expiryBeforeSeconds;

  /** Answer: this request has been chosen to refresh the item. */
  public boolean won;

  /** Answer of a read that found nothing: what the item has died of that it came upon, if any. */
  public @Nullable Departure foundDead;

  /**
   * Answer of a store, a delete or an arithmetic: bytes of the value that was there; negative if
   * none was, or if a store did not have to look.
   */
  public int foundValueLength = NOTHING_FOUND;

  /** In {@link #foundValueLength}: there was nothing. */
  public static final int NOTHING_FOUND = -1;

  /**
   * Answer: the {@linkplain SlabClasses size class} of the item that was found, or of the one that
   * was made. Without meaning where there was neither.
   */
  public int slabClass;

  // --- store

  public StoreMode mode = StoreMode.SET;

  /** The client's flags, an unsigned 32-bit number. */
  public int flags;

  /** Where the value lies. */
  public MemorySegment valueMemory = MemorySegment.NULL;

  public long valueOffset;
  public int valueLength;

  // --- delete

  /** The value, and the client's flags with it, become empty; the item stays. */
  public boolean clearsValue;

  // --- arithmetic

  public boolean decrements;

  /** Unsigned. */
  public long delta;

  /** Unsigned value of an item that is made by {@link #vivifies}. */
  public long initialNumber;

  /** Answer: the number after the operation, unsigned. */
  public long number;

  /**
   * Whether it only shows the item. With {@link #claimsStale} it may still turn out to be chosen to
   * refresh it; then it takes effect in its turn, as what changes an item does.
   */
  public final boolean isPureRead() {
    return verb == Verb.READ && !touches && !vivifies && !recaches;
  }

  /** The {@linkplain SlabClasses size class} of an item with the key and the value of a store. */
  public final int slabClassOfStore() {
    return SlabClasses.of(
        RecordLayout.spanBytes(keyLength, valueLength, setsCas ? RecordLayout.OWN_CAS : 0));
  }

  /**
   * Takes the answer.
   *
   * <p>For an item in RAM this runs under a lock of the cache: it copies what it needs and calls
   * nothing of the cache.
   *
   * @param item the item, for {@link Status#HIT}, {@link Status#STORED}, {@link Status#NUMBER} and
   *     a delete that invalidates; otherwise it shows nothing and must not be used. Valid only
   *     during this call.
   */
  public abstract void answered(Status status, ItemView item);

  /** Brings every field back to its default and lets go of key and value. */
  public void reset() {
    verb = Verb.READ;
    keyMemory = MemorySegment.NULL;
    keyOffset = 0;
    keyLength = 0;
    keyBinary = false;
    comparesCas = false;
    cas = 0;
    setsCas = false;
    newCas = 0;
    invalidates = false;
    touches = false;
    expirySeconds = 0;
    vivifies = false;
    vivifyExpirySeconds = 0;
    made = false;
    wantsValue = false;
    leavesNoTrace = false;
    claimsStale = false;
    recaches = false;
    recacheBelowSeconds = 0;
    recachesBeforeTouch = false;
    expiryBeforeSeconds = 0;
    won = false;
    foundDead = null;
    foundValueLength = NOTHING_FOUND;
    slabClass = 0;
    mode = StoreMode.SET;
    flags = 0;
    valueMemory = MemorySegment.NULL;
    valueOffset = 0;
    valueLength = 0;
    clearsValue = false;
    decrements = false;
    delta = 0;
    initialNumber = 0;
    number = 0;
  }
}
