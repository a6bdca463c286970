package io.larder.platform.device;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** Works everywhere: files through the JDK's channels, reads on a pool of threads. */
public final class PoolIoEngine implements IoEngine<Executor> {
  /** Threads that keep a usual flash device busy. */
  public static final int DEFAULT_THREAD_COUNT = 32;

  private final String reason;
  private final FileSpace space;
  private final ReadPool pool;

  /**
   * Starts the threads; files are given their room by writing it.
   *
   * @param reason why nothing better is used, as half a sentence
   * @param prefix of the threads' names
   */
  public PoolIoEngine(String reason, String prefix, int threadCount) {
    this(reason, prefix, threadCount, new WrittenSpace());
  }

  /** As above; {@code space} gives files their room. */
  public PoolIoEngine(String reason, String prefix, int threadCount, FileSpace space) {
    this.reason = reason;
    this.space = space;
    this.pool = new ReadPool(prefix, threadCount);
  }

  @Override
  public String name() {
    return "FileChannel pool";
  }

  @Override
  public String reason() {
    return reason;
  }

  @Override
  public Device open(DeviceSpec spec, Predicate<ByteBuffer> looksLikeOurs) throws DeviceException {
    return FileDevice.open(spec, looksLikeOurs, space);
  }

  @Override
  public ReadQueue newReadQueue(Executor owner) {
    return pool.newQueue(owner);
  }

  @Override
  public ReadFailures readFailures() {
    return pool.failures();
  }

  @Override
  public void close() {
    pool.close();
  }
}
