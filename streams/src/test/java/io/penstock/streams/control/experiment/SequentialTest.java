package io.penstock.streams.control.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Experiment.Arm;
import io.penstock.schemas.routing.Experiment.Metric;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.control.ControlSamples;
import io.penstock.streams.control.observation.Observation;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Looks after every single result, as nobody may with an ordinary test. */
class SequentialTest {

  private static final int MIN = 50;

  static Experiment experiment(String unit, Metric metric) {
    return new Experiment(
        "ab",
        "llama",
        List.of(
            new Arm("a", Target.parse("llama#blue"), 1, null),
            new Arm("b", Target.parse("llama#green"), 1, null)),
        Experiment.Unit.parse(unit),
        metric,
        0.95,
        MIN,
        null,
        Experiment.State.RUNNING,
        ControlSamples.NOW,
        null,
        null);
  }

  static Observation observation(
      String id,
      String tenant,
      String arm,
      boolean succeeded,
      double millis,
      @Nullable String unit) {
    return new Observation(
        id,
        tenant,
        "llama",
        arm.equals("a") ? "blue" : "green",
        "ab",
        arm,
        unit,
        succeeded,
        succeeded ? OptionalDouble.of(millis) : OptionalDouble.empty(),
        succeeded ? OptionalDouble.of(millis) : OptionalDouble.empty(),
        OptionalDouble.of(10),
        OptionalDouble.of(0.01),
        ControlSamples.NOW.plusSeconds(1));
  }

  /** Whether any of the looks after each of so many requests finds a difference. */
  private static boolean found(
      Experiment experiment, Metric metric, long seed, int requests, double gain) {
    SplittableRandom random = new SplittableRandom(seed);
    ExperimentStatistics statistics = new ExperimentStatistics(experiment);
    Comparison comparison = new Comparison(experiment, statistics);
    for (int i = 0; i < requests; i++) {
      String arm = random.nextBoolean() ? "a" : "b";
      double lift = arm.equals("b") ? gain : 0;
      boolean succeeded = random.nextDouble() < 0.8 + lift;
      // Times have a long tail, as they do.
      double millis = 100 * Math.exp(0.8 * random.nextGaussian()) * (1 - lift);
      statistics.add(observation("r" + i, "t", arm, succeeded, millis, null));
      if (comparison.better("b", metric) || comparison.worse("b", metric)) {
        return true;
      }
    }
    return false;
  }

  private static int founds(Metric metric, int runs, int requests, double gain) {
    Experiment experiment = experiment("request", metric);
    int founds = 0;
    for (int run = 0; run < runs; run++) {
      founds += found(experiment, metric, 1000L * run + 7, requests, gain) ? 1 : 0;
    }
    return founds;
  }

  @Test
  void withoutADifferenceLooksAfterEveryResultAreRarelyWrong() {
    // 5% of 200 are 10; about as many an ordinary interval would find by its tenth look.
    assertThat(founds(Metric.SUCCESS, 200, 3000, 0)).isLessThanOrEqualTo(10);
    assertThat(founds(Metric.TOTAL_MS, 200, 3000, 0)).isLessThanOrEqualTo(10);
  }

  @Test
  void aRealDifferenceIsFound() {
    assertThat(founds(Metric.SUCCESS, 50, 6000, 0.08)).isGreaterThanOrEqualTo(45);
    assertThat(founds(Metric.TOTAL_MS, 50, 6000, 0.15)).isGreaterThanOrEqualTo(45);
  }

  @Test
  void tenantsAndNotTheirRequestsAreCounted() {
    Experiment experiment = experiment("tenant", Metric.SUCCESS);
    int wrongByTenant = 0;
    int wrongByRequest = 0;
    for (int run = 0; run < 100; run++) {
      wrongByTenant += foundAmongTenants(experiment, run) ? 1 : 0;
      wrongByRequest += foundAmongTenants(experiment("request", Metric.SUCCESS), run) ? 1 : 0;
    }
    assertThat(wrongByTenant).isLessThanOrEqualTo(5);
    assertThat(wrongByRequest).as("what goes wrong otherwise").isGreaterThan(25);
  }

  /** 60 tenants, each with a success rate of its own, whatever its arm. */
  private static boolean foundAmongTenants(Experiment experiment, long seed) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 5);
    double[] rates = random.doubles(60, 0.5, 1).toArray();
    ExperimentStatistics statistics = new ExperimentStatistics(experiment);
    Comparison comparison = new Comparison(experiment, statistics);
    for (int i = 0; i < 6000; i++) {
      int tenant = random.nextInt(60);
      String arm = tenant % 2 == 0 ? "a" : "b";
      boolean succeeded = random.nextDouble() < rates[tenant];
      statistics.add(observation("r" + i, "t" + tenant, arm, succeeded, 100, null));
      if (comparison.better("b", Metric.SUCCESS) || comparison.worse("b", Metric.SUCCESS)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void unitsOfOneHaveTheUsualMeanAndVariance() {
    UnitMoments moments = new UnitMoments(false);
    for (double value : new double[] {1, 2, 3, 4, 5}) {
      moments.add(value);
    }
    assertThat(moments.mean()).isEqualTo(3);
    assertThat(moments.varianceOfMean()).isCloseTo(2.5 / 5, within(1e-12));
  }

  @Test
  void aShareWithoutFailuresHasAVarianceAllTheSame() {
    UnitMoments moments = new UnitMoments(true);
    for (int i = 0; i < 50; i++) {
      moments.add(1);
    }
    assertThat(moments.varianceOfMean()).isPositive();
  }

  @Test
  void anUnevenSplitIsImprobable() {
    assertThat(SampleRatio.probability(new long[] {1000, 1010}, new int[] {1, 1}))
        .isCloseTo(0.8235, within(0.001));
    assertThat(SampleRatio.probability(new long[] {1000, 1200}, new int[] {1, 1}))
        .isLessThan(0.0005);
    assertThat(SampleRatio.probability(new long[] {1000, 2010, 990}, new int[] {1, 2, 1}))
        .isGreaterThan(0.9);
    assertThat(SampleRatio.probability(new long[] {1000, 2300, 990}, new int[] {1, 2, 1}))
        .isLessThan(0.0005);
  }
}
