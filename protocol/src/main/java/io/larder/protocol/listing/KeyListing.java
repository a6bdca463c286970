package io.larder.protocol.listing;

import io.larder.cache.model.ItemView;
import io.larder.cache.model.ItemVisitor;
import io.larder.cache.model.ItemWalk;
import io.larder.cache.model.RequestExecutor;
import io.larder.cache.stats.SlabClasses;
import io.larder.protocol.parse.Base64Key;
import io.larder.protocol.reply.ReplyChain;
import io.larder.protocol.reply.ReplyStream;
import io.larder.protocol.watch.LineBuilder;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for every item of some classes: a bounded number a turn, and none while the client
 * does not read.
 *
 * <p><b>Threads.</b> Confined to the client's loop.
 */
public final class KeyListing implements ReplyStream, ItemVisitor {
  /** About as many as fill a reply chunk. */
  private static final int ITEMS_PER_CALL = 128;

  /** A key of 250 bytes takes 750, and everything else 250 at most. */
  private static final int LINE_BYTES_MAX = 1024;

  private final ListingForm form;
  private final long slabClasses;
  private final long itemsMax;
  private final Supplier<ReplyChain> replies;
  private final Runnable wakeup;
  private final Runnable whenOver;
  private final LineBuilder line = new LineBuilder(LINE_BYTES_MAX);
  private final ItemWalk walk;
  private long shownCount;
  private boolean closed;

  /**
   * A list that {@link #advance} writes.
   *
   * @param slabClasses a bit for each class of which items are wanted
   * @param itemsMax how many lines at most
   * @param replies where they go, asked whenever there is one
   * @param wakeup says that it can go on; on the loop
   * @param whenOver run once, when it has ended or the client has gone
   */
  public KeyListing(
      ListingForm form,
      RequestExecutor executor,
      long slabClasses,
      long itemsMax,
      Supplier<ReplyChain> replies,
      Runnable wakeup,
      Runnable whenOver) {
    this.form = form;
    this.slabClasses = slabClasses;
    this.itemsMax = itemsMax;
    this.replies = replies;
    this.wakeup = wakeup;
    this.whenOver = whenOver;
    this.walk = executor.walk(this, wants(SlabClasses.OF_FLASH));
  }

  @Override
  public Progress advance() {
    ItemWalk.Progress progress =
        shownCount < itemsMax ? walk.advance(ITEMS_PER_CALL) : ItemWalk.Progress.ENDED;
    return switch (progress) {
      case MORE -> Progress.MORE;
      case WAITS -> Progress.WAITS;
      case ENDED -> {
        replies.get().append(form.end);
        yield Progress.ENDED;
      }
    };
  }

  @Override
  public boolean endsWithInput() {
    return false;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      walk.close();
      whenOver.run();
    }
  }

  // --- items

  @Override
  public void inRam(ItemView item, int slabClass) {
    if (wants(slabClass)) {
      show(item, slabClass, null);
    }
  }

  @Override
  public void onFlash(ItemView item, int page, long offsetBytes) {
    show(item, SlabClasses.OF_FLASH, new Place(page, offsetBytes));
  }

  @Override
  public void readsEnded() {
    wakeup.run();
  }

  private record Place(int page, long offsetBytes) {}

  private boolean wants(int slabClass) {
    return (slabClasses >>> slabClass & 1) != 0;
  }

  private void show(ItemView item, int slabClass, @Nullable Place place) {
    if (shownCount == itemsMax) {
      return;
    }
    shownCount++;
    ReplyChain out = replies.get();
    switch (form) {
      case METADUMP -> metadump(item, slabClass, place);
      case MGDUMP -> {
        mgdump(item, out);
        return;
      }
      case CACHEDUMP -> cachedump(item);
    }
    out.append(line.line(), 0, line.line().byteSize());
  }

  /** The names and their order are memcached's. */
  private void metadump(ItemView item, int slabClass, @Nullable Place place) {
    long expiry = item.expirySeconds();
    line.clear().text("key=").uri(item.memory(), item.keyOffset(), item.keyLength());
    line.text(" exp=").number(expiry == 0 ? -1 : expiry);
    line.text(" la=").number(item.accessSeconds());
    line.text(" cas=").text(Long.toUnsignedString(item.cas()));
    line.text(item.hitBefore() ? " fetch=yes" : " fetch=no");
    line.text(" cls=").number(slabClass).text(" size=").number(item.sizeBytes());
    line.text(" flags=").number(Integer.toUnsignedLong(item.flags()));
    if (place != null) {
      line.text(" ext_page=").number(place.page());
      line.text(" ext_offset=").number(place.offsetBytes());
    }
    line.text("\n");
  }

  private static void mgdump(ItemView item, ReplyChain out) {
    MemorySegment memory = item.memory();
    int length = item.keyLength();
    out.reserve(LINE_BYTES_MAX);
    out.putShort('m' | 'g' << 8);
    out.putByte(' ');
    if (item.keyBinary()) {
      out.advanceTo(
          Base64Key.encode(memory, item.keyOffset(), length, out.memory(), out.position()));
      out.putShort(' ' | 'b' << 8);
    } else {
      out.put(memory, item.keyOffset(), length);
    }
    out.putShort('\r' | '\n' << 8);
  }

  private void cachedump(ItemView item) {
    line.clear().text("ITEM ").raw(item.memory(), item.keyOffset(), item.keyLength());
    line.text(" [").number(item.valueLength()).text(" b; ");
    line.number(item.expirySeconds()).text(" s]\r\n");
  }
}
