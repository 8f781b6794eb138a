package io.penstock.broker.connections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

  private static final int MOST = 1000;
  private static final int LARGEST = 400;

  private record Held(String caller, long bytes, BodyBudget.Share share) {}

  @Property
  void neverMoreIsTakenThanThereIsNorMoreThanHalfByOneCaller(
      @ForAll @Size(max = 60) List<@IntRange(min = -3, max = 2000) Integer> steps) {
    BodyBudget budget = new BodyBudget(MOST, LARGEST);
    Deque<Held> held = new ArrayDeque<>();
    int turn = 0;
    for (int step : steps) {
      String caller = "caller-" + turn++ % 3;
      if (step < 0 && !held.isEmpty()) {
        BodyBudget.Share share = held.pop().share();
        share.giveBack();
        share.giveBack();
      } else {
        long bytes = Math.min(Math.max(0, step), LARGEST);
        budget
            .take(caller, OptionalLong.of(Math.max(0, step)))
            .ifPresent(share -> held.push(new Held(caller, bytes, share)));
      }
      Map<String, Long> byCaller = new HashMap<>();
      held.forEach(each -> byCaller.merge(each.caller(), each.bytes(), Long::sum));
      assertThat(budget.taken())
          .isEqualTo(byCaller.values().stream().mapToLong(Long::longValue).sum())
          .isBetween(0L, (long) MOST);
      assertThat(byCaller.values()).allMatch(own -> own <= MOST / 2);
    }
    held.forEach(each -> each.share().giveBack());
    assertThat(budget.taken()).isZero();
  }

  @Test
  void aBodyOfUnknownLengthTakesTheMostThatIsKeptOfOneUntilItHasCome() {
    BodyBudget budget = new BodyBudget(MOST, LARGEST);
    BodyBudget.Share share = budget.take("a", OptionalLong.empty()).orElseThrow();
    assertThat(budget.taken()).isEqualTo(LARGEST);
    assertThat(budget.take("a", OptionalLong.of(101))).isEmpty();
    share.shrinkTo(10);
    assertThat(budget.taken()).isEqualTo(10);
    assertThat(budget.take("a", OptionalLong.of(101))).isPresent();
    share.giveBack();
    assertThat(budget.taken()).isEqualTo(101);
  }

  @Test
  void aBodyLargerThanTheWholeBudgetIsLetInByItself() {
    BodyBudget budget = new BodyBudget(100, LARGEST);
    BodyBudget.Share large = budget.take("a", OptionalLong.of(300)).orElseThrow();
    assertThat(budget.take("a", OptionalLong.of(1))).isEmpty();
    assertThat(budget.take("b", OptionalLong.of(1))).isEmpty();
    large.giveBack();
    assertThat(budget.take("b", OptionalLong.of(1))).isPresent();
  }

  @Test
  void aCallWithoutABodyIsAlwaysLetIn() {
    BodyBudget budget = new BodyBudget(100, LARGEST);
    assertThat(budget.take("a", OptionalLong.of(300))).isPresent();
    assertThat(budget.take("a", OptionalLong.of(0))).isPresent();
  }
}
