package io.larder.engine.write;

import io.larder.engine.layout.PageGeometry;
import io.larder.engine.layout.StoreIdentity;
import io.larder.engine.page.FreePages;
import io.larder.engine.stats.EngineStats;
import io.larder.platform.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all bucket writers of a store share.
 *
 * @param versions the latest version given to any page
 */
public record WriteShared(
    PageGeometry geometry,
    StoreIdentity identity,
    FreePages freePages,
    WriteBuffers buffers,
    DirectoryChunks chunks,
    FlushQueues flushes,
    AtomicLong versions,
    EngineStats stats,
    Clock clock) {}
