package io.larder.tests.simulation.oracle;

import io.larder.cache.model.ItemView;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What a key holds, all that a client can ever see of it.
 *
 * <p><b>Threads.</b> Immutable; nobody writes to the value.
 */
public final class Item {
  private static final byte[] NOTHING = new byte[0];
  private static final int SHOWN_MAX = 24;

  private final byte[] value;
  private final int flags;
  private final long expirySeconds;
  private final long cas;
  private final boolean stale;
  private final boolean tokenSent;
  private final boolean keyBinary;

  Item(
      byte[] value,
      int flags,
      long expirySeconds,
      long cas,
      boolean stale,
      boolean tokenSent,
      boolean keyBinary) {
    this.value = value;
    this.flags = flags;
    this.expirySeconds = expirySeconds;
    this.cas = cas;
    this.stale = stale;
    this.tokenSent = tokenSent;
    this.keyBinary = keyBinary;
  }

  /** Neither stale nor claimed. */
  static Item fresh(byte[] value, int flags, long expirySeconds, long cas, boolean keyBinary) {
    return new Item(value, flags, expirySeconds, cas, false, false, keyBinary);
  }

  Item withExpiry(long seconds) {
    return new Item(value, flags, seconds, cas, stale, tokenSent, keyBinary);
  }

  Item withCas(long newCas) {
    return new Item(value, flags, expirySeconds, newCas, stale, tokenSent, keyBinary);
  }

  Item withValue(byte[] newValue, int newFlags) {
    return new Item(newValue, newFlags, expirySeconds, cas, stale, tokenSent, keyBinary);
  }

  Item withMarks(boolean isStale, boolean isTokenSent) {
    return new Item(value, flags, expirySeconds, cas, isStale, isTokenSent, keyBinary);
  }

  static byte[] nothing() {
    return NOTHING;
  }

  /** The value itself, which nobody may change. */
  byte[] value() {
    return value;
  }

  int flags() {
    return flags;
  }

  long expirySeconds() {
    return expirySeconds;
  }

  /** The CAS unique that clients see. */
  public long cas() {
    return cas;
  }

  boolean stale() {
    return stale;
  }

  boolean tokenSent() {
    return tokenSent;
  }

  boolean keyBinary() {
    return keyBinary;
  }

  /** Whether its time has come. */
  boolean isExpired(long nowSeconds) {
    return expirySeconds != 0 && expirySeconds <= nowSeconds;
  }

  /** Whether this is what a client is shown, the CAS left aside. */
  boolean isShownBy(ItemView view) {
    return view.flags() == flags
        && view.expirySeconds() == expirySeconds
        && view.stale() == stale
        && view.tokenSent() == tokenSent
        && view.keyBinary() == keyBinary
        && view.valueLength() == value.length
        && MemorySegment.mismatch(
                view.memory(),
                view.valueOffset(),
                view.valueOffset() + value.length,
                MemorySegment.ofArray(value),
                0,
                value.length)
            == -1;
  }

  /** What a client is shown. */
  static Item of(ItemView view) {
    byte[] bytes = new byte[view.valueLength()];
    MemorySegment.copy(
        view.memory(), view.valueOffset(), MemorySegment.ofArray(bytes), 0, bytes.length);
    return new Item(
        bytes,
        view.flags(),
        view.expirySeconds(),
        view.cas(),
        view.stale(),
        view.tokenSent(),
        view.keyBinary());
  }

  @Override
  public String toString() {
    String front =
        new String(value, 0, Math.min(value.length, SHOWN_MAX), StandardCharsets.ISO_8859_1);
    return "[%d bytes '%s', flags %d, expiry %d, cas %d%s%s%s]"
        .formatted(
            value.length,
            front,
            flags,
            expirySeconds,
            cas,
            stale ? ", stale" : "",
            tokenSent ? ", claimed" : "",
            keyBinary ? ", binary key" : "");
  }
}
