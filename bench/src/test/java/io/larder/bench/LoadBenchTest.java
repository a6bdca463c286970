package io.larder.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.bench.load.FakeServer;
import io.larder.bench.load.FakeServer.Fault;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The load tool at its smallest, on a server that can be told to do wrong. */
@Timeout(120)
class LoadBenchTest {
  private static final String MIX = "get=60,set=30,delete=10";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "classic, 1, 1",
    "classic, 7, 1",
    "classic, 1, 5",
    "classic, 3, 5",
    "meta, 1, 1",
    "meta, 7, 1",
    "meta, 3, 5"
  })
  void aRightServerIsFoundRight(String protocol, int pipeline, int multiget) throws IOException {
    Path json = folder.resolve("run.json");
    Path html = folder.resolve("run.html");

    assertThat(
            run(
                Fault.NONE,
                "--verify",
                "--load",
                "--mix",
                MIX + ",lone-get=5,lone-set=5",
                "--look-aside",
                "--churn",
                "1000",
                "--value-size",
                "24-3000",
                "--protocol",
                protocol,
                "--pipeline",
                "" + pipeline,
                "--multiget",
                "" + multiget,
                "--html",
                html.toString(),
                "--json",
                json.toString()))
        .as(out + " " + err)
        .isZero();

    assertThat(out.toString())
        .contains("hits %", "p99.9", "client:", "every value is checked", "lone-get")
        .doesNotContain("WRONG", "error");
    assertThat(json).content().contains("\"wrong\": 0", "\"errors\": 0", "\"keysPerSecond\"");
    assertThat(figure(Files.readString(json), "verified")).isPositive();
    assertThat(html)
        .content()
        .contains("Filling", "Measured", "Latency by percentile", "Throughput", "kernel")
        .doesNotContain("WRONG", "http");
  }

  @ParameterizedTest
  @EnumSource(names = {"OLD_VALUES", "NO_DELETES", "OTHER_KEYS", "FLIPPED_BITS"})
  void wrongValuesAreReported(Fault fault) throws IOException {
    assertThat(run(fault, "--load", "--verify", "--mix", MIX, "--value-size", "40"))
        .as(out + " " + err)
        .isEqualTo(LoadBench.EXIT_WRONG_VALUES);

    assertThat(out.toString()).contains("WRONG VALUES", "key number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cachebench-kvcache-reg", "twitter-52", "twitter-14"})
  void presetsRun(String name) throws IOException {
    assertThat(run(Fault.NONE, "--load", "--verify", "--workload", name, "--value-max", "5000"))
        .as(err.toString())
        .isZero();

    assertThat(out.toString()).contains(name + ": get", "what is missed is set");
  }

  @Test
  void presetsAreListed() {
    assertThat(execute("--workload", "list")).isZero();
    assertThat(out.toString()).contains("twitter-1 ", "cachebench-cdn").doesNotContain("requests");
    assertThat(execute("--workload", "none")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--workload list");
  }

  @Test
  void withoutVerifyNobodyLooks() throws IOException {
    assertThat(run(Fault.FLIPPED_BITS, "--load")).as(err.toString()).isZero();
  }

  @Test
  void loadingWritesEveryKeyOnceAndThenAllAreFound() throws IOException {
    try (FakeServer server = new FakeServer(Fault.NONE)) {
      assertThat(on(server, "--load", "--keys", "777", "--threads", "3")).as("" + err).isZero();
      assertThat(server.itemCount()).isEqualTo(777);
    }
    assertThat(out.toString()).containsPattern("get +[\\d,]+ +\\d+ +100.00 ");
  }

  @Test
  void errorsOfTheServerAreCountedAndQuoted() throws IOException {
    assertThat(run(Fault.NO_MEMORY, "--mix", "set=100", "--verify")).isZero();

    assertThat(out.toString()).contains("answered with an error", "SERVER_ERROR no memory");
  }

  @Test
  void aServerThatHangsUpEndsTheRunInASentence() throws IOException {
    assertThat(run(Fault.HANGS_UP)).isEqualTo(CommandLine.ExitCode.SOFTWARE);

    assertThat(err.toString().strip()).isEqualTo("larder bench: the server closed a connection");
  }

  @Test
  void aServerThatTalksNonsenseEndsTheRunInASentence() throws IOException {
    assertThat(run(Fault.TALKS_NONSENSE)).isEqualTo(CommandLine.ExitCode.SOFTWARE);

    assertThat(err.toString()).contains("does not belong here: GUTEN TAG").hasLineCount(1);
  }

  @Test
  void noServerIsSaidInASentence() throws IOException {
    int free;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = taken.getLocalPort();
    }
    assertThat(execute("--server", "127.0.0.1:" + free)).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(execute("--server", folder.resolve("none.sock").toString()))
        .isEqualTo(CommandLine.ExitCode.SOFTWARE);

    assertThat(err.toString().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("no server answers at") && line.contains("--server"));
  }

  @Test
  void anOpenLoopCountsTheWaitForAServerThatIsTooSlow() throws IOException {
    // 20 ms a request and two connections: 100 requests a second, where 400 are asked for.
    assertThat(run(Fault.SLOW, "--rate", "400", "--connections", "2", "--seconds", "1"))
        .as(err.toString())
        .isZero();

    assertThat(out.toString()).contains("The rate was not reached", "sent late by");
    Matcher row = Pattern.compile("get +[\\d,]+ +\\d+ +\\S+ +(\\d+)").matcher(out.toString());
    assertThat(row.find()).isTrue();
    assertThat(Integer.parseInt(row.group(1))).as("p50 us").isGreaterThan(200_000);
  }

  @Test
  void anOpenLoopSendsAsManyAsWereAskedFor() throws IOException {
    Path json = folder.resolve("run.json");
    assertThat(run(Fault.NONE, "--rate", "500", "--seconds", "1", "--json", json.toString()))
        .isZero();

    assertThat(figure(Files.readString(json), "requests")).isBetween(480.0, 500.0);
  }

  @Test
  void theServersProcessIsMeasured() throws IOException {
    String self = Long.toString(ProcessHandle.current().pid());
    assertThat(run(Fault.NONE, "--server-pid", self)).isZero();
    assertThat(out.toString()).containsPattern("server: [\\d.]+ us of CPU a key").contains("MiB");

    assertThat(run(Fault.NONE, "--server-pid", "99999999")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no process 99999999");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--connections 0",
        "--threads 51",
        "--pipeline 0",
        "--multiget 0",
        "--key-size 7",
        "--keys 0",
        "--zipf 0",
        "--zipf 1 --uniform",
        "--mix got=1",
        "--value-size 5-3",
        "--value-size much",
        "--ttl -1",
        "--churn -1",
        "--seconds -1",
        "--verify --threads 2",
        "--server nowhere",
        "--server host:99999",
        "--protocol binary"
      })
  void optionsAreChecked(String options) {
    assertThat(execute(options.split(" "))).as(options).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("Usage: larder bench").doesNotContain("\tat ");
  }

  @Test
  void helpTeaches() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString())
        .contains(
            "Usage: larder bench", "Open loop", "--server-pid $(pgrep memcached)", "Exit codes");
  }

  private static double figure(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\": ([\\d.]+)").matcher(json);
    double last = -1;
    while (matcher.find()) {
      last = Double.parseDouble(matcher.group(1));
    }
    return last;
  }

  private int run(Fault fault, String... further) throws IOException {
    try (FakeServer server = new FakeServer(fault)) {
      return on(server, further);
    }
  }

  private int on(FakeServer server, String... further) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--server",
                server.address(),
                "--keys",
                "300",
                "--connections",
                "5",
                "--seconds",
                "0.4",
                "--warm-up",
                "0.1"));
    arguments.addAll(List.of(further));
    return execute(arguments.toArray(String[]::new));
  }

  private int execute(String... arguments) {
    return LoadBench.commandLine()
        .setOverwrittenOptionsAllowed(true)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
