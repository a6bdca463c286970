package io.larder.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.testkit.MemoryDevice;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stack of free pages. */
class FreePagesTest {
  private static Page page(int id, int deviceIndex) {
    return new Page(id, deviceIndex, new MemoryDevice(1 << 20), 0);
  }

  private final Page a = page(0, 0);
  private final Page b = page(1, 1);
  private final Page c = page(2, 0);
  private final FreePages pages = new FreePages(List.of(a, b, c));

  @Test
  void freshPagesAreTakenInTheirOrder() {
    assertThat(pages.take(0)).isSameAs(a);
    assertThat(pages.take(0)).isSameAs(b);
    assertThat(pages.take(0)).isSameAs(c);
    assertThat(pages.take(0)).isNull();
  }

  @Test
  void pageFreedLastIsTakenFirst() {
    pages.take(0);
    pages.take(0);
    pages.give(a);

    assertThat(pages.take(0)).isSameAs(a);
  }

  @Test
  void pagesKeptForOthersAreNotTaken() {
    assertThat(pages.take(2)).isSameAs(a);
    assertThat(pages.take(2)).isNull();
    assertThat(pages.count()).isEqualTo(2);
    assertThat(pages.take(1)).isSameAs(b);
  }

  @Test
  void pagesOfADeviceThatIsTakenOutAreGone() {
    pages.remove(0);

    assertThat(pages.count()).isEqualTo(1);
    assertThat(pages.take(0)).isSameAs(b);
  }
}
