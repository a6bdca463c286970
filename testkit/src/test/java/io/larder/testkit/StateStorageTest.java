package io.larder.testkit;

import io.larder.platform.state.FileStateStorage;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A state file on a file system and one in memory keep the same promises. */
class StateStorageTest {
  @TempDir private Path folder;

  private final AtomicInteger fileCount = new AtomicInteger();

  @TestFactory
  Stream<DynamicTest> fileKeepsTheContract() {
    return tests(
        new StateStorageContract(
            () -> new FileStateStorage(folder.resolve("state" + fileCount.incrementAndGet()))));
  }

  @TestFactory
  Stream<DynamicTest> memoryKeepsTheContract() {
    return tests(new StateStorageContract(MemoryStateStorage::new));
  }

  private static Stream<DynamicTest> tests(StateStorageContract contract) {
    return contract.checks().stream()
        .map(check -> DynamicTest.dynamicTest(check.sentence(), check.body()::run));
  }
}
