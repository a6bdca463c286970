package io.larder.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.ForeseenKeys;
import io.larder.cache.model.ItemView;
import io.larder.cache.model.ItemVisitor;
import io.larder.cache.model.ItemWalk;
import io.larder.cache.model.Request;
import io.larder.cache.model.RequestExecutor;
import io.larder.cache.model.Status;
import io.larder.cache.model.StoreMode;
import io.larder.cache.model.Verb;
import io.larder.cache.record.RecordLayout;
import io.larder.cache.stats.SlabClasses;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A cache made of a map, that answers at once or when it is told to.
 *
 * <p>What a late pure read will show is settled when it is asked for, as in a real cache where
 * nothing overtakes it; key and value of every other late request are looked at only when it is
 * answered.
 *
 * <p><b>Threads.</b> Confined to the test.
 */
final class FakeCache implements RequestExecutor {
  /** A Sunday in 2026. */
  long nowSeconds = 1_795_000_000L;

  /** The longest value that fits. */
  int valueBytesMax = 1000;

  /** Which requests are answered late. */
  Predicate<Request> late = request -> false;

  /** Late requests that have not been answered. */
  final List<Late> waiting = new ArrayList<>();

  /** Every request, as `verb key`, in the order of execution. */
  final List<String> executed = new ArrayList<>();

  /** The keys it has been told of, each time together. */
  final List<List<String>> foreseen = new ArrayList<>();

  private final Map<String, Item> items = new HashMap<>();
  private final ItemView view = new ItemView();
  private long lastCas;

  /** A request that has not been answered. */
  static final class Late {
    final Request request;
    final String key;
    final @Nullable Item settled;

    Late(Request request, String key, @Nullable Item settled) {
      this.request = request;
      this.key = key;
      this.settled = settled;
    }
  }

  record Item(
      String value,
      int flags,
      long expirySeconds,
      long cas,
      boolean stale,
      boolean tokenSent,
      boolean keyBinary,
      boolean fetched,
      long accessSeconds) {

    Item withExpiry(long seconds) {
      return new Item(
          value, flags, seconds, cas, stale, tokenSent, keyBinary, fetched, accessSeconds);
    }

    Item withMarks(boolean isStale, boolean sent, long newCas) {
      return new Item(
          value, flags, expirySeconds, newCas, isStale, sent, keyBinary, fetched, accessSeconds);
    }

    Item read(long now) {
      return new Item(value, flags, expirySeconds, cas, stale, tokenSent, keyBinary, true, now);
    }
  }

  @Override
  public boolean execute(Request request) {
    String key = keyOf(request);
    executed.add(request.verb + " " + key);
    if (late.test(request)) {
      waiting.add(new Late(request, key, request.isPureRead() ? lookUp(request, key) : null));
      return false;
    }
    answer(request, key);
    return true;
  }

  @Override
  public void foresee(ForeseenKeys keys) {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < keys.count(); i++) {
      byte[] key =
          keys.memory().asSlice(keys.offset(i), keys.length(i)).toArray(ValueLayout.JAVA_BYTE);
      told.add(new String(key, StandardCharsets.ISO_8859_1));
    }
    foreseen.add(told);
  }

  @Override
  public long nowSeconds() {
    return nowSeconds;
  }

  @Override
  public boolean fits(int keyLength, int flags, int valueLength) {
    return valueLength <= valueBytesMax;
  }

  /** Items of which a walk has to read the key first. */
  final Set<String> onFlash = new HashSet<>();

  /** Walks that have not been closed. */
  int openWalks;

  /** Walks that wait for a read. */
  final List<Runnable> waitingWalks = new ArrayList<>();

  @Override
  public ItemWalk walk(ItemVisitor visitor, boolean withFlash) {
    openWalks++;
    return new Walk(visitor, withFlash);
  }

  /** Shows one item a call; for one on flash it waits. */
  private final class Walk implements ItemWalk {
    private final ItemVisitor visitor;
    private final boolean withFlash;
    private final Deque<String> left = new ArrayDeque<>(new TreeSet<>(items.keySet()));
    private boolean waits;
    private boolean closed;

    Walk(ItemVisitor visitor, boolean withFlash) {
      this.visitor = visitor;
      this.withFlash = withFlash;
    }

    @Override
    public Progress advance(int itemCount) {
      if (waits) {
        return Progress.WAITS;
      }
      String key = left.poll();
      if (key == null) {
        return Progress.ENDED;
      }
      Item item = find(key);
      if (item == null) {
        return Progress.MORE;
      }
      if (!onFlash.contains(key)) {
        shown(key, item, 0, visitor::inRam);
        return Progress.MORE;
      }
      if (!withFlash) {
        return Progress.MORE;
      }
      waits = true;
      waitingWalks.add(() -> {
        waits = false;
        if (!closed) {
          shown(key, item, 7, (view, page) -> visitor.onFlash(view, page, 4096));
          visitor.readsEnded();
        }
      });
      return Progress.WAITS;
    }

    @Override
    public void close() {
      assertThat(closed).isFalse();
      closed = true;
      openWalks--;
    }
  }

  private void shown(String key, Item item, int number, ObjIntConsumer<ItemView> to) {
    try (Arena arena = Arena.ofConfined()) {
      ItemView shown = record(arena, key, item);
      to.accept(shown, number == 0 ? SlabClasses.of(shown.sizeBytes()) : number);
    }
  }

  /** Answers the {@code index}-th of the waiting requests. */
  void answerLate(int index) {
    Late one = waiting.remove(index);
    if (!keyOf(one.request).equals(one.key)) {
      throw new AssertionError("the key has moved: " + one.key + " is " + keyOf(one.request));
    }
    if (one.request.isPureRead()) {
      show(one.request, one.key, one.settled, one.settled == null ? Status.MISS : Status.HIT);
    } else {
      answer(one.request, one.key);
    }
  }

  /** Puts an item, past the protocol. */
  void put(String key, String value) {
    items.put(key, new Item(value, 0, 0, ++lastCas, false, false, false, false, nowSeconds));
  }

  /** The value of an item, past the protocol. */
  @Nullable String value(String key) {
    Item item = find(key);
    return item == null ? null : item.value;
  }

  void clear() {
    items.clear();
  }

  private void answer(Request request, String key) {
    Item there = find(key);
    request.foundValueLength = there == null ? Request.NOTHING_FOUND : there.value.length();
    request.slabClass = there == null ? 0 : classOf(key, there);
    switch (request.verb) {
      case READ -> read(request, key);
      case STORE -> store(request, key);
      case DELETE -> delete(request, key);
      case ARITHMETIC -> add(request, key);
    }
  }

  private int classOf(String key, Item item) {
    return onFlash.contains(key)
        ? SlabClasses.OF_FLASH
        : SlabClasses.of(RecordLayout.spanBytes(key.length(), item.value.length(), 0));
  }

  private void read(Request request, String key) {
    Item shown = lookUp(request, key);
    show(request, key, shown, shown == null ? Status.MISS : Status.HIT);
  }

  /** What a read shows, after it has done to the item what it does. */
  private @Nullable Item lookUp(Request request, String key) {
    Item item = find(key);
    if (item == null) {
      if (!request.vivifies) {
        return null;
      }
      Item made =
          new Item(
              "",
              0,
              request.vivifyExpirySeconds,
              newCas(request),
              false,
              true,
              request.keyBinary,
              false,
              nowSeconds);
      items.put(key, made);
      request.made = true;
      request.won = true;
      return made.withMarks(false, false, made.cas);
    }
    long expiryBefore = item.expirySeconds;
    Item shown = item;
    if (request.touches) {
      request.expiryBeforeSeconds = expiryBefore;
      shown = shown.withExpiry(request.expirySeconds);
    }
    long expiry = request.recachesBeforeTouch ? expiryBefore : shown.expirySeconds;
    boolean wins =
        !item.tokenSent
            && ((item.stale && request.claimsStale)
                || (request.recaches
                    && expiry != 0
                    && expiry - nowSeconds < request.recacheBelowSeconds));
    request.won = wins;
    Item kept = wins ? shown.withMarks(shown.stale, true, shown.cas) : shown;
    items.put(key, request.leavesNoTrace ? kept : kept.read(nowSeconds));
    return shown;
  }

  private void store(Request request, String key) {
    Item item = find(key);
    String value = text(request.valueMemory, request.valueOffset, request.valueLength);
    boolean joins = request.mode == StoreMode.APPEND || request.mode == StoreMode.PREPEND;
    boolean stale = false;
    if (item == null) {
      if (request.comparesCas && !joins) {
        show(request, key, null, Status.NOT_FOUND);
        return;
      }
      if (request.mode == StoreMode.REPLACE || (joins && !request.vivifies)) {
        show(request, key, null, Status.NOT_STORED);
        return;
      }
    } else {
      if (request.mode == StoreMode.ADD) {
        show(request, key, null, Status.NOT_STORED);
        return;
      }
      if (request.comparesCas && request.cas != item.cas) {
        stale = request.invalidates && request.cas < item.cas;
        if (!stale) {
          show(request, key, null, Status.EXISTS);
          return;
        }
      }
      if (joins) {
        value = request.mode == StoreMode.APPEND ? item.value + value : value + item.value;
      }
    }
    Item kept = joins ? item : null;
    Item stored =
        new Item(
            value,
            kept == null ? request.flags : kept.flags,
            kept == null ? expiryOfNew(request, joins) : kept.expirySeconds,
            newCas(request),
            stale,
            false,
            request.keyBinary,
            false,
            nowSeconds);
    items.put(key, stored);
    show(request, key, stored, Status.STORED);
  }

  private static long expiryOfNew(Request request, boolean joins) {
    return joins ? request.vivifyExpirySeconds : request.expirySeconds;
  }

  private void delete(Request request, String key) {
    Item item = find(key);
    if (item == null) {
      show(request, key, null, Status.NOT_FOUND);
      return;
    }
    if (request.comparesCas && request.cas != item.cas) {
      show(request, key, null, Status.EXISTS);
      return;
    }
    if (!request.invalidates && !request.clearsValue) {
      items.remove(key);
      show(request, key, null, Status.DELETED);
      return;
    }
    Item left =
        new Item(
            request.clearsValue ? "" : item.value,
            request.clearsValue ? 0 : item.flags,
            request.touches ? request.expirySeconds : item.expirySeconds,
            newCas(request),
            request.invalidates || item.stale,
            false,
            item.keyBinary,
            item.fetched,
            item.accessSeconds);
    items.put(key, left);
    show(request, key, left, Status.DELETED);
  }

  private void add(Request request, String key) {
    Item item = find(key);
    if (item == null && !request.vivifies) {
      show(request, key, null, Status.NOT_FOUND);
      return;
    }
    if (item != null && request.comparesCas && request.cas != item.cas) {
      show(request, key, null, Status.EXISTS);
      return;
    }
    String text;
    if (item == null) {
      request.made = true;
      request.number = request.initialNumber;
      text = Long.toUnsignedString(request.number);
    } else {
      String old = item.value;
      long number;
      try {
        number = Long.parseUnsignedLong(old.strip());
      } catch (NumberFormatException e) {
        show(request, key, null, Status.NON_NUMERIC);
        return;
      }
      request.number =
          !request.decrements
              ? number + request.delta
              : Long.compareUnsigned(request.delta, number) > 0 ? 0 : number - request.delta;
      request.expiryBeforeSeconds = item.expirySeconds;
      text = Long.toUnsignedString(request.number);
      text = text + " ".repeat(Math.max(0, old.length() - text.length()));
    }
    long expiry =
        item == null
            ? request.vivifyExpirySeconds
            : request.touches ? request.expirySeconds : item.expirySeconds;
    Item made =
        new Item(
            text,
            item == null ? 0 : item.flags,
            expiry,
            newCas(request),
            false,
            false,
            item == null ? request.keyBinary : item.keyBinary,
            false,
            nowSeconds);
    items.put(key, made);
    show(request, key, made, Status.NUMBER);
  }

  /** Answers with an item, as a record in memory of its own. */
  private void show(Request request, String key, @Nullable Item item, Status status) {
    try (Arena arena = Arena.ofConfined()) {
      if (item == null) {
        request.answered(status, view);
        return;
      }
      if (request.verb == Verb.READ) {
        request.slabClass = classOf(key, item);
      }
      request.answered(status, record(arena, key, item));
    }
  }

  private ItemView record(Arena arena, String key, Item item) {
    byte[] keyBytes = bytes(key);
    int state =
        (item.fetched ? RecordLayout.FETCHED : 0)
            | (item.stale ? RecordLayout.STALE : 0)
            | (item.tokenSent ? RecordLayout.TOKEN_SENT : 0)
            | (item.keyBinary ? RecordLayout.KEY_BINARY : 0);
    MemorySegment memory =
        arena.allocate(RecordLayout.HEADER_BYTES + keyBytes.length + item.value.length());
    RecordLayout.writeHeader(
        memory,
        0,
        keyBytes.length,
        state,
        item.value.length(),
        item.flags,
        item.expirySeconds,
        item.accessSeconds,
        item.cas);
    copy(keyBytes, memory, RecordLayout.keyOffset(0));
    copy(bytes(item.value), memory, RecordLayout.valueOffset(memory, 0));
    return view.show(memory, 0, item.accessSeconds, item.fetched);
  }

  private @Nullable Item find(String key) {
    Item item = items.get(key);
    if (item != null && item.expirySeconds != 0 && item.expirySeconds <= nowSeconds) {
      items.remove(key);
      return null;
    }
    return item;
  }

  private long newCas(Request request) {
    lastCas++;
    return request.setsCas ? request.newCas : lastCas;
  }

  private static void copy(byte[] bytes, MemorySegment to, long offset) {
    MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, offset, bytes.length);
  }

  private static String keyOf(Request request) {
    return text(request.keyMemory, request.keyOffset, request.keyLength);
  }

  private static String text(MemorySegment memory, long offset, int length) {
    byte[] bytes = new byte[length];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
