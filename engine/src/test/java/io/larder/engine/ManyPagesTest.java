package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageState;
import io.larder.engine.write.Reservation;
import io.larder.platform.device.Device;
import io.larder.testkit.ManualClock;
import io.larder.testkit.ManualWork;
import io.larder.testkit.MemoryDevice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Page numbers and versions beyond those that extstore can count to. */
class ManyPagesTest {
  private static final int KIB = 1024;
  private static final int SMALL_PAGE = 12 * KIB;
  private static final int PAGE_COUNT = 70_000;

  /** Where extstore's numbers end. */
  private static final int SIXTEEN_BITS = 1 << 16;

  private static final long THIRTY_TWO_BITS = 1L << 32;

  @Test
  void firstPageOfTheFirstDeviceIsUsedLikeAnyOther() {
    try (PageStoreRig rig = PageStoreRig.of(4)) {
      Held first = rig.write(Bucket.DEFAULT, KIB);
      assertThat(first.pageId()).isZero();
      rig.owner.forget(first);

      for (int i = 0; i < 12; i++) {
        rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
        rig.everyHeldRecordReadsBack();
      }

      assertThat(rig.page(0).version()).as("it has lived again").isGreaterThan(4);
    }
  }

  @Test
  void pagesBeyondSixtyFiveThousandAreFilledAndRead() throws IOException {
    ManualClock clock = new ManualClock();
    ManualWork work = new ManualWork(clock);
    StoreIdentity identity = new StoreIdentity(new UUID(1, 2), 3);
    // What is written to the first pages is not looked at, and would only take memory.
    Device device = new Forgetful((long) SIXTEEN_BITS * SMALL_PAGE);
    PageStoreConfig config = new PageStoreConfig(SMALL_PAGE, 4 * KIB, 4, identity);
    try (PageStore store = PageStore.open(config, List.of(device), clock)) {
      assertThat(store.pageCount()).isEqualTo(PAGE_COUNT);
      RecordingOwner owner = new RecordingOwner(store);
      store.start(work, owner);
      Reservation reservation = new Reservation();

      int latestPage = -1;
      for (int i = 0; latestPage < SIXTEEN_BITS + 10; i++) {
        while (store.reserve(Bucket.DEFAULT, 4 * KIB - 64, i, reservation)
            != ReserveOutcome.RESERVED) {
          work.runUntilIdle();
        }
        latestPage = reservation.pageId();
        reservation
            .memory()
            .set(ValueLayout.JAVA_INT_UNALIGNED, reservation.memoryOffset(), latestPage);
        store.commit(reservation, 64, 0);
      }
      work.runUntilIdle();

      assertThat(store.snapshot().pages().get(SIXTEEN_BITS).state()).isEqualTo(PageState.SEALED);
      assertThat(firstRecordOf(store, SIXTEEN_BITS)).isEqualTo(SIXTEEN_BITS);
      assertThat(firstRecordOf(store, SIXTEEN_BITS + 5)).isEqualTo(SIXTEEN_BITS + 5);
      work.close();
    }
  }

  private static int firstRecordOf(PageStore store, int pageId) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer bytes = arena.allocate(4 * KIB, 4 * KIB).asByteBuffer();
      store.page(pageId).device().read(bytes, store.page(pageId).deviceOffsetBytes() + 4 * KIB);
      return Integer.reverseBytes(bytes.getInt(0));
    }
  }

  @Test
  void versionsBeyondThirtyTwoBitsAreWrittenReadReclaimedAndToldApart() {
    try (PageStoreRig rig = PageStoreRig.after(THIRTY_TWO_BITS - 3, 8)) {
      rig.owner.isWanted = record -> record.keyHash() % 5 == 0;
      for (int i = 0; i < 30; i++) {
        rig.fillPage(Bucket.DEFAULT, 4 * KIB, 0);
        rig.everyHeldRecordReadsBack();
      }

      assertThat(rig.owner.unread).as("every directory was its page's own").isEmpty();
      assertThat(rig.owner.sweptBytes).isNotEmpty();
      assertThat(rig.pages(page -> page.version() > THIRTY_TWO_BITS + 10)).isNotEmpty();
      Held latest = rig.write(Bucket.DEFAULT, KIB);
      assertThat(rig.store.isAlive(latest.pageId(), latest.version(), -1L)).isTrue();
      assertThat(rig.store.isAlive(latest.pageId(), latest.version() - THIRTY_TWO_BITS, -1L))
          .as("the same low bits in another life")
          .isFalse();
    }
  }

  /** A device that keeps only what is written beyond a place. */
  private static final class Forgetful implements Device {
    private final MemoryDevice kept = new MemoryDevice((long) PAGE_COUNT * SMALL_PAGE);
    private final long keptFrom;

    Forgetful(long keptFrom) {
      this.keptFrom = keptFrom;
    }

    @Override
    public String name() {
      return kept.name();
    }

    @Override
    public long sizeBytes() {
      return kept.sizeBytes();
    }

    @Override
    public int blockSizeBytes() {
      return kept.blockSizeBytes();
    }

    @Override
    public boolean isDirect() {
      return kept.isDirect();
    }

    @Override
    public void write(ByteBuffer source, long offsetBytes) throws IOException {
      if (offsetBytes >= keptFrom) {
        kept.write(source, offsetBytes);
      }
    }

    @Override
    public void read(ByteBuffer target, long offsetBytes) throws IOException {
      kept.read(target, offsetBytes);
    }

    @Override
    public void close() {
      kept.close();
    }
  }
}
