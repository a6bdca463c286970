package io.larder.engine.read;

import io.larder.engine.page.Page;
import org.jspecify.annotations.Nullable;

/**
 * The device reads of one owner that are under way, so that a read of bytes that are just being
 * read anyway shares them instead of asking the device again: the same record wanted by many
 * connections, or its neighbours in the same blocks.
 *
 * <p><b>Threads.</b> Confined to the owner thread.
 */
final class ReadsUnderWay {
  /*
   * Lists by page and by the stretch of a page in which a read starts, linked through the reads. A
   * read that covers another starts in the same stretch or the one before, or is so large that its
   * neighbours are not worth looking for.
   */

  private static final int LIST_COUNT = 1024;
  private static final int STRETCH_SHIFT = 14;

  private final @Nullable PageRead[] lists = new PageRead[LIST_COUNT];
  private int count;

  void add(PageRead read) {
    int list = listOf(read.page(), read.fromBytes() >> STRETCH_SHIFT);
    PageRead next = lists[list];
    read.nextUnderWay = next;
    read.previousUnderWay = null;
    if (next != null) {
      next.previousUnderWay = read;
    }
    lists[list] = read;
    count++;
  }

  void remove(PageRead read) {
    PageRead previous = read.previousUnderWay;
    PageRead next = read.nextUnderWay;
    if (previous == null) {
      lists[listOf(read.page(), read.fromBytes() >> STRETCH_SHIFT)] = next;
    } else {
      previous.nextUnderWay = next;
    }
    if (next != null) {
      next.previousUnderWay = previous;
    }
    read.nextUnderWay = null;
    read.previousUnderWay = null;
    count--;
  }

  /** A read that will deliver these bytes of a leased page, too; null when there is none. */
  @Nullable PageRead covering(Page page, int fromBytes, int toBytes) {
    if (count == 0) {
      return null;
    }
    int stretch = fromBytes >> STRETCH_SHIFT;
    PageRead found = coveringIn(listOf(page, stretch), page, fromBytes, toBytes);
    return found != null || stretch == 0
        ? found
        : coveringIn(listOf(page, stretch - 1), page, fromBytes, toBytes);
  }

  private @Nullable PageRead coveringIn(int list, Page page, int fromBytes, int toBytes) {
    PageRead each = lists[list];
    while (each != null && !(each.page() == page && each.covers(fromBytes, toBytes))) {
      each = each.nextUnderWay;
    }
    return each;
  }

  private static int listOf(Page page, int stretch) {
    return page.id() * 31 + stretch & LIST_COUNT - 1;
  }
}
