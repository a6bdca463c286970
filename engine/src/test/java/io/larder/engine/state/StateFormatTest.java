package io.larder.engine.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.model.Durability;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The bytes of a state file's header and notes, pinned: what one version of this program writes the
 * next one reads. The figures were made by other means than the code under test; who must change
 * them changes {@link StateHeaderLayout#FORMAT} too.
 */
class StateFormatTest {
  private static final String HEADER =
      "4c41524445525354" // magic
          + "01000000" // format
          + "01000000" // hash
          + "7766554433221100ffeeddccbbaa9988" // store id
          + "1817161514131211" // hash seed
          + "27262524232221202f2e2d2c2b2a29a8" // boot id
          + "00000004" // page size
          + "01000000" // durability
          + "02000000"; // device count

  private static final String DEVICES =
      "3837363534333231" // device id
          + "45230100" // page count
          + "00000000"
          + "4847464544434241"
          + "10000000"
          + "00000000";

  private static final UUID STORE_ID = new UUID(0x0011223344556677L, 0x8899aabbccddeeffL);
  private static final StateIdentity IDENTITY =
      new StateIdentity(
          new StoreIdentity(STORE_ID, 0x1112131415161718L),
          new UUID(0x2021222324252627L, 0xa8292a2b2c2d2e2fL),
          64 << 20,
          List.of(
              new StateDevice(0x3132333435363738L, 0x12345),
              new StateDevice(0x4142434445464748L, 0x10)));

  private static String hex(ByteBuffer header, int from, int to) {
    byte[] bytes = new byte[to - from];
    header.get(from, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void headerIsThis() {
    ByteBuffer header = StateHeaderLayout.write(IDENTITY, Durability.POWER);

    assertThat(header.remaining()).isEqualTo(4096);
    assertThat(hex(header, 0, 68)).isEqualTo(HEADER);
    assertThat(hex(header, 68, 128)).matches("0*");
    assertThat(hex(header, 128, 160)).isEqualTo(DEVICES);
    assertThat(hex(header, 160, 4092)).matches("0*");
    assertThat(hex(header, 4092, 4096)).as("CRC32C").isEqualTo("7b7f04ee");
  }

  @Test
  void headerIsReadBack() {
    ByteBuffer header = StateHeaderLayout.write(IDENTITY, Durability.POWER);

    assertThat(StateHeaderLayout.hasMagic(header)).isTrue();
    assertThat(StateHeaderLayout.isIntact(header)).isTrue();
    assertThat(StateHeaderLayout.identity(header)).isEqualTo(IDENTITY);
    assertThat(StateHeaderLayout.durability(header)).isEqualTo(Durability.POWER);
    assertThat(StateHeaderLayout.durability(StateHeaderLayout.write(IDENTITY, Durability.KILL)))
        .isEqualTo(Durability.KILL);
  }

  @Test
  void headerWithAnyBitTurnedIsNotIntact() {
    for (int bit = 0; bit < 4096 * 8; bit++) {
      ByteBuffer header = StateHeaderLayout.write(IDENTITY, Durability.KILL);
      header.put(bit / 8, (byte) (header.get(bit / 8) ^ 1 << bit % 8));

      assertThat(StateHeaderLayout.isIntact(header)).as("bit " + bit).isFalse();
    }
  }

  @Test
  void headerTakesSoManyDevicesAndPages() {
    StateIdentity most =
        new StateIdentity(
            IDENTITY.store(),
            IDENTITY.bootId(),
            4096,
            Collections.nCopies(240, new StateDevice(-1, (1 << 18) / 240)));
    assertThat(StateHeaderLayout.identity(StateHeaderLayout.write(most, Durability.KILL)))
        .isEqualTo(most);

    assertThatThrownBy(() -> write(Collections.nCopies(241, new StateDevice(1, 1))))
        .hasMessageContaining("241 devices");
    assertThatThrownBy(() -> write(List.of(new StateDevice(1, (1 << 18) + 1))))
        .hasMessageContaining("262145 pages");
  }

  private static void write(List<StateDevice> devices) {
    StateIdentity identity = new StateIdentity(IDENTITY.store(), IDENTITY.bootId(), 4096, devices);
    StateHeaderLayout.write(identity, Durability.KILL);
  }

  @ParameterizedTest
  @CsvSource({
    "MARK, 0, 175053, 0, 0102030405060708, 080706050403020101cd19000034af1a",
    "TOMBSTONE, 1, 175053, 1043915, 0102030405060708, 08070605040302018e87f472fb37af2a",
    "REVIVE, 2, 175053, 1043915, 0102030405060708, 0807060504030201dfe2dc72fb37af3a",
    "VALUE, 3, 3, 0, 6a18a500, 00a5186a0000000011450300000c0040",
    "HASH_FLOOR, 4, 0, 0, 0102030405060708, 08070605040302013b272f0000000050",
    "HASH, 5, 0, 0, efcdab8967452301, 0123456789abcdefd3de220000000060",
    "REBUILT, 6, 0, 0, 0, 000000000000000057612b0000000070",
    "CLEAN_END, 4886718345, 0, 0, 0, 00000000000000005f17270000000080",
  })
  void noteIsThis(NoteKind kind, long index, int page, int offset, String payload, String bytes) {
    long first = Long.parseUnsignedLong(payload, 16);
    NoteLayout layout = new NoteLayout(STORE_ID);
    long second = layout.second(index, kind, page, offset, first);

    ByteBuffer note = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    note.putLong(first).putLong(second);
    assertThat(HexFormat.of().formatHex(note.array())).isEqualTo(bytes);
    assertThat(NoteLayout.kind(second)).isEqualTo(kind);
    assertThat(NoteLayout.page(second)).isEqualTo(page);
    assertThat(NoteLayout.offsetUnits(second)).isEqualTo(offset);
    assertThat(layout.isIntact(index, first, second)).isTrue();
  }

  @Test
  void noteElsewhereOrOfAnotherStoreOrWithABitTurnedIsNotIntact() {
    NoteLayout layout = new NoteLayout(STORE_ID);
    long first = 0x0102030405060708L;
    long second = layout.second(7, NoteKind.TOMBSTONE, 3, 5, first);

    assertThat(layout.isIntact(8, first, second)).isFalse();
    assertThat(new NoteLayout(new UUID(1, 2)).isIntact(7, first, second)).isFalse();
    for (int bit = 0; bit < 64; bit++) {
      assertThat(layout.isIntact(7, first ^ 1L << bit, second)).as("first " + bit).isFalse();
      assertThat(layout.isIntact(7, first, second ^ 1L << bit)).as("second " + bit).isFalse();
    }
  }

  @Test
  void noteTakesPagesAndOffsetsOfTheirBits() {
    NoteLayout layout = new NoteLayout(STORE_ID);
    long second = layout.second(0, NoteKind.TOMBSTONE, (1 << 18) - 1, (1 << 20) - 1, 1);
    assertThat(NoteLayout.page(second)).isEqualTo((1 << 18) - 1);
    assertThat(NoteLayout.offsetUnits(second)).isEqualTo((1 << 20) - 1);

    assertThatThrownBy(() -> layout.second(0, NoteKind.MARK, 1 << 18, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> layout.second(0, NoteKind.TOMBSTONE, 0, 1 << 20, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void valuesHaveTheseNumbers() {
    assertThat(List.of(StateValue.values()).stream().map(StateValue::number))
        .containsExactly(1, 2, 3, 4, 5);
  }
}
