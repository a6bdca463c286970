package io.larder.tests.conformance.same;

import io.larder.tests.conformance.same.Script.Burst;
import io.larder.tests.conformance.same.Wire.Pace;
import java.util.List;
import java.util.stream.Stream;

/**
 * One question picked by hand.
 *
 * @param given what is said first and prepares the question; empty if nothing does
 * @param asked the question
 */
record Exchange(String name, String given, String asked) {

  /**
   * Whether it leaves other items and their memory alone, so that several may be prepared before
   * one is asked.
   */
  boolean keepsToItself() {
    return Stream.of(given, asked)
        .noneMatch(said ->
            said.contains("flush_all")
                || said.contains("cache_memlimit 64")
                || said.contains("op=08")
                || said.contains("op=18"));
  }

  /** The same in two bursts, the question at the given pace. */
  Script script(Pace pace) {
    return new Script(
        name,
        List.of(
            new Burst(List.of(given), Pace.WHOLE, 0),
            new Burst(List.of(asked), pace, asked.hashCode())));
  }

  @Override
  public String toString() {
    return name;
  }
}
