package io.larder.tests.conformance.clients;

import io.larder.tests.conformance.process.LarderProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where a client's items are when it asks about them. */
enum Tier {
  RAM(0),
  FLASH(24 << 20);

  private final int spilledBytes;

  Tier(int spilledBytes) {
    this.spilledBytes = spilledBytes;
  }

  /** How much to store after an item so that it is in this tier: a few times the server's RAM. */
  int spilledBytes() {
    return spilledBytes;
  }

  /**
   * Starts a server whose items go to this tier.
   *
   * @param folder for its flash and what it prints
   */
  LarderProcess start(Path folder, String... more) {
    List<String> line = new ArrayList<>();
    switch (this) {
      case RAM -> line.addAll(List.of("-m", "64", "--ram-only"));
      case FLASH ->
          line.addAll(List.of("-m", "8", "-o", "ext_path=" + folder.resolve("flash") + ":1g"));
    }
    line.addAll(List.of(more));
    return LarderProcess.start(folder, line.toArray(String[]::new));
  }
}
