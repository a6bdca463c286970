package io.larder.server.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.engine.model.Bucket;
import io.larder.engine.model.Durability;
import io.larder.platform.device.DeviceSpec;
import io.larder.protocol.Spoken;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.larder.server.net.NetSettings;
import io.larder.server.net.NetSettings.Endpoint;
import io.larder.server.tls.ClientCheck;
import io.larder.server.tls.TlsListener;
import io.larder.server.tls.TlsSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What command lines mean, and what is wrong with them. */
class ServeParserTest {
  @Test
  void everyDefaultIsKnown() throws StartException {
    assertThat(parse())
        .isEqualTo(
            new ServeConfig(
                new NetSettings(
                    List.of(address("127.0.0.1", 11211)),
                    List.of(),
                    null,
                    null,
                    Runtime.getRuntime().availableProcessors(),
                    1024,
                    true,
                    1024,
                    Duration.ZERO),
                new AccessOptions(Spoken.AUTO, false, null, true, true, true, false),
                new StreamOptions(64 << 10, 256 << 10, true, 100, 0),
                20,
                64 << 20,
                0,
                true,
                new FlashOptions(
                    false,
                    List.of(),
                    0,
                    0,
                    0,
                    0,
                    1,
                    Duration.ZERO,
                    Duration.ofSeconds(1),
                    0,
                    ReclaimOptions.DEFAULT,
                    new RestartOptions(null, Durability.KILL, Duration.ofSeconds(10), false)),
                IoChoice.AUTO,
                0,
                new ProcessOptions(false, null, null, false),
                new PrefixOptions(':', false),
                null,
                List.of()));
  }

  @Test
  void everyOptionMeansSomething() throws StartException {
    ServeConfig config =
        parse(
            "-l",
            "127.0.0.2,127.0.0.3:11300",
            "-l",
            "[::1]:11400",
            "-p",
            "11311",
            "-m",
            "128",
            "-t",
            "3",
            "-c",
            "77",
            "-b",
            "55",
            "-I",
            "2m",
            "-M",
            "--io",
            "nio",
            "-B",
            "binary",
            "-F",
            "-X",
            "-W",
            "-A",
            "-R",
            "7",
            "-u",
            "nobody",
            "-U",
            "0",
            "-vv",
            "-o",
            "no_maxconns_fast,idle_timeout=9,ext_path=/a/b:3g,ext_page_size=32,ext_wbuf_size=8",
            "-o",
            "ext_item_size=100,ext_recache_rate=5,ext_low_ttl=60,ext_max_wait=0.25,ext_write_budget=20m",
            "-o",
            "ext_compact_under=9,ext_drop_under=7,ext_max_frag=0.5,ext_drop_unread",
            "-o",
            "ext_state_path=/s/t,ext_durability=power,ext_stop_wait=2.5",
            "--fresh",
            "-o",
            "ext_item_age=30,ext_max_sleep=1000,ext_read_depth=16",
            "-o",
            "ext_path=c:d:5m:compact,ext_threads=4,modern,relaxed_privileges",
            "-d",
            "-P",
            "/run/pid",
            "-D",
            "/",
            "-Ckr",
            "-L",
            "-f",
            "1.1",
            "-n",
            "64",
            "-N",
            "2",
            "-o",
            "no_lru_crawler,lru_crawler_sleep=7,lru_crawler_tocrawl=9,worker_logbuf_size=16",
            "-o",
            "watcher_logbuf_size=8");

    assertThat(config)
        .isEqualTo(
            new ServeConfig(
                new NetSettings(
                    List.of(
                        address("127.0.0.2", 11311),
                        address("127.0.0.3", 11300),
                        address("::1", 11400)),
                    List.of(),
                    null,
                    null,
                    3,
                    77,
                    false,
                    55,
                    Duration.ofSeconds(9)),
                new AccessOptions(Spoken.BINARY, false, null, false, false, false, true),
                new StreamOptions(16 << 10, 8 << 10, false, 7, 9),
                7,
                128 << 20,
                2 << 20,
                false,
                new FlashOptions(
                    false,
                    List.of(
                        new FlashPath(new DeviceSpec(Path.of("/a/b"), 3L << 30), Bucket.DEFAULT),
                        new FlashPath(new DeviceSpec(Path.of("c:d"), 5 << 20), Bucket.COMPACT)),
                    32 << 20,
                    8 << 20,
                    16,
                    100,
                    5,
                    Duration.ofSeconds(60),
                    Duration.ofMillis(250),
                    20 << 20,
                    new ReclaimOptions(9, 7, 0.5, true, 30, 1000),
                    new RestartOptions(
                        Path.of("/s/t"), Durability.POWER, Duration.ofMillis(2500), true)),
                IoChoice.NIO,
                2,
                new ProcessOptions(true, Path.of("/run/pid"), null, true),
                new PrefixOptions('/', true),
                "nobody",
                List.of("ext_threads", "modern", "-C", "-f", "-k", "-L", "-n", "-N", "-r")));
  }

  @Test
  void aUnixSocketTakesThePlaceOfTcp() throws StartException {
    NetSettings net = parse("-s", "/tmp/larder.sock", "-a", "750", "-p", "0").net();

    assertThat(net.addresses()).isEmpty();
    assertThat(net.unixSocket())
        .isEqualTo(
            new NetSettings.UnixSocket(
                Path.of("/tmp/larder.sock"), PosixFilePermissions.fromString("rwxr-x---")));
  }

  @Test
  void datagramsComeInAtTheSameAddresses() throws StartException {
    NetSettings net =
        parse("-U", "11212", "--ram-only", "-l", "127.0.0.1:5,[::1]", "-p", "0").net();

    assertThat(net.datagramAddresses())
        .containsExactly(address("127.0.0.1", 11212).address(), address("::1", 11212).address());
    assertThat(net.addresses()).isEmpty();
    assertThat(parse("-U", "-1").net().datagramAddresses())
        .containsExactly(address("127.0.0.1", 0).address());
    assertThat(parse("-U", "-1").flash().isOff()).isTrue();
    assertThat(parse("-U", "-1", "-s", "/a").net().datagramAddresses()).isEmpty();
    assertThat(parse("-U", "-1", "-s", "/a").flash().isOff()).isFalse();
    assertThat(parse("-U", "0").flash().isOff()).isFalse();
  }

  @Test
  void portsAreWrittenToTheFileThatTheEnvironmentNames() throws StartException {
    ServeConfig config =
        ServeParser.parse(
            CommandLine.populateCommand(new ServeArguments()),
            Map.of("MEMCACHED_PORT_FILENAME", "/tmp/ports"));

    assertThat(config.process().portFile()).isEqualTo(Path.of("/tmp/ports"));
  }

  @Test
  void passwordsDecideTheProtocol() throws StartException {
    AccessOptions text = parse("-Y", "/etc/larder/users").access();
    assertThat(text.spoken()).isEqualTo(Spoken.ASCII);
    assertThat(text.sasl()).isFalse();
    assertThat(text.passwordFile()).isEqualTo(Path.of("/etc/larder/users"));

    AccessOptions sasl =
        ServeParser.parse(
                CommandLine.populateCommand(new ServeArguments(), "-S"),
                Map.of("MEMCACHED_SASL_PWDB", "/etc/larder/pwdb"))
            .access();
    assertThat(sasl.spoken()).isEqualTo(Spoken.BINARY);
    assertThat(sasl.sasl()).isTrue();
    assertThat(sasl.passwordFile()).isEqualTo(Path.of("/etc/larder/pwdb"));
  }

  @Test
  void everyAddressMaySpeakTlsInItsOwnWay() throws StartException {
    NetSettings net =
        parse(
                "-Z",
                "-l",
                "127.0.0.1,notls:127.0.0.2,btls:127.0.0.3:5,mtls:[::1]:6",
                "-o",
                "ssl_chain_cert=/c,ssl_key=/k,ssl_ca_cert=/a,ssl_verify_mode=1,ssl_min_version=3",
                "-o",
                "ssl_ciphers=A:B,ssl_session_cache")
            .net();

    assertThat(net.addresses())
        .containsExactly(
            address("127.0.0.1", 11211, TlsListener.TLS),
            address("127.0.0.2", 11211, TlsListener.PLAIN),
            address("127.0.0.3", 5, TlsListener.TLS_FOR_ALL),
            address("::1", 6, TlsListener.MUTUAL_TLS));
    assertThat(net.tls())
        .isEqualTo(
            new TlsSettings(
                Path.of("/c"),
                Path.of("/k"),
                Path.of("/a"),
                ClientCheck.REQUESTED,
                TlsSettings.Version.TLS_1_3,
                List.of("A", "B"),
                true,
                Duration.ofSeconds(10)));
  }

  @Test
  void flashCanBeSwitchedOffInTwoWays() throws StartException {
    assertThat(parse("--ram-only").flash().isOff()).isTrue();
    assertThat(parse("-o", "no_ext").flash().isOff()).isTrue();
  }

  @Test
  void minusOneTakesAnyFreePort() throws StartException {
    assertThat(parse("-p", "-1").net().addresses()).containsExactly(address("127.0.0.1", 0));
  }

  @Test
  void everyOptionOfMemcachedIsTaken() throws StartException {
    for (ExtendedOption option : ExtendedOption.values()) {
      if (!option.hasEffect()) {
        String argument = option.takesValue() ? option.word() + "=1" : option.word();
        assertThat(parse("-o", argument).withoutEffect()).containsExactly(option.word());
      }
    }
  }

  @Test
  void everyOptionWithAnEffectIsExplained() {
    assertThat(ExtendedOption.values())
        .filteredOn(ExtendedOption::hasEffect)
        .allSatisfy(option -> assertThat(option.sentence()).endsWith("."));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -p abc                        | -p is abc, but must be a whole number from -1 to 65535.
          -p 65536                      | -p is 65536, but must be
          -p 0                          | -p 0 leaves nothing to listen on
          -l 127.0.0.1:0                | -l 127.0.0.1:0 is no address
          -l [::1                       | -l [::1 is no address
          -l ,                          | is no address
          -l no.such.host.invalid.      | is unknown here
          -m 0                          | -m is 0, but must be
          -m 1g                         | -m is 1g, but must be
          -t 0                          | -t is 0, but must be
          -c 0                          | -c is 0, but must be
          -b x                          | -b is x, but must be
          -I 1023                       | -I is 1023, but must be a size from 1k to 1024m
          -I 1g                         | -I is 1g, but must be
          -I 1025m                      | -I is 1025m, but must be
          -s /a -a 800                  | -a is 800, but must be three octal digits
          -s /a -a 1777                 | -a is 1777, but must be three octal digits
          -U 11211 -o ext_path=a:1g     | -U 11211 is not possible with ext_path
          -U 5 --ram-only -Y /a         | -U 5 is not possible with -Y or -S
          -U x --ram-only               | -U is x, but must be
          -D ab                         | -D is 'ab', but must be one printable character.
          -e /dev/shm/items             | -e /dev/shm/items is not possible: what outgrows RAM
          -f 1                          | -f is 1, but must be a number above 1.
          -f x                          | -f is x, but must be
          -n 0                          | -n is 0, but must be
          -B gopher                     | -B is gopher, but must be ascii, binary or auto.
          -S                            | -S needs passwords: let the environment variable
          -S -Y /a                      | -S and -Y contradict each other
          -S -B ascii                   | -S is not possible with -B ascii
          -Y /a -B binary               | -Y is not possible with -B binary
          -R 0                          | -R is 0, but must be
          --io magic                    | --io is magic, but must be auto, io_uring, epoll or nio.
          -o foo                        | -o foo is unknown
          -o foo=1                      | -o foo is unknown
          -Z                            | -Z needs a certificate
          -Z -o ssl_chain_cert=a,ssl_verify_mode=4    | -o ssl_verify_mode is 4, but must be
          -Z -o ssl_chain_cert=a,ssl_verify_mode=2    | give ssl_ca_cert, too
          -Z -o ssl_chain_cert=a,ssl_min_version=1.2  | -o ssl_min_version is 1.2, but must be
          -Z -o ssl_chain_cert=a,ssl_keyformat=DER    | -o ssl_keyformat is DER, but must be PEM
          -l mtls:127.0.0.1             | -l mtls:127.0.0.1 is not possible without -Z
          -o proxy_config=a             | is no proxy
          -o ext_path                   | -o ext_path has no value
          -o ext_path=a                 | -o ext_path=a is not FILE:SIZE
          -o ext_path=:1g               | is not FILE:SIZE
          -o ext_path=a:1               | is not FILE:SIZE
          -o ext_path=a:1k              | is not FILE:SIZE
          -o ext_path=a:0g              | is not FILE:SIZE
          -o ext_path=a:-1g             | is not FILE:SIZE
          -o ext_path=a:9999999999p     | is not FILE:SIZE
          -o ext_path=a:1g:nobucket     | names a bucket that does not exist: write compact
          -o no_ext=1                   | -o no_ext takes no value
          -o ext_page_size=0            | -o ext_page_size is 0, but must be
          -o ext_page_size=4096         | -o ext_page_size is 4096, but must be
          -o ext_wbuf_size=many         | -o ext_wbuf_size is many, but must be
          -o ext_item_size=-1           | -o ext_item_size is -1, but must be
          -o ext_recache_rate=x         | -o ext_recache_rate is x, but must be
          -o ext_low_ttl=-5             | -o ext_low_ttl is -5, but must be
          -o ext_max_wait=forever       | -o ext_max_wait is forever, but must be a number of seconds
          -o ext_read_depth=1025        | -o ext_read_depth is 1025, but must be
          -o ext_max_wait=NaN           | -o ext_max_wait is NaN, but must be
          -o ext_write_budget=lots      | -o ext_write_budget=lots is no number of bytes a second
          -o idle_timeout=x             | -o idle_timeout is x, but must be
          --ram-only -o ext_path=a:1g   | contradict each other
          """)
  void whatIsWrongIsSaidInOneSentence(String line, String sentence) {
    StartException refused = refusal(line.split(" ", -1));

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.problems()).anySatisfy(problem -> assertThat(problem).contains(sentence));
    assertThat(refused.problems()).allSatisfy(problem -> assertThat(problem).endsWith("."));
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    assertThat(refusal("-m", "x", "-t", "x", "-o", "foo,bar", "-I", "x").problems()).hasSize(5);
  }

  private static StartException refusal(String... line) {
    return Objects.requireNonNull(
        catchThrowableOfType(StartException.class, () -> parse(line)), String.join(" ", line));
  }

  private static Endpoint address(String literal, int port) {
    return address(literal, port, TlsListener.PLAIN);
  }

  private static Endpoint address(String literal, int port, TlsListener tls) {
    return new Endpoint(new InetSocketAddress(InetAddress.ofLiteral(literal), port), tls);
  }

  private static ServeConfig parse(String... line) throws StartException {
    return ServeParser.parse(CommandLine.populateCommand(new ServeArguments(), line));
  }
}
