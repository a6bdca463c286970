package io.larder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.platform.device.DeviceRead;
import io.larder.platform.memory.AlignedBuffer;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads complete when the test says so, and as it says. */
class ManualReadQueueTest {
  private final MemoryDevice device = new MemoryDevice(1 << 20);
  private final ManualReadQueue queue = new ManualReadQueue();
  private final List<String> completed = new ArrayList<>();

  @BeforeEach
  void submitThree() {
    device.putBytes(0, new byte[] {1});
    device.putBytes(512, new byte[] {2});
    device.putBytes(1024, new byte[] {3});
    queue.submit(new Named("a", 0));
    queue.submit(new Named("b", 512));
    queue.submit(new Named("c", 1024));
  }

  @Test
  void nothingCompletesByItself() {
    assertThat(completed).isEmpty();
    assertThat(queue.inFlightCount()).isEqualTo(3);
    assertThat(queue.pending()).hasSize(3);
  }

  @Test
  void allCompleteInOrderWithTheirBytes() {
    assertThat(queue.completeAll()).isEqualTo(3);
    assertThat(completed).containsExactly("a:512:1", "b:512:2", "c:512:3");
    assertThat(queue.inFlightCount()).isZero();
    assertThat(queue.completeNext()).isFalse();
  }

  @Test
  void anyOrderCanBeChosen() {
    queue.complete(1);
    queue.completeLast();
    queue.completeNext();
    assertThat(completed).containsExactly("b:512:2", "c:512:3", "a:512:1");
  }

  @Test
  void readsFailAndEndEarlyOnDemand() {
    queue.fail(0);
    queue.completeShort(0, 100);
    device.failNextRead();
    queue.completeNext();
    assertThat(completed).containsExactly("a:-1:0", "b:100:2", "c:-1:0");
  }

  @Test
  void readBeyondTheEndGetsNothing() {
    queue.completeAll();
    completed.clear();
    queue.submit(new Named("beyond", 1 << 20));
    queue.completeNext();
    assertThat(completed).containsExactly("beyond:0:0");
  }

  @Test
  void closingFailsWhatIsInFlight() {
    queue.close();
    assertThat(completed).containsExactly("a:-1:0", "b:-1:0", "c:-1:0");
    assertThat(queue.inFlightCount()).isZero();
  }

  private final class Named extends DeviceRead {
    private final String name;

    Named(String name, long offsetBytes) {
      this.name = name;
      prepare(device, offsetBytes, 512, AlignedBuffer.allocate(Arena.ofAuto(), 512));
    }

    @Override
    public void completed(int bytesRead) {
      completed.add(name + ":" + bytesRead + ":" + buffer().bytes().get(0));
    }
  }
}
