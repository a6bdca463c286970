package io.larder.server.net;

import io.larder.protocol.ProtocolSession;
import io.larder.protocol.SessionOwner;
import io.larder.protocol.reply.ReplyChunk;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
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
  private final ProtocolSession session;
  private final ReadSizer readSizer;
  private @Nullable ChannelHandlerContext context;

  /** Whether a read has been asked for and not ended. */
  private boolean reading;

  /** Whether the session has taken all it can, perhaps with commands left over. */
  private boolean stalled;

  private boolean inputEnded;
  private boolean closing;
  private int sendingCount;
  private long activeNanos;

  /** The loop's list of connections that are to go on. */
  @Nullable Connection nextToGoOn;

  boolean isToGoOn;

  Connection(ServerLoop loop, Channel channel) {
    this.loop = loop;
    this.channel = channel;
    this.session = new ProtocolSession(loop.protocol(), this);
    this.readSizer = new ReadSizer(loop.readPool(), this);
    this.activeNanos = loop.nanosForIdle();
    channel.config().setRecvByteBufAllocator(readSizer);
  }

  // --- the channel's events

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    loop.opened(this);
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
    ReadMemory memory = (ReadMemory) message;
    try {
      if (!closing) {
        session.receive(memory.segment(), memory.readerIndex(), memory.readableBytes());
      }
    } finally {
      memory.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    reading = false;
    activeNanos = loop.nanosForIdle();
    goOn();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      goOn();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("{} is lost: {}", channel.remoteAddress(), cause.toString());
    } else {
      LOG.error("{} is closed after a mistake in the server", channel.remoteAddress(), cause);
    }
    close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    closing = true;
    session.close();
    loop.closed(this);
  }

  // --- the session's events

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
    send();
    stalled = !session.wantsInput();
    if (session.wantsClose() || inputEnded) {
      if (sendingCount == 0 && (session.wantsClose() || session.isIdle())) {
        close();
      }
    } else if (!stalled) {
      read();
    }
  }

  private void send() {
    ReplyChunk chunk = session.nextReply();
    if (chunk == null) {
      return;
    }
    ChannelHandlerContext to = context();
    while (chunk != null) {
      sendingCount++;
      var _ = to.write(ReplyMemory.of(chunk, this), to.voidPromise());
      chunk = session.nextReply();
    }
    to.flush();
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

  /** Closes the socket if the client has said nothing since {@code nanos} and nothing is owed. */
  void closeIfIdleSince(long nanos) {
    if (activeNanos - nanos < 0 && session.isIdle()) {
      loop.idleClosed();
      close();
    }
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext known = context;
    if (known == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return known;
  }
}
