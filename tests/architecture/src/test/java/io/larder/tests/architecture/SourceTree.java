package io.larder.tests.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The source files of all modules, as they lie in the checkout. */
final class SourceTree {
  private static final Set<String> TEXT = Set.of(".java", ".xml", ".properties", ".sh", ".md");

  private static final Pattern NAMED_TEST = Pattern.compile("\\b([A-Z]\\w+)#(\\w+)");

  private final Path root;
  private final List<Path> files;

  private SourceTree(Path root, List<Path> files) {
    this.root = root;
    this.files = files;
  }

  /** The project this test belongs to, found by walking up to the folder with the Maven wrapper. */
  static SourceTree ofThisProject() {
    Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    for (Path up = folder; up != null; up = up.getParent()) {
      if (Files.exists(up.resolve("mvnw"))) {
        return of(up);
      }
    }
    throw new IllegalStateException("no folder with mvnw above " + folder);
  }

  /** All files in folders called {@code src} below a root, build output left out. */
  static SourceTree of(Path root) {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes unused) {
              String name = String.valueOf(folder.getFileName());
              boolean skipped =
                  !folder.equals(root) && (name.startsWith(".") || name.equals("target"));
              return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes unused) {
              if (root.relativize(file).toString().contains("src/")) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(null);
    return new SourceTree(root, files);
  }

  /** The folder all modules lie in. */
  Path root() {
    return root;
  }

  /** The packages with production code in the modules that are the product, not its tests. */
  SortedSet<String> packagesOfModules() {
    return mainFolders().stream()
        .filter(folder -> !root.relativize(folder).startsWith("tests"))
        .map(SourceTree::packageName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Folders with production code whose package-info is missing or does not say NullMarked. */
  List<String> foldersWithoutNullMarked() {
    return mainFolders().stream()
        .filter(folder -> !isNullMarked(folder.resolve("package-info.java")))
        .map(folder -> root.relativize(folder).toString())
        .toList();
  }

  /** Each line of a text file that a predicate finds fault with, as {@code file:line: text}. */
  List<String> linesThat(Predicate<String> isFaulty) {
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      if (TEXT.stream().noneMatch(file.toString()::endsWith)) {
        continue;
      }
      int number = 0;
      for (String line : read(file).lines().toList()) {
        number++;
        if (isFaulty.test(line)) {
          found.add(root.relativize(file) + ":" + number + ": " + line.strip());
        }
      }
    }
    return found;
  }

  /** The {@code Class#method} in the documents of which there is no such test. */
  List<String> testsNamedInVain() {
    List<String> inVain = new ArrayList<>();
    try (DirectoryStream<Path> documents = Files.newDirectoryStream(root.resolve("docs"), "*.md")) {
      for (Path document : documents) {
        Matcher named = NAMED_TEST.matcher(read(document));
        while (named.find()) {
          if (!hasTest(named.group(1), named.group(2))) {
            inVain.add(root.relativize(document) + ": " + named.group());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return inVain;
  }

  private boolean hasTest(String className, String method) {
    Pattern declared = Pattern.compile("^  [\\w<>]+ " + method + "\\(", Pattern.MULTILINE);
    return files.stream()
        .filter(file -> file.endsWith(className + ".java"))
        .filter(file -> file.toString().contains("src/test/"))
        .anyMatch(file -> declared.matcher(read(file)).find());
  }

  private SortedSet<Path> mainFolders() {
    return files.stream()
        .filter(file -> file.toString().contains("src/main/java/"))
        .filter(file -> file.toString().endsWith(".java"))
        .map(Path::getParent)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String packageName(Path folder) {
    String path = folder.toString();
    String marker = "src/main/java/";
    return path.substring(path.indexOf(marker) + marker.length()).replace('/', '.');
  }

  private static boolean isNullMarked(Path packageInfo) {
    return Files.exists(packageInfo)
        && read(packageInfo).lines().anyMatch(line -> line.strip().equals("@NullMarked"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
