package io.larder.bench.wire;

/**
 * Bytes of a connection to replies, wherever the bytes are cut. Makes no objects.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class ReplyReader {
  /*
   * A line is looked at where it lies whenever all of it has come; only one that is cut is gathered
   * elsewhere. Words are told by their first letters: what else a server could say there is
   * "strange", and ends the run.
   */

  private static final int LINE_BYTES_MAX = 2048;
  private static final int LINE_END_BYTES = 2;

  private final ReplyListener listener;
  private final byte[] gathered = new byte[LINE_BYTES_MAX];
  private int gatheredBytes;

  /** Of the value and its line end; 0 between values. */
  private int valueBytesLeft;

  private int tokenEnd;

  public ReplyReader(ReplyListener listener) {
    this.listener = listener;
  }

  /** Takes what has come. */
  public void read(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      at = valueBytesLeft > 0 ? readValue(bytes, at, to) : readLine(bytes, at, to);
    }
  }

  private int readValue(byte[] bytes, int from, int to) {
    int taken = Math.min(valueBytesLeft, to - from);
    int ofValue = Math.min(taken, valueBytesLeft - LINE_END_BYTES);
    if (ofValue > 0) {
      listener.valueBytes(bytes, from, from + ofValue);
    }
    valueBytesLeft -= taken;
    if (valueBytesLeft == 0) {
      listener.valueEnds();
    }
    return from + taken;
  }

  private int readLine(byte[] bytes, int from, int to) {
    int end = from;
    while (end < to && bytes[end] != '\n') {
      end++;
    }
    if (gatheredBytes == 0 && end < to) {
      line(bytes, from, end);
      return end + 1;
    }
    int length = Math.min(end - from, LINE_BYTES_MAX - gatheredBytes);
    System.arraycopy(bytes, from, gathered, gatheredBytes, length);
    gatheredBytes += length;
    if (end == to) {
      return end;
    }
    int lineBytes = gatheredBytes;
    gatheredBytes = 0;
    line(gathered, 0, lineBytes);
    return end + 1;
  }

  /** A line without its '\n', most often with its '\r'. */
  private void line(byte[] line, int from, int end) {
    int to = end > from && line[end - 1] == '\r' ? end - 1 : end;
    if (to - from < 2) {
      listener.replied(Reply.STRANGE, line, from, to);
    } else if (line[from] == 'V' && line[from + 1] == 'A') {
      value(line, from, to);
    } else {
      listener.replied(reply(line, from, to), line, from, to);
    }
  }

  private void value(byte[] line, int from, int to) {
    boolean isMeta = line[from + 2] == ' ';
    int keyAt = 0;
    int keyLength = 0;
    int at = token(line, from, to);
    if (!isMeta) {
      keyAt = at;
      at = token(line, at, to);
      keyLength = tokenEnd - keyAt;
      at = token(line, at, to);
    }
    int lengthBytes = number(line, at, to);
    if (isMeta) {
      at = token(line, at, to);
      while (at < to) {
        int flagAt = at;
        at = token(line, at, to);
        if (line[flagAt] == 'k') {
          keyAt = flagAt + 1;
          keyLength = tokenEnd - keyAt;
        }
      }
    }
    if (lengthBytes < 0) {
      listener.replied(Reply.STRANGE, line, from, to);
      return;
    }
    valueBytesLeft = lengthBytes + LINE_END_BYTES;
    listener.valueStarts(line, keyAt, keyLength, lengthBytes);
  }

  /** Where the token after this one begins; {@link #tokenEnd} is where this one ends. */
  private int token(byte[] line, int from, int to) {
    int at = from;
    while (at < to && line[at] != ' ') {
      at++;
    }
    tokenEnd = at;
    while (at < to && line[at] == ' ') {
      at++;
    }
    return at;
  }

  private static int number(byte[] line, int from, int to) {
    long number = 0;
    int at = from;
    while (at < to && line[at] >= '0' && line[at] <= '9' && number < Integer.MAX_VALUE) {
      number = number * 10 + line[at] - '0';
      at++;
    }
    return at == from || number > Integer.MAX_VALUE - LINE_END_BYTES ? -1 : (int) number;
  }

  private static Reply reply(byte[] line, int from, int to) {
    int first = line[from] << 8 | line[from + 1];
    return switch (first) {
      case 'E' << 8 | 'N' -> to - from == 2 ? Reply.MISS : Reply.END;
      case 'M' << 8 | 'N' -> Reply.END;
      case 'H' << 8 | 'D', 'S' << 8 | 'T', 'D' << 8 | 'E', 'O' << 8 | 'K' -> Reply.DONE;
      case 'N' << 8 | 'F' -> Reply.MISS;
      case 'N' << 8 | 'S', 'E' << 8 | 'X' -> Reply.REFUSED;
      case 'N' << 8 | 'O' -> to - from > 4 && line[from + 4] == 'F' ? Reply.MISS : Reply.REFUSED;
      case 'E' << 8 | 'R', 'S' << 8 | 'E', 'C' << 8 | 'L' -> Reply.ERROR;
      default -> Reply.STRANGE;
    };
  }
}
