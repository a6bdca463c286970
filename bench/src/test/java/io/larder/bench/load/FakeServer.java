package io.larder.bench.load;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A small memcached that can be told to do wrong.
 *
 * <p><b>Threads.</b> One for each connection; what they share is one locked map.
 */
public final class FakeServer implements AutoCloseable {
  /** What it does wrong. */
  public enum Fault {
    NONE,
    /** Returns the first value a key ever had. */
    OLD_VALUES,
    /** Goes on returning what was deleted. */
    NO_DELETES,
    /** Returns another key's value now and then. */
    OTHER_KEYS,
    /** Returns values with a wrong bit now and then. */
    FLIPPED_BITS,
    /** Keeps every second value only. */
    FORGETS,
    /** Refuses to store. */
    NO_MEMORY,
    /** Hangs up after a while. */
    HANGS_UP,
    /** Says what no memcached says. */
    TALKS_NONSENSE,
    /** Takes its time for every request. */
    SLOW
  }

  private static final int HANGS_UP_AFTER = 500;
  private static final int NOW_AND_THEN = 100;
  private static final int SLOW_MILLIS = 20;

  private final ServerSocket listening;
  private final Fault fault;
  private final Map<String, byte[]> values = new HashMap<>();
  private final Map<String, byte[]> firstValues = new HashMap<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private byte[] lastSet = new byte[0];
  private int requestCount;

  public FakeServer(Fault fault) {
    this.fault = fault;
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("fake-server").start(this::accept);
  }

  public String address() {
    return "127.0.0.1:" + listening.getLocalPort();
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = listening.accept();
        sockets.add(socket);
        Thread.ofPlatform().daemon().name("fake-connection").start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      for (String line = line(in); line != null; line = line(in)) {
        if (fault == Fault.SLOW) {
          Thread.sleep(SLOW_MILLIS);
        }
        if (!answer(line.split(" ", -1), in, out)) {
          return;
        }
        if (in.available() == 0) {
          out.flush();
        }
      }
    } catch (IOException | InterruptedException e) {
      // The client has gone, or this has been closed.
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("gone");
      }
      line.append((char) c);
    }
    return line.toString().strip();
  }

  private boolean answer(String[] words, InputStream in, OutputStream out) throws IOException {
    byte[] data =
        switch (words[0]) {
          case "set" -> data(in, Integer.parseInt(words[4]));
          case "ms" -> data(in, Integer.parseInt(words[2]));
          default -> new byte[0];
        };
    synchronized (values) {
      if (++requestCount > HANGS_UP_AFTER && fault == Fault.HANGS_UP) {
        return false;
      }
      if (requestCount > HANGS_UP_AFTER && fault == Fault.TALKS_NONSENSE) {
        say(out, "GUTEN TAG\r\n");
        return true;
      }
      switch (words[0]) {
        case "get" -> {
          for (int i = 1; i < words.length; i++) {
            byte[] value = get(words[i]);
            if (value != null) {
              say(out, "VALUE " + words[i] + " 0 " + value.length + "\r\n");
              out.write(value);
              say(out, "\r\n");
            }
          }
          say(out, "END\r\n");
        }
        case "mg" -> {
          boolean isQuiet = words[words.length - 1].equals("q");
          byte[] value = get(words[1]);
          if (value != null) {
            say(out, "VA " + value.length + (isQuiet ? " k" + words[1] : "") + "\r\n");
            out.write(value);
            say(out, "\r\n");
          } else if (!isQuiet) {
            say(out, "EN\r\n");
          }
        }
        case "mn" -> say(out, "MN\r\n");
        case "set" -> say(out, set(words[1], data) ? "STORED\r\n" : "SERVER_ERROR no memory\r\n");
        case "ms" -> say(out, set(words[1], data) ? "HD\r\n" : "SERVER_ERROR no memory\r\n");
        case "delete" -> say(out, delete(words[1]) ? "DELETED\r\n" : "NOT_FOUND\r\n");
        case "md" -> say(out, delete(words[1]) ? "HD\r\n" : "NF\r\n");
        default -> say(out, "ERROR\r\n");
      }
    }
    return true;
  }

  private static byte[] data(InputStream in, int length) throws IOException {
    byte[] data = in.readNBytes(length);
    if (in.read() != '\r' || in.read() != '\n') {
      throw new IOException("a value of another length than announced");
    }
    return data;
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  @SuppressWarnings("NullAway")
  private byte[] get(String key) {
    byte[] value = values.get(key);
    boolean isNow = requestCount % NOW_AND_THEN == 0;
    if (fault == Fault.OLD_VALUES && isNow) {
      return firstValues.get(key);
    }
    if (fault == Fault.OTHER_KEYS && isNow) {
      return lastSet;
    }
    if (fault == Fault.FLIPPED_BITS && isNow && value != null) {
      byte[] flipped = value.clone();
      flipped[requestCount / NOW_AND_THEN % flipped.length] ^= 4;
      return flipped;
    }
    return value;
  }

  private boolean set(String key, byte[] data) {
    if (fault == Fault.NO_MEMORY) {
      return false;
    }
    if (fault == Fault.FORGETS && requestCount % 2 == 0) {
      return true;
    }
    values.put(key, data);
    firstValues.putIfAbsent(key, data);
    lastSet = data;
    return true;
  }

  private boolean delete(String key) {
    return fault == Fault.NO_DELETES ? values.containsKey(key) : values.remove(key) != null;
  }

  /** How many keys have a value. */
  public int itemCount() {
    synchronized (values) {
      return values.size();
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
