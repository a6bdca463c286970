package io.larder.protocol.reply;

/**
 * A reply without a foreseeable end, made piece by piece as the client takes it. No command behind
 * it is carried out before it has ended.
 *
 * <p>Life: {@link #advance}, in as many turns of the loop as it takes, while the client reads; then
 * {@link #close}, also when the client has gone.
 *
 * <p><b>Threads.</b> Confined to the client's loop.
 */
public interface ReplyStream extends AutoCloseable {

  /** How far it has come. */
  enum Progress {
    /** It can go on in the loop's next turn. */
    MORE,
    /** It says itself when it can go on. */
    WAITS,
    /** It is complete. */
    ENDED
  }

  /** Writes a bounded piece. */
  Progress advance();

  /**
   * Whether it never ends by itself: the client says nothing more, what it says all the same is
   * thrown away, and when it closes its side, all is over.
   */
  boolean endsWithInput();

  @Override
  void close();
}
