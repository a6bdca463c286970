package io.larder.cache.ram;

/** The two queues of the RAM log, as in S3-FIFO (Yang et al., SOSP 2023). */
public enum RamQueue {
  /** Where new records come in; about a tenth of the log. */
  PROBATION,
  /** Where records go that were hit; the rest. */
  MAIN
}
