package io.larder.tests.interleavings;

import static io.larder.tests.interleavings.Schedules.check;

import io.larder.cache.ram.RamBudget;
import io.larder.cache.ram.RamLog;
import io.larder.cache.ram.RamQueue;
import io.larder.cache.ram.RamWriter;
import io.larder.cache.ram.Segment;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Writers ask for segments while others are freed: no memory is lent twice, all of it comes back,
 * and whoever reads the room count, tries in vain, says that he is waiting and reads it again is
 * woken when there is room.
 *
 * <p>Tried by hand: it fails when the waiters are woken before the room count grows, when they are
 * woken before the memory is back, and without {@code synchronized} on the lending of a unit.
 */
class RoomTest {
  private static final int UNIT_BYTES = 4096;
  private static final int SPAN_BYTES = 1024;

  /** A log whose every segment is full of dead records, and two writers that need room. */
  public static final class Meeting {
    private static final int UNIT_COUNT = 4;

    private final RamBudget budget = new RamBudget(UNIT_BYTES, UNIT_COUNT);
    private final RamLog log = new RamLog(budget, UNIT_BYTES / 2);
    private final Demander small = new Demander(SPAN_BYTES);
    private final Demander large = new Demander(2 * UNIT_BYTES);
    private final AtomicInteger freedCount = new AtomicInteger();

    public Meeting() {
      log.addWaiter(small::woken);
      log.addWaiter(large::woken);
      RamWriter writer = RamWriter.forDemotion(log, RamQueue.MAIN);
      while (writer.claim(SPAN_BYTES, 0)) {
        writer.publish();
      }
      writer.seal();
    }

    @Operation
    public void demandSmall() {
      small.demand();
    }

    @Operation
    public void demandLarge() {
      large.demand();
    }

    @Operation
    public void freeOne() {
      Segment victim = log.takeVictim();
      if (victim != null) {
        victim.died(victim.liveBytes());
        log.free(victim);
        freedCount.incrementAndGet();
      }
    }

    @Operation
    public void freeTwo() {
      freeOne();
      freeOne();
    }

    @Validate
    public void end() {
      small.checkThatNothingWasMissed();
      large.checkThatNothingWasMissed();
      budget.close();
    }

    /** Asks for room as a session does: what it does not get it waits for. */
    private final class Demander {
      private final RamWriter writer = RamWriter.forDemotion(log, RamQueue.MAIN);
      private final int spanBytes;
      private volatile boolean served;
      private volatile boolean waits;
      private volatile boolean triesAgain;

      Demander(int spanBytes) {
        this.spanBytes = spanBytes;
      }

      void demand() {
        long roomCount = log.roomCount();
        if (writer.claim(spanBytes, 0)) {
          served = true;
          writer.publish();
          return;
        }
        waits = true;
        if (log.roomCount() != roomCount) {
          woken();
        }
      }

      void woken() {
        if (waits) {
          triesAgain = true;
        }
      }

      void checkThatNothingWasMissed() {
        if (waits && !triesAgain) {
          check(!writer.claim(spanBytes, 0), "who waits without a wake-up would wait in vain");
        }
        check(!(served && waits), "served or waiting");
      }
    }
  }

  @Test
  void whoWaitsIsWoken() {
    Schedules.playLonger(Meeting.class, "demandSmall", "freeOne");
  }

  @Test
  void whoWaitsForSeveralSegmentsIsWoken() {
    Schedules.playLonger(Meeting.class, "demandLarge", "freeTwo");
  }

  @Test
  void twoWhoWaitAreWoken() {
    Schedules.playLonger(Meeting.class, "demandSmall", "demandLarge", "freeTwo");
  }
}
