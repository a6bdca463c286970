package io.larder.server.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signals that do not end the process in the JVM's own way. */
final class Signals {
  /*
   * The JDK has one door to signals, sun.misc.Signal, which every JDK has and which is open to all,
   * but which the compiler warns of. So it is looked up by name; where it is missing, the signal
   * keeps its usual meaning, the end.
   */

  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /**
   * From now on the signal runs {@code action}, on a thread of the JVM's.
   *
   * @param name without {@code SIG}
   */
  static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      MethodHandle run =
          MethodHandles.lookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
      Object onSignal =
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, signal));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), onSignal);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      LOG.info("SIG{} ends the server, since this JVM does not pass it on: {}", name, e.toString());
    }
  }
}
