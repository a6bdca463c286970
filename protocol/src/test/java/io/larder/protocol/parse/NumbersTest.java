package io.larder.protocol.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as memcached 1.6.18 reads them; `no` where it finds none. */
class NumbersTest {
  private final Numbers numbers = new Numbers();

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 0",
    "1, 1, 1, 1",
    "-1, -1, no, no",
    "-0, 0, 0, 0",
    "+3, 3, 3, 3",
    "2147483647, 2147483647, 2147483647, 2147483647",
    "2147483648, -2147483648, 2147483648, 2147483648",
    "-2147483648, -2147483648, no, no",
    "4294967296, 0, 0, 4294967296",
    "4294967301, 5, 5, 4294967301",
    "9223372036854775807, -1, 4294967295, 9223372036854775807",
    "9223372036854775808, no, 0, 9223372036854775808",
    "-9223372036854775808, 0, no, no",
    "-9223372036854775809, no, 4294967295, 9223372036854775807",
    "18446744073709551615, no, 4294967295, 18446744073709551615",
    "-18446744073709551615, no, 1, 1",
    "18446744073709551616, no, no, no",
    "99999999999999999999999, no, no, no",
    "00000000000000000000000000012, 12, 12, 12",
    "'', no, no, no",
    "x, no, no, no",
    "1x, no, no, no",
    "-, no, no, no",
    "+-1, no, no, no",
    "0x10, no, no, no",
  })
  void readsAsMemcachedDoes(String text, String signed, String unsigned32, String unsigned64) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(text);
      int end = text.length();
      assertThat(numbers.signed32(memory, 0, end) ? Long.toString(numbers.value()) : "no")
          .isEqualTo(signed);
      assertThat(numbers.unsigned32(memory, 0, end) ? Long.toString(numbers.value()) : "no")
          .isEqualTo(unsigned32);
      assertThat(numbers.unsigned64(memory, 0, end) ? Long.toUnsignedString(numbers.value()) : "no")
          .isEqualTo(unsigned64);
    }
  }

  @ParameterizedTest
  @CsvSource({"'\t7'", "'7\tx'", "'\r7'", "'7\r'"})
  void whiteSpaceMayStandAroundIt(String text) {
    try (Arena arena = Arena.ofConfined()) {
      assertThat(numbers.signed32(arena.allocateFrom(text), 0, text.length())).isTrue();
      assertThat(numbers.value()).isEqualTo(7);
    }
  }
}
