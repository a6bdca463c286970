package io.larder.protocol.binary;

import org.jspecify.annotations.Nullable;

/**
 * The commands of the binary protocol, and the body each of them may have.
 *
 * <p>A quiet one says nothing when all is well: nothing of a success that brings no value, nothing
 * of a get that finds none.
 */
public enum Opcode {
  GET(0x00, Shape.KEY),
  SET(0x01, Shape.STORE),
  ADD(0x02, Shape.STORE),
  REPLACE(0x03, Shape.STORE),
  DELETE(0x04, Shape.KEY),
  INCREMENT(0x05, Shape.ARITHMETIC),
  DECREMENT(0x06, Shape.ARITHMETIC),
  QUIT(0x07, Shape.BARE),
  FLUSH(0x08, Shape.DELAY),
  GETQ(0x09, Shape.KEY, true),
  NOOP(0x0a, Shape.BARE),
  VERSION(0x0b, Shape.BARE),
  GETK(0x0c, Shape.KEY),
  GETKQ(0x0d, Shape.KEY, true),
  APPEND(0x0e, Shape.JOIN),
  PREPEND(0x0f, Shape.JOIN),
  STAT(0x10, Shape.KEY_OR_NONE),
  SETQ(0x11, Shape.STORE, true),
  ADDQ(0x12, Shape.STORE, true),
  REPLACEQ(0x13, Shape.STORE, true),
  DELETEQ(0x14, Shape.KEY, true),
  INCREMENTQ(0x15, Shape.ARITHMETIC, true),
  DECREMENTQ(0x16, Shape.ARITHMETIC, true),
  QUITQ(0x17, Shape.BARE, true),
  FLUSHQ(0x18, Shape.DELAY, true),
  APPENDQ(0x19, Shape.JOIN, true),
  PREPENDQ(0x1a, Shape.JOIN, true),
  VERBOSITY(0x1b, Shape.LEVEL),
  TOUCH(0x1c, Shape.TOUCH),
  GAT(0x1d, Shape.TOUCH),
  GATQ(0x1e, Shape.TOUCH, true),
  SASL_LIST(0x20, Shape.BARE),
  SASL_AUTH(0x21, Shape.JOIN),
  SASL_STEP(0x22, Shape.JOIN),
  GATK(0x23, Shape.TOUCH),
  GATKQ(0x24, Shape.TOUCH, true);

  private static final int CODES = 256;
  private static final @Nullable Opcode[] BY_CODE = new @Nullable Opcode[CODES];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  private final int code;
  private final Shape shape;
  private final boolean quiet;

  Opcode(int code, Shape shape) {
    this(code, shape, false);
  }

  Opcode(int code, Shape shape, boolean quiet) {
    this.code = code;
    this.shape = shape;
    this.quiet = quiet;
  }

  /** The command with this code, or null if there is none. */
  public static @Nullable Opcode of(int code) {
    return BY_CODE[code];
  }

  public int code() {
    return code;
  }

  public boolean isQuiet() {
    return quiet;
  }

  /** Whether a body of these parts is one this command may have. */
  public boolean takes(int extrasLength, int keyLength, long valueLength) {
    return shape.takes(extrasLength, keyLength, valueLength);
  }

  /** What a body is made of. */
  private enum Shape {
    /** Nothing. */
    BARE(0, false, false),
    /** A key. */
    KEY(0, true, false),
    /** A key, or nothing. */
    KEY_OR_NONE(0, true, false),
    /** Flags and expiry, a key, a value. */
    STORE(8, true, true),
    /** A key and a value. */
    JOIN(0, true, true),
    /** Delta, initial number and expiry, a key. */
    ARITHMETIC(20, true, false),
    /** An expiry, a key. */
    TOUCH(4, true, false),
    /** A delay, or nothing. */
    DELAY(4, false, false),
    /** A number. */
    LEVEL(4, false, false);

    private final int extrasLength;
    private final boolean hasKey;
    private final boolean hasValue;

    Shape(int extrasLength, boolean hasKey, boolean hasValue) {
      this.extrasLength = extrasLength;
      this.hasKey = hasKey;
      this.hasValue = hasValue;
    }

    private boolean takes(int extras, int key, long value) {
      boolean extrasFit = extras == extrasLength || (this == DELAY && extras == 0);
      boolean keyFits = key > 0 == hasKey || (this == KEY_OR_NONE && key == 0);
      return extrasFit && keyFits && (hasValue || value == 0);
    }
  }
}
