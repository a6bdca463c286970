package io.larder.cache.tier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.larder.cache.index.Shard;
import io.larder.cache.index.SizeClasses;
import io.larder.cache.index.Slot;
import io.larder.cache.ram.Segment;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.SlabClasses;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the index points at, found by walking every slot of it, and not by any counter.
 *
 * @param ramItemCount slots that point into RAM
 * @param flashItemCount slots that point at flash
 * @param ramItemBytes bytes of the records in RAM, padding included
 * @param segmentBytes bytes of the budget that segments are paid with
 * @param pages what slots and twins count for on each page, by its id; pages of neither are left
 *     out, and so are twins whose page has moved on
 * @param problems what must never be found, a sentence each; empty when all is well
 */
public record Inventory(
    long ramItemCount,
    long flashItemCount,
    long ramItemBytes,
    long segmentBytes,
    Map<Integer, OnPage> pages,
    List<String> problems) {

  /**
   * What is pointed at on one page.
   *
   * @param count slots and twins
   * @param bytes as the page counts them
   */
  public record OnPage(long count, long bytes) {
    private OnPage plus(OnPage other) {
      return new OnPage(count + other.count, bytes + other.bytes);
    }
  }

  /** Walks the index of {@code tiers}, a shard at a time. */
  public static Inventory of(Tiers tiers) {
    Walk walk = new Walk(tiers);
    for (Shard shard : tiers.index().shards()) {
      synchronized (shard) {
        walk.visit(shard);
      }
    }
    return walk.end();
  }

  /** One walk, and what it has found so far. */
  private static final class Walk {
    private final Tiers tiers;
    private final Map<Integer, Long> liveBytes = new HashMap<>();
    private final Map<Integer, OnPage> pages = new HashMap<>();
    private final Set<ByteBuffer> keys = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private long ramItemCount;
    private long flashItemCount;

    Walk(Tiers tiers) {
      this.tiers = tiers;
    }

    @GuardedBy("shard")
    void visit(Shard shard) {
      List<Long> slots = new ArrayList<>();
      shard.visit(slot -> {
        slots.add(slot);
        return false;
      });
      keys.clear();
      int[] ramCounts = new int[Slot.SIZE_CLASS_COUNT];
      int[] flashCounts = new int[Slot.SIZE_CLASS_COUNT];
      for (long slot : slots) {
        if (tiers.isRam(slot)) {
          ramItemCount++;
          ramCounts[Slot.sizeClass(slot)]++;
          visitRam(shard, slot);
        } else {
          flashItemCount++;
          flashCounts[Slot.sizeClass(slot)]++;
          int bytes = SizeClasses.bytes(Slot.sizeClass(slot));
          pages.merge(Slot.place(slot), new OnPage(1, bytes), OnPage::plus);
        }
      }
      expect("slots of a shard", slots.size(), shard.itemCount());
      for (int i = 0; i < Slot.SIZE_CLASS_COUNT; i++) {
        expect("items in RAM of class " + i, ramCounts[i], shard.ramItemCount(i));
        expect("items on flash of class " + i, flashCounts[i], shard.flashItemCount(i));
      }
    }

    @GuardedBy("shard")
    private void visitRam(Shard shard, long slot) {
      Segment segment = tiers.segmentOf(slot);
      MemorySegment memory = segment.memory();
      int at = Tiers.ramOffset(slot);
      if (at >= segment.tailBytes()
          || (RecordLayout.state(memory, at) & RecordLayout.FILLER) != 0) {
        problems.add("a slot points at no record: " + at + " of segment " + segment.id());
        return;
      }
      int span = RecordLayout.spanBytes(memory, at);
      liveBytes.merge(segment.id(), (long) span, Long::sum);
      if (RecordLayout.recordBytes(memory, at) > span) {
        problems.add("a record of segment " + segment.id() + " is longer than its span " + span);
      }
      if (Slot.sizeClass(slot) != SlabClasses.of(span)) {
        problems.add(
            "a slot tells class " + Slot.sizeClass(slot) + " of a record of " + span + " bytes");
      }
      int keyLength = RecordLayout.keyLength(memory, at);
      long keyOffset = RecordLayout.keyOffset(at);
      long hash = tiers.hash(memory, keyOffset, keyLength);
      if (tiers.index().shardOf(hash) != shard
          || shard.tag(hash) != Slot.tag(slot)
          || shard.find(hash, Slot.location(slot)) == Shard.NONE) {
        problems.add("a slot stands where its key is not looked for: segment " + segment.id());
      }
      byte[] key = memory.asSlice(keyOffset, keyLength).toArray(ValueLayout.JAVA_BYTE);
      if (!keys.add(ByteBuffer.wrap(key))) {
        problems.add("a key is in RAM twice: segment " + segment.id());
      }
      long twin = tiers.slotOfTwin(memory, at, 0);
      if (twin != Slot.EMPTY) {
        int bytes = SizeClasses.bytes(Slot.sizeClass(twin));
        pages.merge(Slot.place(twin), new OnPage(1, bytes), OnPage::plus);
      }
    }

    Inventory end() {
      long segmentBytes = 0;
      for (Segment segment : tiers.ram().segments()) {
        segmentBytes += tiers.ram().paidBytes(segment);
        expect(
            "live bytes of segment " + segment.id(),
            liveBytes.getOrDefault(segment.id(), 0L),
            segment.liveBytes());
      }
      return new Inventory(
          ramItemCount,
          flashItemCount,
          liveBytes.values().stream().mapToLong(bytes -> bytes).sum(),
          segmentBytes,
          Map.copyOf(pages),
          List.copyOf(problems));
    }

    private void expect(String what, long walked, long counted) {
      if (walked != counted) {
        problems.add(what + ": " + counted + " counted, and " + walked + " found");
      }
    }
  }
}
