package io.larder.server.options;

import io.larder.server.net.NetSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line means. Every value is possible by itself; whether they fit together and to
 * the machine shows at the start.
 *
 * @param net where clients are met, and how many
 * @param access who may speak, how, and what is not allowed
 * @param requestsPerTurn commands of one connection before others get their turn
 * @param ramBytes bytes of index and RAM log together
 * @param itemBytesMax largest item; 0 = memcached's, or what RAM and flash allow
 * @param evicts whether items are lost to make room for others
 * @param flash the flash tier
 * @param io how to talk to sockets and flash
 * @param verbosity how much is logged, from 0 to 3
 * @param process what was said about the process
 * @param prefixes what was said about statistics by key prefix
 * @param user whose rights to keep after the start; null = those it was started with
 * @param withoutEffect options that were given and have no effect
 */
public record ServeConfig(
    NetSettings net,
    AccessOptions access,
    int requestsPerTurn,
    long ramBytes,
    int itemBytesMax,
    boolean evicts,
    FlashOptions flash,
    IoChoice io,
    int verbosity,
    ProcessOptions process,
    PrefixOptions prefixes,
    @Nullable String user,
    List<String> withoutEffect) {

  public ServeConfig {
    withoutEffect = List.copyOf(withoutEffect);
  }
}
