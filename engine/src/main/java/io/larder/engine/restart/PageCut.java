package io.larder.engine.restart;

import java.util.ArrayList;
import java.util.List;

/**
 * Which pages of which devices a store has: row by row over all devices, so that consecutive pages
 * keep all of them busy. A page's id is its place in this list.
 *
 * @param deviceIndex the device's place in the order of the devices
 * @param row number of the page on its device
 */
public record PageCut(int deviceIndex, int row) {

  /** The pages of devices that have room for so many each. */
  public static List<PageCut> of(List<Integer> pageCounts) {
    List<PageCut> pages = new ArrayList<>();
    boolean more = true;
    for (int row = 0; more; row++) {
      more = false;
      for (int i = 0; i < pageCounts.size(); i++) {
        if (row < pageCounts.get(i)) {
          pages.add(new PageCut(i, row));
          more = true;
        }
      }
    }
    return pages;
  }
}
