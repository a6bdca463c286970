package io.larder.server.net;

import io.larder.protocol.ProtocolSession;
import io.larder.protocol.SessionOwner;
import io.larder.protocol.reply.ReplyChunk;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands that come as datagrams. A request is one datagram; the answers to all commands in it go
 * back as one reply, cut into as many datagrams as it needs. Each begins with
 *
 * <pre>
 *  | request id 16 | number of this datagram 16 | count of datagrams 16 | 0, 16 |
 * </pre>
 *
 * <p>A datagram is forgotten with its answer: nobody is connected, and whoever sent it may not be
 * who it says. What is not a request, or not complete, gets no answer.
 *
 * <p><b>Threads.</b> Confined to the loop of its channel.
 */
final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
  /** The most that a datagram can hold. */
  static final int REQUEST_BYTES_MAX = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(Datagrams.class);
  private static final int HEADER_BYTES = 8;

  /** With a header, what fits the frames of most networks, and what memcached sends. */
  private static final int REPLY_DATAGRAM_BYTES = 1400;

  private static final int REPLY_PART_BYTES = REPLY_DATAGRAM_BYTES - HEADER_BYTES;

  /** A short question must not call up a flood, for somebody else even. */
  private static final int REPLY_BYTES_MAX = 4 << 20;

  private static final byte[] TOO_LARGE =
      "SERVER_ERROR reply too large for UDP\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Requests that may wait for room in RAM; further ones are dropped, as the network may, too. */
  private static final int WAITING_MAX = 1000;

  private final Supplier<ServerLoop> loopOfChannel;
  private int waitingCount;

  /**
   * @param loopOfChannel what the channel's loop has; asked for when the first datagram comes
   */
  Datagrams(Supplier<ServerLoop> loopOfChannel) {
    this.loopOfChannel = loopOfChannel;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    ByteBuf bytes = packet.content();
    if (bytes.readableBytes() <= HEADER_BYTES || waitingCount >= WAITING_MAX) {
      return;
    }
    int requestId = bytes.readUnsignedShort();
    bytes.skipBytes(2);
    int count = bytes.readUnsignedShort();
    bytes.skipBytes(2);
    if (count == 1) {
      new Exchange(context, packet.sender(), requestId).run(bytes);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("a datagram was lost: {}", cause.toString());
  }

  /** One request, and where its answer goes. */
  private final class Exchange implements SessionOwner {
    private final ServerLoop loop = loopOfChannel.get();
    private final ChannelHandlerContext context;
    private final InetSocketAddress sender;
    private final int requestId;
    private final ProtocolSession session = new ProtocolSession(loop.protocol(), this);
    private final ByteBuf reply;

    /** Whether the session is at work, and will be looked at again when it has ended. */
    private boolean running;

    private boolean progressed;
    private boolean waiting;
    private boolean overflown;

    Exchange(ChannelHandlerContext context, InetSocketAddress sender, int requestId) {
      this.context = context;
      this.sender = sender;
      this.requestId = requestId;
      this.reply = context.alloc().buffer(REPLY_PART_BYTES, REPLY_BYTES_MAX);
    }

    void run(ByteBuf request) {
      ReadMemory memory = loop.readPool().take(ReadPool.SIZE_INDEX_MAX);
      try {
        running = true;
        while (request.isReadable()) {
          memory.clear();
          memory.writeBytes(request, Math.min(request.readableBytes(), memory.capacity()));
          session.receive(memory.segment(), 0, memory.writerIndex());
          drain();
        }
        running = false;
      } finally {
        memory.release();
      }
      goOn();
    }

    @Override
    public void progressed(ProtocolSession from) {
      if (running) {
        progressed = true;
      } else {
        loop.executor()
            .execute(() -> {
              progressed = true;
              goOn();
            });
      }
    }

    private void goOn() {
      running = true;
      boolean more = true;
      while (more) {
        progressed = false;
        session.resume();
        boolean drained = drain();
        // What is left of a request without a reply is a command that is not complete.
        more = progressed || (drained && session.hasWaitingInput() && session.wantsInput());
      }
      running = false;
      if (!session.isIdle() && !session.wantsClose()) {
        await();
      } else {
        end();
      }
    }

    /** Takes the replies there are; false if there are none. */
    private boolean drain() {
      boolean some = false;
      for (ReplyChunk chunk = session.nextReply(); chunk != null; chunk = session.nextReply()) {
        some = true;
        if (reply.writerIndex() + chunk.length() > REPLY_BYTES_MAX) {
          overflown = true;
        }
        if (!overflown) {
          reply.writeBytes(chunk.bytes().duplicate().clear().limit(chunk.length()));
        }
        session.written(chunk);
      }
      return some;
    }

    private void await() {
      if (!waiting) {
        waiting = true;
        waitingCount++;
      }
    }

    private void end() {
      if (waiting) {
        waitingCount--;
      }
      session.close();
      if (overflown) {
        reply.clear().writeBytes(TOO_LARGE);
      }
      int count = (reply.readableBytes() + REPLY_PART_BYTES - 1) / REPLY_PART_BYTES;
      for (int number = 0; number < count; number++) {
        int length = Math.min(REPLY_PART_BYTES, reply.readableBytes());
        ByteBuf datagram = context.alloc().buffer(HEADER_BYTES + length);
        datagram.writeShort(requestId).writeShort(number).writeShort(count).writeShort(0);
        datagram.writeBytes(reply, length);
        var _ = context.write(new DatagramPacket(datagram, sender));
      }
      context.flush();
      reply.release();
    }
  }
}
