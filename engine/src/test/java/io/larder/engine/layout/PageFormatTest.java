package io.larder.engine.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The bytes of header, directory entry and trailer, pinned: a page written by one version of this
 * program is read by the next. The figures were made by other means than the code under test; who
 * must change them changes {@link HeaderLayout#FORMAT} too.
 */
class PageFormatTest {
  private static final String HEADER =
      "4c41524445525047" // magic
          + "01000000" // format
          + "0d0c0b0a" // row
          + "7766554433221100ffeeddccbbaa9988" // store id
          + "0807060504030201" // version
          + "03000000" // bucket
          + "01000000" // hash
          + "1817161514131211" // hash seed
          + "00a5186a00000000" // opened at
          + "00000004" // page size
          + "2827262524232221" // device id
          + "00000000"; // CRC32C

  private static final String ENTRY =
      "efcdab8967452301" // key hash
          + "cbed5f3412bc9a78"; // offset, length and padding

  private static final String TRAILER =
      "4c41524445525452" // magic
          + "0807060504030201" // version
          + "02000000" // record count
          + "0d0c0b0a" // row
          + "00a5186a" // earliest expiry
          + "f0ffffff" // latest expiry
          + "40341200" // where the records end
          + "2827262524232221" // device id
          + "00000000000000000000000000000000"
          + "2bd3f872"; // CRC32C

  private static final PageSite SITE = new PageSite(0x2122232425262728L, 0x0a0b0c0d);
  private static final long VERSION = 0x0102030405060708L;
  private static final int AT = 512;

  private final MemorySegment memory = Arena.ofAuto().allocate(8192).fill((byte) 0x55);

  private String hex(long offset, int length) {
    return HexFormat.of().formatHex(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
  }

  private void writeHeader() {
    HeaderLayout.write(
        memory,
        AT,
        new StoreIdentity(new UUID(0x0011223344556677L, 0x8899aabbccddeeffL), 0x1112131415161718L),
        64 << 20,
        SITE,
        VERSION,
        3,
        1_780_000_000);
  }

  private void writeTrailer() {
    TrailerLayout.write(memory, AT, VERSION, 2, SITE, 1_780_000_000, 0xfffffff0L, 0x00123440);
    TrailerLayout.setChecksum(memory, AT, 0x72f8d32b);
  }

  @Test
  void headerIsThis() {
    writeHeader();

    assertThat(hex(AT, 80)).isEqualTo(HEADER);
  }

  @Test
  void headerFillsItsBlockWithZeros() {
    writeHeader();

    assertThat(hex(AT + 80, 4096 - 80)).matches("0*");
    assertThat(hex(AT + 4096, 1)).as("behind it").isEqualTo("55");
    assertThat(hex(AT - 1, 1)).as("before it").isEqualTo("55");
  }

  @Test
  void headerIsReadBack() {
    writeHeader();

    assertThat(HeaderLayout.isHeader(memory, AT)).isTrue();
    assertThat(HeaderLayout.site(memory, AT)).isEqualTo(SITE);
    assertThat(HeaderLayout.version(memory, AT)).isEqualTo(VERSION);
    assertThat(HeaderLayout.bucket(memory, AT)).isEqualTo(3);
    assertThat(HeaderLayout.openedAtSeconds(memory, AT)).isEqualTo(1_780_000_000);
  }

  @Test
  void headerWithAnyBitTurnedIsNone() {
    for (int bit = 0; bit < 80 * 8; bit++) {
      writeHeader();
      turn(AT + bit / 8, bit % 8);

      assertThat(HeaderLayout.isHeader(memory, AT)).as("bit " + bit).isFalse();
    }
  }

  @Test
  void headerThatIsCutOffIsNone() {
    writeHeader();

    assertThat(HeaderLayout.isHeader(memory.asSlice(0, AT + 4095), AT)).isFalse();
  }

  @Test
  void fileOfOursIsKnownByItsFirstBytesWhateverItsFormat() {
    writeHeader();
    ByteBuffer block = memory.asSlice(AT, 4096).asByteBuffer();
    turn(AT + 8, 5);
    assertThat(HeaderLayout.looksLikeOurs(block)).isTrue();
    assertThat(block.position()).as("left as it was").isZero();

    turn(AT, 0);
    assertThat(HeaderLayout.looksLikeOurs(block)).isFalse();
    assertThat(HeaderLayout.looksLikeOurs(ByteBuffer.allocate(7))).isFalse();
  }

  @Test
  void directoryEntryIsThis() {
    DirectoryLayout.write(memory, AT, 0x0123456789abcdefL, 0xfedcb, 0x12345, 0x789abc);

    assertThat(hex(AT, 16)).isEqualTo(ENTRY);
  }

  @Test
  void directoryEntryIsReadBackAtItsLimits() {
    int most = (1 << PageGeometry.UNIT_BITS) - 1;
    DirectoryLayout.write(memory, AT, -1, most, 0, 0);
    assertThat(DirectoryLayout.keyHash(memory, AT)).isEqualTo(-1);
    assertThat(DirectoryLayout.offsetUnits(memory, AT)).isEqualTo(most);
    assertThat(DirectoryLayout.lengthUnits(memory, AT)).isZero();

    DirectoryLayout.write(memory, AT, 0, 0, most, 0);
    assertThat(DirectoryLayout.keyHash(memory, AT)).isZero();
    assertThat(DirectoryLayout.offsetUnits(memory, AT)).isZero();
    assertThat(DirectoryLayout.lengthUnits(memory, AT)).isEqualTo(most);
  }

  @Test
  void trailerIsThis() {
    writeTrailer();

    assertThat(hex(AT, TrailerLayout.BYTES)).isEqualTo(TRAILER);
  }

  @Test
  void trailerIsReadBack() {
    writeTrailer();

    assertThat(TrailerLayout.belongsTo(memory, AT, SITE, VERSION)).isTrue();
    assertThat(TrailerLayout.recordCount(memory, AT)).isEqualTo(2);
    assertThat(TrailerLayout.earliestExpirySeconds(memory, AT)).isEqualTo(1_780_000_000);
    assertThat(TrailerLayout.latestExpirySeconds(memory, AT)).isEqualTo(0xfffffff0L);
    assertThat(TrailerLayout.checksum(memory, AT)).isEqualTo(0x72f8d32b);
  }

  @Test
  void trailerOfAnotherPageOrLifeIsNotThisOnes() {
    writeTrailer();

    assertThat(TrailerLayout.belongsTo(memory, AT, new PageSite(SITE.deviceId(), 7), VERSION))
        .isFalse();
    assertThat(TrailerLayout.belongsTo(memory, AT, SITE, VERSION - 1)).isFalse();
    turn(AT, 0);
    assertThat(TrailerLayout.belongsTo(memory, AT, SITE, VERSION)).as("no magic").isFalse();
  }

  private void turn(long offset, int bit) {
    byte old = memory.get(ValueLayout.JAVA_BYTE, offset);
    memory.set(ValueLayout.JAVA_BYTE, offset, (byte) (old ^ 1 << bit));
  }
}
