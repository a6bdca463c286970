package io.larder.engine.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.platform.memory.AlignedBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pool of read buffers. */
class ReadBuffersTest {
  private final AtomicLong lent = new AtomicLong();
  private final ReadBuffers buffers = new ReadBuffers(lent);

  @ParameterizedTest
  @CsvSource({
    "1, 4096",
    "4096, 4096",
    "4097, 8192",
    "8192, 8192",
    "8193, 16384",
    "262144, 262144",
    "262145, 266240",
    "5000000, 5001216"
  })
  void smallSizesArePowersOfTwoAndLargeOnesWholeBlocks(int wanted, int size) {
    assertThat(ReadBuffers.sizeFor(wanted)).isEqualTo(size);
    AlignedBuffer buffer = buffers.take(wanted);
    assertThat(buffer.capacityBytes()).isEqualTo(size);
    assertThat(buffer.memory().address() % 4096).isZero();
  }

  @Test
  void bufferGivenBackIsLentAgain() {
    AlignedBuffer first = buffers.take(5000);
    buffers.give(first);

    assertThat(buffers.take(8000)).isSameAs(first);
    assertThat(buffers.take(8000)).isNotSameAs(first);
  }

  @Test
  void buffersOfOtherSizesAreNotLentInstead() {
    AlignedBuffer large = buffers.take(8192);
    buffers.give(large);

    assertThat(buffers.take(100)).isNotSameAs(large);
  }

  @Test
  void whatIsLentIsCountedOverAllOwners() {
    ReadBuffers another = new ReadBuffers(lent);
    AlignedBuffer a = buffers.take(100);
    AlignedBuffer b = another.take(3 << 20);
    assertThat(lent).hasValue(4096 + (3 << 20));

    buffers.give(a);
    another.give(b);
    assertThat(lent).hasValue(0);
  }

  @Test
  void largeBuffersAreNotKept() {
    AlignedBuffer large = buffers.take(2 << 20);
    buffers.give(large);

    assertThat(buffers.take(2 << 20)).isNotSameAs(large);
  }

  @Test
  void noMoreThanFourMebibytesAreKept() {
    List<AlignedBuffer> peak = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      peak.add(buffers.take(1 << 18));
    }
    peak.forEach(buffers::give);

    int kept = 0;
    for (int i = 0; i < 20; i++) {
      AlignedBuffer again = buffers.take(1 << 18);
      kept += peak.stream().anyMatch(one -> one == again) ? 1 : 0;
    }
    assertThat(kept).isEqualTo(16);
  }
}
