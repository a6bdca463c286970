package io.larder.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.bench.wire.RequestWriter.Protocol;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What goes over the wire. */
class RequestWriterTest {
  private final KeyText keys = new KeyText(10);

  @Test
  void classicRequests() {
    RequestWriter writer = new RequestWriter(Protocol.classic, keys, 1);
    writer.get(new long[] {9, 0, 33}, 1, 2);
    writer.set(2, 1, 5, 60);
    writer.delete(31);

    assertThat(text(writer))
        .startsWith("get kk00000000 kk00000011\r\nset kk00000002 0 60 5\r\n")
        .endsWith("\r\ndelete kk0000000v\r\n")
        .hasSize(27 + 23 + 7 + 19);
  }

  @Test
  void metaRequests() {
    RequestWriter writer = new RequestWriter(Protocol.meta, keys, 1);
    writer.get(new long[] {7}, 0, 1);
    writer.get(new long[] {8, 9}, 0, 2);
    writer.set(2, 1, 30, 60);
    writer.clear();
    writer.get(new long[] {7}, 0, 1);
    writer.get(new long[] {8, 9}, 0, 2);
    writer.set(2, 1, 0, 60);
    writer.set(2, 1, 0, 0);
    writer.delete(3);

    assertThat(text(writer))
        .isEqualTo(
            String.join(
                "\r\n",
                "mg kk00000007 v",
                "mg kk00000008 v k q",
                "mg kk00000009 v k q",
                "mn",
                "ms kk00000002 0 T60",
                "",
                "ms kk00000002 0",
                "",
                "md kk00000003",
                ""));
  }

  @Test
  void keysAreRecognised() {
    byte[] target = new byte[40];
    for (long number : new long[] {0, 1, 31, 32, 123_456_789, KeyText.NUMBERS - 1}) {
      assertThat(keys.write(number, target, 3)).isEqualTo(13);
      assertThat(keys.number(target, 3, 10)).isEqualTo(number);
    }
    assertThat(keys.number(target, 3, 9)).isEqualTo(KeyText.NONE);
    target[8] = 'z';
    assertThat(keys.number(target, 3, 10)).isEqualTo(KeyText.NONE);
  }

  private static String text(RequestWriter writer) {
    return new String(writer.bytes(), 0, writer.length(), StandardCharsets.ISO_8859_1);
  }
}
