package io.larder.server.options;

import io.larder.engine.model.Durability;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What was said about flash across restarts.
 *
 * @param statePath the state file; null = beside the first flash file
 * @param durability what the flash tier has to survive
 * @param stopWait how long a clean end may take to bring to flash what is in RAM
 * @param isFresh whether the flash starts empty, whatever is on it
 */
public record RestartOptions(
    @Nullable Path statePath, Durability durability, Duration stopWait, boolean isFresh) {}
