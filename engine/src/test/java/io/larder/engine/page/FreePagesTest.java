package io.larder.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.testkit.MemoryDevice;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stack of free pages. */
class FreePagesTest {
  private static Page page(int id, int deviceIndex) {
    return new Page(
        id, deviceIndex, Bucket.DEFAULT, new MemoryDevice(1 << 20), 0, new PageSite(1, id));
  }

  private final Page a = page(0, 0);
  private final Page b = page(1, 1);
  private final Page c = page(2, 0);
  private final FreePages pages = new FreePages(List.of(a, b, c));

  @Test
  void freshPagesAreTakenInTheirOrder() {
    assertThat(pages.take(Bucket.DEFAULT, 0)).isSameAs(a);
    assertThat(pages.take(Bucket.DEFAULT, 0)).isSameAs(b);
    assertThat(pages.take(Bucket.DEFAULT, 0)).isSameAs(c);
    assertThat(pages.take(Bucket.DEFAULT, 0)).isNull();
  }

  @Test
  void pageFreedLastIsTakenFirst() {
    pages.take(Bucket.DEFAULT, 0);
    pages.take(Bucket.DEFAULT, 0);
    pages.give(a);

    assertThat(pages.take(Bucket.DEFAULT, 0)).isSameAs(a);
  }

  @Test
  void pagesKeptForOthersAreNotTaken() {
    assertThat(pages.take(Bucket.DEFAULT, 2)).isSameAs(a);
    assertThat(pages.take(Bucket.DEFAULT, 2)).isNull();
    assertThat(pages.count()).isEqualTo(2);
    assertThat(pages.take(Bucket.DEFAULT, 1)).isSameAs(b);
  }

  @Test
  void bucketTakesThePagesOfItsOwnDevicesFirstAndThenTheDefaultOnes() {
    Page own = new Page(3, 2, Bucket.COMPACT, new MemoryDevice(1 << 20), 0, new PageSite(1, 3));
    pages.give(own);

    assertThat(pages.take(Bucket.COMPACT, 0)).isSameAs(own);
    assertThat(pages.take(Bucket.COMPACT, 0)).isSameAs(a);
  }

  @Test
  void nobodyElseTakesThePagesOfADeviceThatIsKeptForABucket() {
    pages.give(new Page(3, 2, Bucket.LOWTTL, new MemoryDevice(1 << 20), 0, new PageSite(1, 3)));
    for (int i = 0; i < 3; i++) {
      pages.take(Bucket.DEFAULT, 0);
    }

    for (Bucket other : Bucket.values()) {
      if (other != Bucket.LOWTTL) {
        assertThat(pages.take(other, 0)).as(other.word()).isNull();
      }
    }
    assertThat(pages.count()).isEqualTo(1);
    assertThat(pages.count(Bucket.LOWTTL)).isEqualTo(1);
    assertThat(pages.count(Bucket.DEFAULT)).isZero();
  }

  @Test
  void pagesKeptForOthersAreThoseOfTheDefaultDevicesOnly() {
    Page own = new Page(3, 2, Bucket.LOWTTL, new MemoryDevice(1 << 20), 0, new PageSite(1, 3));
    pages.give(own);

    assertThat(pages.take(Bucket.LOWTTL, 3)).isSameAs(own);
    assertThat(pages.take(Bucket.LOWTTL, 3)).isNull();
  }

  @Test
  void pagesOfADeviceThatIsTakenOutAreGone() {
    pages.remove(0);

    assertThat(pages.count()).isEqualTo(1);
    assertThat(pages.take(Bucket.DEFAULT, 0)).isSameAs(b);
  }
}
