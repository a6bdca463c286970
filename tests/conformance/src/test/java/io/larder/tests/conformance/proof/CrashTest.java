package io.larder.tests.conformance.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.tests.conformance.crash.CrashProof;
import io.larder.tests.conformance.crash.Findings;
import io.larder.tests.conformance.crash.MortalLarder;
import io.larder.tests.conformance.process.LarderProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proof of {@code kill -9}, short; {@code tests/crash} runs it for as long as one likes. */
class CrashTest {
  private static final long SEED = 20_261_129;

  @TempDir Path folder;

  @Test
  void fiveLivesEndAtOnceAndEveryValueServedAfterwardsIsExplained() throws Exception {
    prove(5, false);
  }

  @Test
  void everySpecialTroubleCostsMissesAndNothingElse() throws Exception {
    prove(0, true);
  }

  private void prove(int rounds, boolean special) throws Exception {
    MortalLarder server =
        new MortalLarder(options -> LarderProcess.launch(folder, options.toArray(String[]::new)));
    CrashProof proof = new CrashProof();
    CrashProof.Plan plan =
        new CrashProof.Plan(
            folder.resolve("flash"), 96, 16, List.of(), 4, 20_000, rounds, 0.7, special, SEED);

    Findings findings = proof.run(server, plan, new Silence());

    proof.rows().forEach(row -> System.out.printf("%-28s %s%n", row[0], row[1]));
    assertThat(findings.wrong()).as("wrong values, seed " + SEED).isEmpty();
    assertThat(findings.unmet()).isEmpty();
  }

  private static final class Silence implements CrashProof.Progress {
    @Override
    public void accept(String round) {}

    @Override
    public void roundOver() {}
  }
}
