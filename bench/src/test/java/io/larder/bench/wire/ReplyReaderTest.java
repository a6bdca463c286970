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
                "VALUE kkk 7 5 99\r\nab\r\nc\r\nVALUE k2 0 0\r\n\r\nEND\r\nSTORED\r\nNOT_STORED\r\n"
                    + "DELETED\r\nNOT_FOUND\r\nSERVER_ERROR out of memory\r\nCLIENT_ERROR bad\r\nERROR\r\n"
                    + "VA 3 kfoo s3\r\nxyz\r\nVA 1\r\nq\r\nEN\r\nHD\r\nNS\r\nNF\r\nEX\r\nMN\r\nHELLO\r\n"))
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
        "VALUE kkk 0 4\r\nabcd\r\nEND\r\nVA 2 kx\r\nhi\r\nSERVER_ERROR no\r\nVALUE e 0 0\r\n\r\nEND\r\n";
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
    assertThat(read("VA x\r\n")).containsExactly("STRANGE");
    assertThat(read("VALUE k 0 99999999999\r\n")).containsExactly("STRANGE");
    assertThat(read("\r\n")).containsExactly("STRANGE");
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
