package io.larder.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A rule that can never fail proves nothing, so each is shown a house it must reject. */
class RulesBiteTest {
  private static final String FIXTURES = "io.larder.tests.architecture.fixture";

  @Test
  void aCycleOfTwoPackagesIsRejected() {
    assertThat(violations(Rules.noTangles(), "tangle"))
        .singleElement()
        .asString()
        .contains("Cycle detected", "fixture.tangle.left", "fixture.tangle.right");
  }

  @Test
  void aRoomThatImportsItsRoofIsRejected() {
    assertThat(violations(Rules.nobodyImportsTheRoof(FIXTURES + ".house"), "house"))
        .isNotEmpty()
        .allSatisfy(violation -> assertThat(violation).contains("house.room.Room"));
  }

  @Test
  void aRoofThatImportsItsRoomsIsFine() {
    assertThat(violations(Rules.nobodyImportsTheRoof(FIXTURES + ".house.room"), "house")).isEmpty();
  }

  @Test
  void aLibraryOutsideTheListIsRejected() {
    assertThat(violations(Rules.usesOnly(FIXTURES + "..", FIXTURES + "..", "java.lang.."), "house"))
        .isNotEmpty()
        .allSatisfy(violation -> assertThat(violation).contains("java.util."));
  }

  @Test
  void aHouseThatLooksUpIsRejected() {
    assertThat(House.ENGINE.forbidden()).contains("io.larder.cache..", "io.larder.server..");
    assertThat(House.CACHE.forbidden()).contains("io.larder.protocol..", "io.larder.uring..");
    assertThat(House.SERVER.forbidden())
        .containsExactly(
            "io.larder.testkit..", "io.larder.bench..", "io.larder.tests.simulation..");
  }

  @Test
  void anInternalOfTheJdkIsRejected() {
    // The compiler lets none into a fixture, but Netty has some.
    JavaClasses netty = new ClassFileImporter().importPackages("io.netty.util.internal");
    assertThat(violations(Rules.noInternals(), netty)).isNotEmpty();
  }

  @Test
  void anotherLoggerIsRejected() {
    assertThat(violations(Rules.noOtherLogging(), "unrepeatable")).isNotEmpty();
  }

  @Test
  void printingIsRejectedUnlessThePackageIsSpokenFor() {
    assertThat(violations(Rules.noStandardStreams(), "unrepeatable")).isNotEmpty();
    assertThat(violations(Rules.noStandardStreams(FIXTURES + ".unrepeatable"), "unrepeatable"))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeRepeatedIsRejected(Unrepeatable kind) {
    assertThat(violations(Rules.repeatable(kind, FIXTURES + ".."), "unrepeatable"))
        .as("one violation for each call of %s in the fixture", kind)
        .hasSize(2);
  }

  private static List<String> violations(ArchRule rule, String fixture) {
    JavaClasses classes = new ClassFileImporter().importPackages(FIXTURES + "." + fixture);
    return violations(rule, classes);
  }

  private static List<String> violations(ArchRule rule, JavaClasses classes) {
    assertThat(classes).as("classes to look at").isNotEmpty();
    return rule.evaluate(classes).getFailureReport().getDetails();
  }
}
