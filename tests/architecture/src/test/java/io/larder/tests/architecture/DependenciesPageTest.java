package io.larder.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page about dependencies says what the build does. */
class DependenciesPageTest {
  private static final Pattern VERSION = Pattern.compile("<([a-z0-9-]+)\\.version>([^<]+)<");

  @Test
  void everyVersionOfTheBuildIsOnThePage() throws IOException {
    Path root = SourceTree.ofThisProject().root();
    String pom = Files.readString(root.resolve("pom.xml"));
    String page = Files.readString(root.resolve("docs/dependencies.md"));

    List<String> versions =
        VERSION.matcher(pom).results().map((MatchResult found) -> found.group(2)).toList();

    assertThat(versions).hasSizeGreaterThan(20);
    assertThat(versions).allSatisfy(version -> assertThat(page).contains("| " + version + " |"));
  }
}
