package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.protocol.input.InputBudget;
import io.larder.protocol.reply.ReplyChunk;
import io.larder.protocol.stats.PrefixStats;
import io.larder.protocol.stats.ProtocolCounter;
import io.larder.protocol.stats.StatSink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session and what surrounds it, driven as a server does.
 *
 * <p>Input is given from memory that is overwritten right after; replies are written at once, or
 * when the test says so. Closing checks that everything lent has come back.
 */
final class SessionRig implements SessionOwner, ServerControl, AutoCloseable {
  private static final int PREPARED_COMMANDS = 3;
  private static final byte RUBBISH = 'Z';

  /** More memory than the rig says it could ever have. */
  private static final long MEGABYTES_MAX = 1 << 20;

  final FakeCache cache = new FakeCache();
  final InputBudget budget;
  final ProtocolLoop loop;
  final ProtocolSession session;
  final List<Long> flushes = new ArrayList<>();
  final List<Long> limits = new ArrayList<>();
  final List<String> tuned = new ArrayList<>();
  int verbosity = -1;
  int resets;
  int refreshes;
  boolean mayShutDown;
  final List<Boolean> shutdowns = new ArrayList<>();
  final List<String> moves = new ArrayList<>();
  final PrefixStats prefixes = new PrefixStats(':');
  boolean isUnderTest;
  @Nullable String certificateProblem;
  int progressCalls;

  /** Whether replies are written as soon as they are ready. */
  boolean writesAtOnce = true;

  private final StringBuilder output = new StringBuilder();
  private final Deque<ReplyChunk> sending = new ArrayDeque<>();
  private final Deque<byte[]> unread = new ArrayDeque<>();
  private boolean progressed;
  private boolean closed;

  SessionRig() {
    this(ProtocolConfig.DEFAULT, 1 << 20);
  }

  SessionRig(ProtocolRules rules) {
    this(ProtocolConfig.DEFAULT, rules, 1 << 20);
  }

  SessionRig(ProtocolConfig config, long inputBytes) {
    this(config, ProtocolRules.OPEN, inputBytes);
  }

  SessionRig(ProtocolConfig config, ProtocolRules rules, long inputBytes) {
    budget = new InputBudget(inputBytes);
    loop = new ProtocolLoop(config, rules, cache, this, budget);
    session = new ProtocolSession(loop, this);
  }

  // --- what a client does

  /** Sends bytes, in one piece if the session wants them all. */
  SessionRig send(String text) {
    unread.add(text.getBytes(StandardCharsets.ISO_8859_1));
    goOn();
    return this;
  }

  /** Sends bytes that arrive before the loop's next turn, whether the session wants them or not. */
  SessionRig sendInThisTurn(String text) {
    receive(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /** Sends bytes in pieces of this size. */
  SessionRig sendInPieces(String text, int size) {
    for (int at = 0; at < text.length(); at += size) {
      send(text.substring(at, Math.min(text.length(), at + size)));
    }
    return this;
  }

  /** What has been written so far, and forgets it. */
  String written() {
    String text = output.toString();
    output.setLength(0);
    return text;
  }

  /** Sends and returns what is written. */
  String ask(String text) {
    return send(text).written();
  }

  // --- what a server does

  /** Answers the {@code index}-th waiting request, and goes on in the loop's next turn. */
  SessionRig answerLate(int index) {
    cache.answerLate(index);
    goOn();
    return this;
  }

  /** Answers all waiting requests, the oldest first, until none is left. */
  SessionRig answerAll() {
    while (!cache.waiting.isEmpty()) {
      answerLate(0);
    }
    return this;
  }

  /** Writes what has been handed out. */
  SessionRig writeAll() {
    while (!sending.isEmpty() || takeReplies()) {
      writeOne();
      resume();
      goOn();
    }
    return this;
  }

  /** Writes what there is, and lets nothing go on. */
  SessionRig writeOut() {
    takeReplies();
    while (!sending.isEmpty()) {
      writeOne();
    }
    return this;
  }

  boolean wantsClose() {
    return session.wantsClose();
  }

  private void goOn() {
    boolean again = true;
    while (again) {
      again = false;
      if (progressed) {
        resume();
        again = true;
      }
      byte[] piece = session.wantsInput() ? unread.poll() : null;
      if (piece != null) {
        receive(piece);
        again = true;
      }
      takeReplies();
      if (writesAtOnce && !sending.isEmpty()) {
        while (!sending.isEmpty()) {
          writeOne();
        }
        resume();
        again = true;
      }
    }
  }

  /** Lets the session go on, as in a turn of its own. */
  void resume() {
    progressed = false;
    session.resume();
  }

  private void receive(byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment scratch = arena.allocate(bytes.length + 16L);
      MemorySegment.copy(bytes, 0, scratch, ValueLayout.JAVA_BYTE, 7, bytes.length);
      session.receive(scratch, 7, bytes.length);
      scratch.fill(RUBBISH);
    }
  }

  private boolean takeReplies() {
    boolean any = false;
    for (ReplyChunk chunk = session.nextReply(); chunk != null; chunk = session.nextReply()) {
      assertThat(chunk.length()).isPositive();
      sending.add(chunk);
      any = true;
    }
    return any;
  }

  private void writeOne() {
    ReplyChunk chunk = sending.remove();
    byte[] bytes = new byte[chunk.length()];
    chunk.bytes().clear().get(bytes);
    output.append(new String(bytes, StandardCharsets.ISO_8859_1));
    session.written(chunk);
  }

  @Override
  public void progressed(ProtocolSession from) {
    assertThat(progressed).as("announced again before it was resumed").isFalse();
    progressed = true;
    progressCalls++;
  }

  long count(ProtocolCounter counter) {
    return loop.counters().get(counter);
  }

  /** Closes the session and checks that nothing has been kept. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    session.close();
    while (!cache.waiting.isEmpty()) {
      cache.answerLate(0);
    }
    for (ReplyChunk chunk : sending) {
      session.written(chunk);
    }
    assertThat(loop.chunks().takenCount()).as("chunks kept").isZero();
    assertThat(loop.commands().takenCount()).as("commands kept").isEqualTo(PREPARED_COMMANDS);
    assertThat(budget.usedBytes()).as("input bytes kept").isZero();
    assertThat(session.unsentBytes()).as("bytes unsent").isZero();
  }

  // --- ServerControl

  @Override
  public boolean stats(List<String> arguments, StatSink sink) {
    if (!arguments.isEmpty() && !arguments.get(0).equals("settings")) {
      return false;
    }
    sink.stat("pid", 7);
    sink.stat("args", String.join(",", arguments));
    return true;
  }

  @Override
  public void countPrefixes(boolean on) {
    loop.counters().countPrefixes(on ? prefixes : null);
  }

  @Override
  public void dumpPrefixes(StatSink sink) {
    prefixes.dump(sink);
  }

  @Override
  public boolean isUnderTest() {
    return isUnderTest;
  }

  @Override
  public void holdTime(boolean held) {
    moves.add(held ? "held" : "going");
  }

  @Override
  public void moveTime(long seconds) {
    moves.add(Long.toString(seconds));
  }

  @Override
  public void resetStats() {
    resets++;
  }

  @Override
  public void flushAll(long delaySeconds) {
    flushes.add(delaySeconds);
    if (delaySeconds == 0) {
      cache.clear();
    }
  }

  @Override
  public boolean memoryLimit(long megabytes) {
    if (megabytes > MEGABYTES_MAX) {
      return false;
    }
    limits.add(megabytes);
    return true;
  }

  @Override
  public void verbosity(int level) {
    verbosity = level;
  }

  @Override
  public boolean tune(String name, double value) {
    tuned.add(name + "=" + value);
    return !name.equals("unknown");
  }

  @Override
  public String version() {
    return "1.6.18";
  }

  @Override
  public boolean mayShutDown() {
    return mayShutDown;
  }

  @Override
  public void shutDown(boolean graceful) {
    shutdowns.add(graceful);
  }

  @Override
  public @Nullable String refreshCertificates() {
    refreshes++;
    return certificateProblem;
  }
}
