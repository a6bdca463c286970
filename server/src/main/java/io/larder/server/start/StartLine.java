package io.larder.server.start;

import io.larder.cache.CacheConfig;
import io.larder.engine.PageStoreConfig;
import io.larder.engine.model.Bucket;
import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.platform.device.DeviceSpec;
import io.larder.server.net.Transport;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The one line that says what has been started. */
final class StartLine {
  private StartLine() {}

  static String of(
      String version,
      List<String> addresses,
      FlashPlan plan,
      String whyEmpty,
      @Nullable RestoreSnapshot restore,
      boolean isDirect,
      Transport transport) {
    return String.join(
        " | ",
        "larder " + version + " ready on " + String.join(", ", addresses),
        "RAM " + ReadableBytes.of(plan.cache().ramBytes()),
        flash(plan, whyEmpty, restore, isDirect),
        "I/O " + transport.description() + ": " + transport.reason());
  }

  private static String flash(
      FlashPlan plan, String whyEmpty, @Nullable RestoreSnapshot restore, boolean isDirect) {
    CacheConfig cache = plan.cache();
    PageStoreConfig store = cache.flash();
    if (store == null) {
      return "no flash: " + plan.reason();
    }
    long bytes = plan.devices().stream().mapToLong(DeviceSpec::sizeBytes).sum();
    return "flash %s in %d pages of %s: %s (%s), %s"
        .formatted(
            ReadableBytes.of(bytes),
            bytes / store.pageBytes(),
            ReadableBytes.of(store.pageBytes()),
            IntStream.range(0, plan.devices().size())
                .mapToObj(i -> shortest(plan.devices().get(i).path()) + keptFor(store, i))
                .collect(Collectors.joining(", ")),
            isDirect ? "O_DIRECT" : "through the page cache",
            start(whyEmpty, restore));
  }

  private static String start(String whyEmpty, @Nullable RestoreSnapshot restore) {
    if (!whyEmpty.isEmpty() || restore == null) {
      return "starts empty: " + whyEmpty;
    }
    return "keeps %d pages".formatted(restore.pageCount());
  }

  private static String keptFor(PageStoreConfig store, int deviceIndex) {
    Bucket bucket = store.freeBucketOf(deviceIndex);
    return bucket == Bucket.DEFAULT ? "" : " for " + bucket.word();
  }

  /** A path as one would type it here. */
  private static String shortest(Path path) {
    Path here = Path.of("").toAbsolutePath();
    Path absolute = path.toAbsolutePath().normalize();
    return absolute.startsWith(here) ? "./" + here.relativize(absolute) : absolute.toString();
  }
}
