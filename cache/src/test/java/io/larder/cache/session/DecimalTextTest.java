package io.larder.cache.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Numbers as memcached takes them: {@code strtoull}, then white space or the end, and no negative
 * ones.
 */
class DecimalTextTest {
  private final DecimalText decimal = new DecimalText();

  private boolean parse(String text) {
    byte[] bytes = ("9" + text + "9").getBytes(StandardCharsets.ISO_8859_1);
    return decimal.parse(MemorySegment.ofArray(bytes), 1, bytes.length - 2);
  }

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "0,0",
        "5,5",
        "007,7",
        "+5,5",
        "-0,0",
        " 5,5",
        "   +5,5",
        "5 ,5",
        "5 and more,5",
        "5 6,5",
        "1234567890123456789,1234567890123456789",
        "9223372036854775807,9223372036854775807",
        "9223372036854775808,-9223372036854775808",
        "18446744073709551615,-1",
        "18446744073709551615   ,-1",
        "000000000000000000000000000018446744073709551615,-1",
        "-18446744073709551615,1" // strtoull negates it, and what comes out is not negative
      })
  void numbersAreRead(String text, long number) {
    assertThat(parse(text)).as(text).isTrue();
    assertThat(decimal.number()).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\t5",
        "\n5",
        "\u000b5",
        "\f5",
        "\r5",
        "5\t",
        "5\n",
        "5\u000b",
        "5\f",
        "5\r",
        "5\r\n",
        "5\tx",
        " \t\r\n5"
      })
  void whiteSpaceIsWhatIsspaceSays(String text) {
    assertThat(parse(text)).isTrue();
    assertThat(decimal.number()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "   ",
        "x",
        "5x",
        "5,",
        "5.0",
        "0x10",
        "1e3",
        "+",
        "-",
        "+-5",
        "-+5",
        "--5",
        "+ 5",
        "- 5",
        "-5",
        "-1",
        "-9223372036854775808",
        "18446744073709551616",
        "18446744073709551620",
        "18446744073709551700",
        "28446744073709551615",
        "99999999999999999999",
        "100000000000000000000",
        "184467440737095516150",
        "5\u00a0",
        "\u00b2",
        "\u00005"
      })
  void everythingElseIsNoNumber(String text) {
    assertThat(parse(text)).as(text).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5\u0000", "5\u0000x"})
  void numberEndsAtAZeroByteAsAStringOfCDoes(String text) {
    assertThat(parse(text)).isTrue();
    assertThat(decimal.number()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        9,
        10,
        99,
        100,
        12345,
        999_999_999_999L,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -2,
        -1
      })
  void writtenNumberIsTheShortestUnsignedDecimalAndReadsBack(long number) {
    MemorySegment memory = MemorySegment.ofArray(new byte[DecimalText.DIGITS_MAX + 2]);

    int length = DecimalText.write(number, memory, 1);

    byte[] written = memory.asSlice(1, length).toArray(ValueLayout.JAVA_BYTE);
    assertThat(new String(written, StandardCharsets.US_ASCII))
        .isEqualTo(Long.toUnsignedString(number));
    assertThat(length).isEqualTo(DecimalText.digits(number));
    assertThat(decimal.parse(memory, 1, length)).isTrue();
    assertThat(decimal.number()).isEqualTo(number);
  }
}
