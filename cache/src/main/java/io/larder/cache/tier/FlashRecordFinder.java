package io.larder.cache.tier;

import io.larder.cache.index.KeyHash;
import io.larder.cache.record.RecordLayout;
import io.larder.engine.model.RecordFinder;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Knows records on flash by sight.
 *
 * <p><b>Threads.</b> Stateless.
 */
public final class FlashRecordFinder implements RecordFinder {
  private static final int VALUE_BYTES_MAX = 1 << 30;

  private final KeyHash keyHash;

  /** Of a store whose directories hold this hash of keys. */
  public FlashRecordFinder(KeyHash keyHash) {
    this.keyHash = keyHash;
  }

  @Override
  public int lengthAt(MemorySegment memory, long at) {
    int keyLength = RecordLayout.keyLength(memory, at);
    int valueLength = RecordLayout.valueLength(memory, at);
    if (keyLength == 0 || valueLength < 0) {
      return 0;
    }
    // Much more than this no page holds, and a little more is no longer an int.
    return valueLength > VALUE_BYTES_MAX
        ? 0
        : RecordLayout.recordBytes(keyLength, valueLength, RecordLayout.state(memory, at));
  }

  @Override
  public boolean isOfLife(MemorySegment memory, long at, long pageVersion) {
    return RecordLayout.pageVersion(memory, at) == (int) pageVersion;
  }

  @Override
  public @Nullable ScannedRecord scan(
      MemorySegment memory, long at, int lengthBytes, long pageVersion, int offsetUnits) {
    if (!FlashRecords.isIntact(memory, at, lengthBytes, pageVersion, offsetUnits)) {
      return null;
    }
    return new ScannedRecord(
        keyHash.of(memory, RecordLayout.keyOffset(at), RecordLayout.keyLength(memory, at)),
        RecordLayout.expirySeconds(memory, at),
        (RecordLayout.state(memory, at) & RecordLayout.FILLER) != 0);
  }
}
