package io.larder.cache.ram;

/**
 * How much of the log is probation.
 *
 * <p>A tenth, as S3-FIFO has it, is too little where what is new is what is wanted. Where reads
 * miss what has only just left probation, and more often than what has just left the main queue, it
 * gets more; where it is the other way about, less; never less than the tenth.
 *
 * <p><b>Threads.</b> Guarded by whoever owns it.
 */
final class ProbationShare {
  private static final double LEAST = 0.1;
  private static final double MOST = 0.4;
  private static final double STEP = 0.005;

  /** So many misses are compared at a time. */
  private static final int MISSES = 20;

  /** One count must be so many times the other; else both queues want room alike. */
  private static final int CLEARLY = 2;

  private double ofProbation = LEAST;
  private int fromProbation;
  private int fromMain;

  double ofProbation() {
    return ofProbation;
  }

  /** A read has missed what had only just left {@code queue}. */
  void missedFrom(RamQueue queue) {
    if (queue == RamQueue.PROBATION) {
      fromProbation++;
    } else {
      fromMain++;
    }
    if (fromProbation + fromMain < MISSES) {
      return;
    }
    if (fromProbation > CLEARLY * fromMain) {
      ofProbation = Math.min(MOST, ofProbation + STEP);
    } else if (fromMain > CLEARLY * fromProbation) {
      ofProbation = Math.max(LEAST, ofProbation - STEP);
    }
    fromProbation = 0;
    fromMain = 0;
  }
}
