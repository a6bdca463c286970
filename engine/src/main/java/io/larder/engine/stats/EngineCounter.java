package io.larder.engine.stats;

/** What a store counts, from its start, never going down. */
public enum EngineCounter {
  /** Pages claimed by a bucket. */
  PAGE_ALLOCS,
  /** Pages given up although they still held live records. */
  PAGE_EVICTIONS,
  /** Pages given up because moving what was live on them gained room. */
  PAGE_COMPACTIONS,
  /** Pages returned to the free stack, for whatever reason. */
  PAGE_RECLAIMS,
  /** Pages that failed because the device refused a write. */
  PAGE_FAILURES,
  /** Pages whose directory could not be read when they were given up. */
  DIRECTORY_FAILURES,
  /** Records committed to a write buffer. */
  RECORDS_WRITTEN,
  /** Bytes of those records, padding included. */
  RECORD_BYTES_WRITTEN,
  /** Bytes of those records, padding left out. */
  UNPADDED_BYTES_WRITTEN,
  /** Bytes written to devices: records, headers, directories, padding. */
  DEVICE_BYTES_WRITTEN,
  /** Writes to devices. */
  DEVICE_WRITES,
  /** Nanoseconds spent in writes to devices. */
  DEVICE_WRITE_NANOS,
  /** Reads answered from a write buffer. */
  BUFFER_READS,
  /** Reads answered by another read of the same bytes that was under way. */
  SHARED_READS,
  /** Reads answered by a device. */
  DEVICE_READS,
  /** Bytes read from devices by gets. */
  DEVICE_BYTES_READ,
  /** Reads that a device refused or cut short. */
  READ_ERRORS,
  /** Writes that a device refused. */
  WRITE_ERRORS,
  /** Live records that were moved to another page before theirs was given up. */
  RECORDS_RESCUED,
  /** Bytes of those records. */
  BYTES_RESCUED
}
