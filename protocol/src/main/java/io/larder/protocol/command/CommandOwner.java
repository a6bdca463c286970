package io.larder.protocol.command;

import io.larder.protocol.reply.ReplyChain;

/** Who gave a command to the cache and waits for its answer. */
public interface CommandOwner {

  /** Where the answer of a command is to be written that was not answered at once. */
  ReplyChain replyTo(Command command);

  /** The answer of such a command has been written. May run under a lock of the cache. */
  void answeredLate(Command command);
}
