package io.larder.cache;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.TierListener;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Notes what it is told, while it listens. */
final class NotingListener implements TierListener {
  boolean listens;
  final List<String> evictedFromRam = new ArrayList<>();
  final List<String> evictedFromFlash = new ArrayList<>();
  final List<String> written = new ArrayList<>();
  final List<String> system = new ArrayList<>();

  @Override
  public boolean hearsItems() {
    return listens;
  }

  @Override
  public boolean hearsSystem() {
    return listens;
  }

  @Override
  public void evicted(ItemView item, long nowSeconds, boolean fromFlash) {
    (fromFlash ? evictedFromFlash : evictedFromRam).add(key(item));
  }

  @Override
  public void writtenToFlash(ItemView item, long nowSeconds, int bucket) {
    written.add(key(item));
  }

  @Override
  public void pageLeaves(int page, long version) {
    system.add("leaves " + page + " in " + version);
  }

  @Override
  public void pageLeft(int page, long movedCount, long lostCount, long droppedCount) {
    system.add("left " + page + ": " + movedCount + " " + lostCount + " " + droppedCount);
  }

  @Override
  public void crawled(int slabClass, long elapsedSeconds, long examinedCount, long reclaimedCount) {
    system.add("crawled " + slabClass + ": " + examinedCount + " " + reclaimedCount);
  }

  static String key(ItemView item) {
    return new String(
        item.memory().asSlice(item.keyOffset(), item.keyLength()).toArray(ValueLayout.JAVA_BYTE),
        StandardCharsets.UTF_8);
  }
}
