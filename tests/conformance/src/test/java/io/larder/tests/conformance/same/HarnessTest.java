package io.larder.tests.conformance.same;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.same.Wire.Pace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison itself: memcached is the same as memcached, and a difference is seen. */
class HarnessTest {
  @TempDir private Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String difference(String theirs, String ours) {
    return String.valueOf(
        new ReplyComparison(Set.of()).difference(bytes(theirs), bytes(ours), false));
  }

  @Test
  void memcachedSaysWhatMemcachedSays() {
    try (MemcachedProcess one = MemcachedProcess.start(folder);
        MemcachedProcess other = MemcachedProcess.start(folder, "-t", "1")) {
      SideBySide sides = new SideBySide(one, other);
      Exchanges.all()
          .forEach(exchange ->
              assertThat(sides.begin(exchange.script(Pace.PIECES)).rest())
                  .as(exchange.name())
                  .isNull());
    }
  }

  @Test
  void repliesThatDifferInOneByteAreNotTheSame() {
    assertThat(difference("STORED\r\n", "STORED\r\n")).isEqualTo("null");
    assertThat(difference("STORED\r\n", "STORED\r\nEND\r\n"))
        .isEqualTo("part 2 is END instead of (nothing)");
    assertThat(difference("VALUE a 0 3\r\nabc\r\nEND\r\n", "VALUE a 0 3\r\nabd\r\nEND\r\n"))
        .isEqualTo("part 2 is abd\\r\\n instead of abc\\r\\n");
    assertThat(difference("HD s1 t-1\r\n", "HD t-1 s1\r\n")).startsWith("part 1");
    assertThat(difference("EN\r\n", "EN")).startsWith("part 1");
  }

  @Test
  void casNumbersAreComparedUpToOneRenaming() {
    String one = "VALUE a 0 1 7\r\nx\r\nHD c8\r\nHD c7\r\n";

    assertThat(difference(one, "VALUE a 0 1 100\r\nx\r\nHD c50\r\nHD c100\r\n")).isEqualTo("null");
    assertThat(difference(one, "VALUE a 0 1 100\r\nx\r\nHD c50\r\nHD c50\r\n"))
        .startsWith("part 4 is HD c50");
    assertThat(difference(one, "VALUE a 0 1 100\r\nx\r\nHD c100\r\nHD c100\r\n"))
        .startsWith("part 3 is HD c100");
    assertThat(difference("HD c0\r\n", "HD c5\r\n")).startsWith("part 1");
  }

  @Test
  void timesMayBeSecondsApart() {
    assertThat(difference("HD t100\r\n", "HD t99\r\n")).isEqualTo("null");
    assertThat(difference("HD t100\r\n", "HD t90\r\n")).startsWith("part 1");
    assertThat(difference("HD t-1\r\n", "HD t0\r\n")).startsWith("part 1");
  }

  @Test
  void aNumberThatHasKeptItsWidthIsToldFromOtherDifferences() {
    assertThat(differInWidth("VALUE a 0 2 7\r\n7 \r\nEND\r\n", "VALUE a 0 1 9\r\n7\r\nEND\r\n"))
        .isTrue();
    assertThat(differInWidth("VA 3 c7\r\nx7 \r\n", "VA 2 c9\r\nx7\r\n")).isTrue();
    assertThat(differInWidth("VALUE a 0 2\r\n7 \r\nEND\r\n", "VALUE a 0 1\r\n8\r\nEND\r\n"))
        .isFalse();
    assertThat(differInWidth("END\r\n", "END\r\n")).isFalse();
    assertThat(differInWidth(getReply("vv7"), getReply("vv7 "))).isTrue();
    assertThat(differInWidth(getReply("vv7"), getReply("vv8"))).isFalse();
  }

  private static boolean differInWidth(String theirs, String ours) {
    return ReplyComparison.differInWidth(bytes(theirs), bytes(ours));
  }

  /** A reply of the binary protocol to a get, with a CAS number that depends on the value. */
  private static String getReply(String value) {
    return "\u0081\0\0\0\4\0\0\0\0\0\0"
        + (char) (4 + value.length())
        + "\0".repeat(4 + 7)
        + (char) value.length()
        + "\0".repeat(4)
        + value;
  }
}
