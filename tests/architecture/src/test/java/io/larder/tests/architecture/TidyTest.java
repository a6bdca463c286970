package io.larder.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no compiler looks at: the files themselves. */
class TidyTest {
  // In two halves, so that this file is not found by its own rule.
  private static final Predicate<String> NOTE_TO_SELF =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b").asPredicate();
  private static final Predicate<String> TAB = Pattern.compile("\t").asPredicate();

  private final SourceTree project = SourceTree.ofThisProject();

  @TempDir private Path folder;

  @Test
  void everyPackageIsNullMarked() {
    assertThat(project.foldersWithoutNullMarked())
        .as("packages whose package-info.java is missing or lacks @NullMarked")
        .isEmpty();
  }

  @Test
  void nothingIsLeftForLater() {
    assertThat(project.linesThat(NOTE_TO_SELF))
        .as("do it, or write it down where work is planned")
        .isEmpty();
  }

  @Test
  void noFileHasTabs() {
    assertThat(project.linesThat(TAB)).as("lines with tab characters").isEmpty();
  }

  @Test
  void everyTestThatADocumentNamesExists() {
    assertThat(project.testsNamedInVain()).as("rename it there too").isEmpty();
  }

  @Test
  void anUntidyProjectIsFound() throws IOException {
    write("docs/a.md", "shown by `ATest#there`, `ATest#gone` and `BTest#there`\n");
    write("a/src/test/java/io/larder/a/ATest.java", "class ATest {\n  void there() {}\n}\n");
    write("a/src/main/java/io/larder/a/package-info.java", "@NullMarked\npackage io.larder.a;\n");
    write("a/src/main/java/io/larder/a/A.java", "// TO" + "DO later\n\tint tab;\n");
    write("a/src/main/java/io/larder/a/b/package-info.java", "package io.larder.a.b;\n");
    write("a/src/main/java/io/larder/a/c/C.java", "fine\n");
    write("a/target/src/main/java/io/larder/d/D.java", "// XX" + "X build output\n");
    SourceTree untidy = SourceTree.of(folder);

    assertThat(untidy.packagesOfModules())
        .containsExactly("io.larder.a", "io.larder.a.b", "io.larder.a.c");
    assertThat(untidy.foldersWithoutNullMarked())
        .containsExactly("a/src/main/java/io/larder/a/b", "a/src/main/java/io/larder/a/c");
    assertThat(untidy.linesThat(NOTE_TO_SELF))
        .containsExactly("a/src/main/java/io/larder/a/A.java:1: // TO" + "DO later");
    assertThat(untidy.linesThat(TAB))
        .containsExactly("a/src/main/java/io/larder/a/A.java:2: int tab;");
    assertThat(untidy.testsNamedInVain())
        .containsExactly("docs/a.md: ATest#gone", "docs/a.md: BTest#there");
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
