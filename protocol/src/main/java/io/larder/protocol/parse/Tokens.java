package io.larder.protocol.parse;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * One command line cut at its spaces.
 *
 * <p>At most {@link #COUNT_MAX} tokens are told apart; what follows them is left alone, as no
 * command but a multiget has a use for more.
 *
 * <p>Borrowed: the tokens point into the line.
 *
 * <p><b>Threads.</b> Confined to the loop that owns it.
 */
public final class Tokens {
  /** The most tokens that are told apart. */
  public static final int COUNT_MAX = 23;

  private final long[] starts = new long[COUNT_MAX];
  private final int[] lengths = new int[COUNT_MAX];
  private MemorySegment memory = MemorySegment.NULL;
  private int count;

  /** Cuts the line in {@code [from, to)}. */
  public void cut(MemorySegment line, long from, long to) {
    memory = line;
    count = 0;
    long at = Scan.skipSpaces(line, from, to);
    while (at < to && count < COUNT_MAX) {
      long end = Scan.spaceOrEnd(line, at, to);
      starts[count] = at;
      lengths[count] = (int) (end - at);
      count++;
      at = Scan.skipSpaces(line, end, to);
    }
  }

  public MemorySegment memory() {
    return memory;
  }

  public int count() {
    return count;
  }

  public long start(int index) {
    return starts[index];
  }

  public int length(int index) {
    return lengths[index];
  }

  public long end(int index) {
    return starts[index] + lengths[index];
  }

  /** The byte at {@code offset} of a token, 0 to 255. */
  public int byteAt(int index, int offset) {
    return Scan.byteAt(memory, starts[index] + offset);
  }

  /** Whether a token is exactly {@code word}, which is ASCII. */
  public boolean is(int index, String word) {
    return lengths[index] == word.length() && startsWith(index, word);
  }

  /** Whether a token starts with {@code word}, which is ASCII. */
  public boolean startsWith(int index, String word) {
    if (lengths[index] < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (byteAt(index, i) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** A token as text. Allocates: not for the hot path. */
  public String text(int index) {
    byte[] bytes = new byte[lengths[index]];
    MemorySegment.copy(memory, starts[index], MemorySegment.ofArray(bytes), 0, lengths[index]);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
