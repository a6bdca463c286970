package io.larder.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What is written is read back, zeros included. */
class SparseDeviceTest {
  private static final int BLOCK_BYTES = 4096;

  private final SparseDevice device = new SparseDevice(16 * BLOCK_BYTES);

  @Test
  void blocksAreReadBackAndUnwrittenOnesAreZero() {
    ByteBuffer source = ByteBuffer.allocate(3 * BLOCK_BYTES);
    source.put(0, (byte) 1).put(3 * BLOCK_BYTES - 1, (byte) 3);
    device.write(source.duplicate(), 2 * BLOCK_BYTES);

    assertThat(read(2, 3)).isEqualTo(source);
    assertThat(read(0, 2)).isEqualTo(ByteBuffer.allocate(2 * BLOCK_BYTES));
    assertThat(device.sizeBytes()).isEqualTo(16 * BLOCK_BYTES);
  }

  @Test
  void zerosWrittenOverSomethingAreZeros() {
    device.write(ByteBuffer.allocate(BLOCK_BYTES).put(7, (byte) 7).rewind(), 0);
    device.write(ByteBuffer.allocate(BLOCK_BYTES), 0);

    assertThat(read(0, 1)).isEqualTo(ByteBuffer.allocate(BLOCK_BYTES));
  }

  private ByteBuffer read(int block, int count) {
    ByteBuffer target = ByteBuffer.allocate(count * BLOCK_BYTES);
    device.read(target, (long) block * BLOCK_BYTES);
    return target.flip();
  }
}
