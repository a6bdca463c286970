package io.larder.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The production code of every module, held to {@link Rules}. */
class ArchitectureTest {
  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.larder");

  @Test
  void everyPackageOfEveryModuleIsSeenHere() {
    Set<String> seen =
        PRODUCTION.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());

    assertThat(SourceTree.ofThisProject().packagesOfModules())
        .as("a package that is not seen is not checked: add its module to House and to this pom")
        .isSubsetOf(seen);
  }

  @Test
  void everyClassBelongsToAHouse() {
    assertThat(PRODUCTION)
        .allSatisfy(type ->
            assertThat(House.values())
                .as(type.getName())
                .anyMatch(house -> (type.getPackageName() + ".").startsWith(house.roof() + ".")));
  }

  @Test
  void noPackagesAreTangled() {
    Rules.noTangles().check(PRODUCTION);
  }

  @ParameterizedTest
  @EnumSource
  void everyHouseLooksOnlyDown(House house) {
    Rules.looksOnlyDown(house).check(PRODUCTION);
  }

  @ParameterizedTest
  @EnumSource
  void everyHouseUsesOnlyItsLibraries(House house) {
    Rules.usesOnly(house.everything(), house.allowed()).check(PRODUCTION);
  }

  @ParameterizedTest
  @EnumSource
  void nobodyImportsTheRoofOverHisHead(House house) {
    Rules.nobodyImportsTheRoof(house.roof()).check(PRODUCTION);
  }

  @ParameterizedTest
  @EnumSource
  void nothingUnrepeatableHappensAbovePlatform(Unrepeatable kind) {
    Rules.repeatable(
            kind,
            House.ENGINE.everything(),
            House.CACHE.everything(),
            House.PROTOCOL.everything(),
            House.SIMULATION.everything())
        .check(PRODUCTION);
  }

  @Test
  void nobodyReachesIntoTheJdk() {
    Rules.noInternals().check(PRODUCTION);
  }

  @Test
  void everybodyLogsThroughSlf4j() {
    Rules.noOtherLogging().check(PRODUCTION);
  }

  @Test
  void onlyTheCommandLineSpeaksToTheTerminal() {
    Rules.noStandardStreams(House.SERVER.roof(), House.SERVER.roof() + ".cli..").check(PRODUCTION);
  }
}
