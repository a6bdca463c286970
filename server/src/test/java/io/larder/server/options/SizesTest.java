package io.larder.server.options;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Sizes as memcached has them written. */
class SizesTest {
  @Test
  void aNumberAndALetterAreASize() {
    assertThat(Sizes.parse("3k", "km", false)).hasValue(3 << 10);
    assertThat(Sizes.parse("3M", "km", false)).hasValue(3 << 20);
    assertThat(Sizes.parse("3g", "mgtp", true)).hasValue(3L << 30);
    assertThat(Sizes.parse("3T", "mgtp", true)).hasValue(3L << 40);
    assertThat(Sizes.parse("3p", "mgtp", true)).hasValue(3L << 50);
  }

  @Test
  void aNumberAloneIsBytesWhereThatIsAllowed() {
    assertThat(Sizes.parse("4096", "km", false)).hasValue(4096);
    assertThat(Sizes.parse("4096", "mgtp", true)).isEmpty();
  }

  @Test
  void anythingElseIsNone() {
    assertThat(Sizes.parse("", "km", false)).isEmpty();
    assertThat(Sizes.parse("k", "km", false)).isEmpty();
    assertThat(Sizes.parse("1g", "km", false)).isEmpty();
    assertThat(Sizes.parse("-1k", "km", false)).isEmpty();
    assertThat(Sizes.parse("1.5m", "km", false)).isEmpty();
    assertThat(Sizes.parse("1mm", "km", false)).isEmpty();
    assertThat(Sizes.parse("9223372036854775807p", "mgtp", true)).isEmpty();
    assertThat(Sizes.parse("8192p", "mgtp", true)).isEmpty();
  }
}
