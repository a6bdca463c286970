package io.larder.bench.replay;

import io.larder.bench.trace.Trace;
import java.util.function.LongConsumer;

/** Plays a trace to a cache: what a read does not find is stored. */
public final class Player {
  private static final int LOOKS = 200;
  private static final int REQUESTS_PER_STEP = 10_000;

  private final Trace trace;
  private final ItemSizes sizes;
  private final LongConsumer progress;

  /**
   * Plays {@code trace}.
   *
   * @param progress is told of requests as they are carried out
   */
  public Player(Trace trace, ItemSizes sizes, LongConsumer progress) {
    this.trace = trace;
    this.sizes = sizes;
    this.progress = progress;
  }

  /** Carries out every request. */
  public Hits play(PlayedCache cache) {
    int count = trace.requestCount();
    int lookEvery = Math.max(1, count / LOOKS);
    long reads = 0;
    long hits = 0;
    long storedBytes = 0;
    long itemsMax = 0;
    for (int i = 0; i < count; i++) {
      int key = trace.key(i);
      cache.passTo(trace.seconds(i));
      switch (trace.operation(i)) {
        case GET -> {
          reads++;
          if (cache.read(key)) {
            hits++;
          } else {
            storedBytes += store(cache, key, i);
          }
        }
        case SET -> storedBytes += store(cache, key, i);
        case DELETE -> cache.delete(key);
      }
      if (i % lookEvery == 0) {
        itemsMax = Math.max(itemsMax, cache.itemCount());
      }
      if ((i + 1) % REQUESTS_PER_STEP == 0) {
        progress.accept(REQUESTS_PER_STEP);
      }
    }
    progress.accept(count % REQUESTS_PER_STEP);
    return new Hits(reads, hits, storedBytes, itemsMax);
  }

  /** Stores the item of a request. Returns its bytes. */
  private long store(PlayedCache cache, int key, int request) {
    int valueBytes = sizes.valueBytes(trace, request);
    cache.store(key, sizes.keyLength(key), valueBytes, trace.lifeSeconds(request));
    return Item.bytes(sizes.keyLength(key), valueBytes);
  }
}
