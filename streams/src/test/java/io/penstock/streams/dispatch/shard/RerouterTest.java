package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.control.ControlSamples;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.move.MoveSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rerouter between two shards: {@code m} waits in the first, {@code n} in the second. */
class RerouterTest {

  private static final Duration LONG = Duration.ofMinutes(30);

  private final List<Effect> written = new ArrayList<>();
  private Instant now = START;
  private TwoShards world = world(ShardSettings.DEFAULT);
  private int beats;

  @Test
  void whatWaitsForATargetWithoutWorkersGoesToOneThatServes() {
    arrive("a", LONG, TwoShards.alternative("n", null, 1));
    beat(1, "w", 5, "n");
    pass(Duration.ofSeconds(6), "n");
    Lease lease = leases().getFirst();
    assertThat(lease.getModel()).isEqualTo("n");
    assertThat(lease.getPartition()).isEqualTo(1);
    assertThat(lease.getPayloadPartition()).hasValue(0);
    world.shards.get(1).outcome(success("a", 1, "sw", now), now);
    InferenceResult result = results().getFirst();
    assertThat(result.getChoice().orElseThrow().getMovedFrom())
        .containsExactly("m: no live worker");
    assertThat(result.getCost().orElseThrow()).isPositive();
    assertThat(world.stores.get(0).requests).isEmpty();
    assertThat(world.stores.get(1).requests).isEmpty();
  }

  @Test
  void aPromptThatItsEngineFindsTooLongGoesToALargerModel() {
    register(4_096, 32_768);
    refuseAsTooLong(TwoShards.alternative("n", null, 1));
    assertThat(results()).isEmpty();
    assertThat(leases()).extracting(Lease::getModel).containsExactly("m", "n");
    world.shards.get(1).outcome(success("a", 2, "sw", now), now);
    assertThat(results()).hasSize(1);
    InferenceResult result = results().getFirst();
    assertThat(result.getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
    assertThat(result.getChoice().orElseThrow().getMovedFrom())
        .containsExactly("m: its prompt is longer than the model's context");
    assertThat(world.stores.get(0).requests).isEmpty();
    assertThat(world.stores.get(1).requests).isEmpty();
  }

  @Test
  void aPromptThatIsTooLongFailsWhereNoAlternativeIsKnownToBeLarger() {
    register(4_096, 4_096);
    refuseAsTooLong(TwoShards.alternative("n", null, 1), TwoShards.alternative("m", "blue", 0));
    assertThat(transfers()).isEmpty();
    assertThat(results())
        .singleElement()
        .satisfies(
            result -> {
              assertThat(result.getStatus()).isEqualTo(TerminalStatus.FAILED);
              assertThat(result.getError().orElseThrow().getCode())
                  .isEqualTo("context_length_exceeded");
            });
  }

  @Test
  void aLargerModelThatTheRequestDoesNotAllowIsNone() {
    register(4_096, 32_768);
    refuseAsTooLong();
    assertThat(transfers()).isEmpty();
    assertThat(results())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.FAILED);
  }

  @Test
  void aPromptThatIsTooLongIsMovedNoMoreOftenThanAllowed() {
    world = world(ShardSettings.DEFAULT.withMoves(moves(0)));
    register(4_096, 32_768);
    refuseAsTooLong(TwoShards.alternative("n", null, 1));
    assertThat(transfers()).isEmpty();
    assertThat(results()).hasSize(1);
  }

  private void register(int contextOfM, int contextOfN) {
    world.models = ModelCatalog.of(List.of(model("m", contextOfM, 0), model("n", contextOfN, 1)));
  }

  private static ModelSpec model(String name, int context, int partition) {
    return ModelSpec.newBuilder(ControlSamples.model())
        .setName(name)
        .setAliases(List.of())
        .setPartitions(List.of(partition))
        .setContextWindow(context)
        .build();
  }

  /** Both models have workers; the first that gets the request says that it is too long. */
  private void refuseAsTooLong(ModelAlternative... alternatives) {
    beat(0, "v", 5, "m");
    beat(1, "w", 5, "n");
    now = now.plusMillis(1100);
    world.shards.forEach(shard -> shard.tick(now));
    arrive("a", LONG, alternatives);
    Failure tooLong =
        new Failure(
            FailureCategory.REJECTED, "context_length_exceeded", "too long", null, 400, null);
    world
        .shards
        .get(0)
        .outcome(
            Samples.outcome("a", 1, "sv", OutcomeKind.FAILED, now)
                .setWorkerId("v")
                .setFailure(tooLong)
                .build(),
            now);
    world.deliver(1, now);
  }

  @Test
  void classRankDeadlineAndAttemptsGoWithIt() {
    arrive("a", LONG, TwoShards.alternative("n", null, 1));
    DispatchEntry before = world.stores.get(0).requests.get(Samples.key("a"));
    beat(1, "w", 0, "n");
    pass(Duration.ofSeconds(6), "n");
    DispatchEntry after = world.stores.get(1).requests.get(Samples.key("a"));
    assertThat(after.getFacts().getDeadline()).isEqualTo(before.getFacts().getDeadline());
    assertThat(after.getFacts().getFirstTokenBy()).isEqualTo(before.getFacts().getFirstTokenBy());
    assertThat(after.getFacts().getAcceptedAt()).isEqualTo(before.getFacts().getAcceptedAt());
    assertThat(after.getQueuedAt()).isEqualTo(before.getQueuedAt());
    assertThat(after.getAttempts()).isEqualTo(before.getAttempts());
    assertThat(after.getMoves()).isEqualTo(1);
  }

  @Test
  void aRequestWithOneCandidateWaits() {
    arrive("a", LONG);
    pass(Duration.ofSeconds(20));
    assertThat(transfers()).isEmpty();
    assertThat(world.stores.get(0).requests).containsKey(Samples.key("a"));
  }

  @Test
  void anUnhealthyAlternativeIsNoneAndNothingGoesToAndFro() {
    arrive("a", LONG, TwoShards.alternative("n", null, 1));
    arriveAt(1, "n", "b", TwoShards.alternative("m", null, 0));
    pass(Duration.ofMinutes(2));
    // Both are without workers; whichever noticed first moved its request at most once.
    assertThat(transfers().size()).isLessThanOrEqualTo(1);
  }

  @Test
  void aVariantInTheSamePartitionTakesOverInPlace() {
    arrive("a", LONG, TwoShards.alternative("m", "blue", 0));
    beat(0, "w", 5, "m#blue");
    pass(Duration.ofSeconds(6), "m#blue");
    assertThat(leases())
        .singleElement()
        .satisfies(
            lease -> {
              assertThat(lease.getVariant()).hasValue("blue");
              assertThat(lease.getPayloadPartition()).isEmpty();
            });
    assertThat(transfers()).isEmpty();
  }

  @Test
  void noRequestIsMovedMoreOftenThanAllowed() {
    world = world(ShardSettings.DEFAULT.withMoves(moves(1)));
    arrive("a", LONG, TwoShards.alternative("n", null, 1), TwoShards.alternative("m", "blue", 0));
    beat(1, "w", 0, "n");
    pass(Duration.ofSeconds(6), "n");
    pass(Duration.ofMinutes(1));
    assertThat(transfers()).hasSize(1);
    assertThat(world.stores.get(1).requests.get(Samples.key("a")).getMoves()).isEqualTo(1);
    world = world(ShardSettings.DEFAULT.withMoves(moves(0)));
    written.clear();
    arrive("b", LONG, TwoShards.alternative("n", null, 1));
    beat(1, "w", 0, "n");
    pass(Duration.ofSeconds(6), "n");
    assertThat(transfers()).isEmpty();
  }

  @Test
  void itRatherWaitsThanGoesWherePerhapsNobodyServes() {
    arrive("a", LONG, TwoShards.alternative("n", null, 1));
    pass(Duration.ofMinutes(1));
    assertThat(transfers()).isEmpty();
    assertThat(world.stores.get(0).requests).containsKey(Samples.key("a"));
  }

  @Test
  void aTickMovesNoMoreThanItMay() {
    world = world(ShardSettings.DEFAULT.withMoves(moves(3)));
    for (int i = 0; i < 25; i++) {
      arrive("r" + i, LONG, TwoShards.alternative("n", null, 1));
    }
    beat(1, "w", 0, "n");
    pass(Duration.ofSeconds(5), "n");
    int before = transfers().size();
    for (int tick = 0; tick < 3; tick++) {
      now = now.plusMillis(200);
      world.shards.get(0).tick(now);
    }
    assertThat(transfers().size() - before).isBetween(1, 30);
    pass(Duration.ofSeconds(1), "n");
    assertThat(transfers()).hasSize(25);
  }

  @Test
  void whatWouldBeTooLateHereGoesWhereItIsInTime() {
    beat(0, "v", 0, "m");
    beat(1, "w", 0, "n");
    pass(Duration.ofMillis(400), "m", "n");
    // 50 tokens each at 50 tokens/s in 4 slots: a quarter of a second of work each.
    for (int i = 0; i < 100; i++) {
      arrive("r%02d".formatted(i), Duration.ofSeconds(20), TwoShards.alternative("n", null, 1));
    }
    pass(Duration.ofSeconds(1), "m", "n");
    // An objective of 10 s is for 40 of them; of the others, those that n has room for in time.
    assertThat(transfers().size()).isBetween(20, 60);
    assertThat(transfers())
        .allSatisfy(
            transfer ->
                assertThat(transfer.transfer().getEntry().getFacts().getChoice().getMovedFrom())
                    .first()
                    .asString()
                    .contains("later than its objective"));
    int moved = transfers().size();
    pass(Duration.ofSeconds(2), "m", "n");
    // The backlog that it left, and the one it made, have settled.
    assertThat(transfers().size() - moved).isLessThan(15);
  }

  @Test
  void whatIsInTimeHereStays() {
    beat(0, "v", 0, "m");
    beat(1, "w", 0, "n");
    pass(Duration.ofMillis(400), "m", "n");
    for (int i = 0; i < 30; i++) {
      arrive("r" + i, Duration.ofSeconds(20), TwoShards.alternative("n", null, 1));
    }
    pass(Duration.ofSeconds(1), "m", "n");
    assertThat(transfers()).isEmpty();
  }

  @Test
  void nothingIsKnownOfItIsNotEnoughToBeRescued() {
    beat(0, "v", 0, "m");
    for (int i = 0; i < 100; i++) {
      arrive("r" + i, Duration.ofSeconds(20), TwoShards.alternative("n", null, 1));
    }
    pass(Duration.ofSeconds(1), "m");
    assertThat(transfers()).isEmpty();
  }

  private TwoShards world(ShardSettings settings) {
    return new TwoShards(settings, (partition, effect) -> written.add(effect), now);
  }

  private static MoveSettings moves(int most) {
    return new MoveSettings(most, 10, 100, Duration.ZERO, 1);
  }

  private void arrive(String id, Duration deadline, ModelAlternative... alternatives) {
    world
        .shards
        .get(0)
        .work(
            ScoredFacts.newBuilder(facts(id, ServiceClass.STANDARD, now, deadline))
                .setAlternatives(List.of(alternatives))
                .setInputPricePerMillion(100.0)
                .build(),
            ServiceClass.STANDARD,
            7,
            null,
            now);
  }

  private void arriveAt(int partition, String model, String id, ModelAlternative alternative) {
    ScoredFacts facts = facts(id, ServiceClass.STANDARD, now, LONG);
    facts.getChoice().put("model", model);
    world
        .shards
        .get(partition)
        .work(
            ScoredFacts.newBuilder(facts).setAlternatives(List.of(alternative)).build(),
            ServiceClass.STANDARD,
            7,
            null,
            now);
  }

  /** A worker is heard of; the limit is how many leases it has asked for so far. */
  private void beat(int partition, String worker, long limit, String target) {
    world
        .shards
        .get(partition)
        .demand(
            demand(worker, "s" + worker, ++beats, limit, 0, now).setModels(List.of(target)).build(),
            now);
  }

  /** Time passes; workers of these targets are heard of, and transfers delivered. */
  private void pass(Duration time, String... targets) {
    Instant until = now.plus(time);
    while (now.isBefore(until)) {
      now = now.plusMillis(200);
      for (String target : targets) {
        beat(target.startsWith("m") ? 0 : 1, target.equals("m") ? "v" : "w", 0, target);
      }
      world.shards.forEach(shard -> shard.tick(now));
      for (int partition = 0; partition < 2; partition++) {
        while (!world.transfers.get(partition).isEmpty()) {
          world.deliver(partition, now);
        }
      }
    }
  }

  private List<Effect.Transfer> transfers() {
    return of(Effect.Transfer.class);
  }

  private List<Lease> leases() {
    return of(Effect.Instruct.class).stream().map(Effect.Instruct::lease).toList();
  }

  private List<InferenceResult> results() {
    return of(Effect.Answer.class).stream().map(Effect.Answer::result).toList();
  }

  private <T extends Effect> List<T> of(Class<T> type) {
    return written.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
