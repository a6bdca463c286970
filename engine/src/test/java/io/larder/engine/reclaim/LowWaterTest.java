package io.larder.engine.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.engine.model.ReclaimLimits;
import io.larder.engine.page.Page;
import io.larder.testkit.MemoryDevice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LowWaterTest {
  private final List<Page> pages = new ArrayList<>();
  private final Set<Integer> outOfService = new HashSet<>();
  private final MemoryDevice device = new MemoryDevice(1 << 20);

  /** Adds a device of so many pages. */
  private void add(int deviceIndex, int pageCount, Bucket freeBucket) {
    for (int i = 0; i < pageCount; i++) {
      pages.add(new Page(pages.size(), deviceIndex, freeBucket, device, 65536, new PageSite(1, 0)));
    }
  }

  private LowWater waterOf(Bucket freeBucket) {
    return new LowWater(freeBucket, pages, outOfService::contains);
  }

  @Test
  void isOnePageIn64AndOneButTwoAtLeast() {
    add(0, 4, Bucket.DEFAULT);
    assertThat(waterOf(Bucket.DEFAULT).count()).isEqualTo(2);
    add(1, 60, Bucket.DEFAULT);
    assertThat(waterOf(Bucket.DEFAULT).count()).isEqualTo(2);
    add(2, 64, Bucket.DEFAULT);
    assertThat(waterOf(Bucket.DEFAULT).count()).isEqualTo(3);
  }

  @Test
  void isOneWhereFewPagesAreKeptForABucket() {
    add(0, 100, Bucket.DEFAULT);
    add(1, 3, Bucket.COMPACT);
    assertThat(waterOf(Bucket.COMPACT).count()).isEqualTo(1);
    add(2, 1, Bucket.COMPACT);
    assertThat(waterOf(Bucket.COMPACT).count()).isEqualTo(2);
  }

  @Test
  void fewDefaultPagesAreNoExcuse() {
    add(0, 2, Bucket.DEFAULT);
    assertThat(waterOf(Bucket.DEFAULT).count()).isEqualTo(2);
  }

  @Test
  void pagesOfADeviceOutOfServiceDoNotCount() {
    add(0, 64, Bucket.DEFAULT);
    add(1, 640, Bucket.DEFAULT);
    LowWater water = waterOf(Bucket.DEFAULT);
    assertThat(water.count()).isEqualTo(12);

    outOfService.add(1);
    assertThat(water.count()).isEqualTo(2);
    assertThat(water.isInService()).isTrue();
    outOfService.add(0);
    assertThat(water.isInService()).isFalse();
  }

  @Test
  void aLimitLeftToTheStoreIsThisOne() {
    add(0, 128, Bucket.DEFAULT);
    LowWater water = waterOf(Bucket.DEFAULT);
    assertThat(water.orAutomatic(ReclaimLimits.AUTOMATIC)).isEqualTo(3);
    assertThat(water.orAutomatic(0)).isZero();
    assertThat(water.orAutomatic(77)).isEqualTo(77);
  }

  @Test
  void readersAreWaitedForSoLongAndNoLonger() {
    add(0, 64, Bucket.DEFAULT);
    LowWater water = waterOf(Bucket.DEFAULT);
    assertThat(water.hasPatience(5_000_000_000L)).isTrue();
    assertThat(water.hasPatience(5_100_000_000L)).isTrue();
    assertThat(water.hasPatience(5_100_000_001L)).isFalse();

    water.waitsNoMore();
    assertThat(water.hasPatience(6_000_000_000L)).isTrue();
  }
}
