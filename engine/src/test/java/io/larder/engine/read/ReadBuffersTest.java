package io.larder.engine.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.platform.memory.AlignedBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pool of read buffers. */
class ReadBuffersTest {
  private final AtomicLong lent = new AtomicLong();
  private final ReadBuffers buffers = new ReadBuffers(lent);

  @AfterEach
  void nothingIsLeft() {
    buffers.close();
  }

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
  void smallSizesArePowersOfTwoAndLargeOnesWholeMemoryPages(int wanted, int size) {
    assertThat(ReadBuffers.sizeFor(wanted)).isEqualTo(size);
    AlignedBuffer buffer = buffers.take(wanted);
    assertThat(buffer.capacityBytes()).isEqualTo(size);
    assertThat(buffer.memory().address() % 4096).isZero();
    buffers.give(buffer);
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
  void largeBuffersGoBackToTheSystemAfterTheirRead() {
    AlignedBuffer large = buffers.take(300_000);
    buffers.give(large);

    assertThat(large.memory().scope().isAlive()).isFalse();
    assertThat(lent).hasValue(0);
  }

  @Test
  void noMoreThanFourMebibytesAreKept() {
    List<AlignedBuffer> peak = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      peak.add(buffers.take(256 * 1024));
    }
    peak.forEach(buffers::give);

    assertThat(peak.stream().filter(one -> one.memory().scope().isAlive())).hasSize(16);
    List<AlignedBuffer> again = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      again.add(buffers.take(256 * 1024));
    }
    assertThat(again).allMatch(one -> one.memory().scope().isAlive()).doesNotHaveDuplicates();
    again.forEach(buffers::give);
  }

  @Test
  void closedPoolGivesItsIdleBuffersBackToTheSystem() {
    AlignedBuffer idle = buffers.take(100);
    buffers.give(idle);

    buffers.close();

    assertThat(idle.memory().scope().isAlive()).isFalse();
  }
}
