package io.larder.server.cli;

import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that leaves the terminal it was started from.
 *
 * <p><b>Life.</b> A JVM cannot fork: its other threads would be missing in the copy. So {@link
 * #start} starts the same program once more and waits for its first line, which says that it is
 * ready, or for its end. The other one {@linkplain #leaveTerminal leaves} before it starts to
 * serve, and once that line is out {@linkplain #closeOutput lets go} of the terminal's output.
 */
@SuppressWarnings("restricted") // The JDK has no other door to these calls.
final class Detached {
  private static final Logger LOG = LoggerFactory.getLogger(Detached.class);

  /** Set for the process that serves. */
  private static final String PROPERTY = "larder.detached";

  private static final String NOWHERE = "/dev/null";
  private static final int READ_AND_WRITE = 2;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private Detached() {}

  /** Whether this is the process that serves. */
  static boolean isThisProcess() {
    return Boolean.getBoolean(PROPERTY);
  }

  /**
   * Starts the process that serves, with the same command line.
   *
   * @return this process's exit code, once the other one is ready or has ended
   */
  static int start(List<String> arguments) throws StartException, InterruptedException {
    Process serving;
    String first;
    try {
      serving =
          new ProcessBuilder(command(arguments))
              .redirectInput(Redirect.from(new File(NOWHERE)))
              .redirectError(Redirect.INHERIT)
              .start();
      BufferedReader output = serving.inputReader();
      first = output.readLine();
    } catch (IOException e) {
      throw new StartException(
          ExitCode.SYSTEM,
          "-d is not possible here: %s; start Larder without it, in the background."
              .formatted(e.getMessage()));
    }
    if (first == null) {
      return serving.waitFor();
    }
    System.out.println(first);
    System.out.flush();
    return ExitCode.OK.number();
  }

  private static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-D" + PROPERTY + "=true");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.larder.server.Main");
    command.addAll(arguments);
    return command;
  }

  /** Begins a session of its own, which no terminal ends. */
  static void leaveTerminal() {
    try {
      int session = (int) handle("setsid", FunctionDescriptor.of(INT)).invokeExact();
      if (session < 0) {
        LOG.debug("this process led a group already, and stays in its session");
      }
    } catch (Throwable e) {
      LOG.warn("still part of the terminal's session, and ends with it: {}", e.toString());
    }
  }

  /**
   * Lets whoever started this process have the terminal for itself.
   *
   * @param logs whether standard error is kept, for what is logged
   */
  static void closeOutput(boolean logs) {
    System.out.flush();
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle open =
          LINKER.downcallHandle(
              LINKER.defaultLookup().findOrThrow("open"),
              FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
              Linker.Option.firstVariadicArg(2));
      MemorySegment nowhere = arena.allocateFrom(NOWHERE);
      int descriptor = (int) open.invokeExact(nowhere, READ_AND_WRITE);
      MethodHandle duplicate = handle("dup2", FunctionDescriptor.of(INT, INT, INT));
      int last = logs ? 1 : 2;
      for (int standard = 0; descriptor >= 0 && standard <= last; standard++) {
        int result = (int) duplicate.invokeExact(descriptor, standard);
        LOG.debug("descriptor {} leads nowhere: {}", standard, result);
      }
    } catch (Throwable e) {
      LOG.warn("still writes to the terminal: {}", e.toString());
    }
  }

  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }
}
