package io.larder.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;

/**
 * The rules themselves, each with its reason.
 *
 * <p>They are functions of the packages they are for, so that {@link RulesBiteTest} can show each
 * of them a house it must reject.
 */
final class Rules {
  private Rules() {}

  static ArchRule noTangles() {
    return slices()
        .matching("io.larder.(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .because(
            "packages in a cycle can only be understood, tested and moved together; a noun that "
                + "both need should live on the floor (model, stats, layout)");
  }

  static ArchRule looksOnlyDown(House house) {
    return noClasses()
        .that()
        .resideInAPackage(house.everything())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(house.forbidden())
        .allowEmptyShould(true)
        .because(
            "the layers are platform, engine, cache, protocol, server, with uring and testkit on "
                + "platform alone, the simulation on engine and testkit and the benchmarks beside "
                + "the protocol; what is needed further up should be handed down as an argument");
  }

  static ArchRule usesOnly(String everything, String... allowed) {
    return classes()
        .that()
        .resideInAPackage(everything)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed)
        .allowEmptyShould(true)
        .because(
            "what is embedded in other programs should need nothing but the JDK, slf4j-api and "
                + "annotations; a library belongs in a module of its own, or in the server");
  }

  static ArchRule nobodyImportsTheRoof(String roof) {
    return noClasses()
        .that()
        .resideInAPackage(roof + "..")
        .and()
        .resideOutsideOfPackage(roof)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(roof)
        .allowEmptyShould(true)
        .because(
            "the roof ("
                + roof
                + ") puts its rooms together; a room should get its own small settings instead, and "
                + "a noun that many rooms need should live on the floor");
  }

  static ArchRule noInternals() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("sun..", "jdk.internal..")
        .allowEmptyShould(true)
        .because(
            "Larder runs without Unsafe and without --add-opens; it should use java.lang.foreign "
                + "and VarHandle");
  }

  static ArchRule noOtherLogging() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.logging..",
            "org.apache.commons.logging..",
            "org.apache.log4j..",
            "org.apache.logging..")
        .allowEmptyShould(true)
        .because("an embedding program chooses where logs go; code should use slf4j");
  }

  static ArchRule noStandardStreams(String... spokenFor) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(spokenFor)
        .should(ACCESS_STANDARD_STREAMS)
        .allowEmptyShould(true)
        .because("only the command line speaks to a terminal; other code should log or throw");
  }

  static ArchRule repeatable(Unrepeatable kind, String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .accessTargetWhere(kind.access())
        .allowEmptyShould(true)
        .because(
            "everything above platform must run again the same way from a seed; " + kind.instead());
  }
}
