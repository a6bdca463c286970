package io.larder.cache.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The hash is XXH64 exactly: it is part of the flash format. The figures come from the reference
 * implementation, {@code xxhsum -H64} 0.8.1 and its library.
 */
class KeyHashTest {
  private static final int LENGTH_MAX = 250;

  /** Seed 0, of the first 0, 1, ... 64 bytes of the sample. */
  private static final long[] OF_LENGTH = {
    0xef46db3751d8e999L, 0xa96c7f0ce858bbb7L, 0xc22c6a70ad56bba6L,
    0xbed43740ee6332bbL, 0xfa212ae44b3bb23dL, 0xd339dcc9ac8e6776L,
    0x71cabdc85da7ffa0L, 0x2744460dd675d2c0L, 0x994b676b71ce94ddL,
    0x572b84c18b983af8L, 0x08283fd40ee4f8c9L, 0x97f078da7a1a590cL,
    0xb92f588ce720786eL, 0xdadc8a6255b4829bL, 0x574269377227d80aL,
    0x09e6451ed2ff8b1dL, 0x94ad0095e72b24d5L, 0x1464f2eff23b5fe1L,
    0x712c39f6d1ed935eL, 0x83ef9c758393e89dL, 0x67822fa80e0c8933L,
    0xfa6de19e99ff8d43L, 0xa8d0ae04d79885f2L, 0xcf65b69586b05fabL,
    0x0a3b0194f3afe0b8L, 0xe0fd072fff811c86L, 0xc4f7372a7fb8f247L,
    0xfee26cac05aeecf0L, 0x01a6f3d224fa7d3bL, 0x161a3bc98afcf092L,
    0x3f8796d7bfaaaa08L, 0x6711d55e306b5d8fL, 0x07f7b8e3bc5d6e25L,
    0x09f85eeb4e1cbe9fL, 0x35284e7f91dd1ae5L, 0x25cc31e4544bc8c9L,
    0xe7ac625222f2b655L, 0x1d8c3a2215085739L, 0x1fb3064ed36c675fL,
    0xb13c137a0fb701c3L, 0xd25150177ba46490L, 0x3ad8bb2779d9285eL,
    0xfe4ddab6e3d75ddcL, 0x9d340603aa03cc62L, 0xd02b2028c27a5329L,
    0xff59426b0066066bL, 0x713a114207f600e2L, 0x79bd9d6dd8c15570L,
    0x2947de5e3a6afeceL, 0x43f1e784039912d3L, 0x072fa9968401e9c7L,
    0xc3c4ff0d8f66e206L, 0x0efbc3939fa05814L, 0x42be842d0902d7a7L,
    0x8a78b907c424dc46L, 0x8f8dc5b07f6d48edL, 0xa2acf5b431db2e52L,
    0x403200f5d0354116L, 0xc326a3d65678339bL, 0xa53b8e5bc9ff65a4L,
    0x4cce586d8aca19e5L, 0xbd3bd33486af6dc6L, 0x4149dd403b20a2dcL,
    0xb7c9968c066cb6a5L, 0x50d4159a0411632eL
  };

  private final MemorySegment sample = sample();

  /** Byte i is 131 i + 7. */
  private static MemorySegment sample() {
    MemorySegment memory = Arena.ofAuto().allocate(LENGTH_MAX);
    for (int i = 0; i < LENGTH_MAX; i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 131 + 7));
    }
    return memory;
  }

  private static long hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return new KeyHash(0).of(MemorySegment.ofArray(bytes), 0, bytes.length);
  }

  @Test
  void everyLengthUpToTwoStripesHashesAsTheReferenceDoes() {
    KeyHash hash = new KeyHash(0);
    for (int length = 0; length < OF_LENGTH.length; length++) {
      assertThat(hash.of(sample, 0, length)).as("length " + length).isEqualTo(OF_LENGTH[length]);
    }
  }

  @Test
  void longestKeyHashesAsTheReferenceDoes() {
    assertThat(new KeyHash(0).of(sample, 0, LENGTH_MAX)).isEqualTo(0x12008400d66dd10aL);
  }

  @Test
  void wellKnownWordsHaveTheirWellKnownHashes() {
    assertThat(hash("")).isEqualTo(0xef46db3751d8e999L);
    assertThat(hash("a")).isEqualTo(0xd24ec4f1a98c6e5bL);
    assertThat(hash("abc")).isEqualTo(0x44bc2cf5ad770999L);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0xd5afba1336a3be4b",
    "1, 1, 0x0766883a0a47a96a",
    "1, 14, 0x87c802dbb17a6363",
    "1, 31, 0xe811d10b03941e82",
    "1, 32, 0xdf4f0f6ea84ebbca",
    "1, 33, 0x489f1772049e476c",
    "1, 64, 0x8ea281ce694f574d",
    "1, 250, 0x330e4ffb2f5b3309",
    "42, 0, 0x98b1582b0977e704",
    "42, 1, 0xda6da76043d2a83e",
    "42, 14, 0xd886074138217ef8",
    "42, 31, 0x731846295f5bba81",
    "42, 32, 0xf3351b2160d55903",
    "42, 33, 0x70e78138c9f35ca7",
    "42, 64, 0x404d28e762d4a07f",
    "42, 250, 0x8b383aa1b4ee00f8",
    "2654435761, 0, 0xac75fda2929b17ef",
    "2654435761, 1, 0x84e535b36672440d",
    "2654435761, 14, 0x3feedf322f169692",
    "2654435761, 31, 0xfa1259cc8b20eb58",
    "2654435761, 32, 0x920f3e10a5db09c6",
    "2654435761, 33, 0x3d805e8712cb4890",
    "2654435761, 64, 0x94667e10d68b3991",
    "2654435761, 250, 0x3bbf598f27bb0523",
    "-1, 0, 0x298f4c84b24f5380",
    "-1, 1, 0xd7f46261ba7c5b95",
    "-1, 14, 0x540606cc59ffa3b0",
    "-1, 31, 0x0559625f4e0afe08",
    "-1, 32, 0xd5db58b1a19eefb2",
    "-1, 33, 0x303c4a232c3bd093",
    "-1, 64, 0xb59713bee12a76bd",
    "-1, 250, 0x610cff05f274ad15"
  })
  void everySeedHashesAsTheReferenceDoes(long seed, int length, String expected) {
    assertThat(new KeyHash(seed).of(sample, 0, length))
        .isEqualTo(Long.parseUnsignedLong(expected.substring(2), 16));
  }

  @Test
  void hashDependsOnTheBytesAndNotOnWhereTheyStand() {
    KeyHash hash = new KeyHash(42);
    MemorySegment shifted = Arena.ofAuto().allocate(LENGTH_MAX + 8);
    for (int shift = 0; shift < 8; shift++) {
      MemorySegment.copy(sample, 0, shifted, shift, LENGTH_MAX);
      for (int length : new int[] {3, 13, 47, LENGTH_MAX}) {
        assertThat(hash.of(shifted, shift, length))
            .as("length " + length + " at " + shift)
            .isEqualTo(hash.of(sample, 0, length));
      }
    }
  }

  @Test
  void weakenedHashIsTheLowBitsOfTheStrongOne() {
    assertThat(KeyHash.weakened(42, 10).of(sample, 0, 40))
        .isEqualTo(new KeyHash(42).of(sample, 0, 40) & 1023);
  }
}
