package io.larder.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * The bounds of one connection and of one loop.
 *
 * @param pendingReadsMax the most reads of one connection that wait for the flash at once
 * @param pendingReadBytesMax the most reply bytes, estimated, that reads of one connection wait for
 *     at once
 * @param replyBytesHigh unsent reply bytes of one connection from which on it takes no commands
 * @param requestsPerTurn commands that a connection may start at once; then it lets the others of
 *     its loop go first
 * @param lineBytesMax the longest command line without a line end that is waited for, unless it is
 *     a multiget's
 * @param retainedChunksMax idle reply chunks of each size that a loop keeps
 * @param retainedInputBytesMax idle input memory that a loop keeps
 */
public record ProtocolConfig(
    int pendingReadsMax,
    long pendingReadBytesMax,
    long replyBytesHigh,
    int requestsPerTurn,
    int lineBytesMax,
    int retainedChunksMax,
    long retainedInputBytesMax) {

  /** What works without tuning. */
  public static final ProtocolConfig DEFAULT =
      new ProtocolConfig(256, 1 << 20, 256 << 10, 20, 2048, 256, 4 << 20);

  public ProtocolConfig {
    List<String> problems = new ArrayList<>();
    requirePositive(pendingReadsMax, "pendingReadsMax", problems);
    requirePositive(pendingReadBytesMax, "pendingReadBytesMax", problems);
    requirePositive(replyBytesHigh, "replyBytesHigh", problems);
    requirePositive(requestsPerTurn, "requestsPerTurn", problems);
    requirePositive(lineBytesMax, "lineBytesMax", problems);
    if (retainedChunksMax < 0) {
      problems.add("retainedChunksMax is negative");
    }
    if (retainedInputBytesMax < 0) {
      problems.add("retainedInputBytesMax is negative");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** The same with another number of requests. */
  public ProtocolConfig withRequestsPerTurn(int requests) {
    return new ProtocolConfig(
        pendingReadsMax,
        pendingReadBytesMax,
        replyBytesHigh,
        requests,
        lineBytesMax,
        retainedChunksMax,
        retainedInputBytesMax);
  }

  private static void requirePositive(long value, String name, List<String> problems) {
    if (value <= 0) {
      problems.add(name + " is not positive");
    }
  }
}
