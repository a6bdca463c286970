package io.larder.protocol;

import io.larder.protocol.stats.StatSink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commands that are not about an item; the server carries them out.
 *
 * <p><b>Threads.</b> Called on the loops of all connections.
 */
public interface ServerControl {

  /**
   * Writes what {@code stats} with these arguments shows, without the {@code END}.
   *
   * @return false if there are no such statistics; then nothing has been written
   */
  boolean stats(List<String> arguments, StatSink sink);

  /** Has gets, sets and deletes counted by key prefix, or not any more. */
  void countPrefixes(boolean on);

  /** Writes a line for each key prefix that was counted. */
  void dumpPrefixes(StatSink sink);

  /** Sets back what {@code stats reset} sets back. */
  void resetStats();

  /** Forgets every item stored until {@code delaySeconds} from now. */
  void flushAll(long delaySeconds);

  /**
   * Sets how much RAM the cache may take.
   *
   * @return false if that is impossible; then nothing has changed
   */
  boolean memoryLimit(long megabytes);

  /** Sets how much is logged, from 0. */
  void verbosity(int level);

  /**
   * Changes what of the flash tier may be changed while the server runs.
   *
   * @param name as memcached's {@code extstore} command has it, such as {@code item_size}
   * @return false if there is no such setting
   */
  boolean tune(String name, double value);

  /** Whether commands are taken that only tests need: those below. */
  boolean isUnderTest();

  /** Stops the cache's clock, or lets it go on. */
  void holdTime(boolean held);

  /** Moves the cache's clock, forth or back. */
  void moveTime(long seconds);

  /** What follows {@code VERSION}. */
  String version();

  /** Whether a client may end the server. */
  boolean mayShutDown();

  /**
   * Ends the server soon, not inside this call.
   *
   * @param graceful whether what has been asked for is waited for longer
   */
  void shutDown(boolean graceful);

  /**
   * Reads certificates and keys again, for the connections to come.
   *
   * @return what the client is told went wrong, or null
   */
  @Nullable String refreshCertificates();
}
