package io.larder.protocol;

import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.record.RecordLayout;
import io.larder.protocol.command.Command;
import io.larder.protocol.command.CommandPool;
import io.larder.protocol.command.MetaFlag;
import io.larder.protocol.command.ReplyForm;
import io.larder.protocol.parse.Base64Key;
import io.larder.protocol.parse.Numbers;
import io.larder.protocol.parse.Tokens;
import io.larder.protocol.reply.Text;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.stats.ProtocolCounter;
import org.jspecify.annotations.Nullable;

/**
 * The meta commands: two letters, a key, and flags of one character with or without a token.
 *
 * <p>The flags of all of them are read by the same rules; each command then uses those that mean
 * something to it.
 *
 * <p><b>Threads.</b> Confined to its loop.
 */
final class MetaCommands {
  private static final Text DUPLICATE_FLAG = Text.line("CLIENT_ERROR duplicate flag");
  private static final Text INVALID_FLAG = Text.line("CLIENT_ERROR invalid flag");
  private static final Text INVALID_OR_DUPLICATE =
      Text.line("CLIENT_ERROR invalid or duplicate flag");
  private static final Text BAD_KEY = Text.line("CLIENT_ERROR error decoding key");
  private static final Text BAD_TOKEN = Text.line("CLIENT_ERROR bad token in command line format");
  private static final Text BAD_MODE_LENGTH =
      Text.line("CLIENT_ERROR incorrect length for M token");
  private static final Text BAD_SET_MODE = Text.line("CLIENT_ERROR invalid mode for ms M token");
  private static final Text BAD_NUMBER_MODE = Text.line("CLIENT_ERROR invalid mode for ma M token");
  private static final Text BAD_INITIAL = Text.line("CLIENT_ERROR invalid numeric initial value");
  private static final Text BAD_DELTA = Text.line("CLIENT_ERROR invalid numeric delta value");
  private static final Text LONG_OPAQUE = Text.line("CLIENT_ERROR opaque token too long");
  private static final Text GET_FLAGS_TOO_LONG =
      Text.line("CLIENT_ERROR options flags are too long");
  private static final Text FLAGS_TOO_LONG = Text.line("CLIENT_ERROR options flags too long");
  private static final Text MN = Text.line("MN");

  /** The most tokens of a meta command. */
  private static final int TOKENS_MAX = 19;

  /** Flags from here on are not told apart. */
  private static final int FLAG_CHARACTERS = 127;

  private final CommandPath path;
  private final RequestExecutor executor;
  private final CommandPool commands;
  private final CounterSet counters;
  private final Tokens tokens;
  private final Numbers numbers;

  // --- what the flags of the line at hand said

  private long seenLow;
  private long seenHigh;
  private boolean comparesCas;
  private long cas;
  private boolean setsCas;
  private long newCas;
  private boolean hasExpiry;
  private long expiry;
  private boolean vivifies;
  private long vivifyExpiry;
  private long recacheBefore;
  private int clientFlags;
  private int mode;
  private long initial;
  private long delta;
  private int opaqueToken;

  // Where flags stand whose effects go by the client's order; 0 for nowhere.

  private int expiryFlag;
  private int vivifyExpiryFlag;
  private int recacheFlag;
  private int ttlFlag;
  private long metaFlags;
  private int metaFlagCount;

  MetaCommands(
      CommandPath path,
      RequestExecutor executor,
      CommandPool commands,
      CounterSet counters,
      Tokens tokens,
      Numbers numbers) {
    this.path = path;
    this.executor = executor;
    this.commands = commands;
    this.counters = counters;
    this.tokens = tokens;
    this.numbers = numbers;
  }

  /** Carries out the line that has been cut into tokens; see {@link LineCommands#read}. */
  long read(ProtocolSession session, long next, long limit) {
    return switch (tokens.byteAt(0, 1)) {
      case 'g' -> get(session, next);
      case 's' -> set(session, next, limit);
      case 'd' -> delete(session, next);
      case 'a' -> arithmetic(session, next);
      case 'n' -> LineCommands.error(session, MN, next);
      case 'e' -> debug(session, next);
      default -> LineCommands.error(session, LineCommands.ERROR, next);
    };
  }

  // --- commands

  private long get(ProtocolSession session, long next) {
    Text error = checkCounts(GET_FLAGS_TOO_LONG);
    if (error != null) {
      return LineCommands.error(session, error, next);
    }
    Command get = take(Verb.READ, ReplyForm.META_GET);
    error = readFlags(2, get);
    if (error == null) {
      error = keepOpaque(get);
    }
    if (error != null) {
      return giveUp(session, get, error, next);
    }
    get.wantsValue = has('v');
    get.leavesNoTrace = has('u');
    get.comparesCas = comparesCas;
    get.cas = cas;
    fillExpiries(get);
    get.claimsStale = true;
    get.recaches = recacheBefore != 0;
    get.recachesBeforeTouch = recacheFlag < expiryFlag;
    get.recacheBelowSeconds = recacheBefore == 0 ? 0 : Math.max(0, recacheBefore - get.nowSeconds);
    path.executePooled(session, get);
    return next;
  }

  private long set(ProtocolSession session, long next, long limit) {
    if (tokens.count() == 2) {
      return LineCommands.error(session, LineCommands.BAD_FORMAT, next);
    }
    Text error = checkCounts(FLAGS_TOO_LONG);
    if (error != null) {
      return LineCommands.error(session, error, next);
    }
    if (!numbers.signed32(tokens.memory(), tokens.start(2), tokens.end(2))
        || numbers.value() < 0
        || numbers.value() > LineCommands.VALUE_BYTES_MAX) {
      return LineCommands.error(session, LineCommands.BAD_FORMAT, next);
    }
    int length = (int) numbers.value();
    Command set = take(Verb.STORE, ReplyForm.META_SET);
    error = readFlags(3, set);
    if (error == null) {
      error = keepOpaque(set);
      StoreMode storeMode = storeMode();
      if (storeMode == null) {
        error = BAD_SET_MODE;
      } else {
        set.mode = storeMode;
      }
    }
    if (error != null) {
      session.swallow((long) length + CommandPath.LINE_END_BYTES);
      return giveUp(session, set, error, next);
    }
    set.valueLength = length;
    set.flags = clientFlags;
    set.expirySeconds = expiry;
    set.comparesCas = comparesCas && set.mode != StoreMode.ADD && (cas != 0 || replaces(set));
    set.cas = cas;
    set.invalidates = has('I') && set.comparesCas && cas != 0 && replaces(set);
    set.vivifies = vivifies;
    set.vivifyExpirySeconds = vivifyExpiry;
    return path.store(session, set, tokens.memory(), next, limit);
  }

  private static boolean replaces(Command set) {
    return set.mode == StoreMode.SET || set.mode == StoreMode.REPLACE;
  }

  private @Nullable StoreMode storeMode() {
    return switch (mode) {
      case 0, 'S' -> StoreMode.SET;
      case 'E' -> StoreMode.ADD;
      case 'A' -> StoreMode.APPEND;
      case 'P' -> StoreMode.PREPEND;
      case 'R' -> StoreMode.REPLACE;
      default -> null;
    };
  }

  private long delete(ProtocolSession session, long next) {
    Text error = checkCounts(FLAGS_TOO_LONG);
    if (error != null) {
      return LineCommands.error(session, error, next);
    }
    Command delete = take(Verb.DELETE, ReplyForm.META_DELETE);
    error = readFlags(2, delete) != null ? INVALID_OR_DUPLICATE : keepOpaque(delete);
    if (error != null) {
      return giveUp(session, delete, error, next);
    }
    delete.comparesCas = comparesCas;
    delete.cas = cas;
    delete.invalidates = has('I');
    delete.touches = hasExpiry && delete.invalidates;
    delete.expirySeconds = expiry;
    delete.clearsValue = has('x');
    path.executePooled(session, delete);
    return next;
  }

  private long arithmetic(ProtocolSession session, long next) {
    Text error = checkCounts(FLAGS_TOO_LONG);
    if (error != null) {
      return LineCommands.error(session, error, next);
    }
    Command command = take(Verb.ARITHMETIC, ReplyForm.META_ARITHMETIC);
    if (readFlags(2, command) != null) {
      error = INVALID_OR_DUPLICATE;
    } else if (mode != 0 && "ID+-".indexOf(mode) < 0) {
      error = BAD_NUMBER_MODE;
    } else {
      error = keepOpaque(command);
    }
    if (error != null) {
      return giveUp(session, command, error, next);
    }
    command.wantsValue = has('v');
    command.decrements = mode == 'D' || mode == '-';
    command.delta = delta;
    command.comparesCas = comparesCas && cas != 0;
    command.cas = cas;
    fillExpiries(command);
    command.initialNumber = initial;
    path.executePooled(session, command);
    return next;
  }

  /** What touches and vivifies, as far as the order of the flags matters to it. */
  private void fillExpiries(Command command) {
    command.touches = hasExpiry;
    command.expirySeconds = expiry;
    command.vivifies = vivifies;
    command.vivifyExpirySeconds = expiryFlag > vivifyExpiryFlag ? expiry : vivifyExpiry;
    command.ttlBeforeTouch = ttlFlag < expiryFlag;
    command.ttlOfMadeSeconds = ttlOfMade();
  }

  /** What the last of T and N before a t says. */
  private long ttlOfMade() {
    boolean afterTouch = expiryFlag != 0 && expiryFlag < ttlFlag;
    boolean afterVivify = vivifyExpiryFlag != 0 && vivifyExpiryFlag < ttlFlag;
    if (afterTouch && afterVivify) {
      return expiryFlag > vivifyExpiryFlag ? expiry : vivifyExpiry;
    }
    return afterTouch ? expiry : afterVivify ? vivifyExpiry : 0;
  }

  private long debug(ProtocolSession session, long next) {
    if (tokens.count() < 2 || tokens.length(1) > RecordLayout.KEY_BYTES_MAX) {
      return LineCommands.error(session, LineCommands.BAD_FORMAT, next);
    }
    Command debug = take(Verb.READ, ReplyForm.META_DEBUG);
    if (tokens.count() > 2 && tokens.is(2, "b") && !decodeKey(debug)) {
      return giveUp(session, debug, LineCommands.BAD_FORMAT, next);
    }
    counters.increment(ProtocolCounter.CMD_META);
    debug.leavesNoTrace = true;
    path.executePooled(session, debug);
    return next;
  }

  private long giveUp(ProtocolSession session, Command command, Text error, long next) {
    commands.giveBack(command);
    return LineCommands.error(session, error, next);
  }

  private Command take(Verb verb, ReplyForm form) {
    Command command = commands.take();
    command.verb = verb;
    command.form = form;
    command.keyMemory = tokens.memory();
    command.keyOffset = tokens.start(1);
    command.keyLength = tokens.length(1);
    command.nowSeconds = executor.nowSeconds();
    return command;
  }

  // --- flags

  private @Nullable Text checkCounts(Text tooManyFlags) {
    if (tokens.count() < 2) {
      return LineCommands.ERROR;
    }
    if (tokens.length(1) > RecordLayout.KEY_BYTES_MAX) {
      return LineCommands.BAD_FORMAT;
    }
    return tokens.count() > TOKENS_MAX ? tooManyFlags : null;
  }

  /**
   * Reads the flags from token {@code first} on; what they mean for every command goes to {@code
   * command}, the rest is kept here.
   *
   * @return what is wrong with them, or null
   */
  private @Nullable Text readFlags(int first, Command command) {
    forget();
    Text error = null;
    for (int i = first; i < tokens.count(); i++) {
      int flag = tokens.byteAt(i, 0);
      if (flag >= FLAG_CHARACTERS || !see(flag)) {
        return DUPLICATE_FLAG;
      }
      if (!isKnown(flag)) {
        return INVALID_FLAG;
      }
      Text wrong = readFlag(flag, i, command);
      if (wrong != null) {
        error = wrong == LineCommands.BAD_FORMAT && error != null ? error : wrong;
      }
    }
    command.metaFlags = metaFlags;
    command.quiet = has('q');
    command.setsCas = setsCas;
    command.newCas = newCas;
    return error;
  }

  private static boolean isKnown(int flag) {
    return "bNTRlOPLkstcfvhuqFCEMJDIx".indexOf(flag) >= 0;
  }

  private @Nullable Text readFlag(int flag, int token, Command command) {
    switch (flag) {
      case 'b' -> {
        return decodeKey(command) ? null : BAD_KEY;
      }
      case 'N' -> {
        vivifies = true;
        if (!signed32(token)) {
          return BAD_TOKEN;
        }
        vivifyExpiry = Expiry.seconds(numbers.value(), command.nowSeconds);
        vivifyExpiryFlag = token;
      }
      case 'T' -> {
        if (!signed32(token)) {
          return BAD_TOKEN;
        }
        expiry = Expiry.seconds(numbers.value(), command.nowSeconds);
        hasExpiry = true;
        expiryFlag = token;
      }
      case 'R' -> {
        if (!signed32(token)) {
          return BAD_TOKEN;
        }
        recacheBefore = Expiry.seconds(numbers.value(), command.nowSeconds);
        recacheFlag = token;
      }
      case 'C' -> {
        if (!unsigned64(token)) {
          return BAD_TOKEN;
        }
        cas = numbers.value();
        comparesCas = true;
      }
      case 'E' -> {
        if (!unsigned64(token)) {
          return BAD_TOKEN;
        }
        newCas = numbers.value();
        setsCas = true;
      }
      case 'F' -> {
        if (!numbers.unsigned32(tokens.memory(), tokens.start(token) + 1, tokens.end(token))) {
          return LineCommands.BAD_FORMAT;
        }
        clientFlags = (int) numbers.value();
      }
      case 'M' -> {
        if (tokens.length(token) != 2) {
          return BAD_MODE_LENGTH;
        }
        mode = tokens.byteAt(token, 1);
      }
      case 'J' -> {
        if (!unsigned64(token)) {
          return BAD_INITIAL;
        }
        initial = numbers.value();
      }
      case 'D' -> {
        if (!unsigned64(token)) {
          return BAD_DELTA;
        }
        delta = numbers.value();
      }
      case 'O' -> {
        opaqueToken = token;
        answer(MetaFlag.OPAQUE);
      }
      case 'k' -> answer(MetaFlag.KEY);
      case 'c' -> answer(MetaFlag.CAS);
      case 's' -> answer(MetaFlag.SIZE);
      case 't' -> {
        ttlFlag = token;
        answer(MetaFlag.TTL);
      }
      case 'f' -> answer(MetaFlag.CLIENT_FLAGS);
      case 'h' -> answer(MetaFlag.HIT_BEFORE);
      case 'l' -> answer(MetaFlag.LAST_ACCESS);
      default -> {}
    }
    return null;
  }

  private void answer(int flag) {
    metaFlags = MetaFlag.add(metaFlags, metaFlagCount++, flag);
  }

  private boolean signed32(int token) {
    return numbers.signed32(tokens.memory(), tokens.start(token) + 1, tokens.end(token));
  }

  private boolean unsigned64(int token) {
    return numbers.unsigned64(tokens.memory(), tokens.start(token) + 1, tokens.end(token));
  }

  private boolean decodeKey(Command command) {
    int length =
        Base64Key.decode(
            tokens.memory(), tokens.start(1), tokens.length(1), command.ownMemory(), 0);
    command.setOwnKey(length);
    command.keyBinary = true;
    return length > 0;
  }

  private @Nullable Text keepOpaque(Command command) {
    if (opaqueToken == 0) {
      return null;
    }
    int length = tokens.length(opaqueToken) - 1;
    if (length > Command.OPAQUE_BYTES_MAX) {
      return LONG_OPAQUE;
    }
    command.opaqueMemory = tokens.memory();
    command.opaqueOffset = tokens.start(opaqueToken) + 1;
    command.opaqueLength = length;
    return null;
  }

  /** Remembers that {@code flag} has been seen; false if it had been before. */
  private boolean see(int flag) {
    if (has(flag)) {
      return false;
    }
    if (flag < Long.SIZE) {
      seenLow |= 1L << flag;
    } else {
      seenHigh |= 1L << flag;
    }
    return true;
  }

  private boolean has(int flag) {
    return ((flag < Long.SIZE ? seenLow : seenHigh) & 1L << flag) != 0;
  }

  private void forget() {
    seenLow = 0;
    seenHigh = 0;
    comparesCas = false;
    cas = 0;
    setsCas = false;
    newCas = 0;
    hasExpiry = false;
    expiry = 0;
    vivifies = false;
    vivifyExpiry = 0;
    recacheBefore = 0;
    clientFlags = 0;
    mode = 0;
    initial = 0;
    delta = 1;
    opaqueToken = 0;
    expiryFlag = 0;
    vivifyExpiryFlag = 0;
    recacheFlag = 0;
    ttlFlag = 0;
    metaFlags = 0;
    metaFlagCount = 0;
  }
}
