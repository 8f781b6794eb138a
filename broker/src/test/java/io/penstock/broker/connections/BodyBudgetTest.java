package io.penstock.broker.connections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

  private static final int MOST = 1000;
  private static final int LARGEST = 400;

  @Property
  void neverMoreIsTakenThanThereIsAndWhatIsGivenBackIsThereAgain(
      @ForAll @Size(max = 60) List<@IntRange(min = -1, max = 2000) Integer> lengths) {
    BodyBudget budget = new BodyBudget(MOST, LARGEST);
    Deque<BodyBudget.Share> held = new ArrayDeque<>();
    for (int length : lengths) {
      if (length < 0 && !held.isEmpty()) {
        BodyBudget.Share share = held.pop();
        share.giveBack();
        share.giveBack();
      } else {
        budget.take(OptionalLong.of(Math.max(0, length))).ifPresent(held::push);
      }
      assertThat(budget.taken()).isBetween(0L, (long) MOST);
    }
    held.forEach(BodyBudget.Share::giveBack);
    assertThat(budget.taken()).isZero();
  }

  @Test
  void aBodyOfUnknownLengthTakesTheMostThatIsKeptOfOne() {
    BodyBudget budget = new BodyBudget(MOST, LARGEST);
    assertThat(budget.take(OptionalLong.empty())).isPresent();
    assertThat(budget.taken()).isEqualTo(LARGEST);
    assertThat(budget.take(OptionalLong.of(1_000_000))).isPresent();
    assertThat(budget.taken()).isEqualTo(2 * LARGEST);
    assertThat(budget.take(OptionalLong.of(201))).isEmpty();
    assertThat(budget.take(OptionalLong.of(200))).isPresent();
  }

  @Test
  void aBodyLargerThanTheWholeBudgetIsLetInByItself() {
    BodyBudget budget = new BodyBudget(100, LARGEST);
    BodyBudget.Share large = budget.take(OptionalLong.of(300)).orElseThrow();
    assertThat(budget.take(OptionalLong.of(1))).isEmpty();
    large.giveBack();
    assertThat(budget.take(OptionalLong.of(1))).isPresent();
  }
}
