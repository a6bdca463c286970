package io.larder.bench.load;

import io.larder.bench.wire.KeyText;
import io.larder.bench.wire.Reply;
import io.larder.bench.wire.ReplyListener;
import io.larder.bench.wire.ReplyReader;
import io.larder.bench.wire.RequestWriter;
import io.larder.bench.wire.ValueCheck;
import io.larder.bench.workload.OperationKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One connection: its requests under way, in their order, and the replies to them.
 *
 * <p><b>Threads.</b> Confined to its event loop.
 */
final class LoadConnection extends ChannelInboundHandlerAdapter implements ReplyListener {
  /*
   * What is under way stands in arrays used round and round, a place for each request and as many
   * places for keys as a read may have, so that nothing is made for a request.
   */

  /** Unanswered bytes of requests, above which no further one is begun. */
  private static final int SENT_BYTES_MAX = 1 << 18;

  private static final OperationKind[] KINDS = OperationKind.values();

  private final LoadThread thread;
  private final int multiget;
  private final ReplyReader reader = new ReplyReader(this);
  private final ValueCheck check = new ValueCheck();
  private final byte[] kinds;
  private final int[] keyCounts;
  private final int[] requestBytes;
  private final long[] startNanos;
  private final long[] numbers;
  private final int[] floors;
  private final long[] missed;
  private @Nullable ChannelHandlerContext context;
  private int missedCount;
  private int first;
  private int underWay;
  private int depth;
  private long sentBytes;
  private long nowNanos;

  // The reply that is being read.
  private int keysPassed;
  private int hits;
  private long valueNumber;
  private int valueKey;
  private boolean wasStored;
  private @Nullable String errorLine;

  /** Whether the thread has it among those that wait for something to do. */
  boolean isIdleListed;

  LoadConnection(LoadThread thread, int depthMax, int multiget) {
    this.thread = thread;
    this.multiget = multiget;
    this.kinds = new byte[depthMax];
    this.keyCounts = new int[depthMax];
    this.requestBytes = new int[depthMax];
    this.startNanos = new long[depthMax];
    this.numbers = new long[depthMax * multiget];
    this.floors = new int[depthMax * multiget];
    this.missed = new long[depthMax * multiget];
  }

  // ------------------------------------------------------------------ sending

  /** How many requests may be under way from now on. */
  void depth(int requests) {
    depth = Math.min(requests, kinds.length);
  }

  boolean hasRoom() {
    return underWay < depth && (sentBytes < SENT_BYTES_MAX || underWay == 0);
  }

  int underWay() {
    return underWay;
  }

  /** The place of a new request that reads. Its keys go to {@link #numbers} from there on. */
  int startRead(OperationKind kind, long intendedNanos) {
    return start(kind, multiget, 0, intendedNanos);
  }

  /** A new request that changes one key. */
  void startChange(OperationKind kind, long number, int bytes, long intendedNanos) {
    numbers[start(kind, 1, bytes, intendedNanos)] = number;
  }

  private int start(OperationKind kind, int keys, int bytes, long intendedNanos) {
    int place = (first + underWay) % kinds.length;
    underWay++;
    sentBytes += bytes;
    kinds[place] = (byte) kind.ordinal();
    keyCounts[place] = keys;
    requestBytes[place] = bytes;
    startNanos[place] = intendedNanos;
    return place * multiget;
  }

  long[] numbers() {
    return numbers;
  }

  int[] floors() {
    return floors;
  }

  /** A key that was missed and is to be written; {@link KeyText#NONE} if there is none. */
  long takeMissed() {
    return missedCount == 0 ? KeyText.NONE : missed[--missedCount];
  }

  void forgetMissed() {
    missedCount = 0;
  }

  void send(RequestWriter writer) {
    ChannelHandlerContext open = context;
    if (open == null) {
      throw new IllegalStateException("not connected");
    }
    ByteBuf buffer = open.alloc().directBuffer(writer.length());
    buffer.writeBytes(writer.bytes(), 0, writer.length());
    var _ = open.writeAndFlush(buffer, open.voidPromise());
  }

  // ------------------------------------------------------------------ receiving

  @Override
  public void channelActive(ChannelHandlerContext opened) {
    context = opened;
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    ByteBuf buffer = (ByteBuf) message;
    byte[] bytes = thread.scratch();
    nowNanos = System.nanoTime();
    try {
      while (buffer.isReadable()) {
        int length = Math.min(buffer.readableBytes(), bytes.length);
        buffer.readBytes(bytes, 0, length);
        reader.read(bytes, 0, length);
      }
    } finally {
      buffer.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    thread.answered(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    thread.failed(new IOException("the server closed a connection"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    thread.failed(
        cause instanceof IOException
            ? new IOException("a connection failed: " + cause.getMessage(), cause)
            : cause);
  }

  @Override
  public void valueStarts(byte[] line, int keyAt, int keyLength, int lengthBytes) {
    int base = first * multiget;
    if (underWay == 0 || !KINDS[kinds[first]].isRead() || keysPassed >= keyCounts[first]) {
      throw new IllegalStateException("the server sent a value that nobody asked for");
    }
    valueKey = keyLength == 0 ? 0 : found(base, thread.keys().number(line, keyAt, keyLength));
    valueNumber = numbers[base + valueKey];
    if (thread.verifies()) {
      check.start(lengthBytes);
    }
    thread.tally().received(lengthBytes);
  }

  /** Which of the keys of this read it is; those before it were missed. */
  private int found(int base, long number) {
    int key = keysPassed;
    while (numbers[base + key] != number) {
      miss(numbers[base + key]);
      if (++key == keyCounts[first]) {
        throw new IllegalStateException(
            "the server sent a key that was not asked for, or in another order");
      }
    }
    return key;
  }

  private void miss(long number) {
    if (thread.looksAside() && KINDS[kinds[first]] == OperationKind.get) {
      missed[missedCount++] = number;
    }
  }

  @Override
  public void valueBytes(byte[] bytes, int from, int to) {
    if (thread.verifies()) {
      check.add(bytes, from, to);
    }
  }

  @Override
  public void valueEnds() {
    hits++;
    keysPassed = valueKey + 1;
    if (thread.verifies()) {
      thread.verified(valueNumber, check, floors[first * multiget + valueKey]);
    }
    if (keyCounts[first] == 1 && thread.isMeta()) {
      complete();
    }
  }

  @Override
  public void replied(Reply reply, byte[] line, int from, int to) {
    if (underWay == 0 || reply == Reply.STRANGE) {
      throw new IllegalStateException(
          "the server said what does not belong here: " + text(line, from, to));
    }
    OperationKind kind = KINDS[kinds[first]];
    boolean isBatch = kind.isRead() && thread.isMeta() && keyCounts[first] > 1;
    switch (reply) {
      case ERROR, REFUSED -> {
        errorLine = text(line, from, to);
        if (!isBatch) {
          complete();
        }
      }
      case DONE, END, MISS -> {
        if (isBatch && reply != Reply.END) {
          return; // one key of several
        }
        wasStored = true;
        complete();
      }
      case STRANGE -> throw new AssertionError(reply);
    }
  }

  private static String text(byte[] line, int from, int to) {
    return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private void complete() {
    OperationKind kind = KINDS[kinds[first]];
    int base = first * multiget;
    int keys = keyCounts[first];
    if (kind.isRead()) {
      for (int key = keysPassed; key < keys && errorLine == null; key++) {
        miss(numbers[base + key]);
      }
    } else {
      thread.changed(kind, numbers[base], wasStored);
    }
    if (errorLine != null) {
      thread.tally().error(errorLine);
    } else {
      thread.tally().answered(kind, nowNanos - startNanos[first], keys, hits);
    }
    sentBytes -= requestBytes[first];
    first = (first + 1) % kinds.length;
    underWay--;
    keysPassed = 0;
    hits = 0;
    wasStored = false;
    errorLine = null;
    thread.completed();
  }
}
