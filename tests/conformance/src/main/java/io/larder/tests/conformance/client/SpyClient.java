package io.larder.tests.conformance.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import net.spy.memcached.CachedData;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.ConnectionObserver;
import net.spy.memcached.FailureMode;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.transcoders.Transcoder;
import org.jspecify.annotations.Nullable;

/**
 * A server seen through spymemcached, with many requests under way at once.
 *
 * <p>Values are plain bytes: nothing is compressed on the way.
 *
 * <p><b>Threads.</b> Confined to one; spymemcached has threads of its own.
 */
public final class SpyClient implements AutoCloseable {
  /** Requests that may be under way before the oldest is waited for. */
  private static final int WINDOW = 1024;

  private static final long ANSWER_SECONDS_MAX = 60;

  private final MemcachedClient client;

  public SpyClient(int port) {
    System.setProperty("net.spy.log.LoggerImpl", "net.spy.memcached.compat.log.SLF4JLogger");
    CountDownLatch connected = new CountDownLatch(1);
    try {
      this.client =
          new MemcachedClient(
              new ConnectionFactoryBuilder()
                  .setProtocol(ConnectionFactoryBuilder.Protocol.TEXT)
                  .setFailureMode(FailureMode.Cancel)
                  .setOpTimeout(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS_MAX))
                  .setOpQueueMaxBlockTime(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS_MAX))
                  .setUseNagleAlgorithm(false)
                  .setInitialObservers(List.of(new Connected(connected)))
                  .build(),
              List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
      if (!connected.await(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no connection to port " + port);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted before port " + port + " answered", e);
    }
  }

  /** Tells when the client is connected: until then it cancels what it is asked. */
  private record Connected(CountDownLatch latch) implements ConnectionObserver {
    @Override
    public void connectionEstablished(SocketAddress address, int reconnectCount) {
      latch.countDown();
    }

    @Override
    public void connectionLost(SocketAddress address) {}
  }

  /** Takes what a get brought. */
  public interface GetListener {
    /** The value of an item, or null for a miss. */
    void got(long item, byte @Nullable [] value);
  }

  /** The key of an item. */
  public static String key(long item) {
    return "item:" + item;
  }

  /** Sets every item of {@code items}; returns when the last one has been stored. */
  public void setAll(Iterable<Long> items, LongFunction<byte[]> values) {
    setAll(items, 0, values, item -> {});
  }

  /**
   * As {@link #setAll(Iterable, LongFunction)}, with an expiry as memcached reads it, and somebody
   * who hears of each item that has been stored.
   */
  public void setAll(
      Iterable<Long> items, int expiry, LongFunction<byte[]> values, Consumer<Long> stored) {
    expectAll(items, item -> client.set(key(item), expiry, values.apply(item), RAW), stored);
  }

  /** Deletes every item of {@code items}; how many of them were there. */
  public int deleteAll(Iterable<Long> items) {
    return countAll(items, item -> client.delete(key(item)));
  }

  /** Gives every item of {@code items} another expiry; how many of them were there. */
  public int touchAll(Iterable<Long> items, int expiry) {
    return countAll(items, item -> client.touch(key(item), expiry));
  }

  private void expectAll(
      Iterable<Long> items, LongFunction<Future<Boolean>> request, Consumer<Long> listener) {
    Window<Boolean> window =
        new Window<>((item, answer) -> {
          if (answer == null || !answer) {
            throw new IllegalStateException(key(item) + " was not stored");
          }
          listener.accept(item);
        });
    for (long item : items) {
      window.add(item, request.apply(item));
    }
    window.drain();
  }

  /** Adds every item of {@code items}; how many of them were stored. */
  public int addAll(Iterable<Long> items, LongFunction<byte[]> values) {
    return countAll(items, item -> client.add(key(item), 0, values.apply(item), RAW));
  }

  /** How many of the requests were granted. */
  private static int countAll(Iterable<Long> items, LongFunction<Future<Boolean>> request) {
    int[] granted = new int[1];
    Window<Boolean> window =
        new Window<>((_, answer) -> granted[0] += answer != null && answer ? 1 : 0);
    for (long item : items) {
      window.add(item, request.apply(item));
    }
    window.drain();
    return granted[0];
  }

  /** Gets every item of {@code items} and shows each answer to {@code listener}. */
  public void getAll(Iterable<Long> items, GetListener listener) {
    Window<byte[]> window = new Window<>(listener::got);
    for (long item : items) {
      window.add(item, client.asyncGet(key(item), RAW));
    }
    window.drain();
  }

  /** Gets every item of {@code items} that {@code wanted} lets through. */
  public void getAll(Iterable<Long> items, LongPredicate wanted, GetListener listener) {
    Window<byte[]> window = new Window<>(listener::got);
    for (long item : items) {
      if (wanted.test(item)) {
        window.add(item, client.asyncGet(key(item), RAW));
      }
    }
    window.drain();
  }

  @Override
  public void close() {
    client.shutdown(5, TimeUnit.SECONDS);
  }

  /** What to do with an answer. */
  private interface Answered<T> {
    void accept(long item, @Nullable T answer);
  }

  /** Requests under way, the oldest first. */
  private static final class Window<T> {
    private record Pending<T>(long item, Future<T> answer) {}

    private final Deque<Pending<T>> pending = new ArrayDeque<>();
    private final Answered<T> answered;

    Window(Answered<T> answered) {
      this.answered = answered;
    }

    void add(long item, Future<T> answer) {
      pending.add(new Pending<>(item, answer));
      if (pending.size() >= WINDOW) {
        takeOldest();
      }
    }

    void drain() {
      while (!pending.isEmpty()) {
        takeOldest();
      }
    }

    private void takeOldest() {
      Pending<T> oldest = pending.remove();
      try {
        answered.accept(oldest.item(), oldest.answer().get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted at " + key(oldest.item()), e);
      } catch (ExecutionException | TimeoutException e) {
        throw new IllegalStateException("no answer for " + key(oldest.item()), e);
      }
    }
  }

  private static final Transcoder<byte[]> RAW =
      new Transcoder<>() {
        @Override
        public boolean asyncDecode(CachedData data) {
          return false;
        }

        @Override
        public CachedData encode(byte[] value) {
          return new CachedData(0, value, getMaxSize());
        }

        @Override
        public byte[] decode(CachedData data) {
          return data.getData();
        }

        @Override
        public int getMaxSize() {
          return CachedData.MAX_SIZE;
        }
      };
}
