package io.larder.engine.write;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.page.FreePages;
import io.larder.engine.stats.EngineStats;
import io.larder.platform.time.Clock;

/**
 * What all bucket writers of a store share.
 *
 * @param versions gives each life its own
 */
public record WriteShared(
    PageGeometry geometry,
    StoreIdentity identity,
    FreePages freePages,
    WriteBuffers buffers,
    DirectoryChunks chunks,
    FlushQueues flushes,
    Versions versions,
    EngineStats stats,
    Clock clock) {}
