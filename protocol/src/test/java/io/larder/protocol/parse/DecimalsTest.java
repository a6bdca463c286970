package io.larder.protocol.parse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers with a fraction are what memcached takes for them. */
class DecimalsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.5, 0.5",
    ".5, 0.5",
    "5., 5",
    "+1.25, 1.25",
    "-1, -1",
    "1e3, 1000",
    "1.5E-1, 0.15",
    "NaN, NaN",
    "inf, Infinity",
    "-Infinity, -Infinity"
  })
  void isRead(String text, double value) {
    assertThat(Decimals.parse(text)).hasValue(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "x", "0.5x", "5d", "5f", "1e", "--1", "1,5", "nanx"})
  void isNoNumber(String text) {
    assertThat(Decimals.parse(text)).isEmpty();
  }

  @Test
  void whiteSpaceMayLeadAndEndIt() {
    assertThat(Decimals.parse("\t0.5\tx")).hasValue(0.5);
  }
}
