package io.larder.tests.conformance.clients;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.ConnectionFactoryBuilder.Protocol;
import net.spy.memcached.FailureMode;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.auth.AuthDescriptor;
import net.spy.memcached.auth.PlainCallbackHandler;
import org.jspecify.annotations.Nullable;

/** spymemcached. */
final class SpymemcachedClient implements WholeClient {
  private final MemcachedClient client;
  private final Protocol protocol;
  private final long patienceMillis;

  SpymemcachedClient(int port, Protocol protocol, @Nullable Login login, Duration patience)
      throws IOException {
    System.setProperty("net.spy.log.LoggerImpl", "net.spy.memcached.compat.log.SLF4JLogger");
    this.protocol = protocol;
    this.patienceMillis = patience.toMillis();
    ConnectionFactoryBuilder factory =
        new ConnectionFactoryBuilder()
            .setProtocol(protocol)
            // What is asked before the connection stands is asked when it does.
            .setFailureMode(FailureMode.Retry)
            .setOpTimeout(patienceMillis)
            .setOpQueueMaxBlockTime(patienceMillis)
            .setUseNagleAlgorithm(false);
    if (login != null) {
      factory.setAuthDescriptor(
          new AuthDescriptor(
              new String[] {"PLAIN"}, new PlainCallbackHandler(login.user(), login.password())));
    }
    this.client =
        new MemcachedClient(
            factory.build(),
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
  }

  private <T> T answer(Future<T> future) throws Exception {
    return future.get(patienceMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public boolean set(String key, String value, int expirySeconds) throws Exception {
    return answer(client.set(key, expirySeconds, value));
  }

  @Override
  public boolean add(String key, String value) throws Exception {
    return answer(client.add(key, 0, value));
  }

  @Override
  public Map<String, Boolean> addAll(Map<String, String> items) throws Exception {
    Map<String, Future<Boolean>> asked = new LinkedHashMap<>();
    items.forEach((key, value) -> asked.put(key, client.add(key, 0, value)));
    Map<String, Boolean> stored = new LinkedHashMap<>();
    for (Map.Entry<String, Future<Boolean>> one : asked.entrySet()) {
      stored.put(one.getKey(), answer(one.getValue()));
    }
    return stored;
  }

  @Override
  public boolean replace(String key, String value) throws Exception {
    return answer(client.replace(key, 0, value));
  }

  @Override
  public boolean append(String key, String value) throws Exception {
    return answer(client.append(key, value));
  }

  @Override
  public boolean prepend(String key, String value) throws Exception {
    return answer(client.prepend(key, value));
  }

  @Override
  public @Nullable String get(String key) throws Exception {
    return (String) answer(client.asyncGet(key));
  }

  @Override
  public Map<String, String> getAll(Collection<String> keys) throws Exception {
    Map<String, String> values = new LinkedHashMap<>();
    answer(client.asyncGetBulk(keys)).forEach((key, value) -> values.put(key, (String) value));
    return values;
  }

  @Override
  public @Nullable Marked gets(String key) throws Exception {
    CASValue<Object> found = answer(client.asyncGets(key));
    return found == null ? null : new Marked((String) found.getValue(), found.getCas());
  }

  @Override
  public boolean cas(String key, long mark, String value) throws Exception {
    return answer(client.asyncCAS(key, mark, value)) == CASResponse.OK;
  }

  @Override
  public @Nullable Long increment(String key, long by) throws Exception {
    return number(answer(client.asyncIncr(key, by)));
  }

  @Override
  public @Nullable Long decrement(String key, long by) throws Exception {
    return number(answer(client.asyncDecr(key, by)));
  }

  private static @Nullable Long number(Long answer) {
    return answer < 0 ? null : answer;
  }

  @Override
  public boolean makesNumbers() {
    return false;
  }

  @Override
  public boolean delete(String key) throws Exception {
    return answer(client.delete(key));
  }

  @Override
  public boolean touch(String key, int expirySeconds) throws Exception {
    return answer(client.<Boolean>touch(key, expirySeconds));
  }

  @Override
  public boolean getsAndTouches() {
    return protocol == Protocol.BINARY;
  }

  @Override
  public @Nullable String getAndTouch(String key, int expirySeconds) throws Exception {
    CASValue<Object> found = answer(client.asyncGetAndTouch(key, expirySeconds));
    return found == null ? null : (String) found.getValue();
  }

  @Override
  public void flush() throws Exception {
    if (!answer(client.flush())) {
      throw new IllegalStateException("not flushed");
    }
  }

  @Override
  public Map<String, String> stats() {
    return client.getStats().values().iterator().next();
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
