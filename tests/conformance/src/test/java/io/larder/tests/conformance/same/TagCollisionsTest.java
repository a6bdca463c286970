package io.larder.tests.conformance.same;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.process.LarderProcess;
import io.larder.tests.conformance.same.TagCollisions.Pair;
import io.larder.tests.conformance.same.Wire.Pace;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one loss that Larder allows itself is understood: it can be foretold. */
class TagCollisionsTest {
  private static final int LOST_COUNT = 100_000;

  /** With so many there are about 150 pairs that agree in 29 bits. */
  private static final int TAKER_COUNT = 800_000;

  @TempDir private Path folder;

  @Test
  void aSetOfOneKeyLosesAnotherOfItsTagOnFlash() {
    Path flash = folder.resolve("flash");
    try (LarderProcess larder =
        LarderProcess.start(folder, "-m", "8", "-o", "ext_path=" + flash + ":256m")) {
      Filler filler = new Filler(larder, 24 << 20);
      filler.fill();
      TagCollisions collisions = TagCollisions.in(flash);
      Pair pair =
          collisions
              .among(names("lost", LOST_COUNT).toList(), names("taker", TAKER_COUNT))
              .orElseThrow();
      assertThat(collisions.among(List.of(pair.lost()), Stream.of(pair.lost()))).isEmpty();
      ask(larder, "set %s 0 0 1000\r\n%s".formatted(pair.lost(), "v".repeat(1000)));
      ask(larder, "mg %s s".formatted(pair.lost()));
      filler.fill();
      long hits = larder.stats().number("larder_flash_hits");
      assertThat(ask(larder, "mg %s s u".formatted(pair.lost()))).startsWith("HD s1000");
      assertThat(larder.stats().number("larder_flash_hits"))
          .as("it is on flash")
          .isEqualTo(hits + 1);

      ask(larder, "set %s-not 0 0 1\r\n1".formatted(pair.taker()));
      assertThat(ask(larder, "mg %s s u".formatted(pair.lost()))).startsWith("HD s1000");
      ask(larder, "set %s 0 0 1\r\n1".formatted(pair.taker()));
      assertThat(ask(larder, "mg %s s u".formatted(pair.lost()))).startsWith("EN");
      assertThat(ask(larder, "mg %s s".formatted(pair.taker()))).startsWith("HD s1");
    }
  }

  private static Stream<String> names(String word, int count) {
    return IntStream.range(0, count).mapToObj(i -> word + ":" + i);
  }

  private static String ask(LarderProcess larder, String command) {
    return Bytes.text(Wire.ask(larder, Bytes.of(command + "\r\n"), Pace.WHOLE, 0));
  }
}
