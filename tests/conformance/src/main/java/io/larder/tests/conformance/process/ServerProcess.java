package io.larder.tests.conformance.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server that runs as a process of its own, on the loopback address, until it is closed.
 *
 * <p>What it prints goes to two files in a folder of the caller's. It never outlives this JVM.
 *
 * <p><b>Threads.</b> Any, but for {@link #close}.
 */
public class ServerProcess implements AutoCloseable {
  private static final Duration STOP_MAX = Duration.ofSeconds(20);
  private static final int CONNECT_MILLIS_MAX = 2000;

  private final String name;
  private final int port;
  private final Process process;
  private final Path standardOutput;
  private final Path standardError;
  private final Thread reaper;

  /** Starts {@code command}, which is to listen on {@code port}. */
  ServerProcess(String name, int port, List<String> command, Path folder) {
    this.name = name;
    this.port = port;
    this.standardOutput = folder.resolve(name + "-" + port + ".out");
    this.standardError = folder.resolve(name + "-" + port + ".err");
    try {
      this.process =
          new ProcessBuilder(command)
              .redirectOutput(standardOutput.toFile())
              .redirectError(standardError.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command.getFirst(), e);
    }
    this.reaper = new Thread(process::destroyForcibly, "reaper of " + name);
    Runtime.getRuntime().addShutdownHook(reaper);
  }

  /** Returns when the server answers. */
  void awaitReady(Duration patience) {
    if (!startsWithin(patience)) {
      throw new IllegalStateException(
          name + " ended with " + process.exitValue() + " before it was ready; " + printed());
    }
  }

  /** Returns true when the server answers, and false if it ends instead. */
  public boolean startsWithin(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!answers()) {
      if (!process.isAlive()) {
        return false;
      }
      if (System.nanoTime() - deadline > 0) {
        kill();
        throw new IllegalStateException(
            name + " was not ready after " + patience.toSeconds() + " s; " + printed());
      }
      pause();
    }
    return true;
  }

  /** Whether it answers now. */
  boolean answers() {
    try (Socket socket = connect()) {
      socket.getOutputStream().write("version\r\n".getBytes(UTF_8));
      // One that wants a password first says so.
      return socket.getInputStream().read() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a server started", e);
    }
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** A new connection, without Nagle's delay. Reads end after 30 s. */
  public Socket connect() throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(30_000);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS_MAX);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** What {@code stats} shows now, with or without an argument. */
  public Stats stats(String... arguments) {
    return Stats.of(port, arguments);
  }

  /** Memory of the process in RAM, as the kernel counts it now. */
  public long rssBytes() {
    return ProcessMemory.rssBytes(pid());
  }

  /** The most memory that the process has ever had in RAM. */
  public long rssPeakBytes() {
    return ProcessMemory.rssPeakBytes(pid());
  }

  /** What it has printed on standard output. */
  public String standardOutput() {
    return read(standardOutput);
  }

  /** What it has printed on standard error. */
  public String standardError() {
    return read(standardError);
  }

  /** Everything it has printed, for a message. */
  public final String printed() {
    List<String> parts = new ArrayList<>();
    parts.add("standard output: " + standardOutput().strip());
    parts.add("standard error: " + standardError().strip());
    return String.join("; ", parts);
  }

  /** What may explain why it does not answer, for a message. */
  public String diagnosis() {
    return printed();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has ended by itself; its exit code. */
  public int awaitExit(Duration patience) {
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
        throw new IllegalStateException(
            name + " had not ended after " + patience.toSeconds() + " s; " + printed());
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " ended", e);
    }
    forgetReaper();
    return process.exitValue();
  }

  /** Asks it to end, by SIGTERM; its exit code. */
  public int terminate() {
    process.destroy();
    return awaitExit(STOP_MAX);
  }

  /** Sends it a signal by its name, {@code STOP} for instance. */
  public void signal(String signal) {
    try {
      Process sender =
          new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
              .redirectErrorStream(true)
              .start();
      String said = new String(sender.getInputStream().readAllBytes(), UTF_8).strip();
      if (sender.waitFor() != 0 && process.isAlive()) {
        throw new IllegalStateException("no signal " + signal + " for " + name + ": " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot send " + signal + " to " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " got a signal", e);
    }
  }

  /** Ends it at once, by SIGKILL. */
  public final void kill() {
    process.destroyForcibly();
    forgetReaper();
  }

  private void forgetReaper() {
    try {
      Runtime.getRuntime().removeShutdownHook(reaper);
    } catch (IllegalStateException e) {
      // This JVM is ending; the hook runs, and finds nothing left to do.
    }
  }

  /** Asks it to end, and complains if it does not end well. Does nothing if it has ended before. */
  @Override
  public void close() {
    if (!process.isAlive()) {
      forgetReaper();
      return;
    }
    int code = terminate();
    if (code != 0) {
      throw new IllegalStateException(name + " ended with " + code + "; " + printed());
    }
  }
}
