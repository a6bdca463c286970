package io.larder.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of points, kept for when a run goes on. */
class KeptFiguresTest {
  private static final Series.Limits LIMITS = new Series.Limits(100, 1_000_000, 1024, 2);
  private static final Figures FIGURES =
      new Figures(1.5, 1e5, 2e5, 3.25, 40, 50, 100, 37.5, 1 << 27, Double.NaN);

  @TempDir private Path folder;

  @Test
  void whatWasKeptIsFoundAgain() throws IOException {
    Point point = Series.items.points(LIMITS).getFirst();
    new KeptFigures(folder).keep(point, 5, FIGURES);

    assertThat(new KeptFigures(folder).find(point, 5)).isEqualTo(FIGURES);
  }

  @Test
  void aPointThatWasSetUpOtherwiseIsMeasuredAgain() throws IOException {
    KeptFigures kept = new KeptFigures(folder);
    Point point = Series.memory.points(LIMITS).getFirst();
    kept.keep(point, 5, FIGURES);

    assertThat(kept.find(point, 4)).as("other seconds").isNull();
    Point other =
        new Point(
            point.name(),
            point.series(),
            point.size(),
            point.connections(),
            point.items() + 1,
            point.valueBytes(),
            point.megabytes(),
            point.loops(),
            point.flashMegabytes());
    assertThat(kept.find(other, 5)).as("other items").isNull();
    assertThat(kept.find(Series.loops.points(LIMITS).getFirst(), 5)).as("other point").isNull();
  }

  @Test
  void withoutAFolderNothingIsKept() throws IOException {
    KeptFigures kept = new KeptFigures(null);
    Point point = Series.loops.points(LIMITS).getFirst();
    kept.keep(point, 5, FIGURES);

    assertThat(kept.find(point, 5)).isNull();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void seriesGrowUpToTheirLimit() {
    assertThat(Series.connections.points(LIMITS))
        .extracting(Point::size)
        .isEqualTo(List.of(1L, 10L, 100L));
    assertThat(Series.memory.points(LIMITS))
        .as("four fifths of -m are filled, with header and slot")
        .allSatisfy(point ->
            assertThat(point.items() * (point.valueBytes() + 64.0))
                .isBetween(0.79 * (point.size() << 20), 0.8 * (point.size() << 20)));
    assertThat(Series.items.points(LIMITS).getLast().flashMegabytes()).isGreaterThanOrEqualTo(244);
  }
}
