package io.larder.bench.replay;

/**
 * What became of the reads of a trace.
 *
 * @param reads how many there were
 * @param hits how many of them found their item
 * @param storedBytes of the items that the trace stored, and of those stored behind a read that
 *     found nothing; with headers, keys and slots
 * @param itemsMax most items held at any of the moments looked at
 */
public record Hits(long reads, long hits, long storedBytes, long itemsMax) {
  /** Hits of a hundred reads. */
  public double percent() {
    return percentOf(hits);
  }

  /** So many of a hundred reads are {@code part}. */
  public double percentOf(long part) {
    return reads == 0 ? 0 : 100.0 * part / reads;
  }
}
