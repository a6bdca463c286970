package io.larder.engine.inspect;

import static io.larder.engine.restart.LeftBehind.PAGE_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.engine.inspect.PageLook.Kind;
import io.larder.engine.layout.TrailerLayout;
import io.larder.engine.model.RecordFinder.ScannedRecord;
import io.larder.engine.restart.LeftBehind;
import io.larder.testkit.MemoryDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A walk over a device sees what is there and what is damaged. */
class DeviceWalkTest {
  private static final long VERSION = 9;

  private final MemoryDevice device = new MemoryDevice(4L * PAGE_BYTES);
  private final List<String> damage = new ArrayList<>();
  private final List<PageLook> pages = new ArrayList<>();
  private final List<Long> keys = new ArrayList<>();

  /** Writes down what it is shown. */
  private final class Notebook implements WalkListener {
    @Override
    public void record(
        MemorySegment memory,
        long at,
        int row,
        int offsetBytes,
        ScannedRecord record,
        RecordStanding standing) {
      assertThat(new LeftBehind.Finder().lengthAt(memory, at)).isPositive();
      assertThat(standing).isEqualTo(RecordStanding.UNKNOWN);
      keys.add(record.keyHash());
    }

    @Override
    public void damage(int row, long offsetBytes, String what) {
      damage.add(row + " @" + offsetBytes + " " + what);
    }

    @Override
    public void page(PageLook look) {
      pages.add(look);
    }
  }

  @BeforeEach
  void aSealedAndAnOpenPage() throws IOException {
    LeftBehind.sealed(device, 1, 0, VERSION, 100, 5000, 64);
    LeftBehind.header(device, 1, 1, VERSION + 1);
    LeftBehind.put(device, 1, VERSION + 1, 4096, 4, 200);
  }

  private void walk() throws IOException {
    DeviceIdentity identity = DeviceIdentity.of(device);
    assertThat(identity).isEqualTo(new DeviceIdentity(LeftBehind.STORE, PAGE_BYTES, 1));
    if (identity != null) {
      DeviceWalk walk =
          new DeviceWalk(device, identity, new LeftBehind.Finder(), null, new Notebook());
      for (int row = 0; row < walk.pageCount(); row++) {
        walk.lookAt(row);
      }
    }
    assertThat(device.operations(MemoryDevice.Kind.WRITE)).as("only looked at").isEmpty();
  }

  @Test
  void everyPageAndRecordIsSeen() throws IOException {
    device.clearOperations();
    walk();

    assertThat(damage).isEmpty();
    assertThat(pages.stream().map(PageLook::kind))
        .containsExactly(Kind.SEALED, Kind.OPEN, Kind.UNUSED, Kind.UNUSED);
    assertThat(pages.getFirst().recordCount()).isEqualTo(3);
    assertThat(pages.getFirst().recordBytes()).isEqualTo(5164);
    assertThat(pages.getFirst().paddingBytes()).isEqualTo(28 + 56);
    assertThat(keys).containsExactly(1L, 2L, 3L, 4L);
  }

  private void assertDamage(String expected) throws IOException {
    device.clearOperations();
    walk();
    assertThat(damage).singleElement().asString().startsWith(expected);
  }

  @Test
  void aDamagedRecordIsNamedByItsPlaceAndTheOthersAreSeen() throws IOException {
    device.flipBit(4096 + 128 + 3000, 5);

    assertDamage("0 @4224 has a record of 5000 bytes that is not");
    assertThat(keys).containsExactly(1L, 3L, 4L);
  }

  @Test
  void aDamagedDirectoryIsSeenAndThePageScanned() throws IOException {
    device.flipBit(PAGE_BYTES - 4096, 0);

    assertDamage("0 @" + (PAGE_BYTES - 4096) + " has a damaged directory");
    assertThat(keys).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void aDamagedTrailerIsSeenAndThePageScanned() throws IOException {
    device.flipBit(PAGE_BYTES - TrailerLayout.BYTES, 0);

    assertDamage("0 @" + (PAGE_BYTES - 64) + " has a damaged trailer");
    assertThat(keys).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void aDamagedHeaderIsSeen() throws IOException {
    device.flipBit(PAGE_BYTES + 40, 0);

    assertDamage("1 @" + PAGE_BYTES + " has a damaged header");
  }

  @Test
  void aDamagedRecordOfAnOpenPageIsSeen() throws IOException {
    device.flipBit(PAGE_BYTES + 4096 + 100, 0);

    assertDamage("1 @" + (PAGE_BYTES + 4096) + " has something that is not whole");
  }

  @Test
  void aDeviceWhoseFirstHeaderIsDamagedIsKnownByTheNext() throws IOException {
    device.flipBit(20, 0);

    assertDamage("0 @0 has a damaged header");
    assertThat(keys).containsExactly(4L);
  }

  @Test
  void aPageThatCannotBeReadIsDamageAndTheWalkGoesOn() throws IOException {
    // The first read is the one that tells whose the device is.
    device.failRead(2);

    assertDamage("0 @0 cannot be read");
    assertThat(keys).containsExactly(4L);
  }

  @Test
  void whatIsNotLardersIsNobodys() throws IOException {
    assertThat(DeviceIdentity.of(new MemoryDevice(4L * PAGE_BYTES))).isNull();
  }
}
