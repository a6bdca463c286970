package io.larder.tests.conformance.process;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** A server that is told to end ends by itself, whenever it is told. */
class EndTest {
  @TempDir private Path folder;

  @RepeatedTest(5)
  void asSoonAsItAnswers() {
    LarderProcess larder = LarderProcess.start(folder, "--ram-only");
    assertThatCode(larder::close).doesNotThrowAnyException();
  }
}
