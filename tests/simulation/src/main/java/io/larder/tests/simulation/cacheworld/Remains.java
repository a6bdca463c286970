package io.larder.tests.simulation.cacheworld;

import io.larder.engine.model.Bucket;
import io.larder.engine.model.Durability;
import io.larder.platform.time.Clock;
import io.larder.testkit.MemoryDevice;
import io.larder.testkit.MemoryStateStorage;
import io.larder.tests.simulation.device.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What outlives a process of the cache: its devices, its state file, the machine and its clock.
 *
 * <p><b>Threads.</b> One.
 */
final class Remains {
  /** A device that is or was the cache's. */
  record Kept(MemoryDevice device, Bucket freeBucket) {}

  final Fate fate = new Fate();
  final MemoryStateStorage storage = new MemoryStateStorage();
  final Durability durability;

  /** A state file with no more notes than this is not rewritten. */
  final int rewriteNotesMin;

  /** Those that the next process is given, in that order. */
  final List<Kept> devices = new ArrayList<>();

  /** The machine's, now. */
  UUID bootId = new UUID(1, 0);

  /** The machine's when the state file that is there was begun. */
  private UUID bootIdOfFile = new UUID(0, 1);

  /** How far the machine's clock has been set back. */
  long setBackSeconds;

  /** Stores that began empty, so far. */
  long storeNumber;

  private boolean endedCleanly;
  private long bootCount;

  Remains(Durability durability, int rewriteNotesMin) {
    this.durability = durability;
    this.rewriteNotesMin = rewriteNotesMin;
  }

  /** The machine's clock, which somebody may set back between two processes. */
  Clock clock(Clock unmoved) {
    return new Clock() {
      @Override
      public long unixSeconds() {
        return unmoved.unixSeconds() - setBackSeconds;
      }

      @Override
      public long nanos() {
        return unmoved.nanos();
      }
    };
  }

  /** The machine is started again. */
  void boot() {
    bootCount++;
    bootId = new UUID(1, bootCount);
  }

  /** A state file of this run of the machine takes the place of the one before. */
  void published() {
    bootIdOfFile = bootId;
    endedCleanly = false;
  }

  /** The process has noted that nothing happens after it. */
  void endedCleanly() {
    endedCleanly = true;
  }

  /** Whether the next process must find nothing; nobody forces what is only killed. */
  boolean mustBeEmpty() {
    return !storage.isPublished()
        || (durability == Durability.KILL && !bootIdOfFile.equals(bootId) && !endedCleanly);
  }
}
