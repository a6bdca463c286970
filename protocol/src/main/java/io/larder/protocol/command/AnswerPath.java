package io.larder.protocol.command;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.protocol.parse.Base64Key;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.reply.Text;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.stats.ProtocolCounter;
import java.lang.foreign.MemorySegment;

/**
 * From the cache's answer to the bytes of the reply.
 *
 * <p>Runs inside {@code Request.answered}, under a lock of the cache when the item is in RAM: it
 * copies and counts, and calls nothing else.
 *
 * <p><b>Threads.</b> Stateless.
 */
final class AnswerPath {
  /*
   * Words of four or eight bytes are put as one number; the constants below are the characters
   * with the first one lowest. A header line is reserved for at its longest, so that nothing in it
   * needs to look for room: VALUE with a key of 250 bytes takes 301 bytes, and a meta line with
   * every flag and a key in base64 takes 467.
   */

  private static final int LINE_BYTES_MAX = 512;

  private static final int CRLF = word("\r\n");
  private static final int VALU = word("VALU");
  private static final int E_ = word("E ");
  private static final long STORED = longWord("STORED\r\n");
  private static final int HD = word("HD");
  private static final int VA = word("VA");
  private static final int EN = word("EN");
  private static final int NF = word("NF");
  private static final int NS = word("NS");
  private static final int EX = word("EX");
  private static final int TTL_NEVER = word(" t-1");
  private static final int STALE = word(" X");
  private static final int WON = word(" W");
  private static final int TOKEN_SENT = word(" Z");
  private static final int BINARY = word(" b");
  private static final int OPAQUE = word(" O");
  private static final int KEY = word(" k");
  private static final int ME = word("ME");

  private static final Text EXISTS = Text.line("EXISTS");
  private static final Text NOT_STORED = Text.line("NOT_STORED");
  private static final Text NOT_FOUND = Text.line("NOT_FOUND");
  private static final Text DELETED = Text.line("DELETED");
  private static final Text TOUCHED = Text.line("TOUCHED");
  private static final Text TOO_LARGE = Text.line("SERVER_ERROR object too large for cache");
  private static final Text STORE_NO_MEMORY =
      Text.line("SERVER_ERROR out of memory storing object");
  private static final Text NO_MEMORY = Text.line("SERVER_ERROR out of memory");
  private static final Text NEW_NO_MEMORY =
      Text.line("SERVER_ERROR Out of memory allocating new item");
  private static final Text NON_NUMERIC =
      Text.line("CLIENT_ERROR cannot increment or decrement non-numeric value");

  private AnswerPath() {}

  static void write(
      Command command, Status status, ItemView item, ReplyChain out, CounterSet counters) {
    switch (command.form) {
      case VALUE -> value(command, status, item, false, out, counters);
      case VALUE_WITH_CAS -> value(command, status, item, true, out, counters);
      case STORE, STORE_WITH_CAS -> stored(command, status, out, counters);
      case META_GET -> metaGet(command, status, item, out, counters);
      case META_SET -> metaSet(command, status, item, out, counters);
      case DELETE -> deleted(command, status, out, counters);
      case META_DELETE -> metaDelete(command, status, out, counters);
      case TOUCH -> touched(command, status, out, counters);
      case NUMBER -> number(command, status, out, counters);
      case META_ARITHMETIC -> metaArithmetic(command, status, item, out, counters);
      case META_DEBUG -> metaDebug(command, status, item, out);
      case PACKET_VALUE -> PacketAnswerPath.value(command, status, item, out, counters);
      case PACKET_STORE -> PacketAnswerPath.stored(command, status, item, out, counters);
      case PACKET_DELETE -> PacketAnswerPath.deleted(command, status, out, counters);
      case PACKET_NUMBER -> PacketAnswerPath.number(command, status, item, out, counters);
      case SILENT -> {}
    }
  }

  // --- values

  private static void value(
      Command command,
      Status status,
      ItemView item,
      boolean withCas,
      ReplyChain out,
      CounterSet counters) {
    countRead(command, command.touches, status == Status.HIT, counters);
    if (status != Status.HIT) {
      return;
    }
    int length = item.valueLength();
    MemorySegment memory = item.memory();
    out.reserve(LINE_BYTES_MAX, length + 2L);
    out.putInt(VALU);
    out.putShort(E_);
    out.put(memory, item.keyOffset(), item.keyLength());
    out.putByte(' ');
    out.putDecimal(Integer.toUnsignedLong(item.flags()));
    out.putByte(' ');
    out.putDecimal(length);
    if (withCas) {
      out.putByte(' ');
      out.putDecimal(item.cas());
    }
    out.putShort(CRLF);
    valueAndLineEnd(memory, item.valueOffset(), length, out);
  }

  private static void metaGet(
      Command command, Status status, ItemView item, ReplyChain out, CounterSet counters) {
    // As memcached counts: a miss is a get's, whatever the command was to do to the expiry.
    countRead(command, command.touches && status == Status.HIT, status == Status.HIT, counters);
    if (status != Status.HIT) {
      if (!command.quiet) {
        metaEcho(command, EN, out);
      }
      return;
    }
    int length = item.valueLength();
    boolean withValue = command.wantsValue && !clientHas(command, item);
    out.reserve(LINE_BYTES_MAX, length + 2L);
    if (withValue) {
      out.putShort(VA);
      out.putByte(' ');
      out.putDecimal(length);
    } else {
      out.putShort(HD);
    }
    for (long flags = command.metaFlags; flags != 0; flags >>>= MetaFlag.BITS) {
      itemFlag((int) flags & MetaFlag.MASK, command, item, length, out);
    }
    if (item.tokenSent() && !command.won) {
      out.putShort(TOKEN_SENT);
    }
    if (item.stale()) {
      out.putShort(STALE);
    }
    if (command.won) {
      out.putShort(WON);
    }
    out.putShort(CRLF);
    if (withValue) {
      valueAndLineEnd(item.memory(), item.valueOffset(), length, out);
    }
  }

  /** Whether the client named the CAS of the value it already has, and it is still that one. */
  private static boolean clientHas(Command command, ItemView item) {
    return command.comparesCas && command.cas == item.cas();
  }

  private static void valueAndLineEnd(
      MemorySegment memory, long offset, int length, ReplyChain out) {
    out.append(memory, offset, length);
    out.reserve(2);
    out.putShort(CRLF);
  }

  static void countRead(Command command, boolean touches, boolean hit, CounterSet counters) {
    counters.increment(touches ? ProtocolCounter.CMD_TOUCH : ProtocolCounter.CMD_GET);
    if (hit) {
      counters.increment(
          touches ? ProtocolCounter.TOUCH_HITS : ProtocolCounter.GET_HITS, command.slabClass);
    } else {
      counters.increment(touches ? ProtocolCounter.TOUCH_MISSES : ProtocolCounter.GET_MISSES);
    }
  }

  // --- stores

  private static void stored(Command command, Status status, ReplyChain out, CounterSet counters) {
    countStore(command, status, counters);
    if (command.quiet) {
      return;
    }
    out.reserve(LINE_BYTES_MAX);
    if (status == Status.STORED) {
      out.putLong(STORED);
    } else {
      out.put(storeRefusal(status));
    }
  }

  private static Text storeRefusal(Status status) {
    return switch (status) {
      case EXISTS -> EXISTS;
      case NOT_FOUND -> NOT_FOUND;
      case TOO_LARGE -> TOO_LARGE;
      case NO_MEMORY -> STORE_NO_MEMORY;
      default -> NOT_STORED;
    };
  }

  private static void metaSet(
      Command command, Status status, ItemView item, ReplyChain out, CounterSet counters) {
    countStore(command, status, counters);
    if (status == Status.STORED && command.quiet) {
      return;
    }
    if (status == Status.TOO_LARGE || status == Status.NO_MEMORY) {
      out.append(storeRefusal(status));
      return;
    }
    out.reserve(LINE_BYTES_MAX);
    out.putShort(
        switch (status) {
          case STORED -> HD;
          case EXISTS -> EX;
          case NOT_FOUND -> isAddition(command.mode) ? NS : NF;
          default -> NS;
        });
    for (long flags = command.metaFlags; flags != 0; flags >>>= MetaFlag.BITS) {
      switch ((int) flags & MetaFlag.MASK) {
        case MetaFlag.CAS -> numberFlag('c', status == Status.STORED ? item.cas() : 0, out);
        case MetaFlag.SIZE -> {
          if (status == Status.STORED) {
            numberFlag('s', item.valueLength(), out);
          }
        }
        default -> echoFlag((int) flags & MetaFlag.MASK, command, out);
      }
    }
    out.putShort(CRLF);
  }

  private static boolean isAddition(StoreMode mode) {
    return mode == StoreMode.APPEND || mode == StoreMode.PREPEND;
  }

  static void countStore(Command command, Status status, CounterSet counters) {
    boolean cas =
        command.comparesCas && (command.mode == StoreMode.SET || command.mode == StoreMode.REPLACE);
    switch (status) {
      case STORED -> {
        if (cas) {
          counters.increment(ProtocolCounter.CAS_HITS, command.slabClass);
        }
      }
      case EXISTS -> {
        if (cas) {
          counters.increment(ProtocolCounter.CAS_BADVAL, command.slabClass);
        }
      }
      case NOT_FOUND -> {
        if (cas) {
          counters.increment(ProtocolCounter.CAS_MISSES);
        }
      }
      case TOO_LARGE -> counters.increment(ProtocolCounter.STORE_TOO_LARGE);
      case NO_MEMORY -> counters.increment(ProtocolCounter.STORE_NO_MEMORY);
      default -> {}
    }
  }

  // --- deletes and touches

  private static void deleted(Command command, Status status, ReplyChain out, CounterSet counters) {
    countDelete(command, status, counters);
    if (!command.quiet) {
      out.append(status == Status.DELETED ? DELETED : NOT_FOUND);
    }
  }

  private static void metaDelete(
      Command command, Status status, ReplyChain out, CounterSet counters) {
    countDelete(command, status, counters);
    if (status == Status.DELETED && command.quiet) {
      return;
    }
    if (status == Status.NO_MEMORY) {
      out.append(NO_MEMORY);
      return;
    }
    metaEcho(
        command,
        switch (status) {
          case DELETED -> HD;
          case EXISTS -> EX;
          default -> NF;
        },
        out);
  }

  static void countDelete(Command command, Status status, CounterSet counters) {
    if (status != Status.DELETED) {
      counters.increment(ProtocolCounter.DELETE_MISSES);
    } else if (!command.invalidates) {
      counters.increment(ProtocolCounter.DELETE_HITS, command.slabClass);
    }
  }

  private static void touched(Command command, Status status, ReplyChain out, CounterSet counters) {
    countRead(command, command.touches, status == Status.HIT, counters);
    if (!command.quiet) {
      out.append(
          switch (status) {
            case HIT -> TOUCHED;
            case NO_MEMORY -> NO_MEMORY;
            default -> NOT_FOUND;
          });
    }
  }

  // --- arithmetic

  private static void number(Command command, Status status, ReplyChain out, CounterSet counters) {
    countArithmetic(command, status, counters);
    if (command.quiet) {
      return;
    }
    switch (status) {
      case NUMBER -> {
        out.reserve(LINE_BYTES_MAX);
        out.putDecimal(command.number);
        out.putShort(CRLF);
      }
      case NON_NUMERIC -> out.append(NON_NUMERIC);
      case TOO_LARGE, NO_MEMORY -> out.append(NO_MEMORY);
      default -> out.append(NOT_FOUND);
    }
  }

  private static void metaArithmetic(
      Command command, Status status, ItemView item, ReplyChain out, CounterSet counters) {
    countArithmetic(command, status, counters);
    switch (status) {
      case NUMBER -> metaNumber(command, item, out);
      case NON_NUMERIC -> out.append(NON_NUMERIC);
      case EXISTS -> metaEcho(command, EX, out);
      case NOT_STORED -> metaEcho(command, NS, out);
      case TOO_LARGE, NO_MEMORY -> out.append(command.vivifies ? NEW_NO_MEMORY : NO_MEMORY);
      default -> metaEcho(command, NF, out);
    }
  }

  private static void metaNumber(Command command, ItemView item, ReplyChain out) {
    if (command.quiet) {
      return;
    }
    out.reserve(LINE_BYTES_MAX);
    int digits = ReplyChain.decimalDigits(command.number);
    if (command.wantsValue) {
      out.putShort(VA);
      out.putByte(' ');
      out.putDecimal(digits);
    } else {
      out.putShort(HD);
    }
    for (long flags = command.metaFlags; flags != 0; flags >>>= MetaFlag.BITS) {
      int flag = (int) flags & MetaFlag.MASK;
      if (flag == MetaFlag.CAS || flag == MetaFlag.TTL) {
        itemFlag(flag, command, item, digits, out);
      } else {
        echoFlag(flag, command, out);
      }
    }
    out.putShort(CRLF);
    if (command.wantsValue) {
      out.putDecimal(command.number);
      out.putShort(CRLF);
    }
  }

  static void countArithmetic(Command command, Status status, CounterSet counters) {
    if (status == Status.NUMBER && !command.made) {
      counters.increment(
          command.decrements ? ProtocolCounter.DECR_HITS : ProtocolCounter.INCR_HITS,
          command.slabClass);
    } else if (status == Status.NOT_FOUND) {
      counters.increment(
          command.decrements ? ProtocolCounter.DECR_MISSES : ProtocolCounter.INCR_MISSES);
    }
  }

  // --- meta lines

  /** A code and what the client wants repeated in any case. */
  private static void metaEcho(Command command, int code, ReplyChain out) {
    out.reserve(LINE_BYTES_MAX);
    out.putShort(code);
    for (long flags = command.metaFlags; flags != 0; flags >>>= MetaFlag.BITS) {
      echoFlag((int) flags & MetaFlag.MASK, command, out);
    }
    out.putShort(CRLF);
  }

  private static void echoFlag(int flag, Command command, ReplyChain out) {
    if (flag == MetaFlag.KEY) {
      keyFlag(command.keyMemory, command.keyOffset, command.keyLength, command.keyBinary, out);
    } else if (flag == MetaFlag.OPAQUE) {
      out.putShort(OPAQUE);
      out.put(command.opaqueMemory, command.opaqueOffset, command.opaqueLength);
    }
  }

  private static void itemFlag(
      int flag, Command command, ItemView item, int length, ReplyChain out) {
    switch (flag) {
      case MetaFlag.KEY ->
          keyFlag(item.memory(), item.keyOffset(), item.keyLength(), item.keyBinary(), out);
      case MetaFlag.CAS -> numberFlag('c', item.cas(), out);
      case MetaFlag.SIZE -> numberFlag('s', length, out);
      case MetaFlag.TTL -> ttlFlag(command, item, out);
      case MetaFlag.CLIENT_FLAGS -> numberFlag('f', Integer.toUnsignedLong(item.flags()), out);
      case MetaFlag.HIT_BEFORE -> numberFlag('h', item.hitBefore() ? 1 : 0, out);
      case MetaFlag.LAST_ACCESS ->
          numberFlag('l', Math.max(0, command.nowSeconds - item.accessSeconds()), out);
      default -> echoFlag(flag, command, out);
    }
  }

  private static void ttlFlag(Command command, ItemView item, ReplyChain out) {
    long expiry = item.expirySeconds();
    if (command.made) {
      expiry = command.ttlOfMadeSeconds;
    } else if (command.ttlBeforeTouch) {
      expiry = command.expiryBeforeSeconds;
    }
    if (expiry == 0) {
      out.putInt(TTL_NEVER);
    } else {
      numberFlag('t', Math.max(0, expiry - command.nowSeconds), out);
    }
  }

  private static void numberFlag(char flag, long number, ReplyChain out) {
    out.putShort(' ' | flag << 8);
    out.putDecimal(number);
  }

  private static void keyFlag(
      MemorySegment memory, long offset, int length, boolean binary, ReplyChain out) {
    out.putShort(KEY);
    key(memory, offset, length, binary, out);
    if (binary) {
      out.putShort(BINARY);
    }
  }

  private static void key(
      MemorySegment memory, long offset, int length, boolean binary, ReplyChain out) {
    if (binary) {
      out.advanceTo(Base64Key.encode(memory, offset, length, out.memory(), out.position()));
    } else {
      out.put(memory, offset, length);
    }
  }

  // --- me

  private static void metaDebug(Command command, Status status, ItemView item, ReplyChain out) {
    out.reserve(LINE_BYTES_MAX);
    if (status != Status.HIT) {
      out.putShort(EN);
      out.putShort(CRLF);
      return;
    }
    out.putShort(ME);
    out.putByte(' ');
    key(item.memory(), item.keyOffset(), item.keyLength(), item.keyBinary(), out);
    long expiry = item.expirySeconds();
    out.append(
        " exp="
            + (expiry == 0 ? -1 : command.nowSeconds - expiry)
            + " la="
            + Math.max(0, command.nowSeconds - item.accessSeconds())
            + " cas="
            + Long.toUnsignedString(item.cas())
            + " fetch="
            + (item.hitBefore() ? "yes" : "no")
            + " cls="
            + command.slabClass
            + " size="
            + (item.valueOffset() - item.offset() + item.valueLength())
            + "\r\n");
  }

  // --- characters as numbers

  private static int word(String characters) {
    int word = 0;
    for (int i = characters.length() - 1; i >= 0; i--) {
      word = word << 8 | characters.charAt(i);
    }
    return word;
  }

  private static long longWord(String characters) {
    long word = 0;
    for (int i = characters.length() - 1; i >= 0; i--) {
      word = word << 8 | characters.charAt(i);
    }
    return word;
  }
}
