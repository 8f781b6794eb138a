package io.penstock.broker.connections;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.connections.TenantShares.Taking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AnswerBudgetTest {

  private static final int MOST = 100_000;

  /** What a step does, with one of six accounts of three tenants, follows from its last digits. */
  @Property
  void whatIsTakenIsWhatAllHoldBeyondWhatIsFree(
      @ForAll @Size(max = 80) List<@IntRange(min = 0, max = 40_000) Integer> steps) {
    AnswerBudget budget = new AnswerBudget(MOST);
    List<AnswerBudget.Account> accounts = new ArrayList<>();
    for (int each = 0; each < 6; each++) {
      accounts.add(budget.open("tenant-" + each % 3));
    }
    for (int step : steps) {
      AnswerBudget.Account account = accounts.get(step % 6);
      switch (step / 6 % 5) {
        case 0 -> account.giveBack(Math.min(account.held(), step));
        case 1 -> {
          account.close();
          account.giveBack(0);
          assertThat(account.take(step)).as("it counts no more").isEqualTo(Taking.TAKEN);
          assertThat(account.held()).isZero();
          accounts.set(step % 6, budget.open("tenant-" + step % 3));
        }
        default -> {
          long before = account.held();
          boolean taken = account.take(step) == Taking.TAKEN;
          assertThat(account.held()).isEqualTo(taken ? before + step : before);
        }
      }
      assertThat(budget.taken())
          .isEqualTo(
              accounts.stream()
                  .mapToLong(each -> Math.max(0, each.held() - AnswerBudget.FREE_BYTES))
                  .sum())
          .isBetween(0L, (long) MOST);
    }
    accounts.forEach(AnswerBudget.Account::close);
    assertThat(budget.taken()).isZero();
  }

  @Test
  void aClientMustTakeSomethingInEachWindow() {
    AnswerPace pace = new AnswerPace(Duration.ofSeconds(2), 1000);
    assertThat(pace.isTooSlow(0)).isTrue();
    assertThat(pace.isTooSlow(1999)).isTrue();
    assertThat(pace.isTooSlow(2000)).isFalse();
    assertThat(new AnswerPace(Duration.ofMillis(100), 1).isTooSlow(0)).isTrue();
    assertThat(new AnswerPace(Duration.ofMillis(100), 1).isTooSlow(1)).isFalse();
  }
}
