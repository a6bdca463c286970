package io.larder.protocol;

import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.record.RecordLayout;
import io.larder.protocol.command.Command;
import io.larder.protocol.command.CommandPool;
import io.larder.protocol.command.ReplyForm;
import io.larder.protocol.parse.Decimals;
import io.larder.protocol.parse.Numbers;
import io.larder.protocol.parse.Scan;
import io.larder.protocol.parse.Tokens;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.reply.Text;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.protocol.stats.StatSink;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * Every command line, read with care: the classic commands and those about the server.
 *
 * <p><b>Threads.</b> Confined to its loop.
 */
final class LineCommands {
  /*
   * The order of the checks is memcached's, as it decides which of several errors a client gets to
   * see, and whether the value behind a bad line is swallowed or read as commands. `noreply` is
   * looked for before most of them: it silences errors, too.
   */

  static final Text ERROR = Text.line("ERROR");
  static final Text BAD_FORMAT = Text.line("CLIENT_ERROR bad command line format");
  private static final Text BAD_DELETE =
      Text.line("CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]");
  private static final Text BAD_EXPIRY = Text.line("CLIENT_ERROR invalid exptime argument");
  private static final Text BAD_DELTA = Text.line("CLIENT_ERROR invalid numeric delta argument");
  private static final Text BAD_STATS = Text.line("CLIENT_ERROR bad command line");
  private static final Text STATS_DETAIL_USAGE =
      Text.line("CLIENT_ERROR usage: stats detail on|off|dump");
  private static final Text FLUSH_NOT_ALLOWED = Text.line("CLIENT_ERROR flush_all not allowed");
  private static final Text LIMIT_TOO_SMALL =
      Text.line("MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m");
  private static final Text LIMIT_IN_BYTES =
      Text.line("MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes");
  private static final Text LIMIT_REFUSED =
      Text.line("MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust");
  private static final Text DUMP_NOT_ALLOWED =
      Text.line("CLIENT_ERROR stats cachedump not allowed");
  private static final Text WATCH_NOT_ALLOWED =
      Text.line("CLIENT_ERROR watch commands not allowed");
  private static final Text SHUTDOWN_NOT_ENABLED = Text.line("ERROR: shutdown not enabled");
  private static final Text BAD_SHUTDOWN = Text.line("CLIENT_ERROR invalid shutdown mode");
  private static final Text OK = Text.line("OK");
  private static final Text RESET = Text.line("RESET");
  private static final Text END = Text.line("END");

  /** Seconds that fit into a long, and into a clock. */
  private static final Pattern MOVE_OF_TIME = Pattern.compile("[+-]?[0-9]{1,12}");

  private static final long LIMIT_MEGABYTES_MIN = 8;
  private static final long LIMIT_MEGABYTES_MAX = 1_000_000_000;

  private static final int KEY_BYTES_MAX = RecordLayout.KEY_BYTES_MAX;

  /** The longest value whose length, with its line end, fits into 31 bits. */
  static final int VALUE_BYTES_MAX = Integer.MAX_VALUE - 2;

  /** Numbers of memcached's slab classes are lower. */
  private static final int SLAB_CLASS_COUNT_MAX = 64;

  /** First letters of commands that are told apart before a line is looked at as HTTP. */
  private static final String SETTLED_INITIALS = "gsacidt";

  private final CommandPath path;
  private final RequestExecutor executor;
  private final ServerControl control;
  private final ProtocolRules rules;
  private final CommandPool commands;
  private final CounterSet counters;
  private final MetaCommands meta;
  private final Tokens tokens = new Tokens();
  private final Numbers numbers = new Numbers();

  LineCommands(
      CommandPath path,
      RequestExecutor executor,
      ServerControl control,
      ProtocolRules rules,
      CommandPool commands,
      CounterSet counters) {
    this.path = path;
    this.executor = executor;
    this.control = control;
    this.rules = rules;
    this.commands = commands;
    this.counters = counters;
    this.meta = new MetaCommands(path, executor, commands, counters, tokens, numbers);
  }

  /**
   * Carries out the line in {@code [from, end)}.
   *
   * @param next where what follows the line begins
   * @param limit where the input ends
   * @return where to go on reading
   */
  long read(
      ProtocolSession session, MemorySegment input, long from, long end, long next, long limit) {
    long word = Scan.skipSpaces(input, from, end);
    long wordEnd = Scan.spaceOrEnd(input, word, end);
    if (wordEnd - word < 2) {
      return error(session, ERROR, next);
    }
    if (Scan.byteAt(input, word) == 'g' || isBget(input, word, wordEnd)) {
      return gets(session, input, word, wordEnd, end, next);
    }
    tokens.cut(input, word, end);
    if (tokens.length(0) == 2 && tokens.byteAt(0, 0) == 'm') {
      return meta.read(session, next, limit);
    }
    return classic(session, next, limit);
  }

  private long classic(ProtocolSession session, long next, long limit) {
    return switch (tokens.byteAt(0, 0)) {
      case 's' -> {
        if (tokens.is(0, "set")) {
          yield store(session, StoreMode.SET, false, next, limit);
        }
        if (tokens.is(0, "stats")) {
          yield stats(session, next);
        }
        yield tokens.is(0, "shutdown") ? shutdown(session, next) : unknown(session, next);
      }
      case 'a' -> {
        if (tokens.is(0, "add")) {
          yield store(session, StoreMode.ADD, false, next, limit);
        }
        yield tokens.is(0, "append")
            ? store(session, StoreMode.APPEND, false, next, limit)
            : unknown(session, next);
      }
      case 'c' -> {
        if (tokens.is(0, "cas")) {
          yield store(session, StoreMode.SET, true, next, limit);
        }
        yield tokens.is(0, "cache_memlimit") ? memoryLimit(session, next) : unknown(session, next);
      }
      case 'i' -> tokens.is(0, "incr") ? arithmetic(session, false, next) : unknown(session, next);
      case 'd' -> {
        if (tokens.is(0, "delete")) {
          yield delete(session, next);
        }
        if (tokens.is(0, "decr")) {
          yield arithmetic(session, true, next);
        }
        yield control.isUnderTest() ? underTest(session, next) : unknown(session, next);
      }
      case 't' -> tokens.is(0, "touch") ? touch(session, next) : unknown(session, next);
      case 'r' -> {
        if (tokens.is(0, "replace")) {
          yield store(session, StoreMode.REPLACE, false, next, limit);
        }
        yield tokens.is(0, "refresh_certs")
            ? refreshCertificates(session, next)
            : unknown(session, next);
      }
      case 'p' ->
          tokens.is(0, "prepend")
              ? store(session, StoreMode.PREPEND, false, next, limit)
              : unknown(session, next);
      case 'e' -> tokens.is(0, "extstore") ? extstore(session, next) : unknown(session, next);
      case 'f' -> tokens.is(0, "flush_all") ? flushAll(session, next) : unknown(session, next);
      case 'v' -> {
        if (tokens.is(0, "version")) {
          yield version(session, next);
        }
        yield tokens.is(0, "verbosity") ? verbosity(session, next) : unknown(session, next);
      }
      case 'w' ->
          tokens.is(0, "watch") && !rules.watches()
              ? error(session, WATCH_NOT_ALLOWED, next)
              : unknown(session, next);
      case 'q' -> tokens.is(0, "quit") ? quit(session, next) : unknown(session, next);
      default -> unknown(session, next);
    };
  }

  private long unknown(ProtocolSession session, long next) {
    boolean settled = SETTLED_INITIALS.indexOf(tokens.byteAt(0, 0)) >= 0;
    if (!settled && tokens.startsWith(tokens.count() - 1, "HTTP/")) {
      session.stopReading();
      return next;
    }
    return error(session, ERROR, next);
  }

  static long error(ProtocolSession session, Text text, long next) {
    session.replies().append(text);
    return next;
  }

  private static long errorUnless(boolean quiet, ProtocolSession session, Text text, long next) {
    return quiet ? next : error(session, text, next);
  }

  // --- reads

  private static boolean isBget(MemorySegment input, long word, long end) {
    return end - word == 4 && CommandPath.isWord(input, word, end, "bget");
  }

  private long gets(
      ProtocolSession session, MemorySegment input, long word, long wordEnd, long end, long next) {
    long first = Scan.skipSpaces(input, wordEnd, end);
    if (first == end) {
      return error(session, ERROR, next);
    }
    boolean touch = false;
    boolean withCas = false;
    if (isWhole(input, word, wordEnd, "gets")) {
      withCas = true;
    } else if (isWhole(input, word, wordEnd, "gat")) {
      touch = true;
    } else if (isWhole(input, word, wordEnd, "gats")) {
      touch = true;
      withCas = true;
    } else if (!isWhole(input, word, wordEnd, "get") && !isBget(input, word, wordEnd)) {
      return error(session, ERROR, next);
    }
    long keys = first;
    if (touch) {
      keys = Scan.spaceOrEnd(input, first, end);
      if (!numbers.signed32(input, first, keys)) {
        return error(session, BAD_EXPIRY, next);
      }
      session.keysExpirySeconds = Expiry.seconds(numbers.value(), executor.nowSeconds());
    }
    if (hasLongKey(input, keys, end)) {
      return error(session, BAD_FORMAT, next);
    }
    session.keysTouch = touch;
    session.keysWithCas = withCas;
    session.keysTextBytes = end - keys;
    session.keysTailBytes = next - end;
    session.reading = ProtocolSession.Reading.KEYS;
    return path.keys(session, input, keys);
  }

  /**
   * Whether a key is too long. Looked at before the first key is answered, as the error is all that
   * a client gets to see.
   */
  private static boolean hasLongKey(MemorySegment input, long from, long end) {
    long at = from;
    while (end - at > KEY_BYTES_MAX) {
      long space = at + KEY_BYTES_MAX;
      while (space >= at && Scan.byteAt(input, space) != ' ') {
        space--;
      }
      if (space < at) {
        return true;
      }
      at = space + 1;
    }
    return false;
  }

  private static boolean isWhole(MemorySegment input, long from, long end, String word) {
    return end - from == word.length() && CommandPath.isWord(input, from, end, word);
  }

  // --- stores

  private long store(
      ProtocolSession session, StoreMode mode, boolean withCas, long next, long limit) {
    int arguments = withCas ? 6 : 5;
    if (tokens.count() != arguments && tokens.count() != arguments + 1) {
      return error(session, ERROR, next);
    }
    boolean quiet = isNoreply();
    if (isLongKey()) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    if (!unsigned32(2)) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    int flags = (int) numbers.value();
    if (!signed32(3)) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    long expiry = numbers.value();
    if (!signed32(4)) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    long length = numbers.value();
    long cas = 0;
    if (withCas) {
      if (!unsigned64(5)) {
        return errorUnless(quiet, session, BAD_FORMAT, next);
      }
      cas = numbers.value();
    }
    if (length < 0 || length > VALUE_BYTES_MAX) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    Command store = take(Verb.STORE, withCas ? ReplyForm.STORE_WITH_CAS : ReplyForm.STORE, quiet);
    store.mode = mode;
    store.flags = flags;
    store.expirySeconds = Expiry.seconds(expiry, executor.nowSeconds());
    store.valueLength = (int) length;
    store.comparesCas = withCas;
    store.cas = cas;
    return path.store(session, store, tokens.memory(), next, limit);
  }

  // --- other commands on an item

  private long delete(ProtocolSession session, long next) {
    if (tokens.count() < 2 || tokens.count() > 4) {
      return error(session, ERROR, next);
    }
    boolean quiet = false;
    if (tokens.count() > 2) {
      quiet = isNoreply();
      boolean zero = tokens.is(2, "0");
      if (tokens.count() == 3 ? !zero && !quiet : !(zero && quiet)) {
        return errorUnless(quiet, session, BAD_DELETE, next);
      }
    }
    if (isLongKey()) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    path.executePooled(session, take(Verb.DELETE, ReplyForm.DELETE, quiet));
    return next;
  }

  private long arithmetic(ProtocolSession session, boolean decrements, long next) {
    if (tokens.count() != 3 && tokens.count() != 4) {
      return error(session, ERROR, next);
    }
    boolean quiet = isNoreply();
    if (isLongKey()) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    if (!unsigned64(2)) {
      return errorUnless(quiet, session, BAD_DELTA, next);
    }
    Command command = take(Verb.ARITHMETIC, ReplyForm.NUMBER, quiet);
    command.decrements = decrements;
    command.delta = numbers.value();
    path.executePooled(session, command);
    return next;
  }

  private long touch(ProtocolSession session, long next) {
    if (tokens.count() != 3 && tokens.count() != 4) {
      return error(session, ERROR, next);
    }
    boolean quiet = isNoreply();
    if (isLongKey()) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    if (!signed32(2)) {
      return errorUnless(quiet, session, BAD_EXPIRY, next);
    }
    Command command = take(Verb.READ, ReplyForm.TOUCH, quiet);
    command.touches = true;
    command.expirySeconds = Expiry.seconds(numbers.value(), executor.nowSeconds());
    path.executePooled(session, command);
    return next;
  }

  private Command take(Verb verb, ReplyForm form, boolean quiet) {
    Command command = commands.take();
    command.verb = verb;
    command.form = form;
    command.quiet = quiet;
    command.keyMemory = tokens.memory();
    command.keyOffset = tokens.start(1);
    command.keyLength = tokens.length(1);
    return command;
  }

  // --- the server

  private long flushAll(ProtocolSession session, long next) {
    if (tokens.count() > 3) {
      return error(session, ERROR, next);
    }
    boolean quiet = isNoreply();
    counters.increment(ProtocolCounter.CMD_FLUSH);
    if (!rules.flushes()) {
      return errorUnless(quiet, session, FLUSH_NOT_ALLOWED, next);
    }
    long delay = 0;
    if (tokens.count() != (quiet ? 2 : 1)) {
      if (!signed32(1)) {
        return errorUnless(quiet, session, BAD_EXPIRY, next);
      }
      delay = numbers.value();
    }
    long now = executor.nowSeconds();
    long seconds = delay <= 0 ? 0 : Math.max(0, Expiry.seconds(delay, now) - now);
    control.flushAll(seconds);
    return errorUnless(quiet, session, OK, next);
  }

  private long version(ProtocolSession session, long next) {
    session.replies().append("VERSION " + control.version() + "\r\n");
    return next;
  }

  private long memoryLimit(ProtocolSession session, long next) {
    if (tokens.count() != 2 && tokens.count() != 3) {
      return error(session, ERROR, next);
    }
    boolean quiet = isNoreply();
    Text answer = unsigned32(1) ? setMemoryLimit(numbers.value()) : ERROR;
    return errorUnless(quiet, session, answer, next);
  }

  private Text setMemoryLimit(long megabytes) {
    if (megabytes < LIMIT_MEGABYTES_MIN) {
      return LIMIT_TOO_SMALL;
    }
    if (megabytes > LIMIT_MEGABYTES_MAX) {
      return LIMIT_IN_BYTES;
    }
    return control.memoryLimit(megabytes) ? OK : LIMIT_REFUSED;
  }

  private long verbosity(ProtocolSession session, long next) {
    if (tokens.count() != 2 && tokens.count() != 3) {
      return error(session, ERROR, next);
    }
    boolean quiet = isNoreply();
    if (!unsigned32(1)) {
      return errorUnless(quiet, session, BAD_FORMAT, next);
    }
    control.verbosity((int) Math.min(Integer.MAX_VALUE, numbers.value()));
    return errorUnless(quiet, session, OK, next);
  }

  private long extstore(ProtocolSession session, long next) {
    return errorUnless(isNoreply(), session, tunes() ? OK : ERROR, next);
  }

  private boolean tunes() {
    if (tokens.count() < 3) {
      return false;
    }
    if (tokens.is(1, "free_memchunks")) {
      // Of no effect in memcached either, where it once was a setting of each slab class.
      return tokens.count() > 3
          && unsigned32(2)
          && numbers.value() < SLAB_CLASS_COUNT_MAX
          && unsigned32(3);
    }
    if (tokens.is(1, "max_frag")) {
      OptionalDouble share = Decimals.parse(tokens.text(2));
      return share.isPresent() && control.tune(tokens.text(1), share.getAsDouble());
    }
    return unsigned32(2) && control.tune(tokens.text(1), (double) numbers.value());
  }

  // --- what only tests ask for

  private long underTest(ProtocolSession session, long next) {
    if (tokens.is(0, "debugtime") && tokens.count() == 2) {
      return error(session, debugTime() ? OK : ERROR, next);
    }
    if (tokens.is(0, "debugitem") && tokens.count() == 3) {
      return error(session, debugItem() ? OK : ERROR, next);
    }
    return unknown(session, next);
  }

  private boolean debugTime() {
    if (tokens.is(1, "p") || tokens.is(1, "r")) {
      control.holdTime(tokens.is(1, "p"));
      return true;
    }
    String text = tokens.text(1);
    if (!MOVE_OF_TIME.matcher(text).matches()) {
      return false;
    }
    control.moveTime(Long.parseLong(text));
    return true;
  }

  /**
   * In memcached these make an item one that cannot be moved or freed. Here nothing moves items
   * that a client could be in the way of, so there is nothing to do.
   */
  private boolean debugItem() {
    return tokens.is(1, "lock")
        || tokens.is(1, "unlock")
        || tokens.is(1, "ref")
        || tokens.is(1, "unref");
  }

  private static long quit(ProtocolSession session, long next) {
    session.stopReading();
    return next;
  }

  private long shutdown(ProtocolSession session, long next) {
    if (!control.mayShutDown()) {
      return error(session, SHUTDOWN_NOT_ENABLED, next);
    }
    boolean graceful = tokens.count() == 2 && tokens.is(1, "graceful");
    if (tokens.count() > 1 && !graceful) {
      return error(session, BAD_SHUTDOWN, next);
    }
    control.shutDown(graceful);
    session.stopReading();
    return next;
  }

  private long refreshCertificates(ProtocolSession session, long next) {
    boolean quiet = isNoreply();
    String problem = control.refreshCertificates();
    if (problem != null) {
      session.replies().append(problem + "\r\n");
      return next;
    }
    return errorUnless(quiet, session, OK, next);
  }

  private long stats(ProtocolSession session, long next) {
    if (tokens.count() > 1 && tokens.is(1, "reset")) {
      control.resetStats();
      return error(session, RESET, next);
    }
    if (tokens.count() > 1 && tokens.is(1, "detail")) {
      return error(session, statsDetail(session), next);
    }
    if (tokens.count() > 1 && tokens.is(1, "cachedump")) {
      if (!rules.dumps()) {
        return error(session, DUMP_NOT_ALLOWED, next);
      }
      if (tokens.count() < 4) {
        return error(session, BAD_STATS, next);
      }
    }
    List<String> arguments = new ArrayList<>();
    for (int i = 1; i < tokens.count(); i++) {
      arguments.add(tokens.text(i));
    }
    boolean known = control.stats(arguments, new StatLines(session.replies()));
    return error(session, known ? END : ERROR, next);
  }

  private Text statsDetail(ProtocolSession session) {
    if (tokens.count() < 3) {
      return STATS_DETAIL_USAGE;
    }
    if (tokens.is(2, "on") || tokens.is(2, "off")) {
      control.countPrefixes(tokens.is(2, "on"));
      return OK;
    }
    if (!tokens.is(2, "dump")) {
      return STATS_DETAIL_USAGE;
    }
    control.dumpPrefixes(new StatLines(session.replies()));
    return END;
  }

  /** Writes statistics into a reply. */
  private record StatLines(ReplyChain replies) implements StatSink {
    @Override
    public void stat(String name, String value) {
      replies.append("STAT " + name + " " + value + "\r\n");
    }

    @Override
    public void line(String line) {
      replies.append(line + "\r\n");
    }
  }

  // --- tokens

  private boolean isNoreply() {
    return tokens.is(tokens.count() - 1, "noreply");
  }

  private boolean isLongKey() {
    return tokens.length(1) > KEY_BYTES_MAX;
  }

  private boolean signed32(int index) {
    return numbers.signed32(tokens.memory(), tokens.start(index), tokens.end(index));
  }

  private boolean unsigned32(int index) {
    return numbers.unsigned32(tokens.memory(), tokens.start(index), tokens.end(index));
  }

  private boolean unsigned64(int index) {
    return numbers.unsigned64(tokens.memory(), tokens.start(index), tokens.end(index));
  }
}
