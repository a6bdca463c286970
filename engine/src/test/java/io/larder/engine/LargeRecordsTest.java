package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.RecordingOwner.Held;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.page.PageState;
import io.larder.engine.stats.EngineCounter;
import io.larder.engine.write.DirectWrite;
import io.larder.engine.write.DirectWrite.Outcome;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records that go to the device from where they stand, past the write buffers. */
class LargeRecordsTest {
  private static final int KIB = 1024;

  private final PageStoreRig rig = PageStoreRig.of(12);
  private final List<Large> all = new ArrayList<>();
  private long nextKeyHash = 1_000_000;

  @AfterEach
  void close() {
    rig.close();
    all.forEach(Large::close);
  }

  /** One large record and the memory it is written from. */
  private final class Large {
    final long keyHash = nextKeyHash++;
    final int lengthBytes;
    final AlignedBuffer memory;
    final DirectWrite write = new DirectWrite();
    final Bucket bucket;

    Large(Bucket bucket, int lengthBytes) {
      this.bucket = bucket;
      this.lengthBytes = lengthBytes;
      this.memory = AlignedBuffer.allocateOwn((lengthBytes + 4095) & -4096);
      byte[] bytes = new byte[lengthBytes];
      new Random(keyHash).nextBytes(bytes);
      MemorySegment.copy(bytes, 0, memory.memory(), ValueLayout.JAVA_BYTE, 0, lengthBytes);
      write.from(memory.memory(), lengthBytes);
      all.add(this);
    }

    ReserveOutcome reserve() {
      return rig.store.reserveDirect(bucket, keyHash, write);
    }

    Large reserved() {
      assertThat(reserve()).isEqualTo(ReserveOutcome.RESERVED);
      return this;
    }

    Large committed() {
      rig.store.commitDirect(write, lengthBytes + 1, 0);
      return this;
    }

    /** Holds the address, as an owner does once the device has the record. */
    @Nullable Held settled() {
      rig.settle();
      if (write.outcome() != Outcome.WRITTEN) {
        return null;
      }
      Held held =
          new Held(
              keyHash,
              write.pageId(),
              write.pageVersion(),
              write.offsetUnits(),
              lengthBytes,
              lengthBytes + 1);
      rig.owner.hold(held);
      return held;
    }

    void close() {
      write.close();
      memory.free();
    }
  }

  private Held writeLarge(int lengthBytes) {
    Held held = new Large(Bucket.DEFAULT, lengthBytes).reserved().committed().settled();
    assertThat(held).isNotNull();
    return held;
  }

  @Test
  void largeRecordStandsBetweenSmallOnes() {
    Held before = rig.write(Bucket.DEFAULT, 1000);
    Held large = writeLarge(30 * KIB + 123);
    Held after = rig.write(Bucket.DEFAULT, 1000);

    assertThat(List.of(before.pageId(), after.pageId())).containsOnly(large.pageId());
    assertThat(rig.offsetOf(large)).as("starts a block").isEqualTo(2 * 4096);
    assertThat(rig.offsetOf(after)).as("starts the next").isEqualTo(2 * 4096 + 32 * KIB);
    rig.everyHeldRecordReadsBack();
    rig.store.finish();
    rig.settle();
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void bytesBehindRecordsAreZeroUpToTheirBlock() {
    rig.write(Bucket.DEFAULT, 1000);
    Held large = writeLarge(30 * KIB + 123);

    long page = (long) large.pageId() * PageStoreRig.PAGE_BYTES;
    assertThat(rig.device().bytes(page + 4096 + 1024, 4096 - 1024)).containsOnly(0);
    assertThat(rig.device().bytes(page + 8192 + 30 * KIB + 123, 2 * KIB - 123)).containsOnly(0);
  }

  @Test
  void noWriteBufferIsUsedForIt() {
    rig.write(Bucket.DEFAULT, 1000);
    rig.settle();
    long allocated = rig.store.snapshot().offHeapBytes();
    rig.device().clearOperations();

    writeLarge(40 * KIB);

    assertThat(rig.store.snapshot().offHeapBytes()).isEqualTo(allocated);
    assertThat(rig.device().operations())
        .as("the buffer before it, the first block, the rest")
        .extracting(operation -> operation.lengthBytes())
        .containsExactly(4096 + 4096, 4096, 36 * KIB);
  }

  @Test
  void largestOneFillsAPageAndALargerOneIsAnsweredAsTooLarge() {
    int most = rig.store.recordBytesMax();
    assertThat(most).isEqualTo(PageStoreRig.PAGE_BYTES - 2 * 4096);
    Held largest = writeLarge(most);
    assertThat(rig.read(largest)).isEqualTo(largest.bytes());

    Large larger = new Large(Bucket.DEFAULT, most + 1);
    assertThat(larger.reserve()).isEqualTo(ReserveOutcome.TOO_LARGE);
    assertThat(larger.write.outcome()).isEqualTo(Outcome.NONE);
  }

  @Test
  void pageThatHasNoRoomIsSealedAndTheNextOneTaken() {
    Held first = writeLarge(40 * KIB);
    Held second = writeLarge(40 * KIB);

    assertThat(second.pageId()).isNotEqualTo(first.pageId());
    assertThat(rig.page(first.pageId()).state()).isEqualTo(PageState.SEALED);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void writesBehindItWaitUntilItIsCommittedAndSmallOnesAreReadFromTheirBuffers() {
    Large large = new Large(Bucket.DEFAULT, 20 * KIB).reserved();
    Held behind = rig.write(Bucket.DEFAULT, 1000);
    rig.store.finish();
    rig.settle();
    assertThat(rig.store.isQuiet()).isFalse();
    assertThat(rig.read(behind)).isEqualTo(behind.bytes());

    assertThat(large.committed().settled()).isNotNull();

    assertThat(rig.store.isQuiet()).isTrue();
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void bothBuffersOnTheirWayMakeSmallRecordsWait() {
    rig.write(Bucket.DEFAULT, 1000);
    Large first = new Large(Bucket.DEFAULT, 8 * KIB).reserved();
    rig.write(Bucket.DEFAULT, 1000);
    Large second = new Large(Bucket.DEFAULT, 8 * KIB).reserved();

    assertThat(rig.tryWrite(Bucket.DEFAULT, 1000, 0)).isNull();

    assertThat(first.committed().settled()).isNotNull();
    assertThat(second.committed().settled()).isNotNull();
    rig.write(Bucket.DEFAULT, 1000);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void refusedWriteFailsThePageAndTheOwnerIsTold() {
    rig.write(Bucket.DEFAULT, 1000);
    rig.store.finish();
    rig.settle();
    Large large = new Large(Bucket.DEFAULT, 40 * KIB).reserved();
    rig.device().failAllWrites(true);
    assertThat(large.committed().settled()).isNull();
    assertThat(large.write.outcome()).isEqualTo(Outcome.REFUSED);
    rig.device().failAllWrites(false);

    assertThat(rig.count(EngineCounter.PAGE_FAILURES)).isEqualTo(1);
    writeLarge(40 * KIB);
    rig.everyHeldRecordReadsBack();
  }

  @Test
  void recordThatNothingPointsAtInTheEndIsForgotten() {
    Large large = new Large(Bucket.DEFAULT, 40 * KIB).reserved().committed();
    assertThat(rig.page(large.write.pageId()).liveCount()).isEqualTo(1);
    rig.settle();

    rig.store.forgetIfAlive(
        large.write.pageId(),
        large.write.offsetUnits(),
        large.write.pageVersion(),
        -1,
        large.lengthBytes + 1);

    assertThat(rig.page(large.write.pageId()).liveCount()).isZero();
  }

  @Test
  void memoryThatADeviceCannotReadFromIsAMistake() {
    DirectWrite write = new DirectWrite();
    AlignedBuffer memory = AlignedBuffer.allocateOwn(8192);
    assertThatThrownBy(() -> write.from(memory.memory().asSlice(64), 4096))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> write.from(memory.memory(), 8193))
        .isInstanceOf(IllegalArgumentException.class);
    write.close();
    memory.free();
  }
}
