package io.penstock.streams.score.assignment;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class AssignmentPropertyTest {

  private static final int IDS = 3_000;

  @Property(tries = 20)
  void raisingThePercentNeverTakesAnIdBack(
      @ForAll @IntRange(min = 0, max = 100) int one,
      @ForAll @IntRange(min = 0, max = 100) int other) {
    Set<Integer> fewer = moved(Math.min(one, other));
    Set<Integer> more = moved(Math.max(one, other));

    assertThat(more).containsAll(fewer);
    assertThat((double) more.size() / IDS * 100)
        .isBetween(Math.max(one, other) - 4.0, Math.max(one, other) + 4.0);
  }

  @Example
  void noneAndAllAreExact() {
    assertThat(moved(0)).isEmpty();
    assertThat(moved(100)).hasSize(IDS);
  }

  @Example
  void theStateDecidesWhetherThePercentCounts() {
    for (State state : List.of(State.REGISTERED, State.WARMING, State.EVALUATING)) {
      assertThat(first(spec(), rollout(state, 50), "x")).isEqualTo("blue");
    }
    assertThat(first(spec(), rollout(State.ROLLED_BACK, 50), "x")).isEqualTo("blue");
    assertThat(first(spec(), rollout(State.COMPLETING, 50), "x")).isEqualTo("green");
    assertThat(moved(State.PAUSED, 50)).isEqualTo(moved(State.SHIFTING, 50));
  }

  @Example
  void aRolloutThatIsOverLeavesItToTheWeights() {
    ModelSpec spec =
        model("a")
            .setVariants(List.of(variant("blue", "retired"), variant("green", "active")))
            .build();

    assertThat(first(spec, rollout(State.COMPLETED, 100), "x")).isEqualTo("green");
    assertThat(first(spec, rollout(State.ROLLED_BACK, 0), "x")).isEqualTo("green");
    ModelSpec changedSince =
        model("a")
            .setVariants(List.of(variant("blue", "draining"), variant("green", "active")))
            .build();
    assertThat(first(changedSince, rollout(State.ROLLED_BACK, 0), "x")).isEqualTo("green");
  }

  @Property(tries = 20)
  void whoLosesItsVariantGoesElsewhereAndNobodyElseMoves(
      @ForAll @IntRange(min = 1, max = 50) int a,
      @ForAll @IntRange(min = 1, max = 50) int b,
      @ForAll @IntRange(min = 1, max = 50) int c) {
    List<ModelVariant> all = List.of(weighing("x", a), weighing("y", b), weighing("z", c));
    ModelSpec spec = model("a").setVariants(all).build();
    int[] counts = new int[3];
    for (int i = 0; i < IDS; i++) {
      List<ModelVariant> order = VariantOrder.of(spec, Optional.empty(), "id-" + i);
      assertThat(order).containsExactlyInAnyOrderElementsOf(all);
      counts[all.indexOf(order.getFirst())]++;
    }
    double total = a + b + c;

    assertThat((double) counts[0] / IDS).isBetween(a / total - 0.05, a / total + 0.05);
    assertThat((double) counts[1] / IDS).isBetween(b / total - 0.05, b / total + 0.05);
  }

  @Property(tries = 20)
  void armsAreStickyInProportionAndIndependentOfOtherExperiments(
      @ForAll @IntRange(min = 1, max = 9) int control,
      @ForAll @IntRange(min = 1, max = 9) int other) {
    int both = 0;
    int first = 0;
    int second = 0;
    for (int i = 0; i < IDS; i++) {
      String id = "id-" + i;
      boolean inFirst = arm("one", "request", control, other, id).equals("other");
      boolean inSecond = arm("two", "request", control, other, id).equals("other");
      assertThat(arm("one", "request", control, other, id).equals("other")).isEqualTo(inFirst);
      first += inFirst ? 1 : 0;
      second += inSecond ? 1 : 0;
      both += inFirst && inSecond ? 1 : 0;
    }
    double share = (double) other / (control + other);

    assertThat((double) first / IDS).isBetween(share - 0.05, share + 0.05);
    assertThat((double) both / IDS)
        .isBetween(
            (double) first * second / IDS / IDS - 0.05, (double) first * second / IDS / IDS + 0.05);
  }

  @Example
  void unitsMayBeTenantsOrAttributes() {
    Set<String> arms = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      arms.add(arm("one", "tenant", 1, 1, "id-" + i));
    }
    assertThat(arms).hasSize(1);
    assertThat(
            ExperimentArms.of(
                experiment("one", "attribute:user", 1, 1),
                chat().setAttributes(Map.of("user", "u")).build()))
        .isPresent();
    assertThat(ExperimentArms.of(experiment("one", "attribute:user", 1, 1), chat().build()))
        .isEmpty();
  }

  private static Set<Integer> moved(int percent) {
    return moved(State.SHIFTING, percent);
  }

  private static Set<Integer> moved(State state, int percent) {
    Set<Integer> moved = new HashSet<>();
    IntStream.range(0, IDS)
        .filter(i -> first(spec(), rollout(state, percent), "id-" + i).equals("green"))
        .forEach(moved::add);
    return moved;
  }

  private static String first(ModelSpec spec, Rollout rollout, String id) {
    return VariantOrder.of(spec, Optional.of(rollout), id).getFirst().getName();
  }

  private static ModelSpec spec() {
    return model("a")
        .setVariants(List.of(variant("blue", "active"), variant("green", "shadow")))
        .build();
  }

  private static String arm(String name, String unit, int control, int other, String id) {
    return ExperimentArms.of(experiment(name, unit, control, other), chat().setId(id).build())
        .orElseThrow()
        .name();
  }

  private static Experiment experiment(String name, String unit, int control, int other) {
    return new Experiment(
        name,
        "a",
        List.of(
            new Experiment.Arm("control", Target.parse("a#blue"), control, null),
            new Experiment.Arm("other", Target.parse("a#green"), other, null)),
        Experiment.Unit.parse(unit),
        Experiment.Metric.SUCCESS,
        0.95,
        100,
        Experiment.Guardrails.NONE,
        Experiment.State.RUNNING,
        NOW,
        null,
        null);
  }

  private static Rollout rollout(State state, int percent) {
    return new Rollout(
        "a",
        "blue",
        "green",
        List.of(),
        Rollout.Gates.DEFAULT,
        Rollout.Warm.DEFAULT,
        null,
        Rollout.BreachAction.ROLLBACK,
        state,
        0,
        percent,
        NOW,
        null,
        null,
        Map.of());
  }

  private static ModelVariant variant(String name, String state) {
    return ModelVariant.newBuilder().setName(name).setState(state).build();
  }

  private static ModelVariant weighing(String name, int weight) {
    return ModelVariant.newBuilder().setName(name).setWeight(weight).build();
  }
}
