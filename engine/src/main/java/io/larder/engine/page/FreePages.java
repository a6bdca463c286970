package io.larder.engine.page;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The pages that hold nothing, last freed first taken.
 *
 * <p><b>Threads.</b> Any; last in the engine's lock order.
 */
public final class FreePages {
  @GuardedBy("this")
  private final Deque<Page> stack = new ArrayDeque<>();

  /** All of {@code pages}, the first to be taken first. */
  public FreePages(Collection<Page> pages) {
    stack.addAll(pages);
  }

  /** Takes a page, but leaves {@code keepCount} for others. */
  public synchronized @Nullable Page take(int keepCount) {
    return stack.size() > keepCount ? stack.pop() : null;
  }

  public synchronized void give(Page page) {
    stack.push(page);
  }

  /** Takes the pages of a device out, for good. */
  public synchronized void remove(int deviceIndex) {
    stack.removeIf(page -> page.deviceIndex() == deviceIndex);
  }

  public synchronized int count() {
    return stack.size();
  }
}
