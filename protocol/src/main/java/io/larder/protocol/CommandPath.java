package io.larder.protocol;

import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.record.RecordLayout;
import io.larder.protocol.command.Command;
import io.larder.protocol.command.CommandPool;
import io.larder.protocol.command.ReplyForm;
import io.larder.protocol.parse.Scan;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.reply.Text;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.protocol.watch.WatchLog;
import java.lang.foreign.MemorySegment;

/**
 * From bytes to requests: the way of a get, a set and a plain {@code mg}, from top to bottom; every
 * other line goes to {@link LineCommands}, every packet to {@link PacketCommands}.
 *
 * <p><b>Threads.</b> Confined to its loop.
 */
final class CommandPath {
  /*
   * The three commands that make up nearly all traffic are recognised by their first bytes and
   * read in one pass, with no look at the line as a whole: `get <key>\r\n`, `mg <key> v\r\n` and
   * `set <key> <flags> <expiry> <length>\r\n` with plain digits. Whatever looks different in any
   * way, be it an error, a second key, a lone line feed, or bytes that have not arrived yet, is read
   * again by the careful way, which knows all the rules; so there is one place for each rule.
   *
   * Each of the three has a prepared command, of which only what differs from get to get is
   * written. A command that has to wait leaves, and another is prepared.
   */

  /** What follows a value. */
  static final int LINE_END_BYTES = 2;

  /** More input is needed. */
  static final long INCOMPLETE = -1;

  /** Not a line for the short way. */
  private static final long NOT_PLAIN = -2;

  private static final int GET = 'g' | 'e' << 8 | 't' << 16 | ' ' << 24;
  private static final int SET = 's' | 'e' << 8 | 't' << 16 | ' ' << 24;
  private static final int META_GET = 'm' | 'g' << 8 | ' ' << 16;
  private static final int META_GET_MASK = 0xffffff;
  private static final int VALUE_ONLY = ' ' | 'v' << 8 | '\r' << 16 | '\n' << 24;
  private static final int END = 'E' | 'N' << 8 | 'D' << 16 | '\r' << 24;

  private static final int KEY_BYTES_MAX = RecordLayout.KEY_BYTES_MAX;

  /** So many digits always fit into 31 bits. */
  private static final int PLAIN_DIGITS_MAX = 9;

  private static final Text BAD_DATA_CHUNK = Text.line("CLIENT_ERROR bad data chunk");
  private static final Text TOO_LARGE = Text.line("SERVER_ERROR object too large for cache");
  private static final Text NO_MEMORY = Text.line("SERVER_ERROR out of memory storing object");

  private final RequestExecutor executor;
  private final CommandPool commands;
  private final CounterSet counters;
  private final LineCommands lines;
  private final LineLogin login;
  private final PacketCommands packets;
  private final Foresight foresight;
  private Command preparedGet;
  private Command preparedMetaGet;
  private Command preparedSet;

  /** Where {@link #plainNumber} stopped, and what it read. */
  private long numberEnd;

  private int number;

  CommandPath(
      RequestExecutor executor,
      ServerControl control,
      ProtocolRules rules,
      CommandPool commands,
      CounterSet counters,
      WatchLog watchLog) {
    this.executor = executor;
    this.commands = commands;
    this.counters = counters;
    this.lines = new LineCommands(this, executor, control, rules, commands, counters, watchLog);
    this.login = new LineLogin(rules.passwords(), counters);
    this.packets = new PacketCommands(this, executor, control, rules, commands, counters);
    this.foresight = new Foresight(executor);
    this.preparedGet = prepareGet();
    this.preparedMetaGet = prepareMetaGet();
    this.preparedSet = prepareSet();
  }

  /**
   * Carries out what is complete in {@code [from, limit)}, as far as the session lets it.
   *
   * @return where it stopped
   */
  long run(ProtocolSession session, MemorySegment input, long from, long limit) {
    long at = from;
    long foreseen = from;
    while (at < limit && !session.blocked()) {
      if (at >= foreseen
          && session.reading == ProtocolSession.Reading.LINE
          && session.authenticated) {
        foreseen = foresight.lines(input, at, limit);
      }
      long next =
          switch (session.reading) {
            case LINE ->
                session.authenticated
                    ? line(session, input, at, limit)
                    : login.line(session, input, at, limit);
            case KEYS -> keys(session, input, at);
            case VALUE -> value(session, input, at, limit);
            case REFUSED_VALUE -> refusedValue(session, at, limit);
            case LOGIN -> login.value(session, input, at, limit);
            case PACKET -> packets.packet(session, input, at, limit);
            case PACKET_VALUE -> packets.value(session, input, at, limit);
          };
      if (next == INCOMPLETE) {
        break;
      }
      at = next;
      session.tookStep();
    }
    return at;
  }

  private long line(ProtocolSession session, MemorySegment input, long at, long limit) {
    if (limit - at >= Long.BYTES) {
      int word = input.get(Scan.INT, at);
      long next = NOT_PLAIN;
      if (word == GET) {
        next = plainGet(session, input, at + 4, limit);
      } else if ((word & META_GET_MASK) == META_GET) {
        next = plainMetaGet(session, input, at + 3, limit);
      } else if (word == SET) {
        next = plainSet(session, input, at + 4, limit);
      }
      if (next != NOT_PLAIN) {
        return next;
      }
    }
    return anyLine(session, input, at, limit);
  }

  /**
   * How many bytes before its key a read has that {@link #line} knows by its first word; else 0.
   */
  static int lengthOfPlainRead(int word) {
    return word == GET ? 4 : (word & META_GET_MASK) == META_GET ? 3 : 0;
  }

  private long anyLine(ProtocolSession session, MemorySegment input, long at, long limit) {
    long newline = Scan.indexOf(input, '\n', at, limit);
    if (newline < 0) {
      return INCOMPLETE;
    }
    long end = newline;
    if (end - at > 1 && Scan.byteAt(input, end - 1) == '\r') {
      end--;
    }
    long nul = Scan.indexOf(input, '\0', at, end);
    return lines.read(session, input, at, nul < 0 ? end : nul, newline + 1, limit);
  }

  // --- reads

  private long plainGet(ProtocolSession session, MemorySegment input, long key, long limit) {
    long end = Scan.wordEnd(input, key, limit);
    if (!isKey(key, end) || !isLineEnd(input, end, limit)) {
      return NOT_PLAIN;
    }
    Command get = preparedGet;
    get.keyMemory = input;
    get.keyOffset = key;
    get.keyLength = (int) (end - key);
    get.form = ReplyForm.VALUE;
    if (!execute(session, get)) {
      preparedGet = prepareGet();
    }
    end(session);
    return end + LINE_END_BYTES;
  }

  private long plainMetaGet(ProtocolSession session, MemorySegment input, long key, long limit) {
    long end = Scan.wordEnd(input, key, limit);
    if (!isKey(key, end) || limit - end < Integer.BYTES || input.get(Scan.INT, end) != VALUE_ONLY) {
      return NOT_PLAIN;
    }
    Command get = preparedMetaGet;
    get.keyMemory = input;
    get.keyOffset = key;
    get.keyLength = (int) (end - key);
    get.won = false;
    if (!execute(session, get)) {
      preparedMetaGet = prepareMetaGet();
    }
    return end + Integer.BYTES;
  }

  /** Answers the keys of a multiget, one by one, as far as the session lets it. */
  long keys(ProtocolSession session, MemorySegment input, long from) {
    long at = from;
    long textEnd = from + session.keysTextBytes;
    long foreseen = from;
    while (!session.blocked()) {
      if (at >= foreseen) {
        foreseen = foresight.keys(input, at, textEnd);
      }
      long key = Scan.skipSpaces(input, at, textEnd);
      if (key == textEnd) {
        end(session);
        session.reading = ProtocolSession.Reading.LINE;
        return textEnd + session.keysTailBytes;
      }
      at = Scan.spaceOrEnd(input, key, textEnd);
      if (session.keysTouch) {
        touchingGet(session, input, key, at);
      } else {
        oneOfManyGets(session, input, key, at);
      }
    }
    session.keysTextBytes = textEnd - at;
    return at;
  }

  private void oneOfManyGets(ProtocolSession session, MemorySegment input, long key, long end) {
    Command get = preparedGet;
    get.keyMemory = input;
    get.keyOffset = key;
    get.keyLength = (int) (end - key);
    get.form = session.keysWithCas ? ReplyForm.VALUE_WITH_CAS : ReplyForm.VALUE;
    if (!execute(session, get)) {
      preparedGet = prepareGet();
    }
  }

  private void touchingGet(ProtocolSession session, MemorySegment input, long key, long end) {
    Command get = commands.take();
    get.wantsValue = true;
    get.touches = true;
    get.expirySeconds = session.keysExpirySeconds;
    get.keyMemory = input;
    get.keyOffset = key;
    get.keyLength = (int) (end - key);
    get.form = session.keysWithCas ? ReplyForm.VALUE_WITH_CAS : ReplyForm.VALUE;
    executePooled(session, get);
  }

  private static void end(ProtocolSession session) {
    ReplyChain replies = session.replies();
    replies.reserve(Long.BYTES);
    replies.putInt(END);
    replies.putByte('\n');
  }

  // --- stores

  private long plainSet(ProtocolSession session, MemorySegment input, long key, long limit) {
    long end = Scan.wordEnd(input, key, limit);
    if (!isKey(key, end) || !isSpace(input, end, limit) || !plainNumber(input, end + 1, limit)) {
      return NOT_PLAIN;
    }
    int flags = number;
    if (!isSpace(input, numberEnd, limit) || !plainNumber(input, numberEnd + 1, limit)) {
      return NOT_PLAIN;
    }
    int expiry = number;
    if (!isSpace(input, numberEnd, limit)
        || !plainNumber(input, numberEnd + 1, limit)
        || !isLineEnd(input, numberEnd, limit)) {
      return NOT_PLAIN;
    }
    Command set = preparedSet;
    set.keyMemory = input;
    set.keyOffset = key;
    set.keyLength = (int) (end - key);
    set.flags = flags;
    set.expirySeconds = expiry == 0 ? 0 : Expiry.seconds(expiry, executor.nowSeconds());
    set.valueLength = number;
    return store(session, set, input, numberEnd + LINE_END_BYTES, limit);
  }

  /** Goes on with a store of which the line has been read and the value begins at {@code at}. */
  long store(ProtocolSession session, Command store, MemorySegment input, long at, long limit) {
    if (!executor.fits(store.keyLength, store.flags, store.valueLength)) {
      counters.increment(ProtocolCounter.STORE_TOO_LARGE);
      store.client = session.number;
      store.tellRefused("too_large");
      refuse(session, store, TOO_LARGE, (long) store.valueLength + LINE_END_BYTES);
      return at;
    }
    if (limit - at >= (long) store.valueLength + LINE_END_BYTES) {
      return storeArrived(session, store, input, at);
    }
    store.keepKey();
    if (store == preparedSet) {
      preparedSet = prepareSet();
    }
    session.storing = store;
    session.reading = ProtocolSession.Reading.VALUE;
    return at;
  }

  private long value(ProtocolSession session, MemorySegment input, long at, long limit) {
    Command store = session.storing;
    if (store == null) {
      throw new IllegalStateException("a value without a store");
    }
    if (limit - at < (long) store.valueLength + LINE_END_BYTES) {
      return INCOMPLETE;
    }
    session.storing = null;
    session.reading = ProtocolSession.Reading.LINE;
    return storeArrived(session, store, input, at);
  }

  private long storeArrived(ProtocolSession session, Command store, MemorySegment input, long at) {
    counters.increment(ProtocolCounter.CMD_SET, store.slabClassOfStore());
    long end = at + store.valueLength;
    if (!isLineEnd(input, end, end + LINE_END_BYTES)) {
      if (!store.quiet || store.form == ReplyForm.META_SET) {
        session.replies().append(BAD_DATA_CHUNK);
      }
      giveBackUnlessPrepared(store);
      return end + LINE_END_BYTES;
    }
    store.valueMemory = input;
    store.valueOffset = at;
    if (execute(session, store)) {
      giveBackUnlessPrepared(store);
    } else if (store == preparedSet) {
      preparedSet = prepareSet();
    }
    return end + LINE_END_BYTES;
  }

  /** There is no memory for the value that the session is waiting for. */
  void refuseForMemory(ProtocolSession session, long missingBytes) {
    Command store = session.storing;
    if (store == null) {
      throw new IllegalStateException("a value without a store");
    }
    session.storing = null;
    counters.increment(ProtocolCounter.STORE_NO_MEMORY);
    store.client = session.number;
    store.tellRefused("no_memory");
    if (store.form == ReplyForm.PACKET_STORE) {
      packets.refuseForMemory(session, store, missingBytes);
    } else {
      refuse(session, store, NO_MEMORY, missingBytes);
    }
  }

  /**
   * Answers a store that cannot be carried out, and swallows its value. The client believes the old
   * value gone, so a set removes it, and is answered when that is done.
   */
  private void refuse(ProtocolSession session, Command store, Text reply, long bytes) {
    boolean meta = store.form == ReplyForm.META_SET;
    if (meta || (store.mode == StoreMode.SET && !store.comparesCas)) {
      remove(session, store);
    }
    if (meta || !store.quiet) {
      session.replies().append(reply);
    }
    session.swallow(bytes);
    giveBackUnlessPrepared(store);
  }

  /** Removes the item that {@code store} would have replaced; nobody is told. */
  void remove(ProtocolSession session, Command store) {
    Command remove = commands.take();
    remove.verb = Verb.DELETE;
    remove.keyMemory = store.keyMemory;
    remove.keyOffset = store.keyOffset;
    remove.keyLength = store.keyLength;
    executePooled(session, remove);
  }

  private static long refusedValue(ProtocolSession session, long at, long limit) {
    long swallowed = Math.min(limit - at, session.refusedBytes);
    session.refusedBytes -= swallowed;
    if (session.refusedBytes == 0) {
      session.reading = session.first;
    }
    return at + swallowed;
  }

  // --- commands

  /** Gives a pooled command to the cache; it goes back to the pool when it has been answered. */
  void executePooled(ProtocolSession session, Command command) {
    if (execute(session, command)) {
      commands.giveBack(command);
    }
  }

  private boolean execute(ProtocolSession session, Command command) {
    command.target = session.replies();
    command.client = session.number;
    if (executor.execute(command)) {
      return true;
    }
    session.park(command);
    return false;
  }

  private void giveBackUnlessPrepared(Command store) {
    if (store != preparedSet) {
      commands.giveBack(store);
    }
  }

  private Command prepareGet() {
    Command get = commands.take();
    get.wantsValue = true;
    return get;
  }

  private Command prepareMetaGet() {
    Command get = commands.take();
    get.wantsValue = true;
    get.form = ReplyForm.META_GET;
    get.claimsStale = true;
    return get;
  }

  private Command prepareSet() {
    Command set = commands.take();
    set.verb = Verb.STORE;
    set.form = ReplyForm.STORE;
    return set;
  }

  // --- bytes

  /** Reads plain digits into {@link #number}; false if there are none or too many. */
  private boolean plainNumber(MemorySegment input, long from, long limit) {
    long at = from;
    int read = 0;
    while (at < limit) {
      int digit = Scan.byteAt(input, at) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      if (at - from == PLAIN_DIGITS_MAX) {
        return false;
      }
      read = read * 10 + digit;
      at++;
    }
    number = read;
    numberEnd = at;
    return at > from;
  }

  private static boolean isKey(long from, long end) {
    return end > from && end - from <= KEY_BYTES_MAX;
  }

  private static boolean isSpace(MemorySegment input, long at, long limit) {
    return at < limit && Scan.byteAt(input, at) == ' ';
  }

  private static boolean isLineEnd(MemorySegment input, long at, long limit) {
    return limit - at >= LINE_END_BYTES
        && Scan.byteAt(input, at) == '\r'
        && Scan.byteAt(input, at + 1) == '\n';
  }

  /** Whether {@code word}, which is ASCII, stands at {@code at}. */
  static boolean isWord(MemorySegment memory, long at, long limit, String word) {
    if (limit - at < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (Scan.byteAt(memory, at + i) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
