package io.larder.server.options;

import io.larder.protocol.Spoken;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who may speak to the server, how, and what is not allowed to anybody.
 *
 * @param spoken the protocol
 * @param sasl whether clients have to say who they are by SASL
 * @param passwordFile names and passwords, if clients have to say who they are; null if they have
 *     not
 * @param flushes whether {@code flush_all} is allowed
 * @param dumps whether keys may be listed
 * @param watches whether {@code watch} is allowed
 * @param shutsDown whether clients may end the server
 */
public record AccessOptions(
    Spoken spoken,
    boolean sasl,
    @Nullable Path passwordFile,
    boolean flushes,
    boolean dumps,
    boolean watches,
    boolean shutsDown) {}
