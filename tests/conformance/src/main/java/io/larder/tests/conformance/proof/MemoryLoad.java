package io.larder.tests.conformance.proof;

import io.larder.tests.conformance.client.BatchClient;
import io.larder.tests.conformance.client.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Loads under which a server may not take more memory than {@code -m} and a constant.
 *
 * <p><b>Threads.</b> Each is played by one.
 */
public enum MemoryLoad {
  /** Nothing is asked at all. */
  IDLE {
    @Override
    public void play(int port, long ramBytes) {}
  },

  /** Items of 100 bytes, three times as many as RAM holds. */
  SMALL_ITEMS {
    @Override
    public void play(int port, long ramBytes) {
      fill(port, 3 * ramBytes, 100);
    }
  },

  /** Items of 1 KiB, six times as many as RAM holds. */
  KIBIBYTE_ITEMS {
    @Override
    public void play(int port, long ramBytes) {
      fill(port, 6 * ramBytes, 1024);
    }
  },

  /** Items of almost a MiB, stored and read by many at once. */
  LARGE_ITEMS {
    @Override
    public void play(int port, long ramBytes) {
      int bytes = (1 << 20) - 300;
      int batch = (int) Math.max(1, ramBytes / bytes / MANY_CLIENTS / 2);
      long from = 0;
      List<BatchClient> clients = clients(port, MANY_CLIENTS);
      for (int round = 0; round < 8; round++) {
        for (BatchClient client : clients) {
          client.setAll(from, from + batch, 1, bytes);
          from += batch;
        }
        long oldest = Math.max(0, from - 16L * batch);
        for (BatchClient client : clients) {
          client.presentCount(oldest, oldest + batch, 1, bytes);
        }
      }
      clients.forEach(BatchClient::close);
    }
  },

  /** Items of 4 KiB read at random, hundreds at once, almost all of them from flash. */
  FLASH_READS {
    @Override
    public void play(int port, long ramBytes) {
      int bytes = 4096;
      long count = 4 * ramBytes / bytes;
      List<BatchClient> clients = clients(port, MANY_CLIENTS);
      clients.getFirst().setAll(0, count, 1, bytes);
      SplittableRandom random = new SplittableRandom(4);
      for (int round = 0; round < 150; round++) {
        for (BatchClient client : clients) {
          client.touchAtOnce(random.longs(100, 0, count).toArray());
        }
      }
      clients.forEach(BatchClient::close);
    }
  },

  /** A thousand clients, each of which stores and reads. */
  THOUSAND_CLIENTS {
    @Override
    public void play(int port, long ramBytes) {
      List<BatchClient> clients = clients(port, 1000);
      for (int round = 0; round < 4; round++) {
        for (int i = 0; i < clients.size(); i++) {
          long from = 100L * i;
          clients.get(i).setAll(from, from + 100, round, 500);
          clients.get(i).presentCount(from, from + 100, round, 500);
        }
      }
      clients.forEach(BatchClient::close);
    }
  },

  /** A few items overwritten over and over, always with another size, of 20 bytes to 200 KB. */
  OVERWRITES {
    @Override
    public void play(int port, long ramBytes) {
      SplittableRandom random = new SplittableRandom(5);
      try (BatchClient client = new BatchClient(port, KEY_BYTES)) {
        for (long written = 0; written < 12 * ramBytes; ) {
          int bytes = (int) (20 * Math.pow(10_000, random.nextDouble()));
          long item = random.nextLong(ramBytes / 64_000);
          client.set(item, Values.of(item, 1, bytes));
          written += bytes;
        }
        client.finish();
      }
    }
  };

  /** What a server may take beside {@code -m}, whatever is asked of it. */
  public static final long OVER_RAM_BYTES_MAX = 250_000_000;

  private static final int KEY_BYTES = 20;
  private static final int MANY_CLIENTS = 32;

  /**
   * Asks the server on this port, which has {@code -m} of {@code ramBytes} and {@code -I} of 1 MiB.
   */
  public abstract void play(int port, long ramBytes);

  /** In words. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static void fill(int port, long bytes, int valueBytes) {
    try (BatchClient client = new BatchClient(port, KEY_BYTES)) {
      client.setAll(0, bytes / valueBytes, 1, valueBytes);
    }
  }

  private static List<BatchClient> clients(int port, int count) {
    List<BatchClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(new BatchClient(port, KEY_BYTES));
    }
    return clients;
  }
}
