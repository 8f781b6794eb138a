package io.penstock.streams.score.complexity.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.penstock.streams.score.complexity.ComplexityEstimate;
import io.penstock.streams.score.complexity.LinearComplexityPredictor;
import io.penstock.streams.score.complexity.LinearModel;
import io.penstock.streams.score.complexity.threshold.RoutingGoal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComplexityTrainerTest {

  private static final TrainingSettings SETTINGS = new TrainingSettings(1, 4, 1, "none");
  private static final String HARD = "Prove the theorem about lemma 5, unless it is false.";
  private static final String EASY = "What colour has flower number 9 in the garden?";

  private static LinearModel train(List<LabelledPrompt> prompts) {
    return new ComplexityTrainer(prompts, SETTINGS).train(done -> {});
  }

  @Test
  void itLearnsWhatIsHardForTheCheapModel() {
    LinearModel model = train(TrainingPrompts.some(200, 1));
    LinearComplexityPredictor predictor = new LinearComplexityPredictor(model);

    ComplexityEstimate hard = predictor.estimate(HARD);
    ComplexityEstimate easy = predictor.estimate(EASY);

    assertThat(hard.gain()).isCloseTo(0.9, within(0.15));
    assertThat(easy.gain()).isCloseTo(0.1, within(0.15));
    assertThat(hard.cheapQuality()).isLessThan(easy.cheapQuality());
    assertThat(hard.difficulty()).isGreaterThan(easy.difficulty());
    assertThat(model.facts().apgr().value()).isGreaterThan(0.65);
    double half = model.curve().threshold(new RoutingGoal.CostBudget(0.5));
    assertThat(half).isBetween(easy.gain() - 0.1, hard.gain());
  }

  @Test
  void reasonsNameWhatTheEstimateRestsOn() {
    LinearComplexityPredictor predictor =
        new LinearComplexityPredictor(train(TrainingPrompts.some(200, 1)));

    assertThat(predictor.explain(HARD, 5)).hasSize(5).allMatch(each -> each.effect() != 0);
    double constant = predictor.model().gain()[LinearModel.CONSTANT_AT];
    double sum = predictor.explain(HARD, 10_000).stream().mapToDouble(each -> each.effect()).sum();
    assertThat(constant + sum).isCloseTo(predictor.estimate(HARD).gain(), within(1e-9));
  }

  @Test
  void equalSeedsGiveEqualPredictors() {
    List<LabelledPrompt> prompts = TrainingPrompts.some(100, 2);

    LinearModel one = train(prompts);
    LinearModel other = train(prompts);

    assertThat(one.gain()).isEqualTo(other.gain());
    assertThat(one.facts()).isEqualTo(other.facts());
    assertThat(one.curve().gains()).isEqualTo(other.curve().gains());
  }

  @Test
  void outcomesOfOneModelEachAreEnough() {
    List<LabelledPrompt> single = new ArrayList<>();
    for (LabelledPrompt prompt : TrainingPrompts.some(300, 3)) {
      boolean even = single.size() % 2 == 0;
      single.add(
          new LabelledPrompt(
              "own", prompt.prompt(), even ? prompt.cheap() : null, even ? null : prompt.strong()));
    }

    LinearModel model = train(single);
    LinearComplexityPredictor predictor = new LinearComplexityPredictor(model);

    assertThat(predictor.estimate(HARD).gain()).isGreaterThan(predictor.estimate(EASY).gain());
    assertThat(model.facts().pairs()).isZero();
    assertThat(model.facts().apgr().value()).isNaN();
    assertThat(ModelCardText.of(model.facts())).contains("too few pairs");
  }

  @Test
  void threadsDoNotDisturbEachOther() {
    LinearComplexityPredictor predictor =
        new LinearComplexityPredictor(train(TrainingPrompts.some(100, 5)));
    List<String> prompts =
        TrainingPrompts.some(500, 6).stream().map(LabelledPrompt::prompt).toList();
    List<ComplexityEstimate> alone = prompts.stream().map(predictor::estimate).toList();

    List<ComplexityEstimate> together = prompts.parallelStream().map(predictor::estimate).toList();

    assertThat(together).isEqualTo(alone);
  }

  @Test
  void progressGoesFromLittleToAll() {
    List<Double> told = new ArrayList<>();

    new ComplexityTrainer(TrainingPrompts.some(60, 4), SETTINGS).train(told::add);

    assertThat(told).isSorted().endsWith(1.0);
  }

  @Test
  void whatCannotBeTrainedOnIsRefused() {
    List<LabelledPrompt> few = TrainingPrompts.some(10, 1);
    List<LabelledPrompt> swapped =
        TrainingPrompts.some(100, 1).stream()
            .map(
                each ->
                    new LabelledPrompt(
                        "x", each.prompt(), /* cheap= */ each.strong(), /* strong= */ each.cheap()))
            .toList();

    assertThatThrownBy(() -> new ComplexityTrainer(few, SETTINGS))
        .hasMessageContaining("10 prompts have an outcome in weak_correct; give at least 50");
    assertThatThrownBy(() -> new ComplexityTrainer(swapped, SETTINGS))
        .hasMessageContaining("no better than the cheap one");
    assertThatThrownBy(() -> new LabelledPrompt("x", "p", 1.5, 1.0))
        .hasMessageContaining("weak_correct is 1.5");
    assertThatThrownBy(() -> new LabelledPrompt("x", "p", null, null))
        .hasMessageContaining("both empty");
    assertThatThrownBy(() -> new LabelledPrompt("x", " ", 1.0, 1.0)).hasMessageContaining("blank");
  }
}
