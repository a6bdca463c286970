package io.larder.cache.tier;

import io.larder.cache.ram.RamQueue;
import io.larder.cache.ram.Segment;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.CacheCounter;
import io.larder.engine.PageStore;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Whether a record that RAM has no room for is worth a flash write.
 *
 * <p>Without a {@link WriteBudget} everything is that is large enough and will live for longer than
 * another lap of RAM.
 *
 * <p><b>Threads.</b> Confined to demotion.
 */
final class Admission {
  private final TierSettings settings;
  private final WriteBudget budget;

  Admission(TierSettings settings, WriteBudget budget) {
    this.settings = settings;
    this.budget = budget;
  }

  /**
   * Why a record is not to be written, as what counts such refusals; null when it is.
   *
   * @param bytes that the record takes on flash
   */
  @Nullable CacheCounter refusal(PageStore flash, Segment segment, int at, int bytes, long now) {
    if (bytes < settings.itemBytesMin()) {
      return CacheCounter.REFUSED_SMALL;
    }
    if (bytes > flash.recordBytesMax()) {
      return CacheCounter.REFUSED_LARGE;
    }
    MemorySegment memory = segment.memory();
    long expiry = RecordLayout.expirySeconds(memory, at);
    long lapSeconds = now - segment.openedAtSeconds();
    if (expiry != 0 && expiry - now <= lapSeconds) {
      return CacheCounter.REFUSED_SHORT_LIVED;
    }
    boolean wasRead = (RecordLayout.state(memory, at) & RecordLayout.FETCHED) != 0;
    boolean isFromMain = segment.queue() == RamQueue.MAIN;
    return budget.spend(Usefulness.inRam(wasRead, isFromMain, bytes), bytes)
        ? null
        : CacheCounter.REFUSED_OVER_BUDGET;
  }
}
