package io.larder.bench.load;

import io.larder.bench.model.Mix;
import io.larder.bench.wire.KeyText;
import io.larder.bench.wire.RequestWriter;
import io.larder.bench.wire.ValueCheck;
import io.larder.bench.workload.OperationKind;
import io.larder.bench.workload.Workload;
import io.netty.channel.IoEventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread of the client: decides what its connections ask for and when, and counts what comes of
 * it.
 *
 * <p><b>Life.</b> Connections are added; then {@link #begin} for each phase, the next when the last
 * one has ended.
 *
 * <p><b>Threads.</b> Confined to its event loop, but for {@link #completedCount}.
 */
final class LoadThread {
  /** Requests under way on a connection while every key is written once. */
  static final int LOAD_DEPTH = 16;

  private static final int SCRATCH_BYTES = 1 << 16;
  private static final int WRITE_BYTES_MAX = 1 << 18;
  private static final long TIMER_NANOS_MIN = 20_000;

  /** memcached takes more than this for a moment in time. */
  private static final int TTL_SECONDS_MAX = 60 * 60 * 24 * 30;

  private final IoEventLoop loop;
  private final LoadSettings settings;
  private final Workload workload;
  private final int index;
  private final SplittableRandom random;
  private final RequestWriter writer;
  private final KeyText keys;
  private final @Nullable Ledger ledger;
  private final boolean isMeta;
  private final byte[] scratch = new byte[SCRATCH_BYTES];
  private final List<LoadConnection> connections = new ArrayList<>();
  private final Runnable timer = this::timerFired;
  private final long loneStart;
  private final long openedNanos;
  private final double churnPerNano;
  private long loneCount;
  private int versionCount;
  private volatile long completedCount;
  private long completedPlain;

  // The present phase.
  private Phase phase = Phase.of("none", 0, 0);
  private Tally tally = new Tally();
  private CompletableFuture<Tally> ended = new CompletableFuture<>();
  private long beginNanos;
  private long endNanos;
  private long nextToLoad;
  private int underWay;

  // With a rate.
  private final ArrayDeque<LoadConnection> idle = new ArrayDeque<>();
  private double gapNanos;
  private long startedCount;
  private boolean isTimerSet;

  LoadThread(IoEventLoop loop, LoadSettings settings, int index, int run, long openedNanos) {
    this.loop = loop;
    this.settings = settings;
    this.workload = settings.workload();
    this.index = index;
    this.random = new SplittableRandom(Mix.of(settings.seed()) + index);
    this.keys = new KeyText(workload.keyBytes());
    this.writer = new RequestWriter(settings.protocol(), keys, run);
    this.isMeta = settings.protocol() == RequestWriter.Protocol.meta;
    this.ledger = settings.verifies() ? new Ledger(workload.keys().keyCount(), run) : null;
    // In the upper half of all numbers, elsewhere in each run: nobody has asked for them before.
    this.loneStart = KeyText.NUMBERS / 2 + (Mix.of(run + ((long) index << 32)) & 0x3FFFFFFFFFL);
    this.openedNanos = openedNanos;
    this.churnPerNano = workload.churnPerSecond() / TimeUnit.SECONDS.toNanos(1);
  }

  IoEventLoop loop() {
    return loop;
  }

  /** A connection of this thread, not open yet. */
  LoadConnection newConnection() {
    LoadConnection connection =
        new LoadConnection(this, Math.max(settings.pipeline(), LOAD_DEPTH), settings.multiget());
    connections.add(connection);
    return connection;
  }

  /** Requests answered since the start. Any thread may ask. */
  long completedCount() {
    return completedCount;
  }

  // ------------------------------------------------------------------ a phase

  /** Begins a phase; {@code whenEnded} gets what came of it when its last request is answered. */
  void begin(Phase next, CompletableFuture<Tally> whenEnded) {
    phase = next;
    tally = new Tally();
    ended = whenEnded;
    beginNanos = System.nanoTime();
    endNanos =
        next.loads()
            ? Long.MAX_VALUE
            : beginNanos + (long) (next.seconds() * TimeUnit.SECONDS.toNanos(1));
    nextToLoad = index;
    gapNanos =
        next.perSecond() > 0
            ? TimeUnit.SECONDS.toNanos(1) * settings.threads() / next.perSecond()
            : 0;
    startedCount = 0;
    idle.clear();
    for (LoadConnection connection : connections) {
      connection.depth(next.loads() ? LOAD_DEPTH : settings.pipeline());
      connection.forgetMissed();
      connection.isIdleListed = false;
    }
    for (LoadConnection connection : connections) {
      goOn(connection);
    }
    if (!next.loads() && !hasRate()) {
      var _ = loop.schedule(this::endIfDone, endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
    endIfDone();
  }

  private boolean hasRate() {
    return gapNanos > 0;
  }

  /** A connection has read what there was. */
  void answered(LoadConnection connection) {
    completedCount = completedPlain;
    if (!ended.isDone()) {
      goOn(connection);
      endIfDone();
    }
  }

  private void goOn(LoadConnection connection) {
    if (hasRate()) {
      if (sendMissed(connection)) {
        return;
      }
      list(connection);
      pace();
    } else {
      fill(connection);
    }
  }

  private boolean isOver(long now) {
    return phase.loads() ? nextToLoad >= workload.keys().keyCount() : now >= endNanos;
  }

  private void endIfDone() {
    if (underWay == 0 && !ended.isDone() && isOver(System.nanoTime())) {
      ended.complete(tally);
    }
  }

  /** Ends the phase with what went wrong. */
  void failed(Throwable cause) {
    ended.completeExceptionally(cause);
  }

  // ------------------------------------------------------------------ as many as are answered

  private void fill(LoadConnection connection) {
    if (!connection.hasRoom()) {
      return;
    }
    long now = System.nanoTime();
    writer.clear();
    while (connection.hasRoom() && writer.length() < WRITE_BYTES_MAX && start(connection, now)) {
      // One more has been written.
    }
    sendWritten(connection);
  }

  private boolean start(LoadConnection connection, long now) {
    if (isOver(now)) {
      return false;
    }
    if (phase.loads()) {
      change(connection, OperationKind.set, nextToLoad, now);
      nextToLoad += settings.threads();
      return true;
    }
    long missed = connection.takeMissed();
    if (missed == KeyText.NONE) {
      next(connection, now, now);
    } else {
      change(connection, OperationKind.set, missed, now);
    }
    return true;
  }

  private void sendWritten(LoadConnection connection) {
    if (writer.length() > 0) {
      connection.send(writer);
    }
  }

  // ------------------------------------------------------------------ at a rate

  private boolean sendMissed(LoadConnection connection) {
    writer.clear();
    long now = System.nanoTime();
    while (connection.hasRoom() && !isOver(now)) {
      long missed = connection.takeMissed();
      if (missed == KeyText.NONE) {
        break;
      }
      change(connection, OperationKind.set, missed, now);
    }
    sendWritten(connection);
    return writer.length() > 0 && !connection.hasRoom();
  }

  private void list(LoadConnection connection) {
    if (!connection.isIdleListed && connection.hasRoom()) {
      connection.isIdleListed = true;
      idle.add(connection);
    }
  }

  /** Sends what is due, as far as connections have room, and comes back for the next. */
  private void pace() {
    long now = System.nanoTime();
    while (!isOver(now) && intended(startedCount) <= now) {
      LoadConnection connection = idle.poll();
      if (connection == null) {
        return; // All are busy: the next reply comes back here, and the time that has passed
        // counts.
      }
      connection.isIdleListed = false;
      long intended = intended(startedCount++);
      writer.clear();
      tally.started(now - intended);
      if (phase.loads()) {
        change(connection, OperationKind.set, nextToLoad, intended);
        nextToLoad += settings.threads();
      } else {
        next(connection, now, intended);
      }
      connection.send(writer);
      list(connection);
    }
    if (!isTimerSet) {
      isTimerSet = true;
      long wait = Math.min(intended(startedCount), endNanos) - now;
      var _ = loop.schedule(timer, Math.max(TIMER_NANOS_MIN, wait), TimeUnit.NANOSECONDS);
    }
  }

  private long intended(long number) {
    return beginNanos + (long) ((number + (double) index / settings.threads()) * gapNanos);
  }

  private void timerFired() {
    isTimerSet = false;
    if (!ended.isDone() && hasRate()) {
      if (!isOver(System.nanoTime())) {
        pace();
      }
      endIfDone();
    }
  }

  // ------------------------------------------------------------------ one request

  private void next(LoadConnection connection, long now, long intended) {
    OperationKind kind = workload.mix().next(random);
    if (kind.isRead()) {
      read(connection, kind, now, intended);
    } else {
      change(connection, kind, number(kind, now), intended);
    }
  }

  private long number(OperationKind kind, long now) {
    if (kind.isLone()) {
      return loneStart + loneCount++;
    }
    long moved = churnPerNano == 0 ? 0 : (long) ((now - openedNanos) * churnPerNano);
    return workload.keys().number(workload.popularity().next(random), moved);
  }

  private void read(LoadConnection connection, OperationKind kind, long now, long intended) {
    int from = connection.startRead(kind, intended);
    int count = settings.multiget();
    long[] numbers = connection.numbers();
    for (int i = from; i < from + count; i++) {
      numbers[i] = number(kind, now);
    }
    if (ledger != null) {
      for (int i = from; i < from + count; i++) {
        connection.floors()[i] = kind.isLone() ? Ledger.NO_FLOOR : ledger.floor(numbers[i]);
      }
    }
    writer.get(numbers, from, count);
    underWay++;
  }

  private void change(LoadConnection connection, OperationKind kind, long number, long intended) {
    int version = ledger == null || kind.isLone() ? ++versionCount : ledger.changeStarts(number);
    int before = writer.length();
    if (kind == OperationKind.delete) {
      writer.delete(number);
    } else {
      writer.set(number, version, workload.sizes().of(number), ttl(number));
    }
    connection.startChange(kind, number, writer.length() - before, intended);
    underWay++;
  }

  private int ttl(long number) {
    int seconds = workload.ttls().secondsOf(number);
    return seconds <= TTL_SECONDS_MAX
        ? seconds
        : (int) (System.currentTimeMillis() / 1000) + seconds;
  }

  // ------------------------------------------------------------------ what a connection asks and
  // tells

  byte[] scratch() {
    return scratch;
  }

  KeyText keys() {
    return keys;
  }

  Tally tally() {
    return tally;
  }

  boolean verifies() {
    return ledger != null;
  }

  boolean isMeta() {
    return isMeta;
  }

  boolean looksAside() {
    return workload.lookAside() && !phase.loads();
  }

  /** A request has been answered. */
  void completed() {
    underWay--;
    completedPlain++;
  }

  /** A change has been answered. */
  void changed(OperationKind kind, long number, boolean isDone) {
    if (ledger != null && !kind.isLone()) {
      ledger.changeEnds(number, isDone);
    }
  }

  /** A value has come as a whole. */
  void verified(long number, ValueCheck check, int floor) {
    tally.verified();
    String complaint = check.complaint(number);
    if (complaint == null && ledger != null) {
      complaint = ledger.complaint(floor, check.version(), check.run());
    }
    if (complaint != null) {
      tally.wrong("key number " + number + ": " + complaint);
    }
  }
}
