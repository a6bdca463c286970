package io.larder.protocol.command;

import io.larder.protocol.input.InputPool;
import io.larder.protocol.reply.ChunkPool;
import io.larder.protocol.stats.CounterSet;
import io.larder.protocol.watch.WorkerLog;
import org.jspecify.annotations.Nullable;

/**
 * Commands to use again.
 *
 * <p><b>Threads.</b> Confined to the loop that owns it.
 */
public final class CommandPool {
  private final CounterSet counters;
  private final WorkerLog log;
  private final InputPool inputs;
  private final ChunkPool chunks;
  private final int retainedMax;
  private @Nullable Command idle;
  private int idleCount;
  private int takenCount;

  /**
   * @param retainedMax the most idle commands that are kept
   */
  public CommandPool(
      CounterSet counters, WorkerLog log, InputPool inputs, ChunkPool chunks, int retainedMax) {
    this.counters = counters;
    this.log = log;
    this.inputs = inputs;
    this.chunks = chunks;
    this.retainedMax = retainedMax;
  }

  /** Takes a command in which every field has its default. */
  public Command take() {
    takenCount++;
    Command command = idle;
    if (command == null) {
      return new Command(counters, log, inputs, chunks);
    }
    idle = command.younger;
    idleCount--;
    command.younger = null;
    return command;
  }

  /** Takes a command back; its holder must not touch it again. */
  public void giveBack(Command command) {
    takenCount--;
    command.release();
    if (idleCount < retainedMax) {
      command.younger = idle;
      idle = command;
      idleCount++;
    }
  }

  /** How many commands are in somebody's hands. */
  public int takenCount() {
    return takenCount;
  }
}
