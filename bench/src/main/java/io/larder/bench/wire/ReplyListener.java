package io.larder.bench.wire;

/** Told what a server says, in order. Arrays are lent for the call. */
public interface ReplyListener {
  /** A value begins; {@code keyLength} is 0 where the server did not name its key. */
  void valueStarts(byte[] line, int keyAt, int keyLength, int lengthBytes);

  /** A piece of its bytes. */
  void valueBytes(byte[] bytes, int from, int to);

  void valueEnds();

  /** Any other line. */
  void replied(Reply reply, byte[] line, int from, int to);
}
