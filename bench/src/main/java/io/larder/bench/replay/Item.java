package io.larder.bench.replay;

import io.larder.cache.record.RecordLayout;

/** What an item takes of a cache. */
public final class Item {
  /** Bytes of a slot of the index. */
  private static final int SLOT_BYTES = Long.BYTES;

  private Item() {}

  /** Bytes of a record in RAM, padding included. */
  public static int spanBytes(int keyLength, int valueBytes) {
    return RecordLayout.alignUp(
        RecordLayout.recordBytes(keyLength, valueBytes, 0), RecordLayout.RAM_ALIGNMENT_BYTES);
  }

  /** Bytes of a record and its slot: what every cache here is charged for an item. */
  public static int bytes(int keyLength, int valueBytes) {
    return spanBytes(keyLength, valueBytes) + SLOT_BYTES;
  }
}
