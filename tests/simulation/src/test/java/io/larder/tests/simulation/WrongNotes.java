package io.larder.tests.simulation;

import io.larder.tests.simulation.cacheworld.Tampering;
import io.larder.tests.simulation.device.NoteTampering;

/**
 * A cache that is wrong in one way about what outlives its process: some note does not reach the
 * state file, or too late.
 */
enum WrongNotes implements NoteTampering, Tampering {
  /** What is overwritten, deleted or moved is found again. */
  NO_TOMBSTONE("was shown|wrong answer") {
    @Override
    public boolean arrives(long first, long second, String step) {
      return kind(second) != TOMBSTONE;
    }
  },

  /** Whatever is noted is noted after it has happened: a kill in between finds it not noted. */
  NOTES_BEHIND_WHAT_THEY_ARE_ABOUT("was shown|wrong answer") {
    @Override
    public boolean arrivesLate(long first, long second) {
      return true;
    }
  },

  /** A page that was being swept counts, with records that have been moved and then changed. */
  MARK_NOT_CLEARED("was shown|wrong answer", 94) {
    @Override
    public boolean arrives(long first, long second, String step) {
      return kind(second) != MARK || first != 0;
    }
  },

  /** What is changed while it has not been found yet is found by the process after. */
  NO_HASH_NOTES("was shown|wrong answer") {
    @Override
    public boolean arrives(long first, long second, String step) {
      return kind(second) != HASH;
    }
  },

  /** A large record counts as soon as it is on the device, though it was changed meanwhile. */
  LARGE_RECORDS_COUNT_AT_ONCE("was shown|wrong answer") {
    @Override
    public boolean arrives(long first, long second, String step) {
      // Demotion makes one for each large record it begins to write, and for little else.
      return kind(second) != TOMBSTONE || !step.equals("demote");
    }
  },

  /** A CAS is given twice. */
  SEQUENCE_NOT_NOTED("wrong answer") {
    @Override
    public boolean arrives(long first, long second, String step) {
      return kind(second) != VALUE || number(second) != SEQUENCE;
    }
  },

  /** A page lives a life that it has lived before. */
  VERSION_NOT_NOTED("is marked with version|was shown|wrong answer") {
    @Override
    public boolean arrives(long first, long second, String step) {
      return kind(second) != VALUE || number(second) != VERSION;
    }
  },

  /** What a flush_all has ended is found again. */
  FLUSH_NOT_NOTED("was shown|wrong answer") {
    @Override
    public boolean arrives(long first, long second, String step) {
      return kind(second) != VALUE || number(second) != FLUSHED_SEQUENCE;
    }
  },

  /** A flush_all that is not due yet when the process ends never comes. */
  LATER_FLUSH_NOT_NOTED("was shown|wrong answer") {
    @Override
    public boolean arrives(long first, long second, String step) {
      return kind(second) != VALUE || number(second) != FLUSH_DUE;
    }
  };

  private static final int MARK = 1;
  private static final int TOMBSTONE = 2;
  private static final int VALUE = 4;
  private static final int HASH = 6;
  private static final int SEQUENCE = 1;
  private static final int VERSION = 2;
  private static final int FLUSHED_SEQUENCE = 4;
  private static final int FLUSH_DUE = 5;

  private final String found;
  private final long firstSeed;

  WrongNotes(String found) {
    this(found, 1);
  }

  WrongNotes(String found, long firstSeed) {
    this.found = found;
    this.firstSeed = firstSeed;
  }

  /** What the oracle says of it. */
  String found() {
    return found;
  }

  /** Where to begin to look for it: with 1, unless it is rare that it can be seen. */
  long firstSeed() {
    return firstSeed;
  }

  @Override
  public NoteTampering notes() {
    return this;
  }

  private static int kind(long second) {
    return (int) (second >>> 60);
  }

  private static int number(long second) {
    return (int) (second >>> 42) & ((1 << 18) - 1);
  }
}
