package io.larder.server.net;

import io.larder.protocol.ProtocolSession;
import io.larder.protocol.SessionOwner;
import io.larder.protocol.reply.ReplyChunk;
import io.larder.protocol.watch.WatchTopic;
import io.larder.protocol.watch.WorkerLog;
import io.larder.server.tls.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: carries bytes between its socket and its {@link ProtocolSession}.
 *
 * <p>Everything the commands of one readable event answer leaves in one write. The socket is read
 * only when the session wants input; the rest waits in the kernel, and so does the client.
 *
 * <p><b>Threads.</b> Confined to its loop.
 */
final class Connection extends ChannelInboundHandlerAdapter implements SessionOwner {
  /*
   * Three things make a connection go on: bytes from the client, an answer that comes late, and a
   * reply that has been written. The first is a turn of its own. The other two may happen in the
   * middle of something, under a lock of the cache or inside Netty's write queue, so they only put
   * the connection on the loop's list, and it goes on in the loop's next turn.
   */

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final ServerLoop loop;
  private final Channel channel;
  private final int number;
  private final ProtocolSession session;
  private final ReadSizer readSizer;

  /** Null where the socket is plain. */
  private final @Nullable Tls tls;

  private @Nullable ChannelHandlerContext context;
  private @Nullable SocketAddress remote;

  /** Whether a read has been asked for and not ended. */
  private boolean reading;

  /** Whether the session has taken all it can, perhaps with commands left over. */
  private boolean stalled;

  private boolean inputEnded;
  private boolean shakenHands;
  private boolean closing;
  private CloseReason closeReason = CloseReason.NORMAL;
  private int sendingCount;
  private long activeNanos;

  /** When the client last said something, in the loop's seconds; others read it as it may be. */
  private int activeTickSeconds;

  /** The loop's list of connections that are to go on. */
  @Nullable Connection nextToGoOn;

  boolean isToGoOn;

  /**
   * @param tls what counts what becomes of TLS below; null if there is none
   */
  Connection(ServerLoop loop, Channel channel, @Nullable Tls tls) {
    this.loop = loop;
    this.channel = channel;
    this.number = loop.newClientNumber();
    this.tls = tls;
    this.session = new ProtocolSession(loop.protocol(), this);
    this.readSizer = new ReadSizer(loop.readPool(), this);
    this.activeNanos = loop.nanosForIdle();
    this.activeTickSeconds = loop.tickSeconds();
    channel.config().setRecvByteBufAllocator(readSizer);
  }

  // --- the channel's events

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    loop.opened(this);
    remote = channel.remoteAddress();
    tellOpened();
    if (channel.isActive()) {
      read();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    read();
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (closing) {
        return;
      }
      if (bytes instanceof ReadMemory memory) {
        session.receive(memory.segment(), memory.readerIndex(), memory.readableBytes());
      } else {
        receiveDecrypted(bytes);
      }
    } finally {
      bytes.release();
    }
  }

  /**
   * Copies what was decrypted to memory as plain sockets are read into, so that the protocol meets
   * one kind of memory only.
   */
  private void receiveDecrypted(ByteBuf bytes) {
    ReadMemory memory = loop.readPool().take(ReadPool.SIZE_INDEX_MAX);
    try {
      while (bytes.isReadable() && !closing) {
        memory.clear();
        memory.writeBytes(bytes, Math.min(bytes.readableBytes(), memory.capacity()));
        session.receive(memory.segment(), 0, memory.writerIndex());
      }
    } finally {
      memory.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    if (tls != null && channel.isWritable() && !closing) {
      loop.goOnLater(this);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    reading = false;
    activeNanos = loop.nanosForIdle();
    activeTickSeconds = loop.tickSeconds();
    goOn();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      inputEnded = true;
      session.endInput();
      goOn();
    } else if (tls != null && event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        shakenHands = true;
        tls.handshakeDone();
      } else {
        tls.handshakeFailed();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (tls != null && isOfTls(cause)) {
      if (shakenHands) {
        tls.connectionFailed();
      }
      LOG.debug(
          "{} does not speak TLS as it should: {}", channel.remoteAddress(), whatIsWrong(cause));
    } else if (cause instanceof IOException) {
      LOG.debug("{} is lost: {}", channel.remoteAddress(), cause.toString());
    } else {
      LOG.error("{} is closed after a mistake in the server", channel.remoteAddress(), cause);
    }
    closeReason = CloseReason.ERROR;
    close();
  }

  private static boolean isOfTls(Throwable cause) {
    return cause instanceof SSLException
        || (cause instanceof DecoderException && cause.getCause() instanceof SSLException)
        || cause instanceof NotSslRecordException;
  }

  /** What was said in the clear may have been a password, and Netty shows all of it. */
  private static String whatIsWrong(Throwable cause) {
    boolean inTheClear =
        cause instanceof NotSslRecordException || cause.getCause() instanceof NotSslRecordException;
    return inTheClear ? "it speaks in the clear" : cause.toString();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    closing = true;
    session.close();
    loop.closed(this);
    tellClosed();
  }

  // --- what watchers hear

  /** Why a connection ends, by memcached's words. */
  private enum CloseReason {
    NORMAL,
    ERROR,
    IDLE_TIMEOUT,
    SHUTDOWN;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private void tellOpened() {
    WorkerLog log = loop.protocol().log();
    if (log.hears(WatchTopic.CONNEVENTS.bit())) {
      log.connected(remoteHost(), remotePort(), transport(), number);
    }
  }

  private void tellClosed() {
    WorkerLog log = loop.protocol().log();
    if (log.hears(WatchTopic.CONNEVENTS.bit())) {
      log.disconnected(remoteHost(), remotePort(), transport(), closeReason.word(), number);
    }
  }

  private String remoteHost() {
    return remote instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "unix";
  }

  private int remotePort() {
    return remote instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }

  private String transport() {
    return remote instanceof InetSocketAddress ? "tcp" : "local";
  }

  // --- the session's events

  @Override
  public int number() {
    return number;
  }

  @Override
  public void progressed(ProtocolSession from) {
    loop.goOnLater(this);
  }

  /** Netty has let go of a chunk: it has been written, or never will be. */
  void written(ReplyChunk chunk) {
    sendingCount--;
    session.written(chunk);
    // Also while a read is under way: the client may be waiting for the replies to what it has sent
    // already, and send nothing that would end the read.
    boolean hasMoreToDo = !reading || session.hasWaitingInput() || session.wantsClose();
    if (hasMoreToDo && !closing) {
      loop.goOnLater(this);
    }
  }

  // --- going on

  /** Takes up what had to wait, in a turn of its own. */
  void resume() {
    if (!closing) {
      session.resume();
      goOn();
    }
  }

  boolean wantsInput() {
    return !closing && session.wantsInput();
  }

  private void goOn() {
    if (closing) {
      return;
    }
    if (!session.gathersReplies()) {
      send();
    }
    stalled = !session.wantsInput();
    if (session.wantsClose() || inputEnded) {
      if (sendingCount == 0 && (session.wantsClose() || hasNothingLeftToDo())) {
        close();
      }
    } else if (!stalled) {
      read();
    }
  }

  /**
   * Whether everything that was asked for has been answered. Commands may have waited until replies
   * had been sent, and that may have happened just now; what is left after them is incomplete.
   */
  private boolean hasNothingLeftToDo() {
    if (session.isIdle() && session.hasWaitingInput()) {
      session.resume();
      if (!session.isIdle()) {
        loop.goOnLater(this);
      }
    }
    return session.isIdle();
  }

  private void send() {
    ReplyChunk chunk = nextReply();
    if (chunk == null) {
      return;
    }
    loop.settle();
    ChannelHandlerContext to = context();
    while (chunk != null) {
      sendingCount++;
      var _ = to.write(ReplyMemory.of(chunk, this), to.voidPromise());
      if (tls != null) {
        // Encrypted at once, so that it shows in what the channel has yet to write.
        to.flush();
      }
      chunk = nextReply();
    }
    to.flush();
  }

  private @Nullable ReplyChunk nextReply() {
    // A chunk that is encrypted counts as written: the session's own bound does not hold it back.
    return tls != null && !channel.isWritable() ? null : session.nextReply();
  }

  private void read() {
    if (!reading && !inputEnded && !closing) {
      reading = true;
      context().read();
    }
  }

  /** Closes the socket; what has not been written is lost. */
  void close() {
    closing = true;
    var _ = channel.close();
  }

  /** Closes the socket because the server ends. */
  void closeForEnd() {
    closeReason = CloseReason.SHUTDOWN;
    close();
  }

  /** Closes the socket if the client has said nothing since {@code nanos} and nothing is owed. */
  void closeIfIdleSince(long nanos) {
    if (activeNanos - nanos < 0 && session.isIdle()) {
      loop.idleClosed();
      closeReason = CloseReason.IDLE_TIMEOUT;
      close();
    }
  }

  /** What it looks like from outside. Any thread may ask; it sees what was true a moment ago. */
  ConnectionSnapshot snapshot() {
    return ConnectionSnapshot.of(
        channel,
        closing
            ? ConnectionSnapshot.State.CLOSING
            : session.isIdle()
                ? ConnectionSnapshot.State.READING
                : ConnectionSnapshot.State.ANSWERING,
        Math.max(0, loop.tickSeconds() - activeTickSeconds));
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext known = context;
    if (known == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return known;
  }
}
