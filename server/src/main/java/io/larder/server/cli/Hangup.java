package io.larder.server.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGHUP, which means: read your files again. */
final class Hangup {
  /*
   * The JDK has one door to signals, sun.misc.Signal, which every JDK has and which is open to all,
   * but which the compiler warns of. So it is looked up by name; where it is missing, the signal
   * keeps its usual meaning, the end.
   */

  private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

  private Hangup() {}

  /** From now on the signal runs {@code action}, on a thread of the JVM's. */
  static void handle(Runnable action) {
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
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), onSignal);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      LOG.info("SIGHUP ends the server, since this JVM does not pass signals on: {}", e.toString());
    }
  }
}
