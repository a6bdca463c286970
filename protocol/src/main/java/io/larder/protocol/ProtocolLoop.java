package io.larder.protocol;

import io.larder.cache.model.RequestExecutor;
import io.larder.protocol.command.CommandPool;
import io.larder.protocol.input.InputBudget;
import io.larder.protocol.input.InputPool;
import io.larder.protocol.reply.ChunkPool;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.watch.WatchLog;
import io.larder.protocol.watch.WorkerLog;
import java.util.concurrent.Executor;

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
  private final WatchLog watchLog;
  private final WorkerLog log;
  private final Executor turns;
  private long expectedBytes = EXPECTED_BYTES_FIRST;

  /**
   * @param budget shared by all loops of a server
   * @param watchLog what watchers hear of, of the whole server
   * @param turns runs tasks on the loop's thread
   */
  public ProtocolLoop(
      ProtocolConfig config,
      ProtocolRules rules,
      RequestExecutor executor,
      ServerControl control,
      InputBudget budget,
      WatchLog watchLog,
      Executor turns) {
    this.watchLog = watchLog;
    this.log = watchLog.newWorker();
    this.turns = turns;
    this.config = config;
    this.rules = rules;
    this.executor = executor;
    this.inputs = new InputPool(budget, config.retainedInputBytesMax());
    this.chunks = new ChunkPool(config.retainedChunksMax());
    this.commands = new CommandPool(counters, log, inputs, chunks, RETAINED_COMMANDS_MAX);
    this.path = new CommandPath(executor, control, rules, commands, counters, watchLog);
  }

  /** What the sessions of this loop have counted. */
  public CounterSet counters() {
    return counters;
  }

  /** What this loop has to tell watchers. */
  public WorkerLog log() {
    return log;
  }

  WatchLog watchLog() {
    return watchLog;
  }

  Executor turns() {
    return turns;
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
