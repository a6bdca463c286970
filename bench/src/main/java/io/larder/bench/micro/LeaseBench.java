package io.larder.bench.micro;

import io.larder.engine.layout.PageSite;
import io.larder.engine.model.Bucket;
import io.larder.engine.page.Page;
import io.larder.testkit.MemoryDevice;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A lease on a page, taken and given back: what each flash read pays besides the read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LeaseBench {
  private final Page page =
      new Page(
          0,
          0,
          Bucket.DEFAULT,
          new MemoryDevice("memory", 1 << 20, 512, true),
          0,
          new PageSite(1, 0));

  /** A page in its first life. */
  public LeaseBench() {
    page.claim(1, Bucket.DEFAULT, 0);
  }

  /** Both calls. */
  @Benchmark
  public boolean leaseAndRelease() {
    return page.lease() && page.release();
  }
}
