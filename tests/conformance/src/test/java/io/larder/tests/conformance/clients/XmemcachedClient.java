package io.larder.tests.conformance.clients;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import net.rubyeye.xmemcached.CommandFactory;
import net.rubyeye.xmemcached.GetsResponse;
import net.rubyeye.xmemcached.MemcachedClient;
import net.rubyeye.xmemcached.XMemcachedClientBuilder;
import net.rubyeye.xmemcached.auth.AuthInfo;
import net.rubyeye.xmemcached.utils.Protocol;
import org.jspecify.annotations.Nullable;

/** XMemcached. */
final class XmemcachedClient implements WholeClient {
  private final MemcachedClient client;

  XmemcachedClient(int port, CommandFactory commands, @Nullable Login login, Duration patience)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    XMemcachedClientBuilder builder = new XMemcachedClientBuilder(List.of(address));
    builder.setCommandFactory(commands);
    builder.setOpTimeout(patience.toMillis());
    builder.setEnableHealSession(false);
    if (login != null) {
      builder.addAuthInfo(address, AuthInfo.plain(login.user(), login.password()));
    }
    this.client = builder.build();
  }

  @Override
  public boolean set(String key, String value, int expirySeconds) throws Exception {
    return client.set(key, expirySeconds, value);
  }

  @Override
  public boolean add(String key, String value) throws Exception {
    return client.add(key, 0, value);
  }

  @Override
  public boolean replace(String key, String value) throws Exception {
    return client.replace(key, 0, value);
  }

  @Override
  public boolean append(String key, String value) throws Exception {
    return client.append(key, value);
  }

  @Override
  public boolean prepend(String key, String value) throws Exception {
    return client.prepend(key, value);
  }

  @Override
  public @Nullable String get(String key) throws Exception {
    return client.get(key);
  }

  @Override
  public Map<String, String> getAll(Collection<String> keys) throws Exception {
    Map<String, String> found = client.get(keys);
    return found == null ? Map.of() : found;
  }

  @Override
  public @Nullable Marked gets(String key) throws Exception {
    GetsResponse<String> found = client.gets(key);
    return found == null ? null : new Marked(found.getValue(), found.getCas());
  }

  @Override
  public boolean cas(String key, long mark, String value) throws Exception {
    return client.cas(key, 0, value, mark);
  }

  @Override
  public @Nullable Long increment(String key, long by) throws Exception {
    return client.incr(key, by);
  }

  @Override
  public @Nullable Long decrement(String key, long by) throws Exception {
    return client.decr(key, by);
  }

  @Override
  public boolean makesNumbers() {
    return true;
  }

  @Override
  public boolean delete(String key) throws Exception {
    return client.delete(key);
  }

  @Override
  public boolean touch(String key, int expirySeconds) throws Exception {
    return client.touch(key, expirySeconds);
  }

  @Override
  public boolean getsAndTouches() {
    return client.getProtocol() == Protocol.Binary;
  }

  @Override
  public @Nullable String getAndTouch(String key, int expirySeconds) throws Exception {
    return client.getAndTouch(key, expirySeconds);
  }

  @Override
  public void flush() throws Exception {
    client.flushAll();
  }

  @Override
  public Map<String, String> stats() throws Exception {
    return client.getStats().values().iterator().next();
  }

  @Override
  public void close() throws IOException {
    client.shutdown();
  }
}
