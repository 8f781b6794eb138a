package io.penstock.streams.score.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class OutputLengthPredictorTest {

  private static final long MUCH = 1_000_000;

  private final OutputLengthPredictor predictor = new OutputLengthPredictor(2);

  @Test
  void beginsWithThePrior() {
    assertThat(predictor.predict("acme", "talker", MUCH)).isEqualTo(129);
  }

  @Test
  void movesToTheTenantsOwnMean() {
    observe("acme", 1_000, 200);

    assertThat(predictor.predict("acme", "talker", MUCH)).isBetween(900L, 1_000L);
  }

  @Test
  void takesTheModelsMeanForANewTenant() {
    observe("acme", 1_000, 200);

    assertThat(predictor.predict("newcomer", "talker", MUCH)).isBetween(850L, 1_000L);
    assertThat(predictor.predict("acme", "other", MUCH)).isEqualTo(129);
  }

  @Test
  void isHardlyMovedByOneValue() {
    observe("acme", 1_000, 1);

    assertThat(predictor.predict("acme", "talker", MUCH)).isBetween(150L, 400L);
  }

  @Test
  void forgetsWhatIsLongPast() {
    observe("acme", 2_000, 300);
    observe("acme", 10, 700);

    assertThat(predictor.predict("acme", "talker", MUCH)).isBetween(10L, 50L);
  }

  @Test
  void dropsTheTenantUnusedForLongest() {
    observe("a", 1_000, 100);
    observe("b", 10, 100);
    long before = predictor.predict("a", "talker", MUCH);
    observe("c", 10, 100);
    observe("d", 10, 100);

    assertThat(predictor.predict("a", "talker", MUCH)).isLessThan(before / 2);
  }

  @Test
  void ignoresNegativeCounts() {
    predictor.observe("acme", "talker", -5);

    assertThat(predictor.predict("acme", "talker", MUCH)).isEqualTo(129);
  }

  @Test
  void predictsNothingWhereNothingMayBeGenerated() {
    assertThat(predictor.predict("acme", "embedder", 0)).isZero();
  }

  @Test
  void refusesToRememberNobody() {
    assertThatIllegalArgumentException().isThrownBy(() -> new OutputLengthPredictor(0));
  }

  @Property
  void staysWithinTheBound(
      @ForAll List<Long> seen, @ForAll @LongRange(min = 1, max = 100_000) long max) {
    OutputLengthPredictor fresh = new OutputLengthPredictor(5);
    seen.forEach(tokens -> fresh.observe("acme", "talker", tokens));

    assertThat(fresh.predict("acme", "talker", max)).isBetween(1L, max);
  }

  private void observe(String tenant, long tokens, int times) {
    for (int i = 0; i < times; i++) {
      predictor.observe(tenant, "talker", tokens);
    }
  }
}
