package io.larder.engine.state;

import org.jspecify.annotations.Nullable;

/** What a note says. */
enum NoteKind {
  /** The page's mark is the payload. */
  MARK(1),
  /** The record at an offset of a page, whose version is the payload, is dead. */
  TOMBSTONE(2),
  /** An earlier tombstone, with the same page, offset and payload, is taken back. */
  REVIVE(3),
  /** The figure whose number stands where the page would is the payload. */
  VALUE(4),
  /** The hash notes that follow are about pages with a version up to the payload. */
  HASH_FLOOR(5),
  /** Records of the key whose hash is the payload do not count, in pages up to the hash floor. */
  HASH(6),
  /** The hash notes before are void. */
  REBUILT(7),
  /** The store was stopped in order. */
  CLEAN_END(8);

  private static final @Nullable NoteKind[] BY_NUMBER = new @Nullable NoteKind[16];

  static {
    for (NoteKind kind : values()) {
      BY_NUMBER[kind.number] = kind;
    }
  }

  private final int number;

  NoteKind(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** The kind of that number, of 4 bits; null when there is none. */
  static @Nullable NoteKind of(int number) {
    return BY_NUMBER[number];
  }
}
