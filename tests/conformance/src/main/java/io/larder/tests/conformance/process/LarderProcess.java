package io.larder.tests.conformance.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.larder.tests.conformance.Checkout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Larder itself, as a process of its own.
 *
 * <p>It starts in one of two ways: with the class path and the Java of the JVM that asks, as a test
 * wants it, or through the launcher of a checkout, as a person would.
 */
public final class LarderProcess extends ServerProcess {
  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration BUILD_MAX = Duration.ofMinutes(10);

  /** What the launcher tells the C library. */
  private static final List<String> MEMORY_SETTINGS =
      List.of(
          "env",
          "MALLOC_ARENA_MAX=2",
          "MALLOC_MMAP_THRESHOLD_=131072",
          "MALLOC_TRIM_THRESHOLD_=131072");

  private static final String MAIN = "io.larder.server.Main";

  private final boolean speaksInTheClear;

  private LarderProcess(int port, List<String> command, Path folder) {
    super("larder", port, command, folder);
    this.speaksInTheClear = !command.contains("-Z") && !command.contains("-S");
  }

  /** One that speaks TLS, or to known clients alone, is asked nothing, and taken at its word. */
  @Override
  boolean answers() {
    return speaksInTheClear ? super.answers() : standardOutput().contains(" ready on ");
  }

  /**
   * Starts the server that is on this JVM's class path, and waits until it answers.
   *
   * @param folder for what it prints
   * @param options of {@code larder serve}, but for address and port
   */
  public static LarderProcess start(Path folder, String... options) {
    LarderProcess larder = launch(folder, FreePort.find(), options);
    larder.awaitReady(START_MAX);
    return larder;
  }

  /** As {@link #start}, by a command that runs another one in its own place. */
  public static LarderProcess startWith(List<String> runner, Path folder, String... options) {
    LarderProcess larder = launchUnder(runner, folder, FreePort.find(), options);
    larder.awaitReady(START_MAX);
    return larder;
  }

  /** As {@link #start}, without waiting for an answer. */
  public static LarderProcess launch(Path folder, String... options) {
    return launch(folder, FreePort.find(), options);
  }

  /** As {@link #start}, on a port of the caller's and without waiting for an answer. */
  public static LarderProcess launch(Path folder, int port, String... options) {
    return launchUnder(List.of(), folder, port, options);
  }

  /** As {@link #launch}, by a command that runs another one in its own place. */
  static LarderProcess launchUnder(List<String> runner, Path folder, int port, String... options) {
    List<String> command = new ArrayList<>(runner);
    command.addAll(program());
    command.addAll(arguments(port, options));
    return new LarderProcess(port, command, folder);
  }

  /** What starts the program that is on this JVM's class path, but for its arguments. */
  static List<String> program() {
    List<String> command = new ArrayList<>(MEMORY_SETTINGS);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Checkout.file("bin/jvm.options"));
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(MAIN);
    return command;
  }

  /** As {@link #start}, through the launcher of a checkout, which builds what is not built. */
  public static LarderProcess startByLauncher(Path launcher, Path folder, String... options) {
    LarderProcess larder = launchByLauncher(launcher, folder, options);
    larder.awaitReady(BUILD_MAX);
    return larder;
  }

  /** As {@link #startByLauncher}, without waiting for an answer. */
  public static LarderProcess launchByLauncher(Path launcher, Path folder, String... options) {
    int port = FreePort.find();
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    command.addAll(arguments(port, options));
    return new LarderProcess(port, command, folder);
  }

  /** Adds what its threads are doing. */
  @Override
  public String diagnosis() {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid()), "Thread.print")
              .redirectErrorStream(true)
              .start();
      return printed() + "\n" + new String(process.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      return printed() + "\nits threads are not known: " + e;
    }
  }

  private static List<String> arguments(int port, String... options) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("serve", "-l", "127.0.0.1", "-p", Integer.toString(port)));
    arguments.addAll(List.of(options));
    return arguments;
  }
}
