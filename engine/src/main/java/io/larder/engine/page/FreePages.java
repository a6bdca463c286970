package io.larder.engine.page;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.engine.model.Bucket;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pages that hold nothing: a stack for each free bucket, last freed first taken.
 *
 * <p>A bucket takes the pages of its own devices first, then those of the default ones. Nobody else
 * takes the pages of a device that is kept for a bucket.
 *
 * <p><b>Threads.</b> Any; last in the engine's lock order.
 */
public final class FreePages {
  @GuardedBy("this")
  private final Map<Bucket, Deque<Page>> stacks = new EnumMap<>(Bucket.class);

  /** All of {@code pages}, the first to be taken first. */
  public FreePages(Collection<Page> pages) {
    for (Bucket bucket : Bucket.values()) {
      stacks.put(bucket, new ArrayDeque<>());
    }
    for (Page page : pages) {
      stackOf(page.freeBucket()).add(page);
    }
  }

  @GuardedBy("this")
  private Deque<Page> stackOf(Bucket freeBucket) {
    Deque<Page> stack = stacks.get(freeBucket);
    if (stack == null) {
      throw new IllegalArgumentException("no stack for " + freeBucket);
    }
    return stack;
  }

  /**
   * Takes a page for {@code bucket}.
   *
   * @param keepDefaultCount free pages of the default devices to be left for others
   */
  public synchronized @Nullable Page take(Bucket bucket, int keepDefaultCount) {
    for (Bucket freeBucket : bucket.usable()) {
      Deque<Page> stack = stackOf(freeBucket);
      int keepCount = freeBucket == Bucket.DEFAULT ? keepDefaultCount : 0;
      if (stack.size() > keepCount) {
        return stack.pop();
      }
    }
    return null;
  }

  /** Takes a page back, for the bucket its device is kept for. */
  public synchronized void give(Page page) {
    stackOf(page.freeBucket()).push(page);
  }

  /** Takes the pages of a device out, for good. */
  public synchronized void remove(int deviceIndex) {
    for (Deque<Page> stack : stacks.values()) {
      stack.removeIf(page -> page.deviceIndex() == deviceIndex);
    }
  }

  /** Free pages of all devices. */
  public synchronized int count() {
    return stacks.values().stream().mapToInt(Deque::size).sum();
  }

  /** Free pages of the devices that are kept for {@code freeBucket}. */
  public synchronized int count(Bucket freeBucket) {
    return stackOf(freeBucket).size();
  }
}
