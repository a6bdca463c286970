package io.larder.bench.compare;

import io.larder.bench.load.ServerAddress;
import io.larder.bench.load.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server started for a contest.
 *
 * <p><b>Life.</b> {@link #start} waits until it answers; {@link #close} ends it.
 *
 * <p><b>Threads.</b> Confined to one.
 */
public final class StartedServer implements AutoCloseable {
  private static final long START_SECONDS_MAX = 240;
  private static final long END_SECONDS_MAX = 20;
  private static final long LOOK_MILLIS = 50;

  private final Process process;
  private final Path log;
  private final int port;
  private final Contestant contestant;

  private StartedServer(
      String name,
      List<String> command,
      Process process,
      Path log,
      int port,
      @Nullable Path cachedFlash)
      throws IOException {
    this.process = process;
    this.log = log;
    this.port = port;
    this.contestant =
        new Contestant(
            name,
            ServerAddress.parse("127.0.0.1:" + port),
            new ServerProcess(process.pid()),
            version() + "; " + String.join(" ", command),
            cachedFlash);
  }

  /**
   * Starts a program and waits until it answers as a memcached does.
   *
   * @param command {@code {port}} in it becomes a free port
   * @param cachedFlash its flash file, if it reads it through the page cache
   */
  @SuppressWarnings("MustBeClosedChecker")
  public static StartedServer start(String name, List<String> command, @Nullable Path cachedFlash)
      throws IOException {
    int port = freePort();
    List<String> filled = new ArrayList<>();
    for (String word : command) {
      filled.add(word.replace("{port}", Integer.toString(port)));
    }
    Path log = Files.createTempFile("larder-bench-", ".log");
    Process process;
    try {
      process =
          new ProcessBuilder(filled).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    } catch (IOException e) {
      Files.deleteIfExists(log);
      throw new IOException(name + " cannot be started: " + e.getMessage(), e);
    }
    try {
      awaitAnswer(name, process, log, port);
      return new StartedServer(name, filled, process, log, port, cachedFlash);
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      Files.deleteIfExists(log);
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void awaitAnswer(String name, Process process, Path log, int port)
      throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
    while (System.nanoTime() < end) {
      if (!process.isAlive()) {
        throw new IOException(name + " has not started: " + Files.readString(log).strip());
      }
      try {
        ask(port);
        return;
      } catch (IOException e) {
        sleep();
      }
    }
    throw new IOException(name + " has not answered within " + START_SECONDS_MAX + " seconds");
  }

  private static void sleep() throws IOException {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a server started", e);
    }
  }

  /** What the server says to {@code version}. */
  private static String ask(int port) throws IOException {
    try (Socket socket = new Socket()) {
      int millis = (int) TimeUnit.SECONDS.toMillis(2);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
      socket.setSoTimeout(millis);
      socket.getOutputStream().write("version\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = new byte[128];
      int length = socket.getInputStream().read(answer);
      if (length <= 0) {
        throw new IOException("no answer");
      }
      return new String(answer, 0, length, StandardCharsets.US_ASCII).strip();
    }
  }

  private String version() throws IOException {
    return ask(port);
  }

  /** Removes a server's flash file, and what Larder keeps beside it; the server has ended. */
  public static void removeFlash(Path flash) throws IOException {
    Files.deleteIfExists(flash);
    Files.deleteIfExists(flash.resolveSibling(flash.getFileName() + ".state"));
  }

  public long pid() {
    return process.pid();
  }

  public Contestant contestant() {
    return contestant;
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    } finally {
      Files.deleteIfExists(log);
    }
  }
}
