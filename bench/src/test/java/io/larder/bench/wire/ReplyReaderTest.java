package io.larder.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes to replies, wherever the bytes are cut. */
class ReplyReaderTest {
  @Test
  void classicAndMetaRepliesAreTold() {
    assertThat(
            read(
                lines(
                    "VALUE kkk 7 5 99",
                    "ab\r\nc",
                    "VALUE k2 0 0",
                    "",
                    "END",
                    "STORED",
                    "NOT_STORED",
                    "DELETED",
                    "NOT_FOUND",
                    "SERVER_ERROR out of memory",
                    "CLIENT_ERROR bad",
                    "ERROR",
                    "VA 3 kfoo s3",
                    "xyz",
                    "VA 1",
                    "q",
                    "EN",
                    "HD",
                    "NS",
                    "NF",
                    "EX",
                    "MN",
                    "HELLO")))
        .containsExactly(
            "kkk 5 [ab\r\nc]",
            "k2 0 []",
            "END",
            "DONE",
            "REFUSED",
            "DONE",
            "MISS",
            "ERROR",
            "ERROR",
            "ERROR",
            "foo 3 [xyz]",
            " 1 [q]",
            "MISS",
            "DONE",
            "REFUSED",
            "MISS",
            "REFUSED",
            "END",
            "STRANGE");
  }

  @Test
  void cutsMakeNoDifference() {
    String stream =
        lines(
            "VALUE kkk 0 4",
            "abcd",
            "END",
            "VA 2 kx",
            "hi",
            "SERVER_ERROR no",
            "VALUE e 0 0",
            "",
            "END");
    byte[] bytes = stream.getBytes(StandardCharsets.US_ASCII);
    List<String> whole = read(stream);
    for (int first = 1; first < bytes.length; first++) {
      for (int step : new int[] {1, 2, 7}) {
        Told told = new Told();
        ReplyReader reader = new ReplyReader(told);
        reader.read(bytes, 0, first);
        for (int at = first; at < bytes.length; at += step) {
          reader.read(bytes, at, Math.min(bytes.length, at + step));
        }
        assertThat(told.events).as("cut at %d, then every %d", first, step).isEqualTo(whole);
      }
    }
  }

  @Test
  void lengthsThatAreNoneAreStrange() {
    assertThat(read(lines("VA x"))).containsExactly("STRANGE");
    assertThat(read(lines("VALUE k 0 99999999999"))).containsExactly("STRANGE");
    assertThat(read(lines(""))).containsExactly("STRANGE");
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  private static List<String> read(String stream) {
    Told told = new Told();
    byte[] bytes = stream.getBytes(StandardCharsets.US_ASCII);
    new ReplyReader(told).read(bytes, 0, bytes.length);
    return told.events;
  }

  /** Writes down what it is told. */
  private static final class Told implements ReplyListener {
    private final List<String> events = new ArrayList<>();
    private final StringBuilder value = new StringBuilder();

    @Override
    public void valueStarts(byte[] line, int keyAt, int keyLength, int lengthBytes) {
      value.append(new String(line, keyAt, keyLength, StandardCharsets.US_ASCII));
      value.append(' ').append(lengthBytes).append(" [");
    }

    @Override
    public void valueBytes(byte[] bytes, int from, int to) {
      value.append(new String(bytes, from, to - from, StandardCharsets.US_ASCII));
    }

    @Override
    public void valueEnds() {
      events.add(value.append(']').toString());
      value.setLength(0);
    }

    @Override
    public void replied(Reply reply, byte[] line, int from, int to) {
      events.add(reply.name());
    }
  }
}
