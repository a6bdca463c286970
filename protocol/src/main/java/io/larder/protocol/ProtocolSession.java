package io.larder.protocol;

import io.larder.protocol.binary.PacketLayout;
import io.larder.protocol.command.Command;
import io.larder.protocol.command.CommandOwner;
import io.larder.protocol.input.InputBuffer;
import io.larder.protocol.parse.Scan;
import io.larder.protocol.reply.ChunkPool;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.reply.ReplyChunk;
import io.larder.protocol.reply.ReplyStream;
import io.larder.protocol.reply.Text;
import io.larder.protocol.stats.ProtocolCounter;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection, without the socket: bytes in, commands to the cache, bytes out.
 *
 * <p>A server drives it like this, always on the thread of its {@link ProtocolLoop}:
 *
 * <ul>
 *   <li><b>On read:</b> {@link #receive} what was read, from memory that may be used again at once;
 *       then send.
 *   <li><b>Send,</b> unless {@link #gathersReplies}: take {@link #nextReply} until it is null,
 *       write every chunk's bytes from 0 to its length, flush once; when a chunk has been written
 *       (or never will be), {@link #written}. If {@link #wantsClose} then, close when the last
 *       chunk has been written.
 *   <li><b>Before the next read:</b> read only while {@link #wantsInput}; leave the rest in the
 *       socket.
 *   <li><b>On write completion:</b> after {@link #written}, if {@code wantsInput} was false: {@link
 *       #resume}, send, and look at {@code wantsInput} again.
 *   <li><b>On {@link SessionOwner#progressed}:</b> do the same in the loop's next turn.
 *   <li><b>On close</b>, whoever closed: {@link #close}. Answers that are still to come are thrown
 *       away.
 * </ul>
 *
 * <p>Everything received is taken: what cannot be used yet is copied and kept, counted in the
 * {@link io.larder.protocol.input.InputBudget}. An idle connection keeps nothing.
 *
 * <p><b>Threads.</b> Confined to the thread of its loop.
 */
public final class ProtocolSession implements CommandOwner {
  /*
   * Replies leave in the order of their commands, but reads are answered when their bytes arrive.
   * So the replies are a chain, `ready`, then a waiting command with the chain of what has been
   * answered behind it, then the next waiting command with its chain, and so on. New replies go to
   * the last of these chains, `current`. When the oldest waiting command has been answered, its
   * reply and the chain behind it move to `ready`.
   *
   * Reads may wait together: the cache lets nothing overtake them on their key. A command that
   * changes something and has to wait is `exclusive`: nothing behind it starts.
   *
   * A late answer may arrive under a lock of the cache, so it is only written down; going on with
   * the input is left to `resume`, which the owner calls from outside.
   */

  /** What the next bytes of input are. */
  enum Reading {
    /** The start of a command line. */
    LINE,
    /** The rest of the line of a multiget that has begun to be answered. */
    KEYS,
    /** The value of {@link #storing}, with its line end. */
    VALUE,
    /** The value of a store that has been refused. */
    REFUSED_VALUE,
    /** Name and password, with their line end. */
    LOGIN,
    /** The start of a packet of the binary protocol. */
    PACKET,
    /** The value of {@link #storing}, from a packet. */
    PACKET_VALUE
  }

  private static final byte[] GET_END = {'E', 'N', 'D', '\r', '\n'};
  private static final byte[] META_END = {'M', 'N', '\r', '\n'};
  private static final Text LINE_NO_MEMORY =
      Text.line("SERVER_ERROR out of memory reading request");

  /** How far a multiget may be indented and still be let grow. */
  private static final int INDENT_MAX = 100;

  /** Unsent reply bytes of one connection from which on a stream waits. */
  private static final long STREAM_BYTES_HIGH = 64 << 10;

  private final ProtocolLoop loop;
  private final SessionOwner owner;

  /** Tells the client from others. */
  final int number;

  // --- input

  private final InputBuffer kept;
  private boolean greeted;

  /** What the next command begins with: a line or a packet. */
  Reading first = Reading.LINE;

  Reading reading = Reading.LINE;

  /** Whether the client may ask for anything. */
  boolean authenticated;

  /** Whether the client has begun to say who it is, in the binary protocol. */
  boolean loginBegun;

  /** {@link Reading#LOGIN}: bytes of name, password and line end. */
  int loginBytes;

  /** {@link Reading#KEYS}: bytes of the line's text that are left, and bytes behind them. */
  long keysTextBytes;

  long keysTailBytes;
  boolean keysWithCas;
  boolean keysTouch;
  long keysExpirySeconds;

  /** {@link Reading#VALUE}: who waits for the value. */
  @Nullable Command storing;

  /** {@link Reading#REFUSED_VALUE}: bytes still to be swallowed. */
  long refusedBytes;

  // --- replies

  private final ReplyChain ready;
  private ReplyChain current;

  /** Bytes that the server holds and has not written yet. */
  private long sendingBytes;

  /** Bytes in chains that are neither {@link #ready} nor {@link #current}. */
  private long parkedBytes;

  /** Length of the chain before a late answer was written to it. */
  private long lengthBeforeAnswer;

  /** A reply without a foreseeable end; nothing behind it starts. */
  private @Nullable ReplyStream stream;

  /** The stream is one that takes no commands any more. */
  private boolean watching;

  /** The stream can go on in the next turn. */
  private boolean streaming;

  // --- commands that wait

  private @Nullable Command oldest;
  private @Nullable Command newest;
  private @Nullable Command exclusive;
  private int pendingCount;
  private long pendingBytes;
  private boolean progressAnnounced;

  // --- fairness

  /** Commands that may still start in this turn. */
  private int requestsLeft;

  /** Others go first; what has been received waits for the next turn. */
  private boolean yielded;

  // --- end

  private boolean closing;
  private boolean closed;

  public ProtocolSession(ProtocolLoop loop, SessionOwner owner) {
    this.loop = loop;
    this.owner = owner;
    this.number = owner.number();
    this.kept = new InputBuffer(loop.inputs());
    this.ready = new ReplyChain(loop.chunks(), false);
    this.current = ready;
    this.requestsLeft = loop.config().requestsPerTurn();
    this.authenticated = loop.rules().passwords() == null;
  }

  // --- input

  /** Takes bytes from the client and carries out the commands they complete. */
  public void receive(MemorySegment input, long offset, long length) {
    loop.counters().add(ProtocolCounter.BYTES_READ, length);
    if (watching) {
      return;
    }
    greet(input, offset, length);
    if (!yielded) {
      requestsLeft = loop.config().requestsPerTurn();
    }
    if (!kept.isEmpty() && !blocked()) {
      // What has waited goes first: what is left of it then is the start of one line or value.
      runKept();
    }
    long from = offset;
    long end = offset + length;
    while (from < end && !closing) {
      if (kept.isEmpty()) {
        from = loop.path().run(this, input, from, end);
        if (from < end && keep(input, from, end - from)) {
          from = end;
        }
      } else {
        long bytes = bytesToGoOn(input, from, end);
        if (keep(input, from, bytes)) {
          from += bytes;
          runKept();
        }
      }
    }
    if (closing) {
      kept.clear();
    }
    endTurn();
  }

  /** Goes on after an answer has come or replies have been written. */
  public void resume() {
    progressAnnounced = false;
    if (closed) {
      return;
    }
    moveAnswered();
    yielded = false;
    requestsLeft = loop.config().requestsPerTurn();
    if (!kept.isEmpty() && !closing) {
      runKept();
    }
    endTurn();
  }

  /** A line, a packet or a value has been dealt with. */
  void tookStep() {
    if (reading == first && --requestsLeft == 0) {
      yielded = true;
    }
  }

  /** Asks for another turn if there is something left to do in it. */
  private void endTurn() {
    if (stream != null) {
      feed();
    }
    if (yielded && (kept.isEmpty() || closing)) {
      yielded = false;
    } else if (yielded) {
      loop.counters().increment(ProtocolCounter.CONN_YIELDS);
      announceProgress();
    }
  }

  /** Whether the server may read on; if not, it calls {@link #resume} first. */
  public boolean wantsInput() {
    return watching || !blocked();
  }

  /** Whether {@link #resume} may have something to go on with: input, or a stream. */
  public boolean hasWaitingInput() {
    return !kept.isEmpty() || stream != null;
  }

  /** The client says nothing more. */
  public void endInput() {
    if (watching && stream != null) {
      stream.close();
      stream = null;
      stopReading();
    }
  }

  // --- streams

  /**
   * Whether a stream may begin. As in memcached not behind a command whose answer has not been
   * sent; there a get and an mn send what there is at once, so behind these it may.
   */
  boolean mayBeginStream() {
    if (current.isEmpty()) {
      return oldest == null && unsentBytes() == sendingBytes;
    }
    return current.endsWith(GET_END) || current.endsWith(META_END);
  }

  /** From now on the replies are what {@code begun} makes of them. */
  void begin(ReplyStream begun) {
    stream = begun;
    watching = begun.endsWithInput();
  }

  /** Lets the stream go on in the loop's next turn. */
  void goOnStreaming() {
    if (stream != null && !closed) {
      announceProgress();
    }
  }

  /** As {@link #goOnStreaming}, from any thread. */
  void goOnStreamingSoon() {
    loop.turns().execute(this::goOnStreaming);
  }

  private void feed() {
    if (watching) {
      kept.clear();
    }
    ReplyStream feeding = stream;
    streaming = false;
    if (feeding == null || unsentBytes() >= STREAM_BYTES_HIGH) {
      return;
    }
    switch (feeding.advance()) {
      case MORE -> {
        streaming = true;
        announceProgress();
      }
      case WAITS -> {
        // It says itself when to go on.
      }
      case ENDED -> {
        stream = null;
        feeding.close();
        announceProgress();
      }
    }
  }

  /** Finds out which protocol the client speaks, by its first byte where it may choose. */
  private void greet(MemorySegment input, long offset, long length) {
    if (greeted || length == 0) {
      return;
    }
    greeted = true;
    boolean packets =
        switch (loop.rules().spoken()) {
          case AUTO -> PacketLayout.magic(input, offset) == PacketLayout.REQUEST_MAGIC;
          case ASCII -> false;
          case BINARY -> true;
        };
    if (packets) {
      first = Reading.PACKET;
      reading = first;
    }
  }

  private void runKept() {
    long reached = loop.path().run(this, kept.memory(), kept.start(), kept.end());
    if (closing) {
      kept.clear();
      return;
    }
    kept.consumeTo(reached);
    if (reading == Reading.LINE && !blocked() && isLineTooLong(kept.length())) {
      stopReading();
    }
  }

  /** How many of the new bytes complete what has been kept; all, if none do. */
  private long bytesToGoOn(MemorySegment input, long from, long end) {
    if (blocked()) {
      return end - from;
    }
    if (reading != Reading.LINE && reading != Reading.KEYS) {
      return Math.clamp(awaitedBytes() - kept.length(), 0, end - from);
    }
    long newline = Scan.indexOf(input, '\n', from, end);
    return newline < 0 ? end - from : newline + 1 - from;
  }

  /** Adds to what is kept; false if that was refused and the bytes are to be looked at again. */
  private boolean keep(MemorySegment input, long from, long bytes) {
    if (closing) {
      return true;
    }
    if (blocked()) {
      return kept.append(input, from, bytes, kept.length() + bytes, true);
    }
    if (storing != null) {
      boolean taken = kept.append(input, from, bytes, awaitedBytes(), false);
      if (!taken) {
        long missing = awaitedBytes() - kept.length();
        kept.clear();
        loop.path().refuseForMemory(this, missing);
      }
      return taken;
    }
    if (reading != Reading.LINE && reading != Reading.KEYS) {
      // The head of a packet, or name and password: short, whatever the client says.
      return kept.append(input, from, bytes, awaitedBytes(), true);
    }
    if (!kept.append(input, from, bytes, Long.MAX_VALUE, false)) {
      current.append(LINE_NO_MEMORY);
      stopReading();
    } else if (isLineTooLong(kept.length())
        && Scan.indexOf(kept.memory(), '\n', kept.end() - 1, kept.end()) < 0) {
      stopReading();
    }
    return true;
  }

  /** How many bytes what is being read is to have, as far as it is known. */
  private long awaitedBytes() {
    return switch (reading) {
      case VALUE -> valueBytes() + CommandPath.LINE_END_BYTES;
      case PACKET_VALUE -> valueBytes();
      case PACKET -> PacketCommands.headBytes(kept.memory(), kept.start(), kept.end());
      case LOGIN -> loginBytes;
      case REFUSED_VALUE -> refusedBytes;
      case LINE, KEYS -> Long.MAX_VALUE;
    };
  }

  private long valueBytes() {
    Command waiting = storing;
    return waiting == null ? 0 : waiting.valueLength;
  }

  private boolean isLineTooLong(long length) {
    return length > loop.config().lineBytesMax() && !(authenticated && isMultiget());
  }

  private boolean isMultiget() {
    MemorySegment memory = kept.memory();
    long word = Scan.skipSpaces(memory, kept.start(), kept.end());
    return word - kept.start() <= INDENT_MAX
        && (CommandPath.isWord(memory, word, kept.end(), "get ")
            || CommandPath.isWord(memory, word, kept.end(), "gets "));
  }

  /** Leaves out the next {@code bytes}, then goes on with the next command. */
  void swallow(long bytes) {
    refusedBytes = bytes;
    reading = bytes == 0 ? first : Reading.REFUSED_VALUE;
  }

  /** Nothing more is read; what has been asked for is still answered. */
  void stopReading() {
    closing = true;
  }

  // --- commands

  /** Whether no command may start now. */
  boolean blocked() {
    return exclusive != null
        || closing
        || yielded
        || stream != null
        || unsentBytes() >= loop.config().replyBytesHigh()
        || (pendingCount > 0 && !mayWaitForMore());
  }

  private boolean mayWaitForMore() {
    return pendingCount < loop.config().pendingReadsMax()
        && pendingBytes + loop.expectedBytes() <= loop.config().pendingReadBytesMax();
  }

  /** Where the next reply goes. */
  ReplyChain replies() {
    return current;
  }

  /** Lets a command wait whose answer did not come at once. */
  void park(Command command) {
    command.park(this);
    if (command.isPureRead()) {
      command.expectedBytes = loop.expectedBytes();
    } else {
      command.exclusive = true;
      exclusive = command;
    }
    pendingCount++;
    pendingBytes += command.expectedBytes;
    Command last = newest;
    if (last == null) {
      oldest = command;
    } else {
      parkedBytes += last.following.lengthBytes();
      last.younger = command;
    }
    newest = command;
    current = command.following;
  }

  @Override
  public ReplyChain replyTo(Command command) {
    ReplyChain chain = command == oldest && !closed ? ready : command.reply;
    lengthBeforeAnswer = chain.lengthBytes();
    return chain;
  }

  @Override
  public void answeredLate(Command command) {
    if (closed) {
      loop.commands().giveBack(command);
      return;
    }
    command.answered = true;
    pendingBytes -= command.expectedBytes;
    if (command.exclusive) {
      exclusive = null;
    }
    if (command == oldest) {
      learn(command, ready.lengthBytes() - lengthBeforeAnswer);
    } else {
      learn(command, command.reply.lengthBytes());
      parkedBytes += command.reply.lengthBytes();
    }
    announceProgress();
  }

  private void announceProgress() {
    if (!progressAnnounced) {
      progressAnnounced = true;
      owner.progressed(this);
    }
  }

  private void learn(Command command, long replyBytes) {
    if (!command.exclusive) {
      loop.learnBytes(replyBytes);
    }
  }

  /**
   * Moves the replies of answered commands, up to the first that still waits, to the ready ones.
   */
  private void moveAnswered() {
    Command first = oldest;
    while (first != null && first.answered) {
      parkedBytes -= first.reply.lengthBytes();
      ready.moveFrom(first.reply);
      if (first == newest) {
        newest = null;
        current = ready;
      } else {
        parkedBytes -= first.following.lengthBytes();
      }
      ready.moveFrom(first.following);
      pendingCount--;
      Command next = first.younger;
      oldest = next;
      loop.commands().giveBack(first);
      first = next;
    }
  }

  // --- replies

  /**
   * Whether replies may wait a little for others that will be made in the next turn, so that they
   * leave together.
   */
  public boolean gathersReplies() {
    return (yielded || streaming) && ready.lengthBytes() < ChunkPool.LARGE_BYTES;
  }

  /** The next chunk to write, or null; it stays the server's until {@link #written}. */
  public @Nullable ReplyChunk nextReply() {
    ReplyChunk chunk = ready.takeFirst();
    if (chunk != null) {
      sendingBytes += chunk.length();
      loop.counters().add(ProtocolCounter.BYTES_WRITTEN, chunk.length());
    }
    return chunk;
  }

  /** Takes back a chunk that has been written, or never will be. Also after {@link #close}. */
  public void written(ReplyChunk chunk) {
    sendingBytes -= chunk.length();
    loop.chunks().giveBack(chunk);
  }

  /** Bytes of replies that have been made and not been written yet. */
  public long unsentBytes() {
    long bytes = ready.lengthBytes() + sendingBytes;
    return current == ready ? bytes : bytes + parkedBytes + current.lengthBytes();
  }

  /** Whether nothing more will be replied: close when what was taken has been written. */
  public boolean wantsClose() {
    return closing && oldest == null && ready.isEmpty();
  }

  /** Whether the client watches, and whatever else it says is not looked at. */
  boolean isWatching() {
    return watching;
  }

  /** Whether a watcher or a list of keys has begun, which does not end with a command's answer. */
  public boolean hasStream() {
    return stream != null;
  }

  /** Whether all that was asked for has been answered and written. */
  public boolean isIdle() {
    return oldest == null && unsentBytes() == 0 && !yielded && stream == null;
  }

  /** The connection is gone: lets go of everything; late answers are thrown away. */
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    closing = true;
    ReplyStream open = stream;
    stream = null;
    if (open != null) {
      open.close();
    }
    kept.clear();
    ready.clear();
    Command waiting = storing;
    storing = null;
    if (waiting != null) {
      loop.commands().giveBack(waiting);
    }
    Command command = oldest;
    oldest = null;
    newest = null;
    current = ready;
    while (command != null) {
      Command next = command.younger;
      if (command.answered) {
        loop.commands().giveBack(command);
      }
      command = next;
    }
  }
}
