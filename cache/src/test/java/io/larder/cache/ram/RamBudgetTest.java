package io.larder.cache.ram;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.ram.RamBudget.Loan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The memory that index and RAM log share. */
class RamBudgetTest {
  private static final int UNIT = 4096;

  private final RamBudget budget = new RamBudget(UNIT, 10);

  @AfterEach
  void closeBudget() {
    budget.close();
  }

  private Loan lend() {
    return Objects.requireNonNull(budget.lend(0));
  }

  private static boolean isAlive(MemorySegment memory) {
    return memory.scope().isAlive();
  }

  @Test
  void everyUnitIsLentOnce() {
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      Loan loan = lend();
      assertThat(ids.add(loan.id())).isTrue();
      assertThat(loan.memory().byteSize()).isEqualTo(UNIT);
      assertThat(loan.isLarge()).isFalse();
    }
    assertThat(budget.lend(0)).isNull();
    assertThat(budget.idleCount()).isZero();
  }

  @Test
  void unitsKeptForOthersAreNotLent() {
    for (int i = 0; i < 8; i++) {
      assertThat(budget.lend(2)).isNotNull();
    }

    assertThat(budget.lend(2)).isNull();
    assertThat(budget.lend(1)).isNotNull();
  }

  @Test
  void unitGivenBackIsLentAgainWithItsMemory() {
    Loan first = lend();
    budget.giveBack(first);
    Loan again = lend();

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.memory().address()).isEqualTo(first.memory().address());
    assertThat(budget.idleCount()).isEqualTo(9);
  }

  @Test
  void largeLoanIsPaidWithAsManyUnitsAsItIsLong() {
    Loan large = Objects.requireNonNull(budget.lendLarge(2 * UNIT + 1, 0));

    assertThat(budget.idleCount()).isEqualTo(7);
    assertThat(large.memory().byteSize())
        .as("in whole blocks")
        .isEqualTo((2 * UNIT + 1 + 4095) / 4096 * 4096);
    assertThat(large.memory().address() % 4096).isZero();
    assertThat(large.isLarge()).isTrue();
    budget.giveBack(large);
    assertThat(budget.idleCount()).isEqualTo(10);
    assertThat(isAlive(large.memory())).as("back with the system").isFalse();
  }

  @Test
  void largeLoanThatLeavesTooFewIsRefusedAndTakesNothing() {
    assertThat(budget.lendLarge(9 * UNIT, 2)).isNull();
    assertThat(budget.idleCount()).isEqualTo(10);
    assertThat(budget.lendLarge(8 * UNIT, 2)).isNotNull();
  }

  @Test
  void memoryOfPayingUnitsGoesBackToTheSystemSoThatTheSumHolds() {
    List<Loan> used = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      used.add(lend());
    }
    used.forEach(budget::giveBack);

    Loan large = Objects.requireNonNull(budget.lendLarge(4 * UNIT, 0));

    assertThat(used.stream().filter(loan -> isAlive(loan.memory()))).hasSize(6);
    budget.giveBack(large);
    for (int i = 0; i < 10; i++) {
      assertThat(isAlive(lend().memory())).isTrue();
    }
  }

  @Test
  void indexGetsZeroedUnitsForGoodAndNoMoreThanItMay() {
    Loan used = lend();
    used.memory().fill((byte) 1);
    budget.giveBack(used);

    for (int i = 0; i < 3; i++) {
      MemorySegment unit = Objects.requireNonNull(budget.takeForIndex(3));
      for (int at = 0; at < UNIT; at++) {
        assertThat(unit.get(ValueLayout.JAVA_BYTE, at)).isZero();
      }
    }

    assertThat(budget.takeForIndex(3)).isNull();
    assertThat(budget.indexBytes()).isEqualTo(3 * UNIT);
    assertThat(budget.idleCount()).isEqualTo(7);
  }

  @Test
  void indexGetsNothingWhenNothingIsIdle() {
    Objects.requireNonNull(budget.lendLarge(10 * UNIT, 0));

    assertThat(budget.takeForIndex(10)).isNull();
    assertThat(budget.indexBytes()).isZero();
  }

  @Test
  void closeGivesEverythingBackToTheSystem() {
    MemorySegment lent = lend().memory();
    MemorySegment large = Objects.requireNonNull(budget.lendLarge(3 * UNIT, 0)).memory();
    MemorySegment index = Objects.requireNonNull(budget.takeForIndex(9));

    budget.close();

    assertThat(isAlive(lent)).isFalse();
    assertThat(isAlive(large)).isFalse();
    assertThat(isAlive(index)).isFalse();
  }
}
