package io.larder.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.platform.memory.AlignedBuffer;
import io.larder.testkit.MemoryDevice.Kind;
import io.larder.testkit.MemoryDevice.Operation;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fake device keeps bytes like a device, and fails exactly when it is told to. */
class MemoryDeviceTest {
  private static final long GIB = 1L << 30;

  private final MemoryDevice device = new MemoryDevice(64 * GIB);

  @Test
  void bytesComeBackWhereverTheyAre() throws IOException {
    device.write(filled(128 << 10, 5), 40 * GIB - 512);
    ByteBuffer back = buffer(128 << 10);
    device.read(back, 40 * GIB - 512);
    assertThat(back.flip()).isEqualTo(filled(128 << 10, 5));

    ByteBuffer untouched = buffer(512);
    device.read(untouched, 0);
    assertThat(untouched.flip()).isEqualTo(ByteBuffer.allocate(512));
  }

  @Test
  void rulesOfDirectDevicesAreEnforced() {
    assertThatThrownBy(() -> device.write(filled(512, 1), 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not aligned to 512");
    assertThatThrownBy(() -> device.read(buffer(100), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> device.read(buffer(1024).slice(8, 512), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> device.write(filled(1024, 1), device.sizeBytes() - 512))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(device.operations()).isEmpty();
  }

  @Test
  void bufferedDeviceTakesAnything() throws IOException {
    MemoryDevice buffered = new MemoryDevice("b", 1 << 20, 4096, false);
    buffered.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 77);
    assertThat(buffered.bytes(76, 5)).containsExactly(0, 1, 2, 3, 0);
  }

  @Test
  void nthWriteFailsAndNoOther() throws IOException {
    device.failWrite(2);
    device.write(filled(512, 1), 0);
    assertThatThrownBy(() -> device.write(filled(512, 2), 512)).isInstanceOf(IOException.class);
    device.write(filled(512, 3), 1024);

    assertThat(device.bytes(0, 1)).containsExactly(1);
    assertThat(device.bytes(512, 1)).containsExactly(0);
    assertThat(device.bytes(1024, 1)).containsExactly(3);
    assertThat(device.operations(Kind.WRITE))
        .containsExactly(
            new Operation(Kind.WRITE, 0, 512, true),
            new Operation(Kind.WRITE, 512, 512, false),
            new Operation(Kind.WRITE, 1024, 512, true));
  }

  @Test
  void tornWriteArrivesInPart() {
    device.tearWrite(1, 600);
    assertThatThrownBy(() -> device.write(filled(1024, 9), 0)).isInstanceOf(IOException.class);
    assertThat(device.bytes(599, 2)).containsExactly(9, 0);
  }

  @Test
  void readsFailOnDemand() throws IOException {
    device.failNextRead();
    assertThatThrownBy(() -> device.read(buffer(512), 0)).isInstanceOf(IOException.class);
    device.read(buffer(512), 0);

    device.failAllReads(true);
    assertThatThrownBy(() -> device.read(buffer(512), 0)).isInstanceOf(IOException.class);
    device.failAllReads(false);
    device.read(buffer(512), 0);
  }

  @Test
  void shortReadEndsEarlyOnce() throws IOException {
    device.write(filled(4096, 4), 0);
    device.shortenNextRead(1000);
    ByteBuffer target = buffer(4096);
    assertThatThrownBy(() -> device.read(target, 0)).isInstanceOf(EOFException.class);
    assertThat(target.position()).isEqualTo(1000);
    device.read(target.clear(), 0);
  }

  @Test
  void fullDeviceSaysSoInTheSystemsWords() throws IOException {
    device.full(true);
    assertThatThrownBy(() -> device.write(filled(512, 1), 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device");
    device.full(false);
    device.write(filled(512, 1), 0);
  }

  @Test
  void oneBitIsTurned() throws IOException {
    device.write(filled(512, 0b0000_0001), 0);
    device.flipBit(10, 1);
    assertThat(device.bytes(9, 3)).containsExactly(1, 3, 1);
  }

  @Test
  @Timeout(30)
  void heldWriteWaitsWhileReadsPass() throws Exception {
    device.holdWrites();
    Thread writer = Thread.ofPlatform().start(() -> write(filled(512, 7)));
    while (device.heldWriteCount() == 0) {
      Thread.onSpinWait();
    }
    ByteBuffer target = buffer(512);
    device.read(target, 0);
    assertThat(target.get(0)).isZero();

    device.releaseWrites();
    writer.join();
    assertThat(device.bytes(0, 1)).containsExactly(7);
  }

  @Test
  void bytesOutliveTheDeviceAndItsFaultsDoNot() throws IOException {
    device.write(filled(512, 6), 0);
    device.failAllWrites(true);
    MemoryDevice next = device.reopen();

    assertThatThrownBy(() -> device.read(buffer(512), 0))
        .isInstanceOf(ClosedChannelException.class);
    assertThat(next.bytes(0, 1)).containsExactly(6);
    next.write(filled(512, 8), 0);
    assertThat(next.bytes(0, 1)).containsExactly(8);
    assertThat(next.operations()).hasSize(1);
  }

  private void write(ByteBuffer source) {
    try {
      device.write(source, 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ByteBuffer buffer(int lengthBytes) {
    return AlignedBuffer.allocate(Arena.ofAuto(), lengthBytes).bytes();
  }

  private static ByteBuffer filled(int lengthBytes, int value) {
    ByteBuffer buffer = buffer(lengthBytes);
    for (int i = 0; i < lengthBytes; i++) {
      buffer.put(i, (byte) value);
    }
    return buffer;
  }
}
