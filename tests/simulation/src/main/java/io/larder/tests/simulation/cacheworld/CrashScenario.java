package io.larder.tests.simulation.cacheworld;

import io.larder.engine.model.Durability;
import io.larder.engine.state.StateFile;
import io.larder.tests.simulation.model.Draws;
import java.util.SplittableRandom;

/**
 * How the processes of a cache end that outlives them, drawn from a seed.
 *
 * @param durability what the cache is asked to survive
 * @param processCount how many processes follow the first
 * @param operationsMax most operations of one of them
 * @param placesMax at how many places, at most, one of them may be killed and is not
 * @param fillPercent how many of them are given more than RAM has room for before that
 * @param stopPercent how many of them are stopped in order
 * @param bootPercent how many of them are ended by the machine
 * @param deviceChangePercent after how many of them devices are changed
 * @param clockBackPercent after how many of them the clock is set back
 * @param readBackPercent how many of them are asked for every key
 * @param noteFailurePercent how many of them find no room for a note
 * @param rewriteNotesMin a state file with no more notes than this is not rewritten
 * @param flushPercent in how many of them there is a flush_all, or one is asked for that is due
 *     later, beside the few that there are anyway
 */
public record CrashScenario(
    Durability durability,
    int processCount,
    int operationsMax,
    int placesMax,
    int fillPercent,
    int stopPercent,
    int bootPercent,
    int deviceChangePercent,
    int clockBackPercent,
    int readBackPercent,
    int noteFailurePercent,
    int rewriteNotesMin,
    int flushPercent) {
  private static final int PROCESSES_MAX = 100;
  private static final int OPERATIONS_MAX = 800;
  private static final int PLACES_MAX = 3000;
  private static final int REWRITE_NOTES_MAX = 1000;

  /** The scenario of a seed. */
  public static CrashScenario of(long seed) {
    SplittableRandom random = new SplittableRandom(seed * 41 + 13);
    Durability durability = random.nextInt(3) == 0 ? Durability.POWER : Durability.KILL;
    return new CrashScenario(
        durability,
        10 + Draws.oneTo(PROCESSES_MAX, random),
        10 + Draws.oneTo(OPERATIONS_MAX, random),
        10 + Draws.oneTo(PLACES_MAX, random),
        random.nextInt(60),
        random.nextInt(30),
        // Without more durability a loss of power leaves nothing to look at.
        durability == Durability.POWER ? 50 : random.nextInt(4),
        random.nextInt(2) == 0 ? random.nextInt(10) : 0,
        random.nextInt(2) == 0 ? random.nextInt(30) : 0,
        10 + random.nextInt(60),
        random.nextInt(4) == 0 ? random.nextInt(5) : 0,
        // A rewrite makes good what a note has failed to say; every other world has none.
        random.nextBoolean() ? Draws.oneTo(REWRITE_NOTES_MAX, random) : StateFile.REWRITE_NOTES_MIN,
        random.nextInt(3) == 0 ? random.nextInt(30) : 0);
  }

  /** The same, but state files are rewritten from so many notes on. */
  public CrashScenario rewritingFrom(int notesMin) {
    return new CrashScenario(
        durability,
        processCount,
        operationsMax,
        placesMax,
        fillPercent,
        stopPercent,
        bootPercent,
        deviceChangePercent,
        clockBackPercent,
        readBackPercent,
        noteFailurePercent,
        notesMin,
        flushPercent);
  }
}
