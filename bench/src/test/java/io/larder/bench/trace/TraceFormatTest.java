package io.larder.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way a trace may be written down, recognised and read. */
class TraceFormatTest {
  private static final String CSV =
      """
      time,key,size,op,ttl
      100,alpha,10,get,0
      100,beta,20,set,60
      102.75,alpha,10,delete,
      """;

  @TempDir private Path folder;

  @Test
  void csvWithNamesOperationsAndLives() throws IOException {
    Trace trace = read(TraceFormat.CSV, CSV);

    assertThat(trace.requestCount()).isEqualTo(3);
    assertThat(trace.keyCount()).isEqualTo(2);
    assertThat(keys(trace)).containsExactly(0, 1, 0);
    assertThat(trace.operation(0)).isEqualTo(Operation.GET);
    assertThat(trace.operation(1)).isEqualTo(Operation.SET);
    assertThat(trace.operation(2)).isEqualTo(Operation.DELETE);
    assertThat(trace.keyLength(0)).isEqualTo("alpha".length());
    assertThat(trace.valueBytes(1)).isEqualTo(20);
    assertThat(trace.lifeSeconds(1)).isEqualTo(60);
    assertThat(trace.seconds(0)).as("time begins with the first request").isZero();
    assertThat(trace.seconds(2)).isEqualTo(2);
  }

  @Test
  void csvOfThreeColumnsWithoutNamesIsAllReads() throws IOException {
    Trace trace = read(TraceFormat.CSV, "5,a,100\n6,b,200\n6,a,100\n");

    assertThat(keys(trace)).containsExactly(0, 1, 0);
    assertThat(trace.count(Operation.GET)).isEqualTo(3);
    assertThat(trace.hasSizes()).isTrue();
  }

  @Test
  void twittersColumnsAndAKeyWithACommaInIt() throws IOException {
    Trace trace =
        read(
            TraceFormat.TWITTER,
            """
            0,nz:u:eeW511,13,1000,17,get,0
            1,nz:u:ee,511,14,2000,3,set,86400
            1,nz:u:eeW511,13,1000,17,incr,0
            """);

    assertThat(keys(trace)).containsExactly(0, 1, 0);
    assertThat(trace.keyLength(1)).isEqualTo(14);
    assertThat(trace.valueBytes(1)).isEqualTo(2000);
    assertThat(trace.lifeSeconds(1)).isEqualTo(86400);
    assertThat(trace.operation(2)).as("it changes the value").isEqualTo(Operation.SET);
  }

  @Test
  void cacheBenchsColumnsInAnyOrderAndRepeatedRequests() throws IOException {
    Trace trace =
        read(
            TraceFormat.CACHEBENCH,
            """
            op,key,key_size,size,op_count,ttl
            GET,k1,40,300,2,0
            SET_LEASE,k2,8,50,1,30
            """);

    assertThat(keys(trace)).containsExactly(0, 0, 1);
    assertThat(trace.keyLength(0)).isEqualTo(40);
    assertThat(trace.operation(2)).isEqualTo(Operation.SET);
    assertThat(trace.lifeSeconds(2)).isEqualTo(30);
  }

  @Test
  void blanksBetweenTimeKeyAndSize() throws IOException {
    Trace trace = read(TraceFormat.TEXT, "1 0 68\n2 1 7454\n3 0 68\n");

    assertThat(keys(trace)).containsExactly(0, 1, 0);
    assertThat(trace.valueBytes(1)).isEqualTo(7454);
    assertThat(trace.seconds(2)).isEqualTo(2);
  }

  @Test
  void oracleGeneral() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(3 * 24).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(1000).putLong(0x1234_5678_9abcL).putInt(4096).putLong(3);
    bytes.putInt(1000).putLong(7).putInt(512).putLong(-1);
    bytes.putInt(1004).putLong(0x1234_5678_9abcL).putInt(4096).putLong(-1);

    Trace trace = read(TraceFormat.ORACLE, bytes.array());

    assertThat(keys(trace)).containsExactly(0, 1, 0);
    assertThat(trace.valueBytes(1)).isEqualTo(512);
    assertThat(trace.seconds(2)).isEqualTo(4);
  }

  @Test
  void numbersOfEitherByteOrder() throws IOException {
    assertThat(keys(read(TraceFormat.INT32LE, numbers(ByteOrder.LITTLE_ENDIAN))))
        .startsWith(0, 1, 2, 0);
    assertThat(keys(read(TraceFormat.INT32BE, numbers(ByteOrder.BIG_ENDIAN))))
        .startsWith(0, 1, 2, 0);
  }

  private static byte[] numbers(ByteOrder order) {
    ByteBuffer bytes = ByteBuffer.allocate(400 * Integer.BYTES).order(order);
    for (int i = 0; i < 400; i++) {
      bytes.putInt(900_000 + i % 3);
    }
    return bytes.array();
  }

  @Test
  void aTraceWithoutTimesHasAThousandRequestsASecond() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(2500 * Integer.BYTES);

    Trace trace = new TraceFile(write("t", bytes.array()), TraceFormat.INT32LE).read(2001);

    assertThat(trace.requestCount()).isEqualTo(2001);
    assertThat(trace.seconds(999)).isZero();
    assertThat(trace.seconds(2000)).isEqualTo(2);
    assertThat(trace.hasSizes()).isFalse();
  }

  @Test
  void timeNeverRunsBackwards() throws IOException {
    Trace trace = read(TraceFormat.TEXT, "10 a 1\n5 b 1\n12 c 1\n");

    assertThat(trace.seconds(1)).isZero();
    assertThat(trace.seconds(2)).isEqualTo(2);
  }

  @Test
  void aLineThatMakesNoSenseIsNamed() {
    assertThatThrownBy(() -> read(TraceFormat.CSV, "1,a,10\n2,b,many\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2");
    assertThatThrownBy(() -> read(TraceFormat.CSV, "1,a,10,peek\n"))
        .hasMessageContaining("line 1: \"peek\" is not an operation");
  }

  @Test
  void aRecordThatIsCutOffIsAnError() throws IOException {
    Path file = write("cut", new byte[30]);

    assertThatThrownBy(() -> new TraceFile(file, TraceFormat.ORACLE).read(10))
        .hasMessageContaining("behind 1 whole ones");
  }

  @Test
  void packedFilesAreUnpackedOnTheWay() throws IOException, InterruptedException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(CSV.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(new TraceFile(write("t.csv.gz", packed.toByteArray()), null).read(10).requestCount())
        .isEqualTo(3);

    for (String program : new String[] {"xz", "zstd"}) {
      String suffix = "xz".equals(program) ? ".xz" : ".zst";
      Path file = pack(program, write("t.csv", CSV.getBytes(StandardCharsets.UTF_8)), suffix);
      assertThat(new TraceFile(file, null).read(10).requestCount()).as(program).isEqualTo(3);
    }
  }

  @Test
  void aDamagedArchiveIsNotAShortTrace() throws IOException, InterruptedException {
    String lines = "1,key,10\n".repeat(100_000);
    Path file = pack("xz", write("t.csv", lines.getBytes(StandardCharsets.UTF_8)), ".xz");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 20));

    assertThatThrownBy(() -> new TraceFile(file, TraceFormat.CSV).read(Integer.MAX_VALUE))
        .hasMessageContaining("xz cannot unpack");
  }

  private static Path pack(String program, Path file, String suffix)
      throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(program, "-qkf", file.toString()).inheritIO().start();
    } catch (IOException e) {
      assumeTrue(false, program + " is not installed");
      throw e;
    }
    assertThat(process.waitFor()).isZero();
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private Trace read(TraceFormat expected, String text) throws IOException {
    return read(expected, text.getBytes(StandardCharsets.UTF_8));
  }

  private Trace read(TraceFormat expected, byte[] bytes) throws IOException {
    TraceFile file = new TraceFile(write("trace", bytes), null);
    assertThat(file.format()).isEqualTo(expected);
    return file.read(Integer.MAX_VALUE);
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static int[] keys(Trace trace) {
    return IntStream.range(0, trace.requestCount()).map(trace::key).toArray();
  }
}
