package io.larder.tests.conformance.clients;

import com.spotify.folsom.AsciiMemcacheClient;
import com.spotify.folsom.BinaryMemcacheClient;
import com.spotify.folsom.ConnectFuture;
import com.spotify.folsom.GetResult;
import com.spotify.folsom.MemcacheClient;
import com.spotify.folsom.MemcacheClientBuilder;
import com.spotify.folsom.MemcacheStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** folsom. */
final class FolsomClient implements WholeClient {
  private final MemcacheClient<String> client;
  private final long patienceMillis;

  /**
   * Connects.
   *
   * @param more what else to ask of the builder
   */
  @SuppressWarnings("deprecation") // There is no other way to be patient.
  FolsomClient(
      int port,
      boolean binary,
      @Nullable Login login,
      Duration patience,
      UnaryOperator<MemcacheClientBuilder<String>> more)
      throws Exception {
    this.patienceMillis = patience.toMillis();
    MemcacheClientBuilder<String> builder =
        MemcacheClientBuilder.newStringClient()
            .withAddress("127.0.0.1", port)
            .withRequestTimeoutMillis(patienceMillis)
            .withMaxOutstandingRequests(10_000);
    if (login != null) {
      builder.withUsernamePassword(login.user(), login.password());
    }
    builder = more.apply(builder);
    this.client = binary ? builder.connectBinary() : builder.connectAscii();
    try {
      answer(ConnectFuture.connectFuture(client));
    } catch (Exception e) {
      client.shutdown();
      throw e;
    }
  }

  private <T> T answer(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(patienceMillis, TimeUnit.MILLISECONDS);
  }

  private boolean isDone(CompletionStage<MemcacheStatus> stage) throws Exception {
    return answer(stage) == MemcacheStatus.OK;
  }

  @Override
  public boolean set(String key, String value, int expirySeconds) throws Exception {
    return isDone(client.set(key, value, expirySeconds));
  }

  @Override
  public boolean add(String key, String value) throws Exception {
    return isDone(client.add(key, value, 0));
  }

  @Override
  public Map<String, Boolean> addAll(Map<String, String> items) throws Exception {
    Map<String, CompletableFuture<MemcacheStatus>> asked = new LinkedHashMap<>();
    items.forEach((key, value) -> asked.put(key, client.add(key, value, 0).toCompletableFuture()));
    Map<String, Boolean> stored = new LinkedHashMap<>();
    for (Map.Entry<String, CompletableFuture<MemcacheStatus>> one : asked.entrySet()) {
      stored.put(one.getKey(), isDone(one.getValue()));
    }
    return stored;
  }

  @Override
  public boolean replace(String key, String value) throws Exception {
    return isDone(client.replace(key, value, 0));
  }

  @Override
  public boolean append(String key, String value) throws Exception {
    return isDone(client.append(key, value));
  }

  @Override
  public boolean prepend(String key, String value) throws Exception {
    return isDone(client.prepend(key, value));
  }

  @Override
  public @Nullable String get(String key) throws Exception {
    return answer(client.get(key));
  }

  @Override
  public Map<String, String> getAll(Collection<String> keys) throws Exception {
    return answer(client.getAsMap(List.copyOf(keys)));
  }

  @Override
  public @Nullable Marked gets(String key) throws Exception {
    GetResult<String> found = answer(client.casGet(key));
    return found == null ? null : new Marked(found.getValue(), found.getCas());
  }

  @Override
  public boolean cas(String key, long mark, String value) throws Exception {
    return isDone(client.set(key, value, 0, mark));
  }

  @Override
  public @Nullable Long increment(String key, long by) throws Exception {
    return switch (client) {
      case AsciiMemcacheClient<String> text -> answer(text.incr(key, by));
      case BinaryMemcacheClient<String> binary -> answer(binary.incr(key, by, 0, 0));
      default -> throw new IllegalStateException("of neither protocol: " + client);
    };
  }

  @Override
  public @Nullable Long decrement(String key, long by) throws Exception {
    return switch (client) {
      case AsciiMemcacheClient<String> text -> answer(text.decr(key, by));
      case BinaryMemcacheClient<String> binary -> answer(binary.decr(key, by, 0, 0));
      default -> throw new IllegalStateException("of neither protocol: " + client);
    };
  }

  @Override
  public boolean makesNumbers() {
    return client instanceof BinaryMemcacheClient;
  }

  @Override
  public boolean delete(String key) throws Exception {
    return isDone(client.delete(key));
  }

  @Override
  public boolean touch(String key, int expirySeconds) throws Exception {
    return isDone(client.touch(key, expirySeconds));
  }

  @Override
  public boolean getsAndTouches() {
    return client instanceof BinaryMemcacheClient;
  }

  @Override
  public @Nullable String getAndTouch(String key, int expirySeconds) throws Exception {
    return answer(((BinaryMemcacheClient<String>) client).getAndTouch(key, expirySeconds));
  }

  @Override
  public void flush() throws Exception {
    if (!isDone(client.flushAll(0))) {
      throw new IllegalStateException("not flushed");
    }
  }

  @Override
  public Map<String, String> stats() throws Exception {
    return answer(client.getStats("")).values().iterator().next().getStats();
  }

  @Override
  public void close() {
    client.shutdown();
    ConnectFuture.disconnectFuture(client).toCompletableFuture().join();
  }
}
