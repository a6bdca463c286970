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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code larder serve}: a server until it is told to stop.
 *
 * <p>SIGTERM, SIGINT and SIGUSR1 stop it; that is a success, so its exit code is 0, as memcached's.
 * SIGHUP makes it read passwords and certificates again.
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
          "  larder serve -d -P /run/larder.pid -u larder -Z -o ssl_chain_cert=/etc/larder/cert.pem",
          "      In the background, as another user, with TLS.",
          "",
          "Exit codes: 0 stopped, 64 wrong option, 67 no such user, 71 the system refuses.");

  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  /** How long a start that is under way may take before the end is cut short. */
  private static final long STOP_MILLIS_MAX = 3000;

  @Mixin private ServeArguments arguments = new ServeArguments();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws StartException, InterruptedException {
    if (arguments.showsLicence()) {
      System.out.println("Larder " + Version.text() + ", Apache License, Version 2.0");
      System.out.println("https://www.apache.org/licenses/LICENSE-2.0");
      return ExitCode.OK.number();
    }
    ServeConfig config = ServeParser.parse(arguments);
    LogSetup.setVerbosity(config.verbosity());
    boolean isDetached = config.process().isDetached();
    if (isDetached && !Detached.isThisProcess()) {
      return Detached.start(spec.root().commandLine().getParseResult().originalArgs());
    }
    if (isDetached) {
      Detached.leaveTerminal();
    }
    if (!config.withoutEffect().isEmpty()) {
      LOG.info("without effect in Larder: {}", String.join(", ", config.withoutEffect()));
    }
    // Before the start: it answers before it returns, and may be told to end as soon as it answers.
    CompletableFuture<LarderServer> running = new CompletableFuture<>();
    PidFile pidFile = new PidFile(config.process().pidFile());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running, pidFile), "larder-stop"));
    CountDownLatch end = new CountDownLatch(1);
    Signals.handle(
        "HUP",
        () -> {
          var _ = running.thenAccept(LarderServer::reload);
        });
    Signals.handle("USR1", end::countDown);
    LarderServer server = start(config, running, end::countDown);
    if (config.user() == null && "root".equals(System.getProperty("user.name"))) {
      LOG.warn("running with the rights of root; -u USER gives them up after the start");
    }
    pidFile.write();
    Path portFile = config.process().portFile();
    if (portFile != null) {
      PortFile.write(portFile, server.tcpAddresses(), server.udpAddresses());
    }
    System.out.println(server.startLine());
    System.out.flush();
    if (isDetached) {
      Detached.closeOutput(config.verbosity() > 0);
    }
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
  private static void stop(CompletableFuture<LarderServer> running, PidFile pidFile) {
    if (running.isCompletedExceptionally()) {
      return;
    }
    pidFile.remove();
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
