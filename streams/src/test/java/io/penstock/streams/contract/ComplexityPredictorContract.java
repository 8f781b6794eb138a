package io.penstock.streams.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.streams.score.complexity.ComplexityEstimate;
import io.penstock.streams.score.complexity.ComplexityPredictor;
import io.penstock.streams.score.complexity.Contribution;
import io.penstock.streams.score.complexity.threshold.RoutingGoal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ComplexityPredictor} must hold. Extend it with a test that creates the
 * predictor.
 */
public abstract class ComplexityPredictorContract {

  private static final int THREADS = 4;

  private static final List<String> PROMPTS =
      List.of(
          "",
          " ",
          "What is 2 + 2?",
          "Prove that there are infinitely many primes, and say where the proof fails for 7.",
          "def f(x):\n    return f(f(x - 1))  # why does this not end?",
          "\ud83d\ude00\ud800 \u4f60\u597d \u0000",
          "x".repeat(1_000_000),
          "a b ".repeat(250_000));

  /** Creates the predictor under test. */
  protected abstract ComplexityPredictor predictor();

  @Test
  void everyPromptHasAnEstimateWithinItsBounds() {
    for (String prompt : PROMPTS) {
      ComplexityEstimate estimate = predictor().estimate(prompt);
      assertThat(estimate.cheapQuality()).isBetween(0.0, 1.0);
      assertThat(estimate.strongQuality()).isBetween(0.0, 1.0);
      assertThat(estimate.difficulty()).isBetween(0.0, 1.0);
      assertThat(estimate.gain()).isFinite();
    }
  }

  @Test
  void equalPromptsHaveEqualEstimates() {
    ComplexityPredictor predictor = predictor();
    List<ComplexityEstimate> estimates = estimates(predictor);
    assertThat(estimates(predictor)).isEqualTo(estimates);
    assertThat(estimates(predictor())).isEqualTo(estimates);
  }

  @Test
  void manyThreadsGetTheEstimatesOfOne() throws Exception {
    ComplexityPredictor predictor = predictor();
    List<ComplexityEstimate> alone = estimates(predictor);
    Callable<List<ComplexityEstimate>> task = () -> estimates(predictor);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (Future<List<ComplexityEstimate>> each :
          threads.invokeAll(Stream.generate(() -> task).limit(THREADS).toList())) {
        assertThat(each.get()).isEqualTo(alone);
      }
    }
  }

  @Test
  void anExplanationHasTheLargestEffectsFirst() {
    for (String prompt : PROMPTS) {
      List<Contribution> effects = predictor().explain(prompt, 3);
      assertThat(effects).hasSizeLessThanOrEqualTo(3);
      for (int i = 1; i < effects.size(); i++) {
        assertThat(Math.abs(effects.get(i).effect()))
            .isLessThanOrEqualTo(Math.abs(effects.get(i - 1).effect()) + 1e-12);
      }
    }
    assertThat(predictor().explain(PROMPTS.getLast(), 0)).isEmpty();
  }

  @Test
  void moreQualityAsksForALowerThreshold() {
    double all = threshold(1);
    double half = threshold(0.5);
    assertThat(all).isLessThanOrEqualTo(half);
    assertThat(half).isLessThanOrEqualTo(threshold(0));
  }

  private double threshold(double floor) {
    return predictor().calibration().curve().threshold(new RoutingGoal.QualityFloor(floor));
  }

  private static List<ComplexityEstimate> estimates(ComplexityPredictor predictor) {
    return PROMPTS.stream().map(predictor::estimate).toList();
  }
}
