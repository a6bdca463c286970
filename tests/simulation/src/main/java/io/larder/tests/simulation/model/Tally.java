package io.larder.tests.simulation.model;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * What was done in one run, or in many.
 *
 * <p><b>Threads.</b> One.
 */
public final class Tally {
  private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
  private final Map<Enum<?>, Long> counted = new HashMap<>();
  private long operationCount;
  private long recordsWritten;
  private long recordsChecked;
  private long damageFound;
  private long pagesReclaimed;
  private long devicesLost;
  private long bookChecks;
  private long answerCount;
  private long missCount;
  private long refusalCount;
  private long forgottenCount;
  private long crashCount;
  private long crashInRewriteCount;
  private long crashPlaceCount;
  private long stateRewriteCount;
  private long stopCount;
  private long recordsRestored;

  /** Counts a fault that took effect. */
  public void fault(FaultKind kind) {
    faults.merge(kind, 1L, Long::sum);
  }

  public void operation() {
    operationCount++;
  }

  /** Counts a record that a page took. */
  public void recordWritten() {
    recordsWritten++;
  }

  /** Counts a record whose bytes were read back and were the right ones. */
  public void recordChecked() {
    recordsChecked++;
  }

  /** Counts a record whose bytes were damaged by a fault, and were known for it. */
  public void damageFound() {
    damageFound(1);
  }

  public void damageFound(long count) {
    damageFound += count;
  }

  public void pagesReclaimed(long count) {
    pagesReclaimed += count;
  }

  /** Counts devices that got no more writes at the end of a run. */
  public void devicesLost(long count) {
    devicesLost += count;
  }

  /** Counts one comparison of all books. */
  public void bookCheck() {
    bookChecks++;
  }

  public void recordsWritten(long count) {
    recordsWritten += count;
  }

  /** Adds what a cache or its engine has counted. */
  public void counted(Enum<?> counter, long count) {
    counted.merge(counter, count, Long::sum);
  }

  /** Counts a request that was answered. */
  public void answer() {
    answerCount++;
  }

  /** Counts a read that found nothing. */
  public void missed() {
    missCount++;
  }

  /** Counts a request for which there was no memory. */
  public void refused() {
    refusalCount++;
  }

  /** Counts items that were there, and then were not, though nobody had asked for that. */
  public void forgotten(long count) {
    forgottenCount += count;
  }

  /** Counts a process that was killed, perhaps while it rewrote its state file. */
  public void crash(boolean isInRewrite) {
    crashCount++;
    crashInRewriteCount += isInRewrite ? 1 : 0;
  }

  /** Counts how often state files were rewritten. */
  public void stateRewrites(long count) {
    stateRewriteCount += count;
  }

  /** Counts places where a process might have been killed. */
  public void crashPlaces(long count) {
    crashPlaceCount += count;
  }

  /** Counts a process that was stopped in order. */
  public void stopped() {
    stopCount++;
  }

  /** Counts records that a process has found of an earlier one. */
  public void restored(long count) {
    recordsRestored += count;
  }

  /** Adds all of another one's. */
  public void add(Tally other) {
    other.faults.forEach((kind, count) -> faults.merge(kind, count, Long::sum));
    other.counted.forEach(this::counted);
    operationCount += other.operationCount;
    recordsWritten += other.recordsWritten;
    recordsChecked += other.recordsChecked;
    damageFound += other.damageFound;
    pagesReclaimed += other.pagesReclaimed;
    devicesLost += other.devicesLost;
    bookChecks += other.bookChecks;
    answerCount += other.answerCount;
    missCount += other.missCount;
    refusalCount += other.refusalCount;
    forgottenCount += other.forgottenCount;
    crashCount += other.crashCount;
    crashInRewriteCount += other.crashInRewriteCount;
    crashPlaceCount += other.crashPlaceCount;
    stateRewriteCount += other.stateRewriteCount;
    stopCount += other.stopCount;
    recordsRestored += other.recordsRestored;
  }

  /** Faults of a kind that took effect. */
  public long faultCount(FaultKind kind) {
    return faults.getOrDefault(kind, 0L);
  }

  /** What caches or their engines have counted. */
  public long count(Enum<?> counter) {
    return counted.getOrDefault(counter, 0L);
  }

  public long operationCount() {
    return operationCount;
  }

  public long recordsWritten() {
    return recordsWritten;
  }

  public long recordsChecked() {
    return recordsChecked;
  }

  public long damageFoundCount() {
    return damageFound;
  }

  public long pagesReclaimed() {
    return pagesReclaimed;
  }

  public long devicesLost() {
    return devicesLost;
  }

  public long bookChecks() {
    return bookChecks;
  }

  public long answerCount() {
    return answerCount;
  }

  public long missCount() {
    return missCount;
  }

  public long refusalCount() {
    return refusalCount;
  }

  public long forgottenCount() {
    return forgottenCount;
  }

  public long crashCount() {
    return crashCount;
  }

  public long crashInRewriteCount() {
    return crashInRewriteCount;
  }

  public long stateRewriteCount() {
    return stateRewriteCount;
  }

  public long crashPlaceCount() {
    return crashPlaceCount;
  }

  public long stopCount() {
    return stopCount;
  }

  public long recordsRestored() {
    return recordsRestored;
  }
}
