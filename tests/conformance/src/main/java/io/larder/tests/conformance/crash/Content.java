package io.larder.tests.conformance.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.larder.tests.conformance.client.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of one value, as the changes that made it: small to keep, and every byte can be told.
 *
 * <p>Either the values of some changes one behind the other, as appends leave them, or a number
 * that clients count up.
 *
 * @param pieces in their order; empty for a number
 * @param number what is counted; -1 for pieces
 */
record Content(long item, List<Piece> pieces, long number) {
  /** A number has 19 digits and shows its item and the change that set it. */
  private static final long NUMBERS_FROM = 1_000_000_000_000_000_000L;

  private static final long NUMBERS_OF_ITEM = 100_000_000_000L;
  private static final long NUMBERS_OF_CHANGE = 100_000L;

  /** What one change has written. */
  record Piece(long change, int bytes) {}

  static Content bytes(long item, long change, int bytes) {
    return new Content(item, List.of(new Piece(change, bytes)), -1);
  }

  /** The number that a change sets an item to. */
  static Content number(long item, long change) {
    long number =
        NUMBERS_FROM
            + item * NUMBERS_OF_ITEM
            + change % (NUMBERS_OF_ITEM / NUMBERS_OF_CHANGE) * NUMBERS_OF_CHANGE;
    return new Content(item, List.of(), number);
  }

  boolean isNumber() {
    return pieces.isEmpty();
  }

  Content appended(long change, int bytes) {
    List<Piece> more = new ArrayList<>(pieces);
    more.add(new Piece(change, bytes));
    return new Content(item, List.copyOf(more), -1);
  }

  Content prepended(long change, int bytes) {
    List<Piece> more = new ArrayList<>(pieces);
    more.addFirst(new Piece(change, bytes));
    return new Content(item, List.copyOf(more), -1);
  }

  Content plus(long delta) {
    return new Content(item, List.of(), number + delta);
  }

  byte[] toBytes() {
    if (isNumber()) {
      return Long.toString(number).getBytes(ISO_8859_1);
    }
    byte[] bytes = new byte[length()];
    int at = 0;
    for (Piece piece : pieces) {
      byte[] part = Values.of(item, piece.change(), piece.bytes());
      System.arraycopy(part, 0, bytes, at, part.length);
      at += part.length;
    }
    return bytes;
  }

  private int length() {
    int length = 0;
    for (Piece piece : pieces) {
      length += piece.bytes();
    }
    return length;
  }

  boolean isShownBy(byte[] value) {
    if (isNumber()) {
      return new String(value, ISO_8859_1).equals(Long.toString(number));
    }
    if (value.length != length()) {
      return false;
    }
    int at = 0;
    for (Piece piece : pieces) {
      byte[] part = Arrays.copyOfRange(value, at, at + piece.bytes());
      if (!Values.isOf(item, piece.change(), piece.bytes(), part)) {
        return false;
      }
      at += piece.bytes();
    }
    return true;
  }

  @Override
  public String toString() {
    if (isNumber()) {
      return "number " + number;
    }
    StringBuilder text = new StringBuilder();
    for (Piece piece : pieces) {
      text.append(text.isEmpty() ? "" : " + ");
      text.append(piece.bytes()).append(" bytes of change ").append(piece.change());
    }
    return text.toString();
  }
}
