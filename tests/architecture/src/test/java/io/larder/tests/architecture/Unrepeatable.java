package io.larder.tests.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaConstructor;
import java.util.Set;

/** The ways a JDK call makes a second run differ from the first, and what to use in its place. */
enum Unrepeatable {
  TIME("reads the time", "time should come from io.larder.platform.time") {
    @Override
    boolean matches(String owner, String name, int parameterCount) {
      return switch (owner) {
        case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
        case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
        case "java.util.Date" -> isNew(name) && parameterCount == 0;
        default -> owner.startsWith("java.time.") && name.equals("now");
      };
    }
  },

  CHANCE("draws from chance", "a generator with its seed should be handed in") {
    @Override
    boolean matches(String owner, String name, int parameterCount) {
      return switch (owner) {
        case "java.util.Random", "java.util.SplittableRandom" -> isNew(name) && parameterCount == 0;
        case "java.security.SecureRandom" -> true;
        case "java.util.concurrent.ThreadLocalRandom" -> name.equals("current");
        case "java.util.random.RandomGenerator" -> name.equals("getDefault") || name.equals("of");
        case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
        case "java.util.UUID" -> name.equals("randomUUID");
        case "java.util.Collections" -> name.equals("shuffle") && parameterCount == 1;
        default -> false;
      };
    }
  },

  THREADS(
      "starts or delays a thread", "work should be a Step, driven from io.larder.platform.work") {
    @Override
    boolean matches(String owner, String name, int parameterCount) {
      return switch (owner) {
        case "java.lang.Thread" -> THREAD_STARTERS.contains(name);
        case "java.util.concurrent.Executors",
            "java.util.concurrent.ThreadPoolExecutor",
            "java.util.concurrent.ScheduledThreadPoolExecutor",
            "java.util.concurrent.ForkJoinPool",
            "java.util.Timer" ->
            true;
        // Without an executor of the caller's, these run on the common pool.
        case "java.util.concurrent.CompletableFuture" ->
            (name.equals("supplyAsync") || name.equals("runAsync") || name.equals("completeAsync"))
                ? parameterCount == 1
                : name.equals("delayedExecutor")
                    || name.equals("orTimeout")
                    || name.equals("completeOnTimeout");
        default -> false;
      };
    }
  },

  FILES("touches a file", "bytes should go through io.larder.platform.device") {
    @Override
    boolean matches(String owner, String name, int parameterCount) {
      return switch (owner) {
        case "java.nio.file.Files",
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.FileReader",
            "java.io.FileWriter",
            "java.io.RandomAccessFile" ->
            true;
        case "java.nio.channels.FileChannel", "java.nio.channels.AsynchronousFileChannel" ->
            name.equals("open");
        default -> false;
      };
    }
  };

  private static final Set<String> THREAD_STARTERS =
      Set.of(
          JavaConstructor.CONSTRUCTOR_NAME,
          "start",
          "sleep",
          "ofVirtual",
          "ofPlatform",
          "startVirtualThread");

  private final String what;
  private final String instead;

  Unrepeatable(String what, String instead) {
    this.what = what;
    this.instead = instead;
  }

  abstract boolean matches(String owner, String name, int parameterCount);

  String instead() {
    return instead;
  }

  DescribedPredicate<JavaAccess<?>> access() {
    return DescribedPredicate.describe(
        "the target " + what,
        access ->
            access.getTarget() instanceof CodeUnitAccessTarget target
                && matches(
                    target.getOwner().getName(),
                    target.getName(),
                    target.getRawParameterTypes().size()));
  }

  private static boolean isNew(String name) {
    return name.equals(JavaConstructor.CONSTRUCTOR_NAME);
  }
}
