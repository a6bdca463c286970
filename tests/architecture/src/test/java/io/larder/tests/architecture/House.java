package io.larder.tests.architecture;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The modules, from the ground up, with what each may look at.
 *
 * <p>A new module gets its row here, and a dependency in this module's pom.
 */
@SuppressWarnings("ImmutableEnumChecker") // Its sets and lists come from Set.of and List.of.
enum House {
  PLATFORM("platform", Set.of(), List.of("com.sun.nio.file..")),
  TESTKIT("testkit", Set.of(PLATFORM), List.of()),
  URING("uring", Set.of(PLATFORM), List.of("io.netty..")),
  ENGINE("engine", Set.of(PLATFORM), List.of()),
  CACHE("cache", Set.of(ENGINE, PLATFORM), List.of()),
  PROTOCOL("protocol", Set.of(CACHE, PLATFORM), List.of()),
  SERVER(
      "server",
      Set.of(PROTOCOL, CACHE, ENGINE, PLATFORM, URING),
      List.of(
          "io.netty..",
          "picocli..",
          "me.tongfei.progressbar..",
          "ch.qos.logback..",
          "com.sun.management..",
          "com.sun.net.httpserver..",
          "javax.net.ssl..")),
  BENCH(
      "bench",
      Set.of(CACHE, ENGINE, PLATFORM, URING, TESTKIT),
      List.of(
          "io.netty..",
          "picocli..",
          "me.tongfei.progressbar..",
          "org.HdrHistogram..",
          "org.openjdk.jmh..",
          "com.sun.management..")),
  SIMULATION(
      "tests.simulation",
      Set.of(CACHE, ENGINE, TESTKIT, PLATFORM),
      List.of("picocli..", "me.tongfei.progressbar.."));

  /*
   * What any module may use. jdk.jfr is a supported part of every JDK, though not below java..; it
   * costs an embedding program nothing.
   */
  private static final List<String> LIBRARIES_OF_ALL =
      List.of(
          "java..",
          "jdk.jfr..",
          "org.slf4j..",
          "org.jspecify.annotations..",
          "com.google.errorprone.annotations..");

  private final String roof;
  private final Set<House> lower;
  private final List<String> libraries;

  House(String name, Set<House> lower, List<String> libraries) {
    this.roof = "io.larder." + name;
    this.lower = lower;
    this.libraries = libraries;
  }

  /** The root package alone: the door and its config. */
  String roof() {
    return roof;
  }

  /** The root package and every room in it. */
  String everything() {
    return roof + "..";
  }

  /** The houses this one may not look at. */
  String[] forbidden() {
    EnumSet<House> others = EnumSet.allOf(House.class);
    others.remove(this);
    others.removeAll(lower);
    return others.stream().map(House::everything).toArray(String[]::new);
  }

  /** Every package this house may look at, its own and the lower houses' included. */
  String[] allowed() {
    return Stream.of(
            Stream.of(everything()),
            lower.stream().map(House::everything),
            LIBRARIES_OF_ALL.stream(),
            libraries.stream())
        .flatMap(packages -> packages)
        .toArray(String[]::new);
  }

  /** The packages of all houses but these. */
  static String[] everythingBut(House... houses) {
    EnumSet<House> others = EnumSet.allOf(House.class);
    others.removeAll(Arrays.asList(houses));
    return others.stream().map(House::everything).toArray(String[]::new);
  }
}
