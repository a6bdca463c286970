package io.larder.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a run ran on. The name of the host is nobody's business and is left out. */
public final class Machine {
  private Machine() {}

  /** Facts by their name, in the order to print them. */
  public static Map<String, String> facts(Path file) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", processor());
    facts.put("memory", memory());
    facts.put(
        "kernel",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"));
    Path folder = file.toAbsolutePath().getParent();
    FileStore store = Files.getFileStore(folder == null ? Path.of(".") : folder);
    facts.put("device", store.name() + ", " + store.type());
    facts.put("JVM", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("load", load());
    return facts;
  }

  /** The machine's load over the last minute: others may be at work too. */
  private static String load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.1f at the start", load);
  }

  private static String processor() {
    return Runtime.getRuntime().availableProcessors()
        + " cores, "
        + valueIn(Path.of("/proc/cpuinfo"), "model name");
  }

  private static String memory() {
    String kilobytes = valueIn(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "");
    return kilobytes.isEmpty()
        ? "unknown"
        : String.format(Locale.ROOT, "%.0f GiB", Long.parseLong(kilobytes) / 0x1p20);
  }

  private static String valueIn(Path file, String name) {
    try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
