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

    for (int i = 0; i < 6; i++) {
      MemorySegment unit = Objects.requireNonNull(budget.takeForIndex());
      for (int at = 0; at < UNIT; at++) {
        assertThat(unit.get(ValueLayout.JAVA_BYTE, at)).isZero();
      }
    }

    assertThat(budget.takeForIndex()).as("three quarters of ten are six").isNull();
    assertThat(budget.indexBytes()).isEqualTo(6 * UNIT);
    assertThat(budget.idleCount()).isEqualTo(4);
  }

  @Test
  void indexGetsNothingWhenNothingIsIdle() {
    Objects.requireNonNull(budget.lendLarge(10 * UNIT, 0));

    assertThat(budget.takeForIndex()).isNull();
    assertThat(budget.indexBytes()).isZero();
  }

  @Test
  void indexLeavesTheLogWhatALargestRecordNeeds() {
    try (RamBudget narrow = new RamBudget(UNIT, 10, 10, 8)) {
      assertThat(narrow.takeForIndex()).isNotNull();
      assertThat(narrow.takeForIndex()).isNotNull();
      assertThat(narrow.takeForIndex()).isNull();
    }
  }

  // ------------------------------------------------------------------ resize

  private final RamBudget elastic = new RamBudget(UNIT, 10, 20, 4);

  private List<Loan> lendAll() {
    List<Loan> loans = new ArrayList<>();
    for (Loan loan = elastic.lend(0); loan != null; loan = elastic.lend(0)) {
      loans.add(loan);
    }
    return loans;
  }

  @AfterEach
  void closeElastic() {
    elastic.close();
  }

  @Test
  void largerBudgetLendsMoreAtOnceUnderNumbersOfTheirOwn() {
    List<Loan> loans = lendAll();

    assertThat(elastic.resize(20)).isTrue();

    loans.addAll(lendAll());
    assertThat(loans).hasSize(20);
    assertThat(loans.stream().map(Loan::id)).doesNotHaveDuplicates().allMatch(id -> id < 20);
    assertThat(elastic.unitCount()).isEqualTo(20);
    assertThat(elastic.isShrinking()).isFalse();
  }

  @Test
  void budgetCannotBeMoreThanThereAreNumbersNorLessThanIndexAndLogNeed() {
    assertThat(elastic.takeForIndex()).isNotNull();
    assertThat(elastic.takeForIndex()).isNotNull();

    assertThat(elastic.resize(21)).isFalse();
    assertThat(elastic.resize(5)).isFalse();
    assertThat(elastic.unitCount()).isEqualTo(10);
    assertThat(elastic.idleCount()).isEqualTo(8);
    assertThat(elastic.resize(6)).isTrue();
  }

  @Test
  void smallerBudgetTakesIdleUnitsAtOnceAndTheirMemoryGoesBackToTheSystem() {
    List<Loan> loans = lendAll();
    List<MemorySegment> memory = loans.stream().map(Loan::memory).toList();
    loans.forEach(elastic::giveBack);

    assertThat(elastic.resize(4)).isTrue();

    assertThat(elastic.isShrinking()).isFalse();
    assertThat(elastic.idleCount()).isEqualTo(4);
    assertThat(memory.stream().filter(RamBudgetTest::isAlive)).hasSize(4);
  }

  @Test
  void smallerBudgetIsReachedAsUnitsComeBackAndSomeStayForWhoGoesOnMeanwhile() {
    List<Loan> loans = lendAll();
    assertThat(elastic.resize(4)).isTrue();
    assertThat(elastic.isShrinking()).isTrue();

    int round = 0;
    while (elastic.isShrinking()) {
      assertThat(round++).as("it ends").isLessThan(20);
      elastic.giveBack(loans.removeFirst());
      elastic.giveBack(loans.removeFirst());
      // Somebody writes, as fast as he finds a unit.
      Loan again = elastic.lend(2);
      if (again != null) {
        loans.add(again);
      }
    }

    assertThat(round).as("somebody found units").isGreaterThan(3);
    assertThat(loans.size() + elastic.idleCount()).isEqualTo(4);
    assertThat(elastic.usedCount()).isEqualTo(loans.size());
  }

  @Test
  void unitsThatWentComeBackUnderTheirOldNumbers() {
    assertThat(elastic.resize(4)).isTrue();
    assertThat(elastic.resize(12)).isTrue();

    List<Loan> loans = lendAll();

    assertThat(loans).hasSize(12);
    assertThat(loans.stream().map(Loan::id)).doesNotHaveDuplicates().allMatch(id -> id < 12);
  }

  @Test
  void indexThatHasMoreThanThreeQuartersOfASmallerBudgetGetsNoMore() {
    for (int i = 0; i < 5; i++) {
      assertThat(elastic.takeForIndex()).isNotNull();
    }
    assertThat(elastic.resize(9)).isTrue();
    assertThat(elastic.takeForIndex()).isNull();
    assertThat(elastic.resize(20)).isTrue();
    assertThat(elastic.takeForIndex()).isNotNull();
  }

  @Test
  void closeGivesEverythingBackToTheSystem() {
    MemorySegment lent = lend().memory();
    MemorySegment large = Objects.requireNonNull(budget.lendLarge(3 * UNIT, 0)).memory();
    MemorySegment index = Objects.requireNonNull(budget.takeForIndex());

    budget.close();

    assertThat(isAlive(lent)).isFalse();
    assertThat(isAlive(large)).isFalse();
    assertThat(isAlive(index)).isFalse();
  }
}
