package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.model.Verb;
import io.larder.cache.stats.CacheCounter;
import org.junit.jupiter.api.Test;

/** A record that is to be written, and waits for the device, is paid for once. */
class BudgetWhileWaitingTest {
  private static final int VALUE_BYTES = 2000;
  private static final long BUDGET_BYTES_PER_SECOND = 20_000_000;

  @Test
  void askingAgainCostsNothing() {
    try (CacheRig rig = CacheRig.withWriteBudget(64, BUDGET_BYTES_PER_SECOND)) {
      int key = 0;
      CacheRig.Call call;
      do {
        call =
            rig.start(new CacheRig.Call(Verb.STORE, "key-" + key++).value(new byte[VALUE_BYTES]));
        for (int i = 0; i < 4; i++) {
          rig.work.runOnce("demote");
        }
      } while (call.status != null && key < 5000);
      assertThat(call.status).as("a writer waits, and so does demotion").isNull();

      for (long i = 0; i < 2 * BUDGET_BYTES_PER_SECOND / VALUE_BYTES; i++) {
        rig.work.runOnce("demote");
      }

      assertThat(rig.count(CacheCounter.REFUSED_OVER_BUDGET)).isZero();
    }
  }
}
