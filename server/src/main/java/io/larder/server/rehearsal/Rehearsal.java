package io.larder.server.rehearsal;

import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.server.model.StartException;
import io.larder.server.options.ServeArguments;
import io.larder.server.options.ServeParser;
import io.larder.server.start.LarderServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import picocli.CommandLine;

/**
 * Fills a small server, reads from both of its tiers, ends it and starts it again on the flash that
 * it has left.
 *
 * <p>The JVM keeps which methods that took and how they were used (JEP 514, 515), and compiles them
 * at the start of the next process instead of in its first seconds: the rebuild of an index is over
 * before a JVM that knows nothing has compiled it.
 *
 * <p><b>Threads.</b> Run by one.
 */
public final class Rehearsal {
  private static final int KEY_COUNT = 400_000;
  private static final int TOGETHER = 50;
  private static final int ALONE_COUNT = 3000;
  private static final int ROUNDS = 1000;
  private static final int RESTART_COUNT = 3;
  private static final int VALUE_BYTES_MAX = 100;
  private static final int RESTORE_MILLIS_MAX = 20_000;

  private final Path folder;
  private final SplittableRandom random = new SplittableRandom(1);
  private final String value = "v".repeat(VALUE_BYTES_MAX);

  /** Has its flash in {@code folder}, which exists and is removed by whoever made it. */
  public Rehearsal(Path folder) {
    this.folder = folder;
  }

  /** Plays all of it, some seconds long. */
  public void play() throws StartException, IOException, InterruptedException {
    try (LarderServer server = start();
        Talk talk = talkTo(server)) {
      for (int key = 0; key < KEY_COUNT; key += TOGETHER) {
        fill(talk, key);
      }
      useAll(talk);
    }
    for (int i = 0; i < RESTART_COUNT; i++) {
      try (LarderServer server = start();
          Talk talk = talkTo(server)) {
        await(server);
        useAll(talk);
      }
    }
  }

  private LarderServer start() throws StartException {
    ServeArguments arguments =
        CommandLine.populateCommand(
            new ServeArguments(),
            "-p",
            "-1",
            "-m",
            "16",
            "-o",
            "ext_path=" + folder.resolve("flash") + ":128m");
    return LarderServer.start(
        ServeParser.parse(arguments), folder, "rehearsal", level -> {}, () -> {});
  }

  private static Talk talkTo(LarderServer server) throws IOException {
    return new Talk(server.tcpAddresses().getFirst());
  }

  private static void await(LarderServer server) throws InterruptedException {
    for (int waited = 0; waited < RESTORE_MILLIS_MAX; waited++) {
      RestoreSnapshot restore = server.restore();
      if (restore == null || !restore.running()) {
        return;
      }
      Thread.sleep(1);
    }
  }

  private void fill(Talk talk, int from) throws IOException {
    StringBuilder commands = new StringBuilder();
    for (int key = from; key < from + TOGETHER; key++) {
      int length = 1 + random.nextInt(VALUE_BYTES_MAX);
      if (key % 2 == 0) {
        commands.append("set %s 0 0 %d\r\n".formatted(key(key), length));
      } else {
        commands.append("ms %s %d\r\n".formatted(key(key), length));
      }
      commands.append(value, 0, length).append("\r\n");
    }
    talk.ask(commands.toString());
  }

  private void useAll(Talk talk) throws IOException {
    for (int i = 0; i < ALONE_COUNT; i++) {
      talk.ask("get %s\r\n".formatted(anyKey()));
    }
    for (int i = 0; i < ROUNDS; i++) {
      talk.ask(many(i));
    }
  }

  /** Each kind of request, most often those that are most often asked. */
  private String many(int round) {
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < TOGETHER; i++) {
      commands.append(
          switch (round % 8) {
            case 0, 1 -> "get %s\r\n".formatted(anyKey());
            case 2, 3 -> "mg %s v t f c\r\n".formatted(anyKey());
            case 4 -> "get %s %s %s %s\r\n".formatted(anyKey(), anyKey(), anyKey(), anyKey());
            case 5 -> "set %s 0 0 2\r\n17\r\n".formatted(anyKey());
            case 6 -> rarer(i);
            default -> "get %s\r\n".formatted(recentKey());
          });
    }
    return commands.toString();
  }

  private String rarer(int which) {
    String key = anyKey();
    return switch (which % 10) {
      case 0 -> "add %s 0 0 1\r\n1\r\n".formatted(key);
      case 1 -> "replace %s 0 0 1\r\n1\r\n".formatted(key);
      case 2 -> "append %s 0 0 1\r\n1\r\n".formatted(key);
      case 3 -> "gets %s\r\n".formatted(key);
      case 4 -> "cas %s 0 0 1 1\r\n1\r\n".formatted(key);
      case 5 -> "incr %s 1\r\n".formatted(key);
      case 6 -> "touch %s 0\r\n".formatted(key);
      case 7 -> "gat 0 %s\r\n".formatted(key);
      case 8 -> "ma %s N0 J1 v\r\n".formatted(key);
      default -> "delete %s\r\n".formatted(key);
    };
  }

  private String anyKey() {
    return key(random.nextInt(KEY_COUNT));
  }

  private String recentKey() {
    return key(KEY_COUNT - 1 - random.nextInt(KEY_COUNT / 10));
  }

  private static String key(int number) {
    return "rehearsed-" + number;
  }
}
