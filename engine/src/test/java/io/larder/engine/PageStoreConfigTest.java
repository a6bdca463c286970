package io.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReserveOutcome;
import io.larder.engine.write.Reservation;
import io.larder.platform.device.Device;
import io.larder.testkit.ManualClock;
import io.larder.testkit.MemoryDevice;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store can be cut into, and what is said of the rest. */
class PageStoreConfigTest {
  private static final StoreIdentity IDENTITY = new StoreIdentity(new UUID(1, 2), 42);

  private static PageStoreConfig config(int pageBytes, int bufferBytes, int bufferCount) {
    return new PageStoreConfig(pageBytes, bufferBytes, bufferCount, IDENTITY);
  }

  @ParameterizedTest
  @CsvSource({
    "67108864, 4194304, 8",
    "4194304, 4194304, 4",
    "12288, 4096, 4",
    "1073741824, 4194304, 4",
    "49152, 16384, 100"
  })
  void soundConfigurationHasNoProblems(int pageBytes, int bufferBytes, int bufferCount) {
    assertThat(config(pageBytes, bufferBytes, bufferCount).problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {-4096, 0, 4096, 8192, 16383})
  void pageMustBeWholeBlocksAndHoldMoreThanItsHeaderAndDirectory(int pageBytes) {
    assertThat(config(pageBytes, 4096, 4).problems())
        .anyMatch(problem -> problem.startsWith("a page of " + pageBytes + " bytes"));
  }

  @ParameterizedTest
  @ValueSource(ints = {-4096, 0, 4095, 5000})
  void writeBufferMustBeWholeBlocks(int bufferBytes) {
    assertThat(config(1 << 20, bufferBytes, 4).problems())
        .containsExactly("a write buffer of " + bufferBytes + " bytes is not a multiple of 4096");
  }

  @Test
  void writeBuffersMustDivideAPage() {
    assertThat(config(1 << 20, 12288, 4).problems())
        .containsExactly("a page of 1048576 bytes cannot be divided into write buffers of 12288");
  }

  @Test
  void fourWriteBuffersAreTheFewest() {
    assertThat(config(1 << 20, 4096, 3).problems())
        .containsExactly("3 write buffers are fewer than 4");
  }

  @Test
  void oneDeviceAtLeastIsADefaultOne() {
    PageStoreConfig config =
        new PageStoreConfig(65536, 16384, 4, IDENTITY, List.of(Bucket.COMPACT, Bucket.LOWTTL));

    assertThat(config.problems()).singleElement().asString().contains("none is a default one");
  }

  @Test
  void devicesKeptForABucketHoldAtLeastTwoPages() {
    PageStoreConfig config =
        new PageStoreConfig(65536, 16384, 4, IDENTITY, List.of(Bucket.DEFAULT, Bucket.COMPACT));

    assertThatThrownBy(() ->
            PageStore.open(
                config,
                List.of(new MemoryDevice(4 * 65536), new MemoryDevice(65536)),
                new ManualClock()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the compact devices hold 1 pages");
  }

  @Test
  void everyDeviceHasItsBucket() {
    PageStoreConfig config =
        new PageStoreConfig(65536, 16384, 4, IDENTITY, List.of(Bucket.DEFAULT, Bucket.COMPACT));

    assertThatThrownBy(
            () -> PageStore.open(config, List.of(new MemoryDevice(4 * 65536)), new ManualClock()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 buckets for 1 devices");
  }

  @Test
  void everyProblemIsNamedAtOnce() {
    assertThat(config(5000, 5000, 0).problems()).hasSize(3);
  }

  @Test
  void storeIsNotOpenedWithAnyProblem() {
    assertThatThrownBy(() ->
            PageStore.open(
                config(5000, 5000, 0),
                List.<Device>of(new MemoryDevice(1 << 20)),
                new ManualClock()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a page of 5000 bytes")
        .hasMessageContaining("a write buffer of 5000 bytes")
        .hasMessageContaining("0 write buffers");
  }

  @Test
  void storeIsNotOpenedOnFewerThanFourPages() {
    assertThatThrownBy(() ->
            PageStore.open(
                config(1 << 20, 4096, 4),
                List.<Device>of(new MemoryDevice(2 << 20), new MemoryDevice((2 << 20) - 4096)),
                new ManualClock()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 pages");
  }

  @Test
  void smallestPageTakesARecord() {
    PageStore store =
        PageStore.open(
            config(12288, 4096, 4),
            List.<Device>of(new MemoryDevice(8 * 12288)),
            new ManualClock());
    try (store) {
      Reservation reservation = new Reservation();
      assertThat(store.recordBytesMax()).isEqualTo(4096);
      assertThat(store.reserve(Bucket.DEFAULT, 4096, 1, reservation))
          .isEqualTo(ReserveOutcome.RESERVED);
      store.commit(reservation, 4096, 0);
    }
  }
}
