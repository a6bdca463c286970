package io.larder.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.larder.cache.model.Status;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The JMH benchmarks run, and the one figure among them that does not depend on the machine. */
class MicroTest {
  private static final int GETS = 100_000;

  @Test
  void everyBenchmarkRuns() throws RunnerException {
    OptionsBuilder once = new OptionsBuilder();
    once.include("io.larder.bench.micro")
        .param("recordBytes", "100")
        .param("itemCount", "1000")
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(20))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);

    assertThat(new Runner(once.build()).run()).hasSize(5 + 2 * 3);
  }

  @Test
  void aGetFromRamAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (RamGetBench bench = new RamGetBench()) {
      bench.fill();
      // The first rounds load classes, and what is interpreted may allocate what compiled code does
      // not.
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 10 && least > 0; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < GETS; i++) {
          if (bench.get() != Status.HIT) {
            throw new AssertionError("a miss");
          }
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }

      assertThat(least).as("bytes allocated by %d gets", GETS).isZero();
    }
  }
}
