package io.larder.protocol;

import io.larder.cache.model.RequestExecutor;
import io.larder.protocol.command.CommandPool;
import io.larder.protocol.input.InputBudget;
import io.larder.protocol.input.InputPool;
import io.larder.protocol.reply.ChunkPool;
import io.larder.protocol.stats.CounterSet;

/**
 * What the connections of one event loop share: the way into the cache, pools, counters.
 *
 * <p><b>Threads.</b> Confined to the loop's thread, but for {@link #counters}, which any thread may
 * read.
 */
public final class ProtocolLoop {
  private static final int RETAINED_COMMANDS_MAX = 1024;

  /** First guess at the reply bytes of a read that has to wait. */
  private static final long EXPECTED_BYTES_FIRST = 4096;

  private final ProtocolConfig config;
  private final ProtocolRules rules;
  private final RequestExecutor executor;
  private final CounterSet counters = new CounterSet();
  private final InputPool inputs;
  private final ChunkPool chunks;
  private final CommandPool commands;
  private final CommandPath path;
  private long expectedBytes = EXPECTED_BYTES_FIRST;

  /**
   * @param budget shared by all loops of a server
   */
  public ProtocolLoop(
      ProtocolConfig config,
      ProtocolRules rules,
      RequestExecutor executor,
      ServerControl control,
      InputBudget budget) {
    this.config = config;
    this.rules = rules;
    this.executor = executor;
    this.inputs = new InputPool(budget, config.retainedInputBytesMax());
    this.chunks = new ChunkPool(config.retainedChunksMax());
    this.commands = new CommandPool(counters, inputs, chunks, RETAINED_COMMANDS_MAX);
    this.path = new CommandPath(executor, control, rules, commands, counters);
  }

  /** What the sessions of this loop have counted. */
  public CounterSet counters() {
    return counters;
  }

  /** Where replies take their memory from. */
  public ChunkPool chunks() {
    return chunks;
  }

  ProtocolConfig config() {
    return config;
  }

  ProtocolRules rules() {
    return rules;
  }

  RequestExecutor executor() {
    return executor;
  }

  InputPool inputs() {
    return inputs;
  }

  CommandPool commands() {
    return commands;
  }

  CommandPath path() {
    return path;
  }

  /** What the next read that has to wait is taken to bring. */
  long expectedBytes() {
    return expectedBytes;
  }

  /** Learns from a reply: large ones are believed at once, small ones little by little. */
  void learnBytes(long replyBytes) {
    expectedBytes =
        Math.max(Math.max(1, replyBytes), expectedBytes - Math.max(1, expectedBytes / 16));
  }
}
