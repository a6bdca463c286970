package io.larder.tests.interleavings;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * Plays a meeting of threads under many schedules, chosen by a model checker and not by chance:
 * those with few switches first. The same build plays the same schedules.
 *
 * <p>A meeting is a public class with a constructor that sets the scene, an {@code @Operation} for
 * each thread, and one {@code @Validate}, which is called when all threads have ended. What any of
 * them throws ends the test, with the schedule that led there. How many schedules are played is set
 * by {@code -Dlarder.schedules}.
 */
final class Schedules {
  /*
   * The checker may switch threads at each access to a field, an array or a lock, in the JDK's own
   * collections as well. It cannot see memory off the heap, and it assumes that writes are seen in
   * the order they are made. For what these two hide, the same meetings are held once more by threads
   * that really run at the same time.
   */

  private static final int COUNT = Integer.getInteger("larder.schedules", 120);

  private Schedules() {}

  /**
   * Plays the operations of these names, each in a thread of its own: first under chosen schedules,
   * then as often with the threads left to themselves.
   */
  static void play(Class<?> meeting, String... operations) {
    play(COUNT, meeting, operations);
  }

  /**
   * As {@link #play}, three times as often: for meetings of few steps, whose orders cost little.
   */
  static void playLonger(Class<?> meeting, String... operations) {
    play(3 * COUNT, meeting, operations);
  }

  private static void play(int count, Class<?> meeting, String... operations) {
    ExecutionScenario scenario =
        new ExecutionScenario(
            List.of(),
            Arrays.stream(operations).map(name -> List.of(actor(meeting, name))).toList(),
            List.of(),
            actorAtTheEnd(meeting));
    new ModelCheckingOptions()
        .iterations(0)
        .invocationsPerIteration(count)
        .minimizeFailedScenario(false)
        .addCustomScenario(scenario)
        .check(meeting);
    new StressOptions()
        .iterations(0)
        .invocationsPerIteration(count)
        .minimizeFailedScenario(false)
        .addCustomScenario(scenario)
        .check(meeting);
  }

  private static Actor actor(Class<?> meeting, String operation) {
    try {
      return new Actor(meeting.getMethod(operation), List.of());
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Actor actorAtTheEnd(Class<?> meeting) {
    for (Method method : meeting.getMethods()) {
      if (method.isAnnotationPresent(Validate.class)) {
        return new Actor(method, List.of());
      }
    }
    throw new IllegalArgumentException(meeting + " has no @Validate");
  }

  /** Cheaper than an assertion library, every step of which would be one more place to switch. */
  static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not so: " + what);
    }
  }
}
