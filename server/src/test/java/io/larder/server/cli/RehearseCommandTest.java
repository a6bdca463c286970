package io.larder.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rehearsal that the launcher lets run after a build. */
class RehearseCommandTest {
  @Test
  void playsToItsEndAndLeavesNothing(@TempDir Path folder) {
    assertThat(LarderCommand.run("rehearse", folder.resolve("stage").toString())).isZero();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void helpDoesNotNameIt() {
    assertThat(LarderCommand.commandLine().getUsageMessage()).doesNotContain("rehearse");
  }
}
