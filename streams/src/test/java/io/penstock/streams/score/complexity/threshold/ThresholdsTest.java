package io.penstock.streams.score.complexity.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.streams.score.complexity.evaluation.GapCurve;
import io.penstock.streams.score.complexity.threshold.RoutingGoal.CostBudget;
import io.penstock.streams.score.complexity.threshold.RoutingGoal.QualityFloor;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ThresholdsTest {

  private static ScoreCurve curve(double[] gains) {
    double[] strong = new double[gains.length];
    Arrays.fill(strong, 1);
    return ScoreCurve.of(gains, GapCurve.of(gains, new double[gains.length], strong));
  }

  private static double[] gains(long seed, int count) {
    return new SplittableRandom(seed).doubles(count, -0.2, 0.6).toArray();
  }

  @Property(tries = 300)
  void theShareOfStrongCallsStaysWithinTheBudget(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 700) int count,
      @ForAll @DoubleRange(min = 0, max = 1) double budget) {
    double[] gains = gains(seed, count);
    // Ties must not break the budget either.
    for (int i = 0; i < count; i += 3) {
      gains[i] = Math.round(gains[i] * 10) / 10.0;
    }

    double threshold = curve(gains).threshold(new CostBudget(budget));

    long strong = Arrays.stream(gains).filter(gain -> gain > threshold).count();
    assertThat((double) strong / count).isLessThanOrEqualTo(budget + 1e-9);
  }

  @Property(tries = 300)
  void moreBudgetOrAHigherFloorNeverRaisesTheThreshold(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0, max = 1) double one,
      @ForAll @DoubleRange(min = 0, max = 1) double other) {
    ScoreCurve curve = curve(gains(seed, 200));
    double less = Math.min(one, other);
    double more = Math.max(one, other);

    assertThat(curve.threshold(new CostBudget(more)))
        .isLessThanOrEqualTo(curve.threshold(new CostBudget(less)));
    assertThat(curve.threshold(new QualityFloor(more)))
        .isLessThanOrEqualTo(curve.threshold(new QualityFloor(less)));
  }

  @Property(tries = 200)
  void rankIsMonotoneAndWithinBounds(
      @ForAll long seed,
      @ForAll @DoubleRange(min = -1, max = 1) double one,
      @ForAll @DoubleRange(min = -1, max = 1) double other) {
    ScoreCurve curve = curve(gains(seed, 50));

    assertThat(curve.rank(Math.min(one, other))).isBetween(0.0, 1.0);
    assertThat(curve.rank(Math.min(one, other)))
        .isLessThanOrEqualTo(curve.rank(Math.max(one, other)));
  }

  @Test
  void anAliasGoesBeforeItsTenantAndBothBeforeTheDefault() {
    Thresholds thresholds =
        new Thresholds(
            curve(gains(1, 500)),
            new Thresholds.Goals(
                new CostBudget(0.5),
                Map.of("acme", new CostBudget(0)),
                Map.of("best", new QualityFloor(1)),
                false));

    assertThat(thresholds.decide("other", "auto", 0.59).strong()).isTrue();
    assertThat(thresholds.decide("acme", "auto", 0.59).strong()).isFalse();
    assertThat(thresholds.decide("acme", "best", 0.3).goal()).isEqualTo(new QualityFloor(1));
    assertThat(thresholds.decide("acme", "best", 0.3).strong()).isTrue();
  }

  @Test
  void aQualityFloorTakesTheLeastShareThatRecoversIt() {
    // Equal gains in truth: recovering 40% takes 40% of the calls.
    double[] gains = gains(2, 1000);

    double threshold = curve(gains).threshold(new QualityFloor(0.4));

    assertThat(Arrays.stream(gains).filter(gain -> gain > threshold).count()).isBetween(390L, 400L);
  }

  @Test
  void aBudgetFollowsPromptsHarderThanThoseOfTheTraining() {
    ScoreCurve curve = curve(gains(3, 1000));
    Map<String, RoutingGoal> none = Map.of();
    Thresholds fixed =
        new Thresholds(curve, new Thresholds.Goals(new CostBudget(0.2), none, none, false));
    Thresholds following =
        new Thresholds(curve, new Thresholds.Goals(new CostBudget(0.2), none, none, true));
    double[] harder = Arrays.stream(gains(4, 6000)).map(gain -> gain + 0.3).toArray();

    int fixedStrong = 0;
    int followingStrong = 0;
    for (int i = 0; i < harder.length; i++) {
      boolean counted = i >= 2000;
      fixedStrong += fixed.decide("a", "auto", harder[i]).strong() && counted ? 1 : 0;
      followingStrong += following.decide("a", "auto", harder[i]).strong() && counted ? 1 : 0;
    }

    assertThat(fixedStrong / 4000.0).isGreaterThan(0.5);
    assertThat(followingStrong / 4000.0).isBetween(0.17, 0.23);
  }

  @Property(tries = 100)
  void theSketchKeepsTheBudgetOverItsOwnPrompts(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.99) double budget) {
    RecentGains recent = new RecentGains(500);
    double[] gains = gains(seed, 500);
    Arrays.stream(gains).forEach(recent::add);

    double threshold = recent.threshold(budget, Double.NaN);

    long strong = Arrays.stream(gains).filter(gain -> gain > threshold).count();
    assertThat(strong / 500.0).isBetween(budget - 0.02, budget + 1e-9);
  }

  @Test
  void sharesOutsideZeroToOneAreRefused() {
    assertThatThrownBy(() -> new CostBudget(1.1)).hasMessageContaining("strongShare is 1.1");
    assertThatThrownBy(() -> new QualityFloor(Double.NaN)).hasMessageContaining("recoveredShare");
    assertThatThrownBy(() -> new RecentGains(5)).hasMessageContaining("window");
  }
}
