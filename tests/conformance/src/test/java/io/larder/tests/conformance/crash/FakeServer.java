package io.larder.tests.conformance.crash;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A small server that speaks what the clients of the proof speak and loses some items at each end,
 * as it may; told to, it does what no server may.
 *
 * <p><b>Threads.</b> One of its own for each connection; the store is guarded by the server.
 */
final class FakeServer implements Mortal {
  /** What it does wrong. */
  enum Fault {
    /** A restart brings back a value that has been overwritten. */
    OLD_VALUE,
    /** A restart brings back what has been deleted. */
    DELETED_VALUE,
    /** A restart brings back what a flush_all has taken. */
    FLUSHED_VALUE,
    /** A delayed flush_all is forgotten at a restart. */
    FORGOTTEN_FLUSH,
    /** A restart lets lives begin anew. */
    LONGER_LIFE,
    /** A restart gives an item the value of another one. */
    OTHER_KEY,
    /** CAS uniques are counted from the start again. */
    CAS_AGAIN,
    /** A bit of a value is flipped. */
    FLIPPED_BIT,
    /** A delete of what has not been found yet leaves it there for later. */
    DELETE_IN_REBUILD
  }

  private static final int LOST_PERCENT = 20;

  /** What an item holds. */
  private static final class Item {
    final byte[] value;
    final int flags;
    final long expirySeconds;
    final long lifeSeconds;
    final long token;

    Item(byte[] value, int flags, long expirySeconds, long lifeSeconds, long token) {
      this.value = value;
      this.flags = flags;
      this.expirySeconds = expirySeconds;
      this.lifeSeconds = lifeSeconds;
      this.token = token;
    }

    Item with(byte[] other, long newToken) {
      return new Item(other, flags, expirySeconds, lifeSeconds, newToken);
    }
  }

  private final Set<Fault> faults;
  private final SplittableRandom random;
  private final List<Socket> sockets = new ArrayList<>();
  private final Map<String, Item> gone = new HashMap<>();
  private final Map<String, Item> overwritten = new HashMap<>();
  private final Map<String, Item> flushed = new HashMap<>();
  private @Nullable ServerSocket listener;

  @GuardedBy("this")
  private Map<String, Item> items = new HashMap<>();

  /** Items that are found again some time after a start. */
  @GuardedBy("this")
  private Map<String, Item> hidden = new HashMap<>();

  @GuardedBy("this")
  private long tokens;

  @GuardedBy("this")
  private long flushDueSeconds;

  @GuardedBy("this")
  private long rebuiltNanos;

  @GuardedBy("this")
  private int starts;

  private volatile boolean isAlive;

  FakeServer(long seed, Fault... faults) {
    this.random = new SplittableRandom(seed);
    this.faults = EnumSet.noneOf(Fault.class);
    this.faults.addAll(Arrays.asList(faults));
  }

  // ------------------------------------------------------------------ life and death

  @Override
  public synchronized void launch(List<String> options) {
    if (starts++ > 0) {
      rise();
    }
    try {
      ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      listener = socket;
      isAlive = true;
      Thread.ofPlatform().daemon().start(() -> accept(socket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is found on flash. */
  @GuardedBy("this")
  private void rise() {
    Map<String, Item> found = new HashMap<>(items);
    found.keySet().removeIf(_ -> random.nextInt(100) < LOST_PERCENT);
    if (has(Fault.OLD_VALUE)) {
      overwritten.forEach((key, old) -> found.computeIfPresent(key, (_, _) -> old));
    }
    if (has(Fault.DELETED_VALUE)) {
      gone.forEach(found::putIfAbsent);
    }
    if (has(Fault.FLUSHED_VALUE)) {
      flushed.forEach(found::putIfAbsent);
    }
    if (has(Fault.FORGOTTEN_FLUSH)) {
      flushDueSeconds = 0;
    }
    if (has(Fault.LONGER_LIFE)) {
      found.replaceAll((_, item) ->
          item.lifeSeconds == 0
              ? item
              : new Item(
                  item.value,
                  item.flags,
                  nowSeconds() + item.lifeSeconds,
                  item.lifeSeconds,
                  item.token));
    }
    if (has(Fault.OTHER_KEY) && found.size() > 1) {
      List<String> keys = new ArrayList<>(found.keySet());
      for (int i = 0; i + 1 < keys.size(); i += 50) {
        Item one = requireNonNull(found.get(keys.get(i)));
        Item other = requireNonNull(found.get(keys.get(i + 1)));
        found.put(keys.get(i), one.with(other.value, one.token));
      }
    }
    if (has(Fault.FLIPPED_BIT)) {
      for (Item item : found.values()) {
        if (item.value.length > 100 && random.nextInt(50) == 0) {
          item.value[random.nextInt(100)] ^= 4;
        }
      }
    }
    if (has(Fault.CAS_AGAIN)) {
      tokens = 0;
    }
    gone.clear();
    overwritten.clear();
    flushed.clear();
    items = new HashMap<>();
    hidden = found;
    rebuiltNanos = System.nanoTime() + 50_000_000L;
  }

  private boolean has(Fault fault) {
    return faults.contains(fault);
  }

  @Override
  public void awaitAnswer() {}

  @Override
  public int port() {
    return requireNonNull(listener).getLocalPort();
  }

  @Override
  public boolean isAlive() {
    return isAlive;
  }

  @Override
  public synchronized void signal(String name) {
    if (name.equals("STOP") || name.equals("CONT")) {
      return;
    }
    isAlive = false;
    try {
      requireNonNull(listener).close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sockets.clear();
    items.putAll(hidden);
    hidden.clear();
  }

  @Override
  public void awaitEnd() {}

  @Override
  public boolean startedEmpty() {
    return false;
  }

  @Override
  public String printed() {
    return "a fake with " + faults;
  }

  // ------------------------------------------------------------------ requests

  private void accept(ServerSocket from) {
    while (isAlive) {
      try {
        Socket socket = from.accept();
        socket.setTcpNoDelay(true);
        synchronized (this) {
          sockets.add(socket);
        }
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      while (isAlive) {
        String[] words = line(in).split(" ");
        byte[] block = block(words, in);
        synchronized (this) {
          if (!isAlive) {
            return;
          }
          answer(words, block, out);
        }
        if (in.available() == 0 || out.size() > 1 << 16) {
          out.writeTo(socket.getOutputStream());
          out.reset();
        }
      }
    } catch (IOException e) {
      // It has been killed, or the client has gone.
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("closed");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private static byte @Nullable [] block(String[] words, InputStream in) throws IOException {
    int bytes =
        switch (words[0]) {
          case "set", "add", "replace", "append", "prepend", "cas" -> Integer.parseInt(words[4]);
          case "ms" -> Integer.parseInt(words[2]);
          default -> -1;
        };
    if (bytes < 0) {
      return null;
    }
    byte[] block = in.readNBytes(bytes);
    in.skipNBytes(2);
    return block;
  }

  private static long nowSeconds() {
    return System.currentTimeMillis() / 1000;
  }

  @GuardedBy("this")
  private void answer(String[] words, byte @Nullable [] block, ByteArrayOutputStream out) {
    findAll();
    if (flushDueSeconds != 0 && flushDueSeconds <= nowSeconds()) {
      flushDueSeconds = 0;
      flush();
    }
    String said =
        switch (words[0]) {
          case "set", "add", "replace", "append", "prepend" ->
              classic(store(words[1], words[0], numbers(words), requireNonNull(block)));
          case "cas" -> classic(cas(words, requireNonNull(block)));
          case "ms" -> metaStore(words, requireNonNull(block));
          case "incr" -> count(words[1], Long.parseLong(words[2]), false);
          case "ma" -> count(words[1], Long.parseLong(words[2].substring(1)), true);
          case "touch" -> touch(words[1], Long.parseLong(words[2])) ? "TOUCHED" : "NOT_FOUND";
          case "delete" -> delete(words[1]) ? "DELETED" : "NOT_FOUND";
          case "md" -> delete(words[1]) ? "HD" : "NF";
          case "gats" -> {
            touch(words[2], Long.parseLong(words[1]));
            yield gets(Arrays.copyOfRange(words, 2, 3));
          }
          case "gets" -> gets(Arrays.copyOfRange(words, 1, words.length));
          case "mg" -> metaGet(words);
          case "flush_all" -> {
            if (words.length > 1) {
              flushDueSeconds = nowSeconds() + Long.parseLong(words[1]);
            } else {
              flush();
            }
            yield "OK";
          }
          case "stats" ->
              "STAT larder_flash_items "
                  + (items.size() + hidden.size())
                  + "\r\nSTAT larder_ram_items 0\r\nSTAT extstore_restart_running "
                  + (hidden.isEmpty() ? 0 : 1)
                  + "\r\nEND";
          default -> "ERROR";
        };
    out.writeBytes((said + "\r\n").getBytes(ISO_8859_1));
  }

  /** Ends the rebuild when its time has come. */
  @GuardedBy("this")
  private void findAll() {
    if (!hidden.isEmpty() && System.nanoTime() - rebuiltNanos > 0) {
      hidden.forEach(items::putIfAbsent);
      hidden = new HashMap<>();
    }
  }

  @GuardedBy("this")
  private void flush() {
    flushed.putAll(items);
    items.clear();
    hidden.clear();
  }

  private static long[] numbers(String[] words) {
    return new long[] {Long.parseLong(words[2]), Long.parseLong(words[3])};
  }

  private static String classic(String stored) {
    return switch (stored) {
      case "HD" -> "STORED";
      case "NS" -> "NOT_STORED";
      case "EX" -> "EXISTS";
      default -> "NOT_FOUND";
    };
  }

  @GuardedBy("this")
  private @Nullable Item get(String key) {
    Item item = items.get(key);
    if (item != null && item.expirySeconds != 0 && item.expirySeconds <= nowSeconds()) {
      items.remove(key);
      return null;
    }
    return item;
  }

  @GuardedBy("this")
  private String store(String key, String how, long[] flagsAndExpiry, byte[] value) {
    Item before = get(key);
    if (how.equals("add") ? before != null : !how.equals("set") && before == null) {
      return "NS";
    }
    if (before != null) {
      overwritten.put(key, before);
    }
    hidden.remove(key);
    if (before != null && (how.equals("append") || how.equals("prepend"))) {
      byte[] one = how.equals("append") ? before.value : value;
      byte[] other = how.equals("append") ? value : before.value;
      byte[] both = Arrays.copyOf(one, one.length + other.length);
      System.arraycopy(other, 0, both, one.length, other.length);
      items.put(key, before.with(both, ++tokens));
      return "HD";
    }
    long expiry = flagsAndExpiry[1];
    items.put(key, new Item(value, (int) flagsAndExpiry[0], until(expiry), life(expiry), ++tokens));
    return "HD";
  }

  private static long until(long expiry) {
    return expiry == 0 || expiry > Change.RELATIVE_SECONDS_MAX ? expiry : nowSeconds() + expiry;
  }

  private static long life(long expiry) {
    return expiry == 0 ? 0 : Math.max(1, until(expiry) - nowSeconds());
  }

  @GuardedBy("this")
  private String cas(String[] words, byte[] value) {
    return cas(words[1], Long.parseLong(words[5]), numbers(words), value);
  }

  @GuardedBy("this")
  private String cas(String key, long token, long[] flagsAndExpiry, byte[] value) {
    Item before = get(key);
    if (before == null) {
      return "NF";
    }
    return before.token == token ? store(key, "set", flagsAndExpiry, value) : "EX";
  }

  @GuardedBy("this")
  private String metaStore(String[] words, byte[] value) {
    long[] flagsAndExpiry = new long[2];
    String how = "set";
    long token = 0;
    for (int i = 3; i < words.length; i++) {
      String said = words[i].substring(1);
      switch (words[i].charAt(0)) {
        case 'F' -> flagsAndExpiry[0] = Long.parseLong(said);
        case 'T' -> flagsAndExpiry[1] = Long.parseLong(said);
        case 'C' -> token = Long.parseLong(said);
        case 'M' ->
            how =
                switch (said) {
                  case "E" -> "add";
                  case "R" -> "replace";
                  case "A" -> "append";
                  default -> "prepend";
                };
        default -> {}
      }
    }
    String stored =
        token == 0
            ? store(words[1], how, flagsAndExpiry, value)
            : cas(words[1], token, flagsAndExpiry, value);
    return stored.equals("HD") ? "HD c" + tokens : stored;
  }

  @GuardedBy("this")
  private String count(String key, long delta, boolean isMeta) {
    Item before = get(key);
    if (before == null) {
      return isMeta ? "NF" : "NOT_FOUND";
    }
    String counted = new String(before.value, ISO_8859_1);
    // It may have been given the value of another item.
    if (!counted.chars().allMatch(Character::isDigit)) {
      return "CLIENT_ERROR cannot increment or decrement non-numeric value";
    }
    String number = Long.toString(Long.parseLong(counted) + delta);
    overwritten.put(key, before);
    items.put(key, before.with(number.getBytes(ISO_8859_1), ++tokens));
    return isMeta ? "VA " + number.length() + " c" + tokens + "\r\n" + number : number;
  }

  @GuardedBy("this")
  private boolean touch(String key, long expiry) {
    Item before = get(key);
    if (before == null) {
      return false;
    }
    items.put(key, new Item(before.value, before.flags, until(expiry), life(expiry), before.token));
    return true;
  }

  @GuardedBy("this")
  private boolean delete(String key) {
    if (!has(Fault.DELETE_IN_REBUILD)) {
      hidden.remove(key);
    }
    Item before = get(key);
    if (before == null) {
      return false;
    }
    gone.put(key, before);
    items.remove(key);
    return true;
  }

  @GuardedBy("this")
  private String gets(String[] keys) {
    StringBuilder text = new StringBuilder();
    for (String key : keys) {
      Item item = get(key);
      if (item != null) {
        text.append("VALUE ").append(key).append(' ').append(item.flags).append(' ');
        text.append(item.value.length).append(' ').append(item.token).append("\r\n");
        text.append(new String(item.value, ISO_8859_1)).append("\r\n");
      }
    }
    return text + "END";
  }

  @GuardedBy("this")
  private String metaGet(String[] words) {
    String last = words[words.length - 1];
    if (last.startsWith("T") && !touch(words[1], Long.parseLong(last.substring(1)))) {
      return "EN";
    }
    Item item = get(words[1]);
    if (item == null) {
      return "EN";
    }
    StringBuilder said = new StringBuilder();
    boolean shows = false;
    for (int i = 2; i < words.length; i++) {
      switch (words[i]) {
        case "v" -> shows = true;
        case "f" -> said.append(" f").append(item.flags);
        case "c" -> said.append(" c").append(item.token);
        case "t" ->
            said.append(" t")
                .append(item.expirySeconds == 0 ? -1 : item.expirySeconds - nowSeconds());
        default -> {}
      }
    }
    return shows
        ? "VA " + item.value.length + said + "\r\n" + new String(item.value, ISO_8859_1)
        : "HD" + said;
  }
}
