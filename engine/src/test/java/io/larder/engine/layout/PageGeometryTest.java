package io.larder.engine.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sizes that pages share. */
class PageGeometryTest {
  private static final int MIB = 1 << 20;

  @ParameterizedTest
  @CsvSource({
    "4, 64",
    "8, 64",
    "16, 64",
    "32, 64",
    "64, 64",
    "65, 128",
    "100, 128",
    "128, 128",
    "129, 256",
    "256, 256",
    "512, 512",
    "1024, 1024",
    "2047, 2048"
  })
  void unitIsTheSmallestThatTwentyBitsCanCount(int pageMib, int unitBytes) {
    PageGeometry geometry = PageGeometry.of(pageMib * MIB);

    assertThat(geometry.unitBytes()).isEqualTo(unitBytes);
    assertThat(geometry.units(geometry.pageBytes()))
        .isLessThanOrEqualTo(1 << PageGeometry.UNIT_BITS);
  }

  @Test
  void bytesAreRoundedUpToWholeUnits() {
    PageGeometry geometry = PageGeometry.of(256 * MIB);

    assertThat(geometry.units(1)).isEqualTo(1);
    assertThat(geometry.units(256)).isEqualTo(1);
    assertThat(geometry.units(257)).isEqualTo(2);
    assertThat(geometry.padded(1)).isEqualTo(256);
    assertThat(geometry.padded(256)).isEqualTo(256);
    assertThat(geometry.padded(257)).isEqualTo(512);
  }

  @Test
  void bytesAreRoundedUpToWholeBlocks() {
    assertThat(PageGeometry.blocks(0)).isZero();
    assertThat(PageGeometry.blocks(1)).isEqualTo(4096);
    assertThat(PageGeometry.blocks(4096)).isEqualTo(4096);
    assertThat(PageGeometry.blocks(4097)).isEqualTo(8192);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4096",
    "1, 4096",
    "252, 4096",
    "253, 8192",
    "508, 8192",
    "509, 12288",
    "1000000, 16003072"
  })
  void directoryTakesSixteenBytesARecordAndATrailerInWholeBlocks(int recordCount, int bytes) {
    assertThat(PageGeometry.directoryBytes(recordCount)).isEqualTo(bytes);
    assertThat(PageGeometry.of(64 * MIB).directoryOffset(recordCount)).isEqualTo(64 * MIB - bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16, 64, 100, 256, 512, 1024, 2047})
  void noPageHoldsMoreRecordsThanTheMost(int pageMib) {
    PageGeometry geometry = PageGeometry.of(pageMib * MIB);
    int most = geometry.recordCountMax();

    assertThat(end(geometry, most + 1)).isGreaterThan(geometry.directoryOffset(most + 1));
    int fewer = most - 4096 / geometry.unitBytes() - 4096 / DirectoryLayout.ENTRY_BYTES;
    assertThat(end(geometry, fewer)).isLessThanOrEqualTo(geometry.directoryOffset(fewer));
  }

  private static long end(PageGeometry geometry, int recordCount) {
    return PageGeometry.HEADER_BYTES + (long) recordCount * geometry.unitBytes();
  }

  @ParameterizedTest
  @ValueSource(ints = {-4096, 0, 4096, 8191, 8193, 4 * MIB + 1})
  void pageThatIsNoPageIsAMistake(int pageBytes) {
    assertThatThrownBy(() -> PageGeometry.of(pageBytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(pageBytes));
  }
}
