package io.larder.bench.overload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What has to hold however much is asked.
 *
 * @param probeP99MillisMax of the gets of hot keys, over a whole scene
 * @param rssBytesMax of the server, at any time
 */
public record Bounds(double probeP99MillisMax, long rssBytesMax) {

  /** What did not hold in a scene, a sentence each; wrong values included. */
  List<String> broken(SceneResult result) {
    List<String> broken = new ArrayList<>();
    double p99Millis = result.probe().getValueAtPercentile(99) / 1e6;
    if (p99Millis > probeP99MillisMax) {
      broken.add(
          String.format(
              Locale.ROOT,
              "p99 of the gets of hot keys was %.1f ms, and %.1f ms are allowed",
              p99Millis,
              probeP99MillisMax));
    }
    if (result.rssBytesMax() > rssBytesMax) {
      broken.add(
          String.format(
              Locale.ROOT,
              "the server held %.0f MiB, and %.0f MiB are allowed",
              result.rssBytesMax() / 0x1p20,
              rssBytesMax / 0x1p20));
    }
    if (result.wrongCount() > 0) {
      broken.add(
          String.format(Locale.ROOT, "%,d WRONG VALUES: %s", result.wrongCount(), result.wrongs()));
    }
    return broken;
  }
}
