package io.larder.engine.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.PageSite;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.FreePages;
import io.larder.engine.page.Page;
import io.larder.engine.page.PageState;
import io.larder.engine.state.StateLog;
import io.larder.engine.stats.EngineStats;
import io.larder.platform.device.Device;
import io.larder.platform.work.Step;
import io.larder.testkit.ManualClock;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Writes beside each other: while the device is at one, the other step is given its turn, so what
 * it begins is done first.
 */
class WritesUnderWayTest {
  private static final int PAGE_BYTES = 64 * 1024;
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int RECORD_BYTES = 1024;

  private final Arena arena = Arena.ofConfined();
  private final ManualClock clock = new ManualClock();
  private final HookedDevice device = new HookedDevice();
  private final Page page = new Page(0, 0, Bucket.DEFAULT, device, 0, new PageSite(1, 0));
  private final Page next = new Page(1, 0, Bucket.DEFAULT, device, PAGE_BYTES, new PageSite(1, 1));
  private final FreePages freePages = new FreePages(List.of(page, next));
  private final WriteBuffers buffers = new WriteBuffers(arena, BUFFER_BYTES, 4);
  private final FlushQueues flushes = new FlushQueues(1);
  private final BucketWriter writer = writer(buffers);
  private final List<String> heard = new ArrayList<>();
  private final WritesUnderWay underWay = new WritesUnderWay(flushes, 0);
  private final FlushStep step = newStep();
  private final FlushStep other = newStep();
  private int wakeCount;

  private BucketWriter writer(WriteBuffers from) {
    return new BucketWriter(
        Bucket.DEFAULT,
        0,
        new WriteShared(
            PageGeometry.of(PAGE_BYTES),
            new StoreIdentity(new UUID(1, 2), 3),
            freePages,
            from,
            new DirectoryChunks(arena),
            flushes,
            new Versions(0, StateLog.NONE),
            new EngineStats(),
            clock));
  }

  private FlushStep newStep() {
    return new FlushStep(underWay, List.of(writer), new Hearing(), clock);
  }

  /** Something happens while the device is at a write, and it may refuse it afterwards. */
  private static final class HookedDevice implements Device {
    private final List<Long> written = new ArrayList<>();
    private Runnable meanwhile = () -> {};
    private boolean refuses;

    @Override
    public void write(ByteBuffer source, long offsetBytes) throws IOException {
      Runnable once = meanwhile;
      boolean refused = refuses;
      meanwhile = () -> {};
      refuses = false;
      once.run();
      if (refused) {
        throw new IOException("refused");
      }
      written.add(offsetBytes);
      source.position(source.limit());
    }

    @Override
    public void read(ByteBuffer target, long offsetBytes) {
      throw new IllegalStateException("nobody reads here");
    }

    @Override
    public String name() {
      return "hooked";
    }

    @Override
    public long sizeBytes() {
      return 2 * PAGE_BYTES;
    }

    @Override
    public int blockSizeBytes() {
      return 512;
    }

    @Override
    public boolean isDirect() {
      return true;
    }

    @Override
    public void close() {}
  }

  private final class Hearing implements FlushListener {
    @Override
    public void lifeBegan(Page begun, long version) {
      heard.add("began " + begun.id());
    }

    @Override
    public void failing(Page failing) {}

    @Override
    public void flushed(Page flushed, int bytes, long tookNanos) {
      heard.add("flushed " + flushed.id() + " to " + flushed.flushedBytes());
    }

    @Override
    public void refused(Page refused, IOException why) {
      heard.add("refused " + refused.id());
    }

    @Override
    public void failed(Page failed) {
      heard.add("failed " + failed.id());
    }

    @Override
    public void abandoned(FailedPage failed) {
      heard.add("abandoned " + failed.page().id());
      failed.directory().release();
    }
  }

  @AfterEach
  void everyBufferHasComeBack() {
    everythingIsWritten();
    assertThat(buffers.idleCount()).isEqualTo(buffers.allocatedCount());
    arena.close();
  }

  private void fillBothBuffers() {
    fillBuffers(writer);
  }

  private void fillBuffers(BucketWriter filled) {
    Reservation reservation = new Reservation();
    while (filled.reserve(RECORD_BYTES, 7, reservation) == ReserveOutcome.RESERVED) {
      pageOf(reservation).commit(reservation.pageVersion(), RECORD_BYTES, 0);
      reservation.commit(flushes);
    }
  }

  private Page pageOf(Reservation reservation) {
    return reservation.pageId() == page.id() ? page : next;
  }

  @Test
  void aThirdBufferIsFilledWhereThereAreEnough() {
    fillBothBuffers();
    assertThat(page.bufferCount()).as("of a pool of four").isEqualTo(2);
    everythingIsWritten();
    writer.finish();
    everythingIsWritten();

    WriteBuffers plenty = new WriteBuffers(arena, BUFFER_BYTES, 8);
    BucketWriter another = writer(plenty);
    fillBuffers(another);

    assertThat(next.bufferCount()).as("of a pool of eight").isEqualTo(3);
    another.finish();
    everythingIsWritten();
    assertThat(plenty.idleCount()).isEqualTo(3);
  }

  private void everythingIsWritten() {
    while (step.run() == Step.AT_ONCE) {
      // one write after the other
    }
    assertThat(flushes.areEmpty()).isTrue();
  }

  @Test
  void theSecondBeginsBesideTheFirstAndCountsAfterIt() {
    fillBothBuffers();
    device.meanwhile =
        () -> {
          assertThat(other.run()).isEqualTo(Step.AT_ONCE);
          assertThat(heard).as("the second is done, and waits for the first").isEmpty();
          assertThat(page.flushedBytes()).isZero();
        };

    step.run();

    assertThat(device.written).containsExactly((long) BUFFER_BYTES, 0L);
    assertThat(heard)
        .containsExactly(
            "began 0", "flushed 0 to " + BUFFER_BYTES, "flushed 0 to " + 2 * BUFFER_BYTES);
  }

  @Test
  void noThirdBegins() {
    fillBothBuffers();
    writer.finish();
    device.meanwhile =
        () -> {
          other.run();
          assertThat(other.run()).isEqualTo(Step.UNTIL_WOKEN);
        };

    step.run();

    assertThat(device.written).hasSize(2);
  }

  @Test
  void aDirectoryWaitsForTheRecordsOfItsPage() {
    Reservation reservation = new Reservation();
    writer.reserve(RECORD_BYTES, 7, reservation);
    page.commit(reservation.pageVersion(), RECORD_BYTES, 0);
    reservation.commit(flushes);
    writer.finish();
    device.meanwhile = () -> assertThat(other.run()).isEqualTo(Step.UNTIL_WOKEN);

    step.run();
    assertThat(page.state()).isEqualTo(PageState.OPEN);
    other.run();

    assertThat(page.state()).isEqualTo(PageState.SEALED);
  }

  @Test
  void meanwhileTheRecordsOfTheNextPageGoBeforeIt() {
    fillBothBuffers();
    writer.finish();
    Reservation reservation = new Reservation();
    writer.reserve(RECORD_BYTES, 7, reservation);
    next.commit(reservation.pageVersion(), RECORD_BYTES, 0);
    reservation.commit(flushes);
    writer.flushShort();
    step.run();
    heard.clear();
    device.meanwhile =
        () -> {
          assertThat(other.run()).isEqualTo(Step.AT_ONCE);
          assertThat(device.written).as("of the next page").contains((long) PAGE_BYTES);
          assertThat(other.run()).as("the directory still waits").isEqualTo(Step.UNTIL_WOKEN);
          assertThat(heard).as("nothing counts before what is owed before it").isEmpty();
        };

    step.run();
    assertThat(heard).containsExactly("flushed 0 to " + 2 * BUFFER_BYTES);
    step.run();

    assertThat(page.state()).isEqualTo(PageState.SEALED);
    assertThat(heard).last().isEqualTo("flushed 1 to " + next.flushedBytes());
  }

  @Test
  void whoBeginsWakesAnotherForWhatMayBeginBesideIt() {
    step.wakesOthers(() -> wakeCount++);
    fillBothBuffers();

    step.run();
    assertThat(wakeCount).isEqualTo(1);
    step.run();
    assertThat(wakeCount).as("nothing is left to begin").isEqualTo(1);
  }

  @Test
  void nobodyIsWokenForARecordInABufferThatIsBeingFilled() {
    flushes.wakes(0, () -> wakeCount++);
    Reservation first = new Reservation();
    Reservation second = new Reservation();

    writer.reserve(RECORD_BYTES, 7, first);
    page.commit(first.pageVersion(), RECORD_BYTES, 0);
    first.commit(flushes);
    assertThat(wakeCount).isZero();

    writer.reserve(RECORD_BYTES, 7, second);
    page.commit(second.pageVersion(), RECORD_BYTES, 0);
    writer.flushShort();
    assertThat(wakeCount).as("it is owed").isEqualTo(1);
    second.commit(flushes);
    assertThat(wakeCount).as("and ready").isEqualTo(2);
  }

  @Test
  void whoIsAtAWriteIsNotWoken() {
    List<Integer> woken = new ArrayList<>();
    fillBothBuffers();
    device.meanwhile =
        () ->
            FlushStep.wakeOneOf(
                List.of(step, other), List.of(() -> woken.add(0), () -> woken.add(1)));

    step.run();

    assertThat(woken).containsExactly(1);
  }

  @Test
  void whatWasWrittenBesideARefusedWriteDoesNotCount() {
    fillBothBuffers();
    device.refuses = true;
    device.meanwhile = other::run;

    step.run();

    assertThat(heard).contains("refused 0", "failed 0", "abandoned 0").doesNotContain("began 0");
    assertThat(page.state()).isEqualTo(PageState.FAILED);
  }

  @Test
  void aRefusalIsHeardInItsTurn() {
    fillBothBuffers();
    device.meanwhile =
        () -> {
          device.refuses = true;
          other.run();
          assertThat(page.state()).as("the first may still count").isEqualTo(PageState.OPEN);
        };

    step.run();

    assertThat(heard)
        .containsExactly(
            "began 0", "flushed 0 to " + BUFFER_BYTES, "refused 0", "failed 0", "abandoned 0");
  }
}
