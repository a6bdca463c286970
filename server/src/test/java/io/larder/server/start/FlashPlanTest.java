package io.larder.server.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.engine.PageStoreConfig;
import io.larder.engine.model.Bucket;
import io.larder.platform.device.DeviceSpec;
import io.larder.server.model.ExitCode;
import io.larder.server.model.StartException;
import io.larder.server.options.ServeArguments;
import io.larder.server.options.ServeParser;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** How RAM and flash are cut. */
class FlashPlanTest {
  private static final DefaultFlash BY_DEFAULT =
      new DefaultFlash(new DeviceSpec(Path.of("larder-data/flash"), 4L << 30), "");

  @ParameterizedTest
  @CsvSource({
    "8m, 2, 2",
    "16m, 4, 4",
    "1g, 4, 4",
    "2g, 8, 4",
    "5g, 16, 4",
    "16g, 64, 4",
    "1t, 64, 4",
    "12t, 128, 4",
    "100t, 1024, 4"
  })
  void aPageIsAPowerOfTwoThatFitsTheFlash(String size, int pageMegabytes, int bufferMegabytes)
      throws StartException {
    PageStoreConfig store = store(plan("-o", "ext_path=/f:" + size));

    assertThat(store.pageBytes()).isEqualTo(pageMegabytes << 20);
    assertThat(store.writeBufferBytes()).isEqualTo(bufferMegabytes << 20);
    assertThat(store.problems()).isEmpty();
  }

  @Test
  void largeItemsMakePagesLarger() throws StartException {
    FlashPlan plan = plan("-m", "1024", "-I", "20m", "-o", "ext_path=/f:4g");

    assertThat(store(plan).writeBufferBytes()).isEqualTo(4 << 20);
    assertThat(store(plan).pageBytes()).isEqualTo(64 << 20);
    assertThat(plan.cache().itemBytesMax()).isEqualTo(20 << 20);
  }

  @Test
  void aPageThatIsNoPowerOfTwoGetsAWriteBufferThatDividesIt() throws StartException {
    assertThat(store(plan("-o", "ext_path=/f:1g,ext_page_size=6")).writeBufferBytes())
        .isEqualTo(2 << 20);
  }

  @Test
  void writeBuffersTakeASixteenthOfTheRamButNoLessThan32Megabytes() throws StartException {
    assertThat(store(plan("-o", "ext_path=/f:4g")).writeBufferCount()).isEqualTo(8);
    assertThat(store(plan("-m", "4096", "-o", "ext_path=/f:4g")).writeBufferCount()).isEqualTo(64);
    assertThat(store(plan("-m", "512", "-o", "ext_path=/f:4g,ext_wbuf_size=16")).writeBufferCount())
        .isEqualTo(4);
  }

  @Test
  void onlyWholePagesAreUsed() throws StartException {
    assertThat(plan("-o", "ext_path=/f:1003m,ext_page_size=4").devices())
        .containsExactly(new DeviceSpec(Path.of("/f"), 1000 << 20));
  }

  @Test
  void aPathMayBeKeptForABucket() throws StartException {
    FlashPlan plan = plan("-o", "ext_path=/f:1g,ext_path=/g:512m:COMPACT,ext_path=/h:512m:chunked");

    assertThat(plan.devices())
        .extracting(device -> device.path().toString())
        .containsExactly("/f", "/g", "/h");
    assertThat(store(plan).freeBuckets())
        .containsExactly(Bucket.DEFAULT, Bucket.COMPACT, Bucket.DEFAULT);
    assertThat(store(plan).problems()).isEmpty();
  }

  @Test
  void pagesAreSmallEnoughForTwoOfThemOnEveryKindOfDevice() throws StartException {
    assertThat(store(plan("-o", "ext_path=/f:4g,ext_path=/g:20m:lowttl")).pageBytes())
        .isEqualTo(8 << 20);
  }

  @Test
  void withoutAWordTheDefaultFileIsUsed() throws StartException {
    FlashPlan plan = plan();

    assertThat(plan.isDefault()).isTrue();
    assertThat(plan.devices()).hasSize(1);
    assertThat(store(plan).pageBytes()).isEqualTo(16 << 20);
  }

  @Test
  void whereThereIsNoRoomTheServerGoesWithout() throws StartException {
    FlashPlan plan =
        FlashPlan.of(
            ServeParser.parse(new ServeArguments()),
            new DefaultFlash(null, "the disk is almost full"),
            FlashPlan.newIdentity(),
            0);

    assertThat(plan.cache().flash()).isNull();
    assertThat(plan.reason()).isEqualTo("the disk is almost full");
  }

  @Test
  void littleRamMakesTheLargestItemSmaller() throws StartException {
    assertThat(plan("-m", "2", "--ram-only").cache().itemBytesMax()).isEqualTo(512 << 10);
    assertThat(plan("-m", "2", "--ram-only").cache().problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -I 17m                                       | raise -m to 68 or lower -I
          -I 17m --ram-only                            | raise -m to 68 or lower -I
          -I 4m -o ext_path=/f:1g,ext_page_size=4      | raise -o ext_page_size, or lower -I
          -o ext_path=/f:1g,ext_page_size=6,ext_wbuf_size=4 | does not divide a page of 6 MiB
          -o ext_path=/f:1g,ext_page_size=2,ext_wbuf_size=4 | does not divide a page of 2 MiB
          -o ext_path=/f:3m                            | has room for 3 pages of 1 MiB, and at least 4
          -o ext_path=/f:100m,ext_page_size=64         | has room for 1 page of 64 MiB, and at least 4
          -o ext_path=/f:10m,ext_page_size=64          | has room for no page of 64 MiB
          -o ext_path=/f:1g,ext_path=/g:1m             | ext_path=/g has room for no page
          -o ext_path=/f:64m,ext_page_size=64          | has room for 1 page of 64 MiB, and at least 4
          -o ext_path=/f:1g:compact                    | nothing is left for the rest: give one with nothing behind its size
          -o ext_path=/f:1g:old,ext_path=/g:1g:lowttl  | every -o ext_path is kept for one bucket
          -o ext_path=/f:1g,ext_path=/g:64m:lowttl,ext_page_size=64 | the flash kept for lowttl has room for 1 page of 64 MiB, and at least 2
          -o ext_path=/f:1t,ext_page_size=1            | more than the index can tell apart
          """)
  void whatDoesNotFitIsSaidInOneSentence(String line, String sentence) {
    StartException refused =
        Objects.requireNonNull(
            catchThrowableOfType(StartException.class, () -> plan(line.split(" ", -1))));

    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.problems()).singleElement().asString().contains(sentence).endsWith(".");
  }

  private static FlashPlan plan(String... line) throws StartException {
    return FlashPlan.of(
        ServeParser.parse(CommandLine.populateCommand(new ServeArguments(), line)),
        BY_DEFAULT,
        FlashPlan.newIdentity(),
        0);
  }

  private static PageStoreConfig store(FlashPlan plan) {
    return Objects.requireNonNull(plan.cache().flash());
  }
}
