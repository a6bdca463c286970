package io.larder.tests.conformance.proof;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.larder.tests.conformance.process.LarderProcess;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's memcached-tool reads Larder's statistics as it reads memcached's. */
class MemcachedToolTest {
  private static final Path TOOL = Path.of("/usr/share/memcached/scripts/memcached-tool");
  private static final int FLASH_MEGABYTES = 64;
  private static final int COUNT = 6000;

  @TempDir Path folder;

  @Test
  void everyTableIsShown() throws IOException, InterruptedException {
    if (System.getenv("LARDER_REQUIRE_MEMCACHED") == null) {
      assumeTrue(Files.isExecutable(TOOL), "Debian's memcached is not installed");
    }
    String path =
        "ext_path=" + folder.resolve("flash") + ":" + FLASH_MEGABYTES + "m,ext_page_size=4";
    try (LarderProcess larder =
        LarderProcess.start(folder, "-m", "8", "-o", path + ",ext_wbuf_size=1")) {
      fill(larder);
      long items = larder.stats().number("curr_items");

      List<String> classes = tool(larder, "display");
      assertThat(classes).hasSize(3);
      assertThat(classes.get(0)).startsWith("  #  Item_Size  Max_age   Pages   Count   Full?");
      // Items go on moving to flash; what was stored last is still in RAM.
      assertThat(classes.get(1)).matches("  1 +96B +\\d+s +1 +\\d+ +no +0 +0 +0");
      assertThat(classes.get(2)).matches(" 17 +3\\.5K +\\d+s +\\d+ +\\d+ +(no|yes) +0 +0 +0");
      assertThat(classes.stream().skip(1).mapToLong(line -> word(line, 4)).sum()).isEqualTo(items);

      assertThat(tool(larder, "stats"))
          .anyMatch(line -> line.matches(" +curr_items +" + items))
          .anyMatch(line -> line.matches(" +limit_maxbytes +8388608"))
          .anyMatch(line -> line.matches(" +extstore_limit_maxbytes +67108864"));
      assertThat(tool(larder, "settings"))
          .anyMatch(line -> line.matches(" +maxbytes +8388608"))
          .anyMatch(line -> line.matches(" +ext_page_size +4194304"));
      assertThat(tool(larder, "sizes").stream().skip(1).mapToLong(line -> word(line, 1)).sum())
          .isEqualTo(items);
    }
  }

  private static long word(String line, int index) {
    return Long.parseLong(line.strip().split(" +", -1)[index]);
  }

  private static void fill(LarderProcess larder) throws IOException {
    String value = "x".repeat(3000);
    StringBuilder sets = new StringBuilder();
    for (int i = 0; i < COUNT; i++) {
      sets.append("set key%d 0 0 3000 noreply\r\n%s\r\n".formatted(i, value));
    }
    sets.append("mn\r\n");
    try (Socket socket = larder.connect()) {
      socket.getOutputStream().write(sets.toString().getBytes(US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('M');
    }
  }

  private static List<String> tool(LarderProcess larder, String mode)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(TOOL.toString(), "127.0.0.1:" + larder.port(), mode)
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed.lines().toList();
  }
}
