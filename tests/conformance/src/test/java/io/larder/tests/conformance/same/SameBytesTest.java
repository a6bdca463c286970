package io.larder.tests.conformance.same;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.process.MemcachedProcess;
import io.larder.tests.conformance.process.ServerProcess;
import io.larder.tests.conformance.same.Wire.Pace;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Larder answers every question picked by hand with the bytes that memcached answers. */
@TestInstance(Lifecycle.PER_CLASS)
class SameBytesTest {
  private MemcachedProcess memcached;
  private LarderProcess larder;
  private SideBySide sides;

  @BeforeAll
  void start(@TempDir Path folder) {
    memcached = MemcachedProcess.start(folder);
    larder = LarderProcess.start(folder, "-m", "64", "--ram-only");
    sides = new SideBySide(memcached, larder);
  }

  @AfterAll
  void stop() {
    Stream.of(larder, memcached).forEach(ServerProcess::close);
  }

  static Stream<Exchange> exchanges() {
    return Exchanges.all();
  }

  @ParameterizedTest
  @MethodSource("exchanges")
  void sentAtOnce(Exchange exchange) {
    assertThat(sides.begin(exchange.script(Pace.WHOLE)).rest()).isNull();
  }
}
