package io.larder.bench.fio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.bench.report.Measure;
import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** What fio says, understood. */
class FioTest {
  @Test
  void aRunOfReads() throws IOException {
    String percentiles =
        "1.000000%=313;50.000000%=342;99.000000%=1957;99.500000%=3358;99.900000%=4882;"
            + String.join(";", Collections.nCopies(15, "0%=0"));
    String line =
        "3;fio-3.33;t;0;0;4000;2000;500;2000;3;9;4.0;6.8;0;6006;388.7;334.4;"
            + percentiles
            + ";"
            + String.join(";", Collections.nCopies(9, "0"))
            + ";"
            + String.join(";", Collections.nCopies(41, "0"))
            + ";3.5%;36.5%;2550;0;43";

    Measure measure = Fio.measure("fio: a warning\n" + line, Fio.READ_FIELDS);

    assertThat(measure).isEqualTo(new Measure(1000, 4_096_000, 2, 0.8, 342, 1957, 4882));
  }

  @Test
  void somethingElseIsSaidToBe() {
    assertThatThrownBy(() -> Fio.measure("fio: no such option", Fio.READ_FIELDS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such option");
  }
}
