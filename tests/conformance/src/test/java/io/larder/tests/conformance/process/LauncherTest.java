package io.larder.tests.conformance.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the launcher tells Java in a built source tree; the Java here only says what it was told.
 */
class LauncherTest {
  /** Later than the sources, which are written now. */
  private final Instant built = Instant.now().plusSeconds(1000);

  @TempDir private Path tree;

  @BeforeEach
  void aBuiltTree() throws IOException {
    for (String file : new String[] {"larder", "bin/find-java.sh", "bin/jvm.options"}) {
      Path copy = tree.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(Checkout.file(file), copy);
    }
    Files.setPosixFilePermissions(
        tree.resolve("larder"), PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String file :
        new String[] {
          "pom.xml",
          "server/pom.xml",
          "server/src/main/java/Main.java",
          "server/target/larder-server.jar",
          "server/target/lib/larder-cache.jar",
          "server/target/larder.aot"
        }) {
      write(file, "");
    }
    write("jdk/release", "JAVA_VERSION=\"25.0.3\"\n");
    write("jdk/bin/java", "#!/bin/sh\necho \"$@\"\n");
    write("jdk/bin/javac", "#!/bin/sh\n");
    for (String program : new String[] {"java", "javac"}) {
      Files.setPosixFilePermissions(
          tree.resolve("jdk/bin").resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    madeAt("server/target/larder-server.jar", 10);
    madeAt("server/target/lib/larder-cache.jar", 10);
    madeAt("server/target/larder.aot", 20);
  }

  private void write(String file, String text) throws IOException {
    Path path = tree.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void madeAt(String file, long secondsLater) throws IOException {
    Files.setLastModifiedTime(tree.resolve(file), FileTime.from(built.plusSeconds(secondsLater)));
  }

  private String toldToJava() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(tree.resolve("larder").toString(), "serve").redirectErrorStream(true);
    builder.environment().put("LARDER_JAVA_HOME", tree.resolve("jdk").toString());
    Process launcher = builder.start();
    String told = new String(launcher.getInputStream().readAllBytes(), UTF_8);
    assertThat(launcher.waitFor()).as(told).isZero();
    return told;
  }

  @Test
  void whatWasLearnedOfTheseJarsIsUsed() throws Exception {
    assertThat(toldToJava()).contains("-XX:AOTCache=").contains("io.larder.server.Main serve");
  }

  @Test
  void whatWasLearnedBeforeAJarWasBuiltAgainIsNot() throws Exception {
    madeAt("server/target/lib/larder-cache.jar", 30);

    assertThat(toldToJava()).doesNotContain("AOTCache").contains("io.larder.server.Main serve");
  }

  @Test
  void otherOptionsOfTheJvmDoWithoutIt() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(tree.resolve("larder").toString(), "serve");
    builder.environment().put("LARDER_JAVA_HOME", tree.resolve("jdk").toString());
    builder.environment().put("LARDER_JAVA_OPTS", "-Xmx1g");
    Process launcher = builder.start();
    String told = new String(launcher.getInputStream().readAllBytes(), UTF_8);

    assertThat(told).doesNotContain("AOTCache").contains("-Xmx1g");
  }
}
