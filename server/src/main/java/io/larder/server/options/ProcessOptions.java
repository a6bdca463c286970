package io.larder.server.options;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What was said about the process.
 *
 * @param isDetached whether the server leaves the terminal it was started from
 * @param pidFile where the number of the process is written; null for nowhere
 * @param portFile where the ports are written, once they are known; null for nowhere
 * @param isUnderTest whether commands are taken that only tests need
 */
public record ProcessOptions(
    boolean isDetached, @Nullable Path pidFile, @Nullable Path portFile, boolean isUnderTest) {}
