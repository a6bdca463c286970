package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.client.SpyClient;
import io.larder.tests.conformance.client.Values;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One client of a soak: writes, deletes and touches items of its own, reads those of everybody, and
 * checks every value it gets.
 *
 * <p>Of its own items it knows the only value that may come back, and until when. Of others' it
 * knows which write was over before it asked: an older value is a stale one.
 *
 * <p><b>Threads.</b> Runs on a thread of its own; the counts may be read by any.
 */
final class SoakClient implements Runnable {
  private static final int BATCH = 64;

  /** Seconds: the most common lives of the items of a cache, and for ever. */
  private static final int[] LIVES = {0, 0, 20, 300};

  /** A second ends somewhere within a second, and a request takes a moment. */
  private static final long GRACE_SECONDS = 2;

  final AtomicLong operations = new AtomicLong();
  final AtomicLong reads = new AtomicLong();
  final AtomicLong hits = new AtomicLong();
  private final SoakItems items;
  private final int number;
  private final int port;
  private final AtomicBoolean ends;
  private final List<String> wrong;
  private final SplittableRandom random;
  private final boolean[] deleted;
  private final long[] expirySeconds;

  /**
   * A client that is not connected yet.
   *
   * @param ends set from outside when it is to stop
   * @param wrong takes a sentence for each value that may not be
   */
  SoakClient(SoakItems items, int number, int port, AtomicBoolean ends, List<String> wrong) {
    this.items = items;
    this.number = number;
    this.port = port;
    this.ends = ends;
    this.wrong = wrong;
    this.random = new SplittableRandom(number);
    this.deleted = new boolean[items.count()];
    this.expirySeconds = new long[items.count()];
  }

  @Override
  public void run() {
    try (SpyClient client = new SpyClient(port)) {
      while (!ends.get()) {
        int what = random.nextInt(100);
        if (what < 40) {
          readOwn(client);
        } else if (what < 60) {
          readOthers(client);
        } else if (what < 92) {
          write(client);
        } else if (what < 96) {
          delete(client);
        } else {
          touch(client);
        }
        operations.addAndGet(BATCH);
      }
    } catch (IllegalStateException e) {
      wrong.add("client " + number + " was given up: " + e.getMessage());
    }
  }

  private static long nowSeconds() {
    return System.currentTimeMillis() / 1000;
  }

  /** Items of one client, each once; low numbers are the popular ones. */
  private List<Long> batch(int owner) {
    int ownedCount = items.count() / items.clientCount();
    Set<Long> batch = new LinkedHashSet<>(2 * BATCH);
    while (batch.size() < BATCH) {
      long at = (long) (Math.pow(random.nextDouble(), 3) * ownedCount);
      batch.add(at * items.clientCount() + owner);
    }
    return List.copyOf(batch);
  }

  private void readOwn(SpyClient client) {
    long asked = nowSeconds();
    client.getAll(
        batch(number),
        (item, value) -> {
          reads.incrementAndGet();
          if (value != null) {
            hits.incrementAndGet();
            checkOwn((int) item, value, asked);
          }
        });
  }

  private void checkOwn(int item, byte[] value, long askedSeconds) {
    long write = items.begun(item);
    if (deleted[item]) {
      complain(item, value, "it had been deleted by write " + write);
    } else if (expirySeconds[item] != 0 && askedSeconds > expirySeconds[item] + GRACE_SECONDS) {
      complain(item, value, "it had expired " + (askedSeconds - expirySeconds[item]) + " s before");
    } else if (!Values.isOf(item, write, SoakItems.valueBytes(item, write), value)) {
      complain(item, value, "write " + write + " was the last");
    }
  }

  private void readOthers(SpyClient client) {
    List<Long> batch = batch(random.nextInt(items.clientCount()));
    long[] overBefore = batch.stream().mapToLong(item -> items.over(item.intValue())).toArray();
    int[] at = new int[1];
    client.getAll(
        batch,
        (item, value) -> {
          long before = overBefore[at[0]++];
          reads.incrementAndGet();
          if (value != null) {
            hits.incrementAndGet();
            checkOthers((int) item, value, before);
          }
        });
  }

  private void checkOthers(int item, byte[] value, long overBefore) {
    long write = Values.generation(value);
    if (write < overBefore) {
      complain(item, value, "write " + overBefore + " was over before it was asked for");
    } else if (write > items.begun(item)
        || !Values.isOf(item, write, SoakItems.valueBytes(item, write), value)) {
      complain(item, value, "nobody wrote that");
    }
  }

  private void complain(int item, byte @Nullable [] value, String why) {
    String what = value == null ? "nothing" : Values.describe(value);
    wrong.add("client " + number + " got " + what + " for item " + item + ", but " + why);
  }

  private void write(SpyClient client) {
    int life = LIVES[random.nextInt(LIVES.length)];
    client.setAll(
        batch(number),
        life,
        item -> {
          int index = (int) item;
          long write = items.begin(index);
          deleted[index] = false;
          expirySeconds[index] = life == 0 ? 0 : nowSeconds() + life;
          return Values.of(item, write, SoakItems.valueBytes(item, write));
        },
        item -> items.isOver(item.intValue()));
  }

  private void delete(SpyClient client) {
    List<Long> batch = batch(number);
    for (long item : batch) {
      items.begin((int) item);
      deleted[(int) item] = true;
    }
    client.deleteAll(batch);
    for (long item : batch) {
      items.isOver((int) item);
    }
  }

  private void touch(SpyClient client) {
    int life = LIVES[random.nextInt(LIVES.length)];
    List<Long> batch = batch(number);
    for (long item : batch) {
      expirySeconds[(int) item] = life == 0 ? 0 : nowSeconds() + life;
    }
    client.touchAll(batch, life);
  }
}
