package io.penstock.streams.control.experiment;

import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.experiment.SequentialTest.observation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.policies.ExperimentCommands;
import io.penstock.schemas.policies.ExperimentCommands.Promotion;
import io.penstock.schemas.policies.ExperimentFile;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Experiment.Arm;
import io.penstock.schemas.routing.Experiment.Guardrails;
import io.penstock.schemas.routing.Experiment.Metric;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.control.ControlSamples;
import io.penstock.streams.control.observation.Judgement;
import io.penstock.streams.control.observation.Observation;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ExperimentTest {

  private static Experiment experiment(String subject, Guardrails guardrails, Arm... arms) {
    return new Experiment(
        "ab",
        subject,
        List.of(arms),
        Experiment.Unit.REQUEST,
        Experiment.Metric.SUCCESS,
        0.95,
        50,
        guardrails,
        Experiment.State.RUNNING,
        NOW,
        null,
        null);
  }

  private static final Arm BLUE = new Arm("a", Target.parse("llama#blue"), 1, null);
  private static final Arm GREEN = new Arm("b", Target.parse("llama#green"), 1, null);
  private static final Arm SMALL = new Arm("a", Target.parse("small"), 1, null);
  private static final Arm LARGE = new Arm("b", Target.parse("large"), 1, null);

  private static ModelSpec model(String name, String... aliases) {
    return ModelSpec.newBuilder(ControlSamples.model())
        .setName(name)
        .setAliases(List.of(aliases))
        .build();
  }

  private static final ModelCatalog MODELS =
      ModelCatalog.following(
          List.of(ControlSamples.model(), model("small", "quick"), model("large")));

  private static void add(ExperimentStatistics statistics, String arm, int count, int failures) {
    for (int i = 0; i < count; i++) {
      statistics.add(observation(arm + i, "t", arm, i >= failures, 100 + i % 7, null));
    }
  }

  @Test
  void aGuardrailStopsAnArmThatIsWorseByMoreThanItAllows() {
    Experiment experiment = experiment("llama", new Guardrails(0.1, null, null, null), BLUE, GREEN);
    ExperimentStatistics statistics = new ExperimentStatistics(experiment);
    add(statistics, "a", 40, 0);
    add(statistics, "b", 40, 40);
    assertThat(GuardrailPolicy.decide(experiment, statistics)).as("too few").isEmpty();
    add(statistics, "a", 200, 0);
    add(statistics, "b", 200, 80);
    GuardrailPolicy.Stop stop = GuardrailPolicy.decide(experiment, statistics).orElseThrow();
    assertThat(stop.reason()).contains("arm b stopped: error rate worse");
    assertThat(stop.experiment().arms().get(1).stopped()).isNotNull();
    assertThat(stop.experiment().state()).isEqualTo(Experiment.State.RUNNING);
    assertThat(GuardrailPolicy.decide(stop.experiment(), statistics)).isEmpty();
  }

  @Test
  void aGuardrailLeavesAloneWhatIsWorseByLess() {
    Experiment experiment = experiment("llama", new Guardrails(0.5, null, null, null), BLUE, GREEN);
    ExperimentStatistics statistics = new ExperimentStatistics(experiment);
    add(statistics, "a", 400, 0);
    add(statistics, "b", 400, 160);
    assertThat(GuardrailPolicy.decide(experiment, statistics)).isEmpty();
  }

  @Test
  void unitsCountForTheArmTheyWereFirstSeenIn() {
    Experiment experiment = SequentialTest.experiment("tenant", Metric.SUCCESS);
    ExperimentStatistics statistics = new ExperimentStatistics(experiment);
    statistics.add(observation("1", "acme", "b", true, 10, null));
    statistics.add(observation("2", "acme", "a", false, 10, null));
    assertThat(statistics.arm("a").results()).isZero();
    assertThat(statistics.arm("b").results()).isEqualTo(1);
    assertThat(statistics.leftOut()).isPositive();
  }

  @Test
  void anAttributesValueIsTheUnitWhereItIsKnown() {
    Experiment experiment = SequentialTest.experiment("attribute:user", Metric.SUCCESS);
    ExperimentStatistics statistics = new ExperimentStatistics(experiment);
    statistics.add(observation("1", "acme", "a", true, 10, "ann"));
    statistics.add(observation("2", "acme", "a", true, 10, "ann"));
    statistics.add(observation("3", "acme", "a", true, 10, "bob"));
    assertThat(statistics.arm("a").units()).isEqualTo(2);
    assertThat(statistics.arm("a").results()).isEqualTo(3);
  }

  @Test
  void laterJudgementsReplaceEarlierOnes() {
    for (String unit : List.of("request", "tenant")) {
      ExperimentStatistics statistics =
          new ExperimentStatistics(SequentialTest.experiment(unit, Metric.FEEDBACK));
      Observation one = observation("1", "acme", "a", true, 10, null);
      statistics.add(one);
      statistics.add(new Judgement(one, OptionalDouble.empty(), 0.2));
      statistics.add(new Judgement(one, OptionalDouble.of(0.2), 0.9));
      UnitMoments moments = statistics.arm("a").of(Metric.FEEDBACK);
      assertThat(moments.values()).isEqualTo(1);
      assertThat(moments.mean()).isCloseTo(0.9, within(1e-12));
      assertThat(moments.units()).isEqualTo(1);
    }
  }

  @Test
  void theReportNamesTheWinnerAndAnUnevenSplit() {
    Experiment experiment = experiment("llama", Guardrails.NONE, BLUE, GREEN);
    ExperimentStatistics statistics = new ExperimentStatistics(experiment);
    add(statistics, "a", 300, 100);
    add(statistics, "b", 500, 0);
    ExperimentReport report = ExperimentReport.of(experiment, statistics);
    assertThat(report.winner()).isEqualTo("b");
    assertThat(report.verdict()).contains("b is better than a");
    assertThat(report.warnings()).singleElement().asString().contains("split unlike the weights");
    assertThat(report.arms().getFirst().metrics().getFirst().difference()).isNull();
    assertThat(report.arms().get(1).metrics().getFirst().established()).isTrue();
  }

  @Test
  void theReportSaysWhenThereIsTooLittle() {
    Experiment experiment = experiment("llama", Guardrails.NONE, BLUE, GREEN);
    ExperimentReport report = ExperimentReport.of(experiment, new ExperimentStatistics(experiment));
    assertThat(report.winner()).isNull();
    assertThat(report.verdict()).contains("50 are needed");
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void promotingAVariantGivesItTheWeightOfAllArms() {
    Promotion promotion =
        ExperimentCommands.promote(
            RoutingState.of(List.of(experiment("llama", Guardrails.NONE, BLUE, GREEN))),
            MODELS,
            "ab",
            "b",
            NOW);
    assertThat(promotion.models().getFirst().getVariants())
        .extracting(ModelVariant::getName, ModelVariant::getState, ModelVariant::getWeight)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("blue", "shadow", 0),
            org.assertj.core.groups.Tuple.tuple("green", "active", 7));
    assertThat(promotion.documents())
        .singleElement()
        .isInstanceOfSatisfying(
            Experiment.class,
            ended -> assertThat(ended.state()).isEqualTo(Experiment.State.PROMOTED));
  }

  @Test
  void promotingAModelMovesTheAliasOrNarrowsThePolicy() {
    Experiment ofAlias = experiment("quick", Guardrails.NONE, SMALL, LARGE);
    Promotion moved =
        ExperimentCommands.promote(RoutingState.of(List.of(ofAlias)), MODELS, "ab", "b", NOW);
    assertThat(moved.models()).extracting(ModelSpec::getName).containsExactly("small", "large");
    assertThat(moved.models().get(0).getAliases()).isEmpty();
    assertThat(moved.models().get(1).getAliases()).containsExactly("quick");

    AliasPolicy policy =
        new AliasPolicy("smart", List.of("small", "large"), null, null, null, null, true);
    Promotion narrowed =
        ExperimentCommands.promote(
            RoutingState.of(List.of(policy, experiment("smart", Guardrails.NONE, SMALL, LARGE))),
            MODELS,
            "ab",
            "b",
            NOW);
    assertThat(narrowed.documents().getFirst())
        .isInstanceOfSatisfying(
            AliasPolicy.class, only -> assertThat(only.models()).containsExactly("large"));
    assertThat(narrowed.models()).isEmpty();
  }

  @Test
  void aModelsOwnNameIsNotMadeToMeanAnother() {
    Experiment experiment = experiment("small", Guardrails.NONE, SMALL, LARGE);
    assertThatThrownBy(
            () ->
                ExperimentCommands.promote(
                    RoutingState.of(List.of(experiment)), MODELS, "ab", "b", NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("alias");
  }

  @Test
  void startRefusesWhatCannotRun() {
    Experiment wanted = experiment("llama", Guardrails.NONE, BLUE, GREEN);
    assertThat(ExperimentCommands.start(RoutingState.EMPTY, MODELS, wanted, NOW).state())
        .isEqualTo(Experiment.State.RUNNING);
    assertThatThrownBy(
            () -> ExperimentCommands.start(RoutingState.of(List.of(wanted)), MODELS, wanted, NOW))
        .hasMessageContaining("runs already");
    Experiment unknown =
        experiment(
            "llama", Guardrails.NONE, BLUE, new Arm("b", Target.parse("llama#red"), 1, null));
    assertThatThrownBy(() -> ExperimentCommands.start(RoutingState.EMPTY, MODELS, unknown, NOW))
        .hasMessageContaining("[blue, green]");
  }

  @Test
  void aFileSaysWhatIsWrongWithIt() {
    assertThat(
            ExperimentFile.parse(
                    """
                    name: ab
                    subject: llama
                    arms:
                      - {name: a, target: llama#blue, weight: 1}
                      - {name: b, target: llama#green, weight: 1}
                    """)
                .arms())
        .containsExactly(BLUE, GREEN);
    assertThatThrownBy(() -> ExperimentFile.parse("name: ab\nsubjekt: x"))
        .hasMessageContaining("subjekt");
    assertThatThrownBy(() -> ExperimentFile.parse("name: ab\nsubject: x\narms: []"))
        .hasMessageContaining("arms needs two or more");
  }
}
