package io.larder.protocol.reply;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A fixed piece of a reply, ready to be copied.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class Text {
  final MemorySegment memory;
  final int length;

  private Text(byte[] bytes) {
    this.length = bytes.length;
    this.memory = Arena.global().allocate(Math.max(1, bytes.length));
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
  }

  /** These characters, which are ASCII. */
  public static Text of(String characters) {
    return new Text(characters.getBytes(StandardCharsets.US_ASCII));
  }

  /** These characters and a line end. */
  public static Text line(String characters) {
    return of(characters + "\r\n");
  }
}
