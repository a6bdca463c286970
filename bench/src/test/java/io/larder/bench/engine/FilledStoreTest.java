package io.larder.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.platform.device.PoolIoEngine;
import io.larder.uring.FallocatedSpace;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store to measure with. */
class FilledStoreTest {
  private static final int PAGE_THAT_WRITE_BUFFERS_DO_NOT_DIVIDE = 5 << 20;

  @TempDir private Path folder;

  @Test
  void storeThatIsRefusedLeavesNoFile() {
    Path file = folder.resolve("flash");
    StoreSize size = new StoreSize(40 << 20, PAGE_THAT_WRITE_BUFFERS_DO_NOT_DIVIDE, 4096);
    try (PoolIoEngine engine =
        new PoolIoEngine("asked for by a test", "bench", 1, FallocatedSpace.orWritten())) {
      assertThatThrownBy(() -> FilledStore.create(file, size, engine).close())
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(file).doesNotExist();
  }
}
