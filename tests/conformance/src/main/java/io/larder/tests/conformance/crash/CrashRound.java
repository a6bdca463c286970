package io.larder.tests.conformance.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One round: some load, an end, trouble perhaps, and a new life in which everything is read.
 *
 * @param loadMillis how long clients go on before the end
 * @param downMillis how long the server is away
 * @param killsInRebuild how often it is killed again before it has rebuilt its index
 * @param loadsInRebuild whether clients go on while it does so
 * @param flushes whether everything is let die once, during the load
 * @param flushDelaySeconds how much later than asked; 0 for at once
 */
record CrashRound(
    End end,
    Trouble trouble,
    long loadMillis,
    long downMillis,
    int killsInRebuild,
    boolean loadsInRebuild,
    boolean flushes,
    int flushDelaySeconds) {

  /** An ordinary round, as a seed draws it. */
  static CrashRound drawn(SplittableRandom random, long millisMax) {
    int how = random.nextInt(100);
    End end =
        how < 76
            ? End.KILL
            : how < 84
                ? End.TERM
                : how < 88 ? End.USR1 : how < 94 ? End.FROZEN_THEN_KILL : End.KILLED_FROZEN;
    boolean kills = random.nextInt(4) == 0;
    boolean flushes = random.nextInt(8) == 0;
    return new CrashRound(
        end,
        Trouble.NONE,
        millisMax / 10 + random.nextLong(millisMax),
        random.nextInt(4) == 0 ? random.nextLong(3000) : 0,
        kills ? 1 + random.nextInt(3) : 0,
        random.nextInt(3) > 0,
        flushes,
        flushes && random.nextBoolean() ? 1 + random.nextInt(4) : 0);
  }

  /** A round of every kind that an ordinary one is not. */
  static List<CrashRound> special(long loadMillis) {
    List<CrashRound> rounds = new ArrayList<>();
    rounds.add(round(End.TERM, Trouble.NONE, loadMillis));
    rounds.add(round(End.USR1, Trouble.NONE, loadMillis));
    rounds.add(round(End.FROZEN_THEN_KILL, Trouble.NONE, loadMillis));
    rounds.add(round(End.KILLED_FROZEN, Trouble.NONE, loadMillis));
    for (Trouble trouble : Trouble.values()) {
      if (trouble != Trouble.NONE) {
        End end = trouble == Trouble.DEVICE_REMOVED ? End.TERM : End.KILL;
        rounds.add(round(end, trouble, loadMillis));
      }
    }
    return rounds;
  }

  private static CrashRound round(End end, Trouble trouble, long loadMillis) {
    return new CrashRound(end, trouble, loadMillis, 0, 0, false, false, 0);
  }

  @Override
  public String toString() {
    return end.words()
        + (trouble == Trouble.NONE ? "" : ", " + trouble.words())
        + (killsInRebuild == 0 ? "" : ", killed " + killsInRebuild + " times while starting")
        + (flushes ? ", flush_all " + flushDelaySeconds : "");
  }
}
