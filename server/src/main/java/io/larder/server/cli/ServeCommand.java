package io.larder.server.cli;

import io.larder.server.logging.LogSetup;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.larder.server.options.ServeArguments;
import io.larder.server.options.ServeConfig;
import io.larder.server.options.ServeParser;
import io.larder.server.start.LarderServer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code larder serve}: a server until it is told to stop.
 *
 * <p>SIGTERM and SIGINT stop it; that is a success, so its exit code is 0, as memcached's. SIGHUP
 * makes it read passwords again.
 */
@Command(
    name = "serve",
    header = {"Serves memcached's protocol from RAM and flash.", ""},
    description = {
      "",
      "Takes memcached's own options. Items that RAM has no room for go to flash, and are found"
          + " there by one read.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    usageHelpWidth = 90,
    versionProvider = Version.class)
final class ServeCommand implements Callable<Integer> {
  static final List<String> EXAMPLES =
      List.of(
          "",
          "Examples:",
          "  larder serve",
          "      64 MB of RAM and a flash file of up to 4 GiB in larder-data, for this machine.",
          "  larder serve -m 1024 -o ext_path=/mnt/nvme/larder:100g",
          "      1 GB of RAM, 100 GB of flash.",
          "  larder serve -m 8192 -l 0.0.0.0 -c 10000 -o ext_path=/dev/nvme1n1:800g,ext_page_size=64",
          "      For a network, on a whole device.",
          "  larder serve -m 1024 -o ext_path=/mnt/a/larder:1t,ext_path=/mnt/b/larder:1t",
          "      Two devices share the work.",
          "  larder serve -m 256 --ram-only -s /run/larder.sock -a 770",
          "      No flash, for the programs of one group on this machine.",
          "",
          "Exit codes: 0 stopped, 64 wrong option, 67 no such user, 71 the system refuses.");

  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  /** How long a start that is under way may take before the end is cut short. */
  private static final long STOP_MILLIS_MAX = 3000;

  @Mixin private ServeArguments arguments = new ServeArguments();

  @Override
  public Integer call() throws StartException, InterruptedException {
    ServeConfig config = ServeParser.parse(arguments);
    LogSetup.setVerbosity(config.verbosity());
    if (!config.withoutEffect().isEmpty()) {
      LOG.info("without effect in Larder: {}", String.join(", ", config.withoutEffect()));
    }
    // Before the start: it answers before it returns, and may be told to end as soon as it answers.
    CompletableFuture<LarderServer> running = new CompletableFuture<>();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running), "larder-stop"));
    CountDownLatch end = new CountDownLatch(1);
    LarderServer server = start(config, running, end::countDown);
    Hangup.handle(server::reload);
    if (config.user() == null && "root".equals(System.getProperty("user.name"))) {
      LOG.warn("running with the rights of root; -u USER gives them up after the start");
    }
    System.out.println(server.startLine());
    System.out.flush();
    RestoreBar.show(server);
    end.await();
    return ExitCode.OK.number();
  }

  private static LarderServer start(
      ServeConfig config, CompletableFuture<LarderServer> running, Runnable end)
      throws StartException {
    try {
      LarderServer server =
          LarderServer.start(config, home(), Version.text(), LogSetup::setVerbosity, end);
      running.complete(server);
      return server;
    } catch (StartException | RuntimeException e) {
      running.completeExceptionally(e);
      throw e;
    }
  }

  /** The folder of the launcher, which says so; else the one it was started in. */
  private static Path home() {
    return Path.of(System.getProperty("larder.home", "")).toAbsolutePath();
  }

  /**
   * Runs when the system tells the process to end, and then ends it: by itself, so successfully. A
   * start that is under way is waited for; one that has failed ends the process in its own way.
   */
  private static void stop(CompletableFuture<LarderServer> running) {
    if (running.isCompletedExceptionally()) {
      return;
    }
    Thread closing =
        Thread.ofPlatform()
            .daemon()
            .name("larder-close")
            .start(() -> running.thenAccept(LarderServer::close).join());
    try {
      LarderServer server = running.getNow(null);
      closing.join(server == null ? STOP_MILLIS_MAX : server.closingMax().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!running.isCompletedExceptionally()) {
      Runtime.getRuntime().halt(ExitCode.OK.number());
    }
  }
}
