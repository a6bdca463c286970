package io.larder.protocol;

import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.record.RecordLayout;
import io.larder.protocol.auth.Credentials;
import io.larder.protocol.auth.Passwords;
import io.larder.protocol.binary.Opcode;
import io.larder.protocol.binary.PacketLayout;
import io.larder.protocol.binary.PacketReply;
import io.larder.protocol.binary.PacketStatus;
import io.larder.protocol.command.Command;
import io.larder.protocol.command.CommandPool;
import io.larder.protocol.command.ReplyForm;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.protocol.stats.StatSink;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The binary protocol: from packets to requests.
 *
 * <p><b>Threads.</b> Confined to its loop.
 */
final class PacketCommands {
  /*
   * The head of a packet is its header, its extras and its key. A head is read whole, from one
   * stretch of memory; a value behind it may come later and in pieces, as the value of a line does.
   *
   * A header says where its packet ends, so after an error the next packet is found. Only where its
   * own numbers cannot be true is the connection closed, as memcached does. Memcached believes some
   * headers that promise more than their command has a use for, and then takes the rest of the packet
   * for the next one; here the rest is part of the packet and the packet is refused.
   */

  /** The longest message of a client that says who it is. */
  private static final int AUTH_BYTES_MAX = 1024;

  private static final String MECHANISM = "PLAIN";
  private static final String AUTHENTICATED = "Authenticated";

  /** An expiry that says: do not make the item. */
  private static final int MAKE_NONE = -1;

  /** Extras of an arithmetic: delta, initial number, expiry. */
  private static final int INITIAL = 8;

  private static final int ARITHMETIC_EXPIRY = 16;

  /** Extras of a store: flags, expiry. */
  private static final int STORE_EXPIRY = 4;

  private static final int KEY_BYTES_MAX = RecordLayout.KEY_BYTES_MAX;

  private final CommandPath path;
  private final RequestExecutor executor;
  private final ServerControl control;
  private final ProtocolRules rules;
  private final CommandPool commands;
  private final CounterSet counters;

  // --- the packet at hand

  private int code;
  private int opaque;
  private long cas;
  private MemorySegment memory = MemorySegment.NULL;
  private long extras;
  private long key;
  private int keyLength;
  private long valueLength;

  PacketCommands(
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
  }

  /** How many bytes from {@code at} on are needed to go on with the packet that starts there. */
  static long headBytes(MemorySegment input, long at, long limit) {
    if (limit - at < PacketLayout.HEADER_BYTES || isRefusable(input, at)) {
      return PacketLayout.HEADER_BYTES;
    }
    int code = PacketLayout.opcode(input, at);
    long bodyLength = PacketLayout.bodyLength(input, at);
    boolean whole = isAuth(Opcode.of(code)) && bodyLength <= AUTH_BYTES_MAX;
    return PacketLayout.HEADER_BYTES
        + (whole
            ? bodyLength
            : (long) PacketLayout.extrasLength(input, at) + PacketLayout.keyLength(input, at));
  }

  /** Whether a header is enough to refuse its packet. */
  private static boolean isRefusable(MemorySegment input, long at) {
    return PacketLayout.magic(input, at) != PacketLayout.REQUEST_MAGIC
        || PacketLayout.keyLength(input, at) > KEY_BYTES_MAX
        || PacketLayout.keyLength(input, at) + PacketLayout.extrasLength(input, at)
            > PacketLayout.bodyLength(input, at);
  }

  private static boolean isAuth(@Nullable Opcode opcode) {
    return opcode == Opcode.SASL_AUTH || opcode == Opcode.SASL_STEP;
  }

  /**
   * Carries out the packet at {@code at}, or begins to.
   *
   * @return where to go on reading
   */
  long packet(ProtocolSession session, MemorySegment input, long at, long limit) {
    long head = headBytes(input, at, limit);
    if (limit - at < head) {
      return CommandPath.INCOMPLETE;
    }
    if (PacketLayout.magic(input, at) != PacketLayout.REQUEST_MAGIC) {
      session.stopReading();
      return at;
    }
    code = PacketLayout.opcode(input, at);
    opaque = PacketLayout.opaque(input, at);
    cas = PacketLayout.cas(input, at);
    memory = input;
    int extrasLength = PacketLayout.extrasLength(input, at);
    keyLength = PacketLayout.keyLength(input, at);
    valueLength = PacketLayout.bodyLength(input, at) - extrasLength - keyLength;
    extras = at + PacketLayout.HEADER_BYTES;
    key = extras + extrasLength;
    Opcode opcode = Opcode.of(code);
    if (valueLength < 0) {
      return refuse(session, PacketStatus.UNKNOWN_COMMAND, at);
    }
    if (!session.authenticated && !isOpenToAll(opcode)) {
      return refuse(session, PacketStatus.AUTH_ERROR, at);
    }
    if (keyLength > KEY_BYTES_MAX) {
      return refuse(session, PacketStatus.INVALID, at);
    }
    long value = key + keyLength;
    if (opcode == null) {
      return skip(session, PacketStatus.UNKNOWN_COMMAND, value);
    }
    if (!opcode.takes(extrasLength, keyLength, valueLength)) {
      return refuse(session, PacketStatus.INVALID, at);
    }
    if (isAuth(opcode) && rules.passwords() == null) {
      return skip(session, PacketStatus.UNKNOWN_COMMAND, value);
    }
    return carryOut(session, opcode, extrasLength, value, limit);
  }

  private static boolean isOpenToAll(@Nullable Opcode opcode) {
    return opcode == Opcode.SASL_LIST || isAuth(opcode) || opcode == Opcode.VERSION;
  }

  private long carryOut(
      ProtocolSession session, Opcode opcode, int extrasLength, long value, long limit) {
    switch (opcode) {
      case GET, GETQ, GETK, GETKQ, GAT, GATQ, GATK, GATKQ, TOUCH -> read(session, opcode);
      case SET, SETQ -> {
        return store(session, opcode, StoreMode.SET, value, limit);
      }
      case ADD, ADDQ -> {
        return store(session, opcode, StoreMode.ADD, value, limit);
      }
      case REPLACE, REPLACEQ -> {
        return store(session, opcode, StoreMode.REPLACE, value, limit);
      }
      case APPEND, APPENDQ -> {
        return store(session, opcode, StoreMode.APPEND, value, limit);
      }
      case PREPEND, PREPENDQ -> {
        return store(session, opcode, StoreMode.PREPEND, value, limit);
      }
      case DELETE, DELETEQ -> delete(session, opcode);
      case INCREMENT, INCREMENTQ -> arithmetic(session, opcode, false);
      case DECREMENT, DECREMENTQ -> arithmetic(session, opcode, true);
      case FLUSH, FLUSHQ -> flush(session, opcode, extrasLength);
      case NOOP -> done(session, opcode);
      case VERSION -> text(session, control.version());
      case STAT -> stat(session);
      case VERBOSITY -> {
        control.verbosity(Math.max(0, PacketLayout.extraInt(memory, extras)));
        done(session, opcode);
      }
      case QUIT, QUITQ -> {
        done(session, opcode);
        session.stopReading();
      }
      case SASL_LIST -> mechanisms(session);
      case SASL_AUTH, SASL_STEP -> {
        return login(session, opcode, value);
      }
    }
    return value;
  }

  // --- items

  private Command take(Verb verb, ReplyForm form, Opcode opcode) {
    Command command = commands.take();
    command.verb = verb;
    command.form = form;
    command.quiet = opcode.isQuiet();
    command.opcode = code;
    command.opaque = opaque;
    command.keyMemory = memory;
    command.keyOffset = key;
    command.keyLength = keyLength;
    command.comparesCas = cas != 0;
    command.cas = cas;
    return command;
  }

  private void read(ProtocolSession session, Opcode opcode) {
    Command get = take(Verb.READ, ReplyForm.PACKET_VALUE, opcode);
    get.comparesCas = false;
    get.wantsValue = opcode != Opcode.TOUCH;
    switch (opcode) {
      case GETK, GETKQ -> get.repeatsKey = true;
      case GATK, GATKQ -> {
        get.repeatsKey = true;
        get.touches = true;
      }
      case TOUCH, GAT, GATQ -> get.touches = true;
      default -> {}
    }
    if (get.touches) {
      get.expirySeconds = expirySeconds(extras);
    }
    path.executePooled(session, get);
  }

  private long store(
      ProtocolSession session, Opcode opcode, StoreMode mode, long value, long limit) {
    boolean joins = mode == StoreMode.APPEND || mode == StoreMode.PREPEND;
    Command store = take(Verb.STORE, ReplyForm.PACKET_STORE, opcode);
    // A CAS makes every command that replaces a value the same one.
    store.mode = cas != 0 && !joins ? StoreMode.SET : mode;
    if (!joins) {
      store.flags = PacketLayout.extraInt(memory, extras);
      store.expirySeconds = expirySeconds(extras + STORE_EXPIRY);
    }
    if (valueLength > LineCommands.VALUE_BYTES_MAX
        || !executor.fits(keyLength, store.flags, (int) valueLength)) {
      counters.increment(ProtocolCounter.STORE_TOO_LARGE);
      refuseStore(session, store, mode == StoreMode.SET, PacketStatus.TOO_LARGE, valueLength);
      return value;
    }
    store.valueLength = (int) valueLength;
    if (limit - value >= valueLength) {
      return storeArrived(session, store, memory, value);
    }
    store.keepKey();
    session.storing = store;
    session.reading = ProtocolSession.Reading.PACKET_VALUE;
    return value;
  }

  /** Goes on with a store of which the value may be complete at {@code at}. */
  long value(ProtocolSession session, MemorySegment input, long at, long limit) {
    Command store = session.storing;
    if (store == null) {
      throw new IllegalStateException("a value without a store");
    }
    if (limit - at < store.valueLength) {
      return CommandPath.INCOMPLETE;
    }
    session.storing = null;
    session.reading = ProtocolSession.Reading.PACKET;
    return storeArrived(session, store, input, at);
  }

  private long storeArrived(ProtocolSession session, Command store, MemorySegment input, long at) {
    counters.increment(ProtocolCounter.CMD_SET, store.slabClassOfStore());
    store.valueMemory = input;
    store.valueOffset = at;
    long end = at + store.valueLength;
    path.executePooled(session, store);
    return end;
  }

  /** There is no memory for the value of {@code store}, of which so much is still to come. */
  void refuseForMemory(ProtocolSession session, Command store, long missingBytes) {
    boolean sets = store.mode == StoreMode.SET && !store.comparesCas;
    refuseStore(session, store, sets, PacketStatus.NO_MEMORY, missingBytes);
  }

  /**
   * Answers a store that cannot be carried out, and swallows its value. The client believes the old
   * value gone, so a set removes it, and is answered when that is done.
   */
  private void refuseStore(
      ProtocolSession session, Command store, boolean removes, PacketStatus why, long bytes) {
    if (removes) {
      path.remove(session, store);
    }
    PacketReply.error(session.replies(), store.opcode, store.opaque, why);
    session.swallow(bytes);
    commands.giveBack(store);
  }

  private void delete(ProtocolSession session, Opcode opcode) {
    path.executePooled(session, take(Verb.DELETE, ReplyForm.PACKET_DELETE, opcode));
  }

  private void arithmetic(ProtocolSession session, Opcode opcode, boolean decrements) {
    Command command = take(Verb.ARITHMETIC, ReplyForm.PACKET_NUMBER, opcode);
    command.decrements = decrements;
    command.delta = PacketLayout.extraLong(memory, extras);
    command.initialNumber = PacketLayout.extraLong(memory, extras + INITIAL);
    command.vivifies = PacketLayout.extraInt(memory, extras + ARITHMETIC_EXPIRY) != MAKE_NONE;
    command.vivifyExpirySeconds = expirySeconds(extras + ARITHMETIC_EXPIRY);
    path.executePooled(session, command);
  }

  /** An expiry is unsigned here, so none has passed already but a date may have. */
  private long expirySeconds(long at) {
    return Expiry.seconds(
        Integer.toUnsignedLong(PacketLayout.extraInt(memory, at)), executor.nowSeconds());
  }

  // --- the server

  private void flush(ProtocolSession session, Opcode opcode, int extrasLength) {
    long now = executor.nowSeconds();
    long delay = extrasLength == 0 ? 0 : Math.max(0, expirySeconds(extras) - now);
    if (!rules.flushes()) {
      error(session, PacketStatus.AUTH_ERROR);
      return;
    }
    counters.increment(ProtocolCounter.CMD_FLUSH);
    control.flushAll(delay);
    done(session, opcode);
  }

  private void stat(ProtocolSession session) {
    String words = new String(bytes(key, keyLength), StandardCharsets.ISO_8859_1);
    List<String> arguments = words.isBlank() ? List.of() : List.of(words.strip().split(" +", -1));
    String which = arguments.isEmpty() ? "" : arguments.get(0);
    if (which.equals("reset")) {
      control.resetStats();
    } else if (which.equals("detail")) {
      if (!detail(arguments.size() < 2 ? "" : arguments.get(1), session)) {
        error(session, PacketStatus.NOT_FOUND);
        return;
      }
    } else if (!control.stats(arguments, new StatPackets(session.replies(), code, opaque))) {
      error(session, PacketStatus.NOT_FOUND);
      return;
    }
    PacketReply.texts(session.replies(), code, opaque, "", "");
  }

  private boolean detail(String what, ProtocolSession session) {
    switch (what) {
      case "on", "off" -> control.countPrefixes(what.equals("on"));
      case "dump" -> {
        StringBuilder lines = new StringBuilder();
        control.dumpPrefixes(
            new StatSink() {
              @Override
              public void stat(String name, String value) {
                line(name + " " + value);
              }

              @Override
              public void line(String line) {
                lines.append(line).append("\r\n");
              }
            });
        PacketReply.texts(session.replies(), code, opaque, "detailed", lines + "END\r\n");
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Writes statistics into a reply. */
  private record StatPackets(ReplyChain replies, int opcode, int opaque) implements StatSink {
    @Override
    public void stat(String name, String value) {
      PacketReply.texts(replies, opcode, opaque, name, value);
    }

    /** A packet without a key is the last one, so a line goes under a name. */
    @Override
    public void line(String line) {
      PacketReply.texts(replies, opcode, opaque, "line", line);
    }
  }

  // --- who the client is

  private void mechanisms(ProtocolSession session) {
    if (rules.passwords() == null) {
      error(session, PacketStatus.UNKNOWN_COMMAND);
    } else {
      text(session, MECHANISM);
    }
  }

  private long login(ProtocolSession session, Opcode opcode, long value) {
    boolean begins = opcode == Opcode.SASL_AUTH;
    boolean fits = keyLength + valueLength <= AUTH_BYTES_MAX;
    boolean plain = fits && isPlain() && (begins || session.loginBegun);
    session.authenticated = false;
    session.loginBegun = begins && plain && valueLength == 0;
    if (session.loginBegun) {
      error(session, PacketStatus.AUTH_CONTINUE);
      return value;
    }
    counters.increment(ProtocolCounter.AUTH_CMDS);
    Credentials credentials =
        plain ? Credentials.ofPlain(memory, value, value + valueLength) : null;
    Passwords passwords = rules.passwords();
    if (passwords == null || credentials == null || !credentials.areIn(passwords)) {
      counters.increment(ProtocolCounter.AUTH_ERRORS);
      return skip(session, PacketStatus.AUTH_ERROR, value);
    }
    session.authenticated = true;
    text(session, AUTHENTICATED);
    return value + valueLength;
  }

  private boolean isPlain() {
    return new String(bytes(key, keyLength), StandardCharsets.ISO_8859_1).equals(MECHANISM);
  }

  // --- replies

  private void done(ProtocolSession session, Opcode opcode) {
    if (!opcode.isQuiet()) {
      PacketReply.done(session.replies(), code, opaque, 0);
    }
  }

  private void text(ProtocolSession session, String value) {
    PacketReply.texts(session.replies(), code, opaque, "", value);
  }

  private void error(ProtocolSession session, PacketStatus status) {
    PacketReply.error(session.replies(), code, opaque, status);
  }

  /** Says what is wrong, and reads no further. */
  private long refuse(ProtocolSession session, PacketStatus status, long at) {
    error(session, status);
    session.stopReading();
    return at;
  }

  /** Says what is wrong, and goes on behind the packet. */
  private long skip(ProtocolSession session, PacketStatus status, long value) {
    error(session, status);
    session.swallow(valueLength);
    return value;
  }

  private byte[] bytes(long from, int length) {
    return memory.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
