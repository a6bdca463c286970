package io.larder.protocol.binary;

import io.larder.protocol.reply.Text;

/** How a command ended, as a reply's header says it; an error says it in words, too. */
@SuppressWarnings("ImmutableEnumChecker") // A text does not change.
public enum PacketStatus {
  /** Done. */
  OK(0x00, ""),
  /** There is no such item. */
  NOT_FOUND(0x01, "Not found"),
  /** There is one, or it has another CAS. */
  EXISTS(0x02, "Data exists for key."),
  /** The item would be larger than the cache takes. */
  TOO_LARGE(0x03, "Too large."),
  /** The packet does not have the parts that its command needs; the connection is closed. */
  INVALID(0x04, "Invalid arguments"),
  /** There is no item to append or prepend to. */
  NOT_STORED(0x05, "Not stored."),
  /** The value is no number. */
  NON_NUMERIC(0x06, "Non-numeric server-side value for incr or decr"),
  /** Wrong name or password, or none given yet, or not allowed to anybody. */
  AUTH_ERROR(0x20, "Auth failure."),
  /** The name and the password are to come in the next packet. */
  AUTH_CONTINUE(0x21, ""),
  /** There is no such command. */
  UNKNOWN_COMMAND(0x81, "Unknown command"),
  /** There is no room and none may be made. */
  NO_MEMORY(0x82, "Out of memory");

  final int code;
  final Text words;
  final int wordsLength;

  PacketStatus(int code, String words) {
    this.code = code;
    this.words = Text.of(words);
    this.wordsLength = words.length();
  }
}
