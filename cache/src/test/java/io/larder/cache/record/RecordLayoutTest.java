package io.larder.cache.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes of a record, pinned: on flash they outlive the program that wrote them. */
class RecordLayoutTest {
  private static final int AT = 24;
  private static final String HEADER_WITHOUT_CHECKSUM =
      "03" // key length
          + "13" // state: fetched, stale, own CAS
          + "0000" // format
          + "05000000" // value length
          + "efbeadde" // client flags
          + "ffffffff" // expiry
          + "785634a2" // last access, or page version
          + "0807060504030201"; // sequence

  private final MemorySegment memory = Arena.ofAuto().allocate(1024).fill((byte) 0x55);

  private String hex(long offset, int length) {
    return HexFormat.of().formatHex(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
  }

  private void put(long offset, String text) {
    MemorySegment.copy(
        MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII)),
        0,
        memory,
        offset,
        text.length());
  }

  /** Key "key", value "value", every field with a figure of its own. */
  private void write(int state) {
    RecordLayout.writeHeader(
        memory, AT, 3, state, 5, 0xdeadbeef, 0xffffffffL, 0xa2345678L, 0x0102030405060708L);
    put(RecordLayout.keyOffset(AT), "key");
    put(RecordLayout.valueOffset(memory, AT), "value");
  }

  private static final int STATE = RecordLayout.FETCHED | RecordLayout.STALE | RecordLayout.OWN_CAS;

  @Test
  void recordInRamIsThis() {
    write(STATE);
    RecordLayout.setSpanBytes(memory, AT, 48);
    RecordLayout.setOwnCas(memory, AT, 0x1112131415161718L);

    assertThat(hex(AT, 48))
        .isEqualTo(
            "30000000" + HEADER_WITHOUT_CHECKSUM + "6b6579" + "76616c7565" + "1817161514131211");
    assertThat(hex(AT - 1, 1)).as("before it").isEqualTo("55");
    assertThat(hex(AT + 48, 1)).as("behind it").isEqualTo("55");
  }

  @Test
  void recordOnFlashIsThis() {
    write(STATE);
    RecordLayout.setChecksum(memory, AT, 0x0a0b0c0d);
    RecordLayout.setPageVersion(memory, AT, 0x99999999a2345678L);
    RecordLayout.setOwnCas(memory, AT, 0x1112131415161718L);

    assertThat(hex(AT, 48))
        .isEqualTo(
            "0d0c0b0a" + HEADER_WITHOUT_CHECKSUM + "6b6579" + "76616c7565" + "1817161514131211");
  }

  @Test
  void stateBitsAreThese() {
    assertThat(RecordLayout.FETCHED).isEqualTo(1);
    assertThat(RecordLayout.STALE).isEqualTo(2);
    assertThat(RecordLayout.TOKEN_SENT).isEqualTo(4);
    assertThat(RecordLayout.KEY_BINARY).isEqualTo(8);
    assertThat(RecordLayout.OWN_CAS).isEqualTo(16);
    assertThat(RecordLayout.TWIN).isEqualTo(32);
    assertThat(RecordLayout.BUSY).isEqualTo(64);
    assertThat(RecordLayout.FILLER).isEqualTo(128);
  }

  @Test
  void everyFieldIsReadBack() {
    write(STATE);
    RecordLayout.setSpanBytes(memory, AT, 48);

    assertThat(RecordLayout.spanBytes(memory, AT)).isEqualTo(48);
    assertThat(RecordLayout.keyLength(memory, AT)).isEqualTo(3);
    assertThat(RecordLayout.state(memory, AT)).isEqualTo(STATE);
    assertThat(RecordLayout.format(memory, AT)).isZero();
    assertThat(RecordLayout.valueLength(memory, AT)).isEqualTo(5);
    assertThat(RecordLayout.flags(memory, AT)).isEqualTo(0xdeadbeef);
    assertThat(RecordLayout.expirySeconds(memory, AT)).isEqualTo(0xffffffffL);
    assertThat(RecordLayout.accessSeconds(memory, AT)).isEqualTo(0xa2345678L);
    assertThat(RecordLayout.sequence(memory, AT)).isEqualTo(0x0102030405060708L);
    assertThat(RecordLayout.valueOffset(memory, AT)).isEqualTo(AT + 32 + 3);
  }

  @Test
  void longestKeyIsUnsigned() {
    RecordLayout.writeHeader(memory, AT, 250, 0xff, 0, 0, 0, 0, 0);

    assertThat(RecordLayout.keyLength(memory, AT)).isEqualTo(250);
    assertThat(RecordLayout.state(memory, AT)).isEqualTo(0xff);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, 33",
    "3, 5, 0, 40",
    "250, 1048576, 0, 1048858",
    "3, 5, 16, 48", // own CAS: aligned to 8, then 8 more
    "3, 6, 16, 56",
    "3, 5, 32, 48", // twin
    "3, 5, 48, 56", // both
    "3, 6, 48, 64",
    "3, 5, 207, 40" // every other bit
  })
  void bytesOfARecordAreHeaderKeyValueAndWhatItsStateAnnounces(
      int keyLength, int valueLength, int state, int bytes) {
    // Of the states in the table the last one is all bits that announce nothing.
    int announced = state == 207 ? 207 & ~RecordLayout.OWN_CAS & ~RecordLayout.TWIN : state;

    assertThat(RecordLayout.recordBytes(keyLength, valueLength, announced)).isEqualTo(bytes);
    RecordLayout.writeHeader(memory, AT, keyLength, announced, valueLength, 0, 0, 0, 0);
    assertThat(RecordLayout.recordBytes(memory, AT)).isEqualTo(bytes);
  }

  @Test
  void casIsTheSequenceUnlessTheClientGaveItsOwn() {
    write(0);
    assertThat(RecordLayout.cas(memory, AT)).isEqualTo(0x0102030405060708L);

    write(RecordLayout.OWN_CAS);
    RecordLayout.setOwnCas(memory, AT, 99);
    assertThat(RecordLayout.cas(memory, AT)).isEqualTo(99);
    assertThat(RecordLayout.sequence(memory, AT)).isEqualTo(0x0102030405060708L);
  }

  @Test
  void twinStandsLastSoThatARecordWithoutItIsItsBeginning() {
    write(RecordLayout.OWN_CAS | RecordLayout.TWIN);
    RecordLayout.setOwnCas(memory, AT, 0x1111);
    RecordLayout.setTwin(memory, AT, 0x2222);

    assertThat(RecordLayout.cas(memory, AT)).isEqualTo(0x1111);
    assertThat(RecordLayout.twin(memory, AT)).isEqualTo(0x2222);
    assertThat(hex(AT + 40, 16)).isEqualTo("1111000000000000" + "2222000000000000");
    RecordLayout.setState(memory, AT, RecordLayout.OWN_CAS);
    assertThat(RecordLayout.cas(memory, AT)).isEqualTo(0x1111);
    assertThat(RecordLayout.recordBytes(memory, AT)).isEqualTo(48);
  }

  @Test
  void twinAloneStandsWhereACasWould() {
    write(RecordLayout.TWIN);
    RecordLayout.setTwin(memory, AT, 0x2222);

    assertThat(hex(AT + 40, 8)).isEqualTo("2222000000000000");
    assertThat(RecordLayout.cas(memory, AT)).as("the sequence").isEqualTo(0x0102030405060708L);
  }

  @Test
  void keysAreEqualOnlyInLengthAndEveryByte() {
    write(0);

    assertThat(keyEquals("key")).isTrue();
    assertThat(keyEquals("kez")).isFalse();
    assertThat(keyEquals("Key")).isFalse();
    assertThat(keyEquals("ke")).isFalse();
    assertThat(keyEquals("keyv")).as("the value's first byte is no part of it").isFalse();
  }

  private boolean keyEquals(String key) {
    byte[] bytes = ("--" + key).getBytes(StandardCharsets.US_ASCII);
    return RecordLayout.keyEquals(memory, AT, MemorySegment.ofArray(bytes), 2, key.length());
  }

  @Test
  void lengthsAreAlignedUpToPowersOfTwo() {
    assertThat(RecordLayout.alignUp(0, 8)).isZero();
    assertThat(RecordLayout.alignUp(1, 8)).isEqualTo(8);
    assertThat(RecordLayout.alignUp(8, 8)).isEqualTo(8);
    assertThat(RecordLayout.alignUp(65, 64)).isEqualTo(128);
  }
}
