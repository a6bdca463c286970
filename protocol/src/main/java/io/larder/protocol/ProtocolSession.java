package io.larder.protocol;

import io.larder.protocol.command.Command;
import io.larder.protocol.command.CommandOwner;
import io.larder.protocol.input.InputBuffer;
import io.larder.protocol.parse.Scan;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.reply.ReplyChunk;
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
 *   <li><b>Send:</b> take {@link #nextReply} until it is null, write every chunk's bytes from 0 to
 *       its length, flush once; when a chunk has been written (or never will be), {@link #written}.
 *       If {@link #wantsClose} then, close when the last chunk has been written.
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
    REFUSED_VALUE
  }

  private static final Text LINE_NO_MEMORY =
      Text.line("SERVER_ERROR out of memory reading request");

  /** First byte of every request in the binary protocol, which is not spoken. */
  private static final int BINARY_MAGIC = 0x80;

  /** How far a multiget may be indented and still be let grow. */
  private static final int INDENT_MAX = 100;

  private final ProtocolLoop loop;
  private final SessionOwner owner;

  // --- input

  private final InputBuffer kept;
  private boolean greeted;
  Reading reading = Reading.LINE;

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

  // --- commands that wait

  private @Nullable Command oldest;
  private @Nullable Command newest;
  private @Nullable Command exclusive;
  private int pendingCount;
  private long pendingBytes;
  private boolean progressAnnounced;

  // --- end

  private boolean closing;
  private boolean closed;

  public ProtocolSession(ProtocolLoop loop, SessionOwner owner) {
    this.loop = loop;
    this.owner = owner;
    this.kept = new InputBuffer(loop.inputs());
    this.ready = new ReplyChain(loop.chunks(), false);
    this.current = ready;
  }

  // --- input

  /** Takes bytes from the client and carries out the commands they complete. */
  public void receive(MemorySegment input, long offset, long length) {
    loop.counters().add(ProtocolCounter.BYTES_READ, length);
    greet(input, offset, length);
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
  }

  /** Goes on after an answer has come or replies have been written. */
  public void resume() {
    progressAnnounced = false;
    if (closed) {
      return;
    }
    moveAnswered();
    if (!kept.isEmpty() && !closing) {
      runKept();
    }
  }

  /** Whether the server may read on; if not, it calls {@link #resume} first. */
  public boolean wantsInput() {
    return !blocked();
  }

  /** Whether bytes have been taken that {@link #resume} may make commands of. */
  public boolean hasWaitingInput() {
    return !kept.isEmpty();
  }

  private void greet(MemorySegment input, long offset, long length) {
    if (!greeted && length > 0) {
      greeted = true;
      if (Scan.byteAt(input, offset) == BINARY_MAGIC) {
        closing = true;
      }
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
    if (reading == Reading.VALUE) {
      return Math.clamp(storingBytes() - kept.length(), 0, end - from);
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
    if (reading == Reading.VALUE) {
      boolean taken = kept.append(input, from, bytes, storingBytes(), false);
      if (!taken) {
        long missing = storingBytes() - kept.length();
        kept.clear();
        loop.path().refuseForMemory(this, missing);
      }
      return taken;
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

  private long storingBytes() {
    Command waiting = storing;
    return waiting == null ? 0 : waiting.valueLength + CommandPath.LINE_END_BYTES;
  }

  private boolean isLineTooLong(long length) {
    return length > loop.config().lineBytesMax() && !isMultiget();
  }

  private boolean isMultiget() {
    MemorySegment memory = kept.memory();
    long word = Scan.skipSpaces(memory, kept.start(), kept.end());
    return word - kept.start() <= INDENT_MAX
        && (CommandPath.isWord(memory, word, kept.end(), "get ")
            || CommandPath.isWord(memory, word, kept.end(), "gets "));
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

  /** Whether all that was asked for has been answered and written. */
  public boolean isIdle() {
    return oldest == null && unsentBytes() == 0;
  }

  /** The connection is gone: lets go of everything; late answers are thrown away. */
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    closing = true;
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
