package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.demo.routing.RoutingLedger;
import io.penstock.compose.demo.routing.RoutingStage;
import io.penstock.compose.demo.routing.SteadyLoad;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Choosing and changing models, end to end: real Kafka and jobs, simulated GPUs. */
@ExtendWith(PenstockFixture.class)
class RoutingIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What it is asked in shadow; two simulated engines agree on the length of answers only. */
  private static final Rollout.Evaluation REPLAY_OF_TEN =
      new Rollout.Evaluation(List.of(), 10, null, null, null, 60);

  private PenstockNode node;
  private RoutingStage stage;
  private PenstockClient client;
  private RoutingLedger ledger;

  @BeforeEach
  void open(PenstockNode running) {
    node = running;
    stage = new RoutingStage(node.connection(), node.topics());
    client = PenstockClient.open(PenstockClientConfig.of(node.connection(), node.topics()));
    ledger = new RoutingLedger(node.connection(), node.topics().names().results());
  }

  @AfterEach
  void close() {
    stage.close();
    client.close();
    ledger.close();
  }

  @Test
  void whatWaitsForAModelThatGoesAwayIsMovedAndWhatInsistsWaitsForItsReturn() throws Exception {
    stage.applyModels(
        model("away", "quality: 0.9\n    partitions: [1]\n    fallbacks: [stay]")
            + item("stay", "quality: 0.5\n    partitions: [2]"));
    stage.start("stay-1", "stay", 8, 20);
    stage.start("away-1", "away", 1, 1);
    List<InferenceRequest> flexible = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      flexible.add(send(completion("away", 40)));
    }
    InferenceRequest insisting =
        send(
            completion("away", 40)
                .setRouting(RoutingPreferences.newBuilder().setAllowFallbacks(false).build()));
    await("the model serves", () -> ledger.open() < 21);

    stage.stop("away-1");
    await("all but the insisting one are answered", () -> ledger.open() == 1);
    assertThat(ledger.result(insisting.getId())).isEmpty();
    stage.start("away-2", "away", 1, 20);
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();

    assertThat(ledger.failed()).isZero();
    assertThat(ledger.duplicates()).isZero();
    assertThat(model(result(insisting))).isEqualTo("away");
    List<ModelChoice> moved =
        flexible.stream()
            .map(each -> result(each).getChoice().orElseThrow())
            .filter(choice -> !choice.getMovedFrom().isEmpty())
            .toList();
    assertThat(moved).isNotEmpty().allMatch(choice -> choice.getModel().equals("stay"));
    assertThat(moved.getFirst().getMovedFrom().getFirst()).startsWith("away: ");
  }

  @Test
  void aCanaryThatKeepsItsGatesTakesOverAndTheOldVariantRetires() throws Exception {
    stage.applyModels(variants("goodcanary"));
    stage.start("gc-blue", "goodcanary#blue", 16, 20);
    stage.start("gc-green", "goodcanary#green", 16, 20);
    SteadyLoad load = load("goodcanary", 40);
    await("there is something to replay", () -> ledger.results().size() > 20);
    Rollout evaluated = rollout("goodcanary", steps(20, 100), REPLAY_OF_TEN);
    stage.routing().put(List.of(evaluated), "test", null);

    await("the rollout ends", () -> rollout("goodcanary").state() == Rollout.State.COMPLETED);
    load.end();
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();
    InferenceRequest after = send(completion("goodcanary", 10));
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();

    assertThat(ledger.failed()).isZero();
    assertThat(ledger.duplicates()).isZero();
    assertThat(result(after).getChoice().orElseThrow().getVariant()).contains("green");
    assertThat(rollout("goodcanary").figures()).isNotEmpty();
    assertThat(
            stage.models().list().resolve("goodcanary").orElseThrow().getVariants().stream()
                .filter(variant -> variant.getName().equals("blue"))
                .findFirst()
                .orElseThrow()
                .getState())
        .isEqualTo("retired");
  }

  @Test
  void aCanaryThatBreaksItsGatesIsRolledBackWithTheReason() throws Exception {
    stage.applyModels(variants("badcanary"));
    stage.start("bc-blue", "badcanary#blue", 16, 20);
    stage.start("bc-green", "badcanary#green", 16, 20);
    stage.fail("bc-green", 0.5);
    SteadyLoad load = load("badcanary", 40);
    stage.routing().put(List.of(rollout("badcanary", steps(30, 100))), "test", null);

    await("the rollout ends", () -> rollout("badcanary").state() == Rollout.State.ROLLED_BACK);
    load.end();
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();
    assertThat(rollout("badcanary").reason()).contains("error");
    List<InferenceRequest> after = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      after.add(send(completion("badcanary", 10)));
    }
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();

    assertThat(after)
        .allMatch(
            each ->
                result(each).getChoice().orElseThrow().getVariant().equals(Optional.of("blue")));
    assertThat(ledger.duplicates()).isZero();
    assertThat(
            ledger.count(
                each ->
                    each.getStatus() != TerminalStatus.SUCCEEDED
                        && RoutingLedger.ranOn(each).equals("badcanary#blue")))
        .isZero();
  }

  @Test
  void blueGreenUnder200RequestsPerSecondFailsNothing() throws Exception {
    stage.applyModels(variants("bluegreen"));
    stage.start("bg-blue", "bluegreen#blue", 32, 50);
    stage.start("bg-green", "bluegreen#green", 32, 50);
    SteadyLoad load = load("bluegreen", 200);
    stage.routing().put(List.of(rollout("bluegreen", steps(100))), "test", null);

    await("the rollout ends", () -> rollout("bluegreen").state() == Rollout.State.COMPLETED);
    load.end();
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();

    assertThat(ledger.failed()).isZero();
    assertThat(ledger.duplicates()).isZero();
    assertThat(ledger.results())
        .extracting(RoutingLedger::ranOn)
        .contains("bluegreen#blue", "bluegreen#green");
    assertThat(ledger.results()).allMatch(each -> each.getAttempts() <= 2);
  }

  @Test
  void whatWaitsForTheOldVariantIsAnsweredBeforeTheRolloutIsComplete() throws Exception {
    stage.applyModels(variants("patient"));
    stage.start("pt-blue", "patient#blue", 1, 4);
    stage.start("pt-green", "patient#green", 8, 20);
    for (int i = 0; i < 20; i++) {
      send(completion("patient", 200));
    }
    await("the first is answered", () -> !ledger.results().isEmpty());
    // Nobody asks the new one anything: the step is over when its time is.
    Rollout.Step atOnce = new Rollout.Step(100, 3, 0);
    stage.routing().put(List.of(rollout("patient", List.of(atOnce))), "test", null);

    await("the rollout ends", () -> rollout("patient").state() == Rollout.State.COMPLETED);
    assertThat(ledger.open()).isZero();
    assertThat(ledger.failed()).isZero();
    assertThat(ledger.results()).extracting(RoutingLedger::ranOn).containsOnly("patient#blue");
    assertThat(rollout("patient").reason()).isEqualTo("blue has drained");
  }

  @Test
  void aTenantPastItsHardBudgetIsRefusedAndOthersAreNot() throws Exception {
    stage.applyModels(model("priced", "inputPricePerMillion: 10\n    outputPricePerMillion: 10"));
    stage.start("priced-1", "priced", 8, 20);
    stage
        .routing()
        .put(
            List.of(
                new TenantPolicy(
                    "spender",
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    null,
                    null,
                    null,
                    List.of(new Budget(BudgetPeriod.DAY, null, 0.0001)))),
            "test",
            null);
    InferenceRequest paid = send(completion("priced", 50).setTenant("spender"));
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();
    assertThat(result(paid).getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
    assertThat(result(paid).getCost().orElseThrow()).isGreaterThan(0.0001);
    await(
        "the control loop has counted it",
        () ->
            stage.routing().list().spend("spender").stream()
                .anyMatch(spend -> spend.periods().get(BudgetPeriod.DAY).spent() > 0.0001));

    InferenceRequest refused = send(completion("priced", 50).setTenant("spender"));
    InferenceRequest other = send(completion("priced", 50).setTenant("saver"));
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();

    assertThat(result(refused).getStatusCode()).isEqualTo(402);
    assertThat(result(refused).getError().orElseThrow().getCode()).isEqualTo("budget_exceeded");
    assertThat(result(refused).getError().orElseThrow().getRetryAfterMillis()).isPresent();
    assertThat(result(other).getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
  }

  @Test
  void theLadderIsClimbedUnderOverloadAndLeftAfterIt() throws Exception {
    stage.applyModels(model("crowded", "partitions: [3]"));
    stage
        .routing()
        .put(
            List.of(
                new DegradationLadder(
                    "crowded",
                    List.of(
                        new DegradationLadder.Rung(
                            DegradationLadder.Action.CAP_OUTPUT,
                            ServiceClass.STANDARD,
                            0.5,
                            0.2,
                            0,
                            0,
                            16,
                            null),
                        new DegradationLadder.Rung(
                            DegradationLadder.Action.REFUSE_STANDARD,
                            ServiceClass.STANDARD,
                            1,
                            0.3,
                            0,
                            0,
                            null,
                            30)))),
            "test",
            null);
    stage.start("crowded-1", "crowded", 2, 1);
    for (int i = 0; i < 150; i++) {
      send(completion("crowded", 200));
    }
    await(
        "standard is refused",
        () ->
            stage.routing().list().degradation("crowded").stream()
                .anyMatch(d -> d.has(DegradationLadder.Action.REFUSE_STANDARD)));
    InferenceRequest refused = send(completion("crowded", 200));
    InferenceRequest interactive =
        send(
            completion("crowded", 200)
                .setServiceClass(ServiceClass.INTERACTIVE)
                .setRouting(RoutingPreferences.newBuilder().setAllowShorterOutput(true).build()));
    await("the interactive one is answered", () -> ledger.result(interactive.getId()).isPresent());

    assertThat(result(refused).getStatusCode()).isEqualTo(429);
    assertThat(result(refused).getError().orElseThrow().getRetryAfterMillis()).contains(30_000L);
    assertThat(result(interactive).getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
    assertThat(result(interactive).getChoice().orElseThrow().getDegradations())
        .anyMatch(step -> step.startsWith("cap_output") || step.startsWith("output_capped"));
    assertThat(result(interactive).getUsage().orElseThrow().getCompletionTokens())
        .isLessThanOrEqualTo(16);

    stage.start("crowded-2", "crowded", 64, 100);
    await(
        "the ladder is left",
        () -> stage.routing().list().degradation("crowded").filter(RoutingIT::active).isEmpty());
    InferenceRequest later = send(completion("crowded", 20));
    assertThat(ledger.awaitAll(PATIENCE)).isTrue();
    assertThat(result(later).getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
    assertThat(result(later).getChoice().orElseThrow().getDegradations()).isEmpty();
  }

  private static boolean active(Degradation degradation) {
    return !degradation.active().isEmpty();
  }

  private static String model(InferenceResult result) {
    return result.getChoice().orElseThrow().getModel();
  }

  private InferenceResult result(InferenceRequest request) {
    return ledger.result(request.getId()).orElseThrow();
  }

  private Rollout rollout(String model) {
    return stage.routing().list().rollout(model).orElseThrow();
  }

  private InferenceRequest send(InferenceRequest.Builder builder) {
    InferenceRequest request = builder.build();
    ledger.sending(request.getId());
    var _ = client.send(request);
    return request;
  }

  private SteadyLoad load(String model, double perSecond) {
    return SteadyLoad.start(client, ledger, perSecond, number -> completion(model, 20).build());
  }

  private static InferenceRequest.Builder completion(String model, int tokens) {
    return InferenceRequests.of(
            Endpoint.COMPLETIONS,
            model,
            "{\"model\":\"%s\",\"prompt\":\"say something\",\"max_tokens\":%d}"
                .formatted(model, tokens))
        .setTenant("routing-it")
        .setServiceClass(ServiceClass.STANDARD);
  }

  private void await(String what, BooleanSupplier reached) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as(
              "%s within %s; %d unanswered; routing: %s",
              what,
              PATIENCE,
              ledger.open(),
              stage.routing().list().all(Rollout.class).map(Object::toString).toList())
          .isLessThan(until);
      Thread.sleep(Duration.ofMillis(200));
    }
  }

  private static String model(String name, String fields) {
    return "models:\n" + item(name, fields);
  }

  private static String item(String name, String fields) {
    return """
      - name: %s
        endpoints: [/v1/completions]
        contextWindow: 8192
        maxOutputTokens: 1024
        %s
    """
        .formatted(name, fields);
  }

  private static String variants(String name) {
    return model(
        name, "variants: [{name: blue, weight: 1}, {name: green, weight: 0, state: shadow}]");
  }

  private static List<Rollout.Step> steps(int... percents) {
    List<Rollout.Step> steps = new ArrayList<>();
    for (int percent : percents) {
      steps.add(new Rollout.Step(percent, 3, 20));
    }
    return steps;
  }

  private static Rollout rollout(String model, List<Rollout.Step> steps) {
    return rollout(model, steps, null);
  }

  private static Rollout rollout(
      String model, List<Rollout.Step> steps, Rollout.@Nullable Evaluation evaluation) {
    return new Rollout(
        model,
        "blue",
        "green",
        steps,
        new Rollout.Gates(0.1, 0.1, null, null, 10),
        new Rollout.Warm(1, 60),
        evaluation,
        Rollout.BreachAction.ROLLBACK,
        Rollout.State.REGISTERED,
        -1,
        0,
        null,
        null,
        null,
        Map.of());
  }
}
