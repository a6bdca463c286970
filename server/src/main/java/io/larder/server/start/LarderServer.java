package io.larder.server.start;

import io.larder.cache.Cache;
import io.larder.cache.index.KeyHash;
import io.larder.cache.model.Crawler;
import io.larder.engine.restart.Persistence;
import io.larder.engine.restart.RestoreProgress.RestoreSnapshot;
import io.larder.platform.device.IoEngine;
import io.larder.platform.time.Clock;
import io.larder.platform.time.SystemClock;
import io.larder.platform.work.ThreadWork;
import io.larder.protocol.ProtocolConfig;
import io.larder.protocol.ProtocolRules;
import io.larder.protocol.input.InputBudget;
import io.larder.protocol.watch.WatchLog;
import io.larder.server.auth.PasswordFile;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.larder.server.net.NetServer;
import io.larder.server.net.NetSettings;
import io.larder.server.net.Transport;
import io.larder.server.options.AccessOptions;
import io.larder.server.options.IoChoice;
import io.larder.server.options.ServeConfig;
import io.larder.server.options.StreamOptions;
import io.larder.server.stats.MovableClock;
import io.larder.server.stats.ServerControls;
import io.larder.server.stats.ServerFacts;
import io.larder.server.tls.Tls;
import io.larder.server.tls.TlsSettings;
import io.larder.uring.UringProbe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server, from its start to its end.
 *
 * <p><b>Life.</b> {@link #start} checks everything that can be checked, takes the addresses, opens
 * the flash, opens the cache, and lets clients in; whatever fails leaves nothing behind. {@link
 * #close} goes the same way back.
 *
 * <p><b>Threads.</b> Started and closed by one.
 */
public final class LarderServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LarderServer.class);

  /** Bytes that clients may have sent of values and multigets that are not complete yet. */
  private static final long INPUT_BYTES_MIN = 32 << 20;

  private static final long STOP_LOOK_MILLIS = 5;

  private final ThreadWork work;
  private final Cache cache;
  private final NetServer net;
  private final FlashDevices devices;
  private final IoEngine<?> engine;
  private final @Nullable PasswordFile passwords;
  private final @Nullable Tls tls;
  private final String startLine;
  private final Duration stopWait;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LarderServer(
      ThreadWork work,
      Cache cache,
      NetServer net,
      FlashDevices devices,
      IoEngine<?> engine,
      @Nullable PasswordFile passwords,
      @Nullable Tls tls,
      String startLine,
      Duration stopWait) {
    this.work = work;
    this.cache = cache;
    this.net = net;
    this.devices = devices;
    this.engine = engine;
    this.passwords = passwords;
    this.tls = tls;
    this.startLine = startLine;
    this.stopWait = stopWait;
  }

  /**
   * Starts a server.
   *
   * @param home the folder beside which the default flash lives
   * @param version Larder's
   * @param verbosity sets how much is logged
   * @param end ends the server, soon; for clients that may do so
   */
  public static LarderServer start(
      ServeConfig config, Path home, String version, IntConsumer verbosity, Runnable end)
      throws StartException {
    DefaultFlash byDefault = DefaultFlash.find(home);
    RestartPlan restart =
        RestartPlan.of(config.flash(), FlashPlan.firstDevice(config.flash(), byDefault));
    FlashPlan plan = FlashPlan.of(config, byDefault, FlashPlan.newIdentity(), restart.pageBytes());
    PasswordFile passwords = passwords(config.access());
    Privileges privileges = Privileges.of(config.user());
    Resources.check(config.net().connectionsMax());
    FlashDevices.check(plan);
    Tls tls = tls(config.net());
    Transport transport = transport(config.io(), config.flash().readDepth());
    try {
      NetServer net = NetServer.bind(config.net(), transport, tls);
      try {
        FlashDevices devices = FlashDevices.open(plan, transport.engine());
        try {
          if (privileges != null) {
            privileges.drop();
          }
          return open(
              config, plan, restart, passwords, tls, transport, net, devices, version, verbosity,
              end);
        } catch (StartException | RuntimeException e) {
          devices.close();
          throw e;
        }
      } catch (StartException | RuntimeException e) {
        net.close();
        throw e;
      }
    } catch (StartException | RuntimeException e) {
      transport.engine().close();
      throw e;
    }
  }

  private static LarderServer open(
      ServeConfig config,
      FlashPlan plan,
      RestartPlan restart,
      @Nullable PasswordFile passwords,
      @Nullable Tls tls,
      Transport transport,
      NetServer net,
      FlashDevices devices,
      String version,
      IntConsumer verbosity,
      Runnable end)
      throws StartException {
    ThreadWork work = new ThreadWork("larder");
    Clock machine = new SystemClock();
    MovableClock movable = config.process().isUnderTest() ? new MovableClock(machine) : null;
    Clock clock = movable == null ? machine : movable;
    StreamOptions streams = config.streams();
    WatchLog watchLog = new WatchLog(clock, streams.workerLogBytes(), streams.watcherLogBytes());
    Cache cache = openCache(plan, restart, devices, clock, work, watchLog);
    watchLog.wokenBy(work.start("watch", watchLog));
    applyTo(cache.crawler(), streams);
    config.flash().reclaim().applyTo(cache.tunables());
    InputBudget input =
        new InputBudget(Math.max(INPUT_BYTES_MIN, 4L * plan.cache().itemBytesMax()));
    ServerFacts facts =
        new ServerFacts(
            version,
            config,
            plan.cache(),
            transport.name(),
            net.addresses(),
            net.udpAddresses(),
            clock.unixSeconds());
    ServerControls controls =
        new ServerControls(facts, cache, net, tls, input, watchLog, verbosity, end, movable);
    net.serve(
        cache,
        ProtocolConfig.DEFAULT.withRequestsPerTurn(config.requestsPerTurn()),
        rules(config.access(), passwords),
        controls,
        input,
        watchLog);
    if (config.prefixes().areCounted()) {
      controls.countPrefixes(true);
    }
    return new LarderServer(
        work,
        cache,
        net,
        devices,
        transport.engine(),
        passwords,
        tls,
        StartLine.of(
            version,
            net.allAddresses(),
            plan,
            restart.whyNot().isEmpty() ? cache.whyEmpty() : restart.whyNot(),
            cache.restore(),
            devices.areDirect(),
            transport),
        plan.cache().flash() != null && restart.persistence() != null
            ? config.flash().restart().stopWait()
            : Duration.ZERO);
  }

  private static Cache openCache(
      FlashPlan plan,
      RestartPlan restart,
      FlashDevices devices,
      Clock clock,
      ThreadWork work,
      WatchLog watchLog)
      throws StartException {
    Persistence persistence = restart.persistence();
    if (plan.cache().flash() == null || persistence == null) {
      return Cache.open(plan.cache(), devices.devices(), clock, work, watchLog::newWorker);
    }
    try {
      return Cache.open(
          plan.cache(),
          devices.devices(),
          clock,
          work,
          persistence,
          KeyHash::new,
          watchLog::newWorker);
    } catch (IOException e) {
      throw new StartException(
          ExitCode.SYSTEM,
          "The state file %s can neither be written nor removed: %s; name another with -o ext_state_path=FILE."
              .formatted(persistence.storage().name(), e));
    }
  }

  private static void applyTo(Crawler crawler, StreamOptions streams) {
    crawler.setSleepMicros(streams.crawlSleepMicros());
    crawler.setItemsMax(streams.crawlItemsMax());
    if (!streams.crawls()) {
      crawler.disable();
    }
  }

  private static @Nullable PasswordFile passwords(AccessOptions access) throws StartException {
    Path file = access.passwordFile();
    return file == null
        ? null
        : PasswordFile.read(file, access.sasl() ? PasswordFile.Kind.SASL : PasswordFile.Kind.TEXT);
  }

  private static @Nullable Tls tls(NetSettings settings) throws StartException {
    TlsSettings tls = settings.tls();
    return tls == null ? null : Tls.open(tls);
  }

  private static ProtocolRules rules(AccessOptions access, @Nullable PasswordFile passwords) {
    return new ProtocolRules(
        access.spoken(), passwords, access.flushes(), access.dumps(), access.watches());
  }

  private static Transport transport(IoChoice choice, int readDepth) throws StartException {
    return switch (choice) {
      case NIO -> Transport.nio("as --io says", readDepth);
      case EPOLL -> {
        String refusal = Transport.epollRefusal();
        if (refusal != null) {
          throw impossible(choice, refusal);
        }
        yield Transport.epoll("as --io says", readDepth);
      }
      case IO_URING, AUTO -> {
        UringProbe probe = UringProbe.run();
        if (probe.works()) {
          yield Transport.ioUring(probe, readDepth);
        }
        if (choice == IoChoice.IO_URING) {
          throw impossible(choice, probe.reason());
        }
        yield Transport.epollRefusal() == null
            ? Transport.epoll(probe.reason(), readDepth)
            : Transport.nio(probe.reason(), readDepth);
      }
    };
  }

  private static StartException impossible(IoChoice choice, String why) {
    return new StartException(
        ExitCode.SYSTEM,
        "--io %s is not possible here: %s; leave the option out to use what works."
            .formatted(choice.word(), why));
  }

  /** What has been started, in one line. */
  public String startLine() {
    return startLine;
  }

  /** Where clients find it. */
  public List<String> addresses() {
    return net.addresses();
  }

  /** The addresses of TCP, with the ports that the system has chosen. */
  public List<InetSocketAddress> tcpAddresses() {
    return net.tcpAddresses();
  }

  /** The addresses of UDP, with the ports that the system has chosen. */
  public List<InetSocketAddress> udpAddresses() {
    return net.udpAddresses();
  }

  /** Reads again what may change while the server runs. */
  public void reload() {
    if (passwords != null) {
      passwords.reload();
      LOG.info("passwords read again");
    }
    if (tls != null) {
      var _ = tls.refresh();
    }
  }

  /** How far items of an earlier run have been found; null when there is no flash. */
  public @Nullable RestoreSnapshot restore() {
    return cache.restore();
  }

  /** Waits, not too long, until what is in RAM is on flash. */
  private void bringToFlash() {
    long end = System.nanoTime() + stopWait.toNanos();
    if (stopWait.isZero()) {
      return;
    }
    cache.beginStop();
    try {
      while (!cache.hasStopped()) {
        if (System.nanoTime() >= end) {
          LOG.warn("not all items have gone from RAM to flash in {} s", stopWait.toSeconds());
          return;
        }
        Thread.sleep(STOP_LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The longest that {@link #close} is meant to take. */
  public Duration closingMax() {
    return stopWait.plusSeconds(3);
  }

  /** Sends the clients away, brings to flash what is in RAM, and gives everything back. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    LOG.info("stopping");
    boolean quiet = net.close();
    if (tls != null) {
      tls.close();
    }
    if (quiet) {
      bringToFlash();
    }
    work.close();
    if (quiet) {
      cache.close();
      devices.close();
      engine.close();
    }
    LOG.info("stopped");
  }
}
