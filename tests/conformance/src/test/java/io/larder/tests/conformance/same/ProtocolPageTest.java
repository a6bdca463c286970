package io.larder.tests.conformance.same;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/protocol.md} prints the list of accepted deviations, word by word.
 *
 * <p>{@code -Dlarder.docs.write} writes the page anew.
 */
class ProtocolPageTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "protocol.md");

  private static final String HEAD =
      """
      # Where answers differ from memcached's

      Larder answers with the bytes of memcached 1.6.18, for every command it knows, in the text and in the binary
      protocol, and on items of either tier.
      Tests send the same bytes to both: questions picked by hand, and random scripts, legal and illegal, cut
      anywhere. What still differs is on this page; any other difference fails a test. In the answers `*` stands
      for anything. A packet of the binary protocol is written field by field: `op` is its command and `extras` its
      numbers, each behind its count of bytes; in an answer, the bare number is the CAS, and what is behind it stands in
      hexadecimal.

      Never compared, for each server has its own: the numbers that `cas` and `c` show (compared up to a renaming),
      seconds that pass between two questions, `stats`.
      """;

  @Test
  void pageShowsTheWholeList() throws IOException {
    String page = page();
    if (System.getProperty("larder.docs.write") != null) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE, UTF_8))
        .as("docs/protocol.md; -Dlarder.docs.write writes it")
        .isEqualTo(page);
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (AcceptedDeviation deviation : AcceptedDeviation.values()) {
      String name = deviation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      page.append("\n## ").append(Character.toUpperCase(name.charAt(0))).append(name.substring(1));
      page.append("\n\n").append(deviation.reason()).append('\n');
      if (!deviation.asked().isEmpty()) {
        page.append("\n```\n");
        lines(page, "asked     ", deviation.asked());
        lines(page, "memcached ", deviation.theirAnswer());
        lines(page, "larder    ", deviation.ourAnswer());
        page.append("```\n");
      }
    }
    return page.toString();
  }

  private static void lines(StringBuilder page, String who, String bytes) {
    bytes
        .lines()
        .map(line -> line.length() <= 80 ? line : line.substring(0, 70) + "...")
        .forEach(line ->
            page.append((who + line.replace("\u0001", "\\x01")).stripTrailing()).append('\n'));
  }
}
