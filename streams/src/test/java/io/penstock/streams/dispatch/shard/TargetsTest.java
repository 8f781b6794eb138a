package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.failure;
import static io.penstock.streams.dispatch.Samples.grants;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.TenantCommitment;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Variants as targets, what is reported of them, and what holds them up. */
class TargetsTest {

  private final List<Effect> written = new ArrayList<>();
  private final MemoryStore store = new MemoryStore();
  private RoutingState routing = RoutingState.EMPTY;
  private DispatchShard shard;
  private Instant now = START;
  private int beats;

  @BeforeEach
  void begin() {
    shard =
        new DispatchShard(
            0,
            TopicNames.DEFAULT,
            ShardSettings.DEFAULT,
            store,
            (effect, traceparent) -> written.add(effect),
            ShardMetrics.NONE,
            new ClusterView(2, () -> FleetView.EMPTY, () -> routing));
  }

  @Test
  void aWorkerOfTheModelServesItsVariantsAndItself() {
    arrive("plain", null);
    arrive("a", "blue");
    arrive("b", "green");
    ask("w", 9, "m");
    assertThat(leases())
        .extracting(Lease::getRequestId)
        .containsExactlyInAnyOrder("plain", "a", "b");
    assertThat(leases())
        .filteredOn(lease -> lease.getRequestId().equals("a"))
        .extracting(lease -> lease.getVariant().orElse(""))
        .containsExactly("blue");
  }

  @Test
  void aWorkerOfOneVariantServesThatOnly() {
    arrive("plain", null);
    arrive("a", "blue");
    arrive("b", "green");
    ask("w", 9, "m#green");
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("b");
  }

  @Test
  void noTargetStarvesBehindAnother() {
    for (int i = 0; i < 20; i++) {
      arrive("a" + i, "blue");
      arrive("b" + i, "green");
      arrive("c" + i, null);
      now = now.plusMillis(10);
    }
    ask("w", 30, "m");
    assertThat(leases()).hasSize(30);
    assertThat(leases().stream().map(lease -> lease.getRequestId().substring(0, 1)))
        .containsOnly("a", "b", "c");
  }

  @Test
  void eachTargetIsReportedAtOnceAndThenAsItChanges() {
    arrive("a", "blue");
    tick(Duration.ofMillis(200));
    assertThat(reports())
        .singleElement()
        .satisfies(
            report -> {
              assertThat(report.getModel()).isEqualTo("m");
              assertThat(report.getVariant()).hasValue("blue");
              assertThat(report.getBacklog().getFirst().getRequests()).isEqualTo(1);
              assertThat(report.getBacklog().getFirst().getPromptTokens()).isEqualTo(100);
            });
    written.clear();
    tick(Duration.ofMillis(800));
    assertThat(reports()).isEmpty();
    arrive("b", "blue");
    tick(Duration.ofMillis(400));
    assertThat(reports()).hasSize(1);
    written.clear();
    tick(Duration.ofSeconds(3));
    assertThat(reports()).isEmpty();
  }

  @Test
  void whatTenantsWithBudgetsHaveCommittedIsReportedAndNothingIsLeft() {
    routing =
        RoutingState.of(
            List.of(
                new TenantPolicy(
                    "tenant",
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    null,
                    null,
                    null,
                    List.of(new Budget(BudgetPeriod.DAY, null, 5.0)))));
    shard.work(priced("a", "tenant"), ServiceClass.STANDARD, 0, null, now);
    shard.work(priced("b", "tenant"), ServiceClass.STANDARD, 0, null, now);
    tick(Duration.ofMillis(200));
    // 100 tokens of 1,000 and 50 of 2,000 for a million.
    assertThat(lastReport().getCommitted()).containsExactly(new TenantCommitment("tenant", 0.4));
    begin();
    shard.restore(now);
    ask("w", 1, "m");
    shard.work(priced("c", "without a budget"), ServiceClass.STANDARD, 0, null, now);
    tick(Duration.ofMillis(1200));
    assertThat(lastReport().getLeased()).isEqualTo(1);
    assertThat(lastReport().getCommitted()).containsExactly(new TenantCommitment("tenant", 0.4));
    shard.outcome(success(leases().getFirst().getRequestId(), 1, "sw", now), now);
    tick(Duration.ofMillis(1200));
    assertThat(lastReport().getCommitted()).containsExactly(new TenantCommitment("tenant", 0.2));
    tick(Duration.ofMinutes(11));
    assertThat(lastReport().getCommitted()).isEmpty();
  }

  private ScoredFacts priced(String id, String tenant) {
    return ScoredFacts.newBuilder(facts(id, ServiceClass.STANDARD, now, Duration.ofMinutes(10)))
        .setTenant(tenant)
        .setInputPricePerMillion(1_000.0)
        .setOutputPricePerMillion(2_000.0)
        .build();
  }

  @Test
  void aVariantThatARolloutWaitsForIsReportedThoughNothingIsKnownOfIt() {
    routing =
        RoutingState.of(
            List.of(
                new Rollout(
                    "m",
                    "blue",
                    "green",
                    null,
                    null,
                    null,
                    null,
                    null,
                    Rollout.State.COMPLETING,
                    0,
                    100,
                    now,
                    null,
                    null,
                    Map.of())));
    tick(Duration.ofSeconds(11));
    assertThat(reports())
        .as("again and again")
        .hasSizeBetween(3, 4)
        .allSatisfy(
            report -> {
              assertThat(report.getVariant()).hasValue("blue");
              assertThat(report.getBacklog()).isEmpty();
            });
    written.clear();
    routing = RoutingState.EMPTY;
    tick(Duration.ofMinutes(1));
    assertThat(reports()).isEmpty();
  }

  @Test
  void aTargetWithoutWorkersIsUnhealthyUntilOneComes() {
    arrive("a", null);
    tick(Duration.ofSeconds(6));
    assertThat(lastReport().getHealth()).isEqualTo(TargetHealth.UNHEALTHY);
    assertThat(lastReport().getReason()).hasValue("no live worker");
    written.clear();
    arrive("b", null);
    assertThat(statuses())
        .extracting(RequestStatus::getState)
        .containsExactly(RequestState.WAITING);
    assertThat(statuses().getFirst().getFailure().orElseThrow().getCode())
        .isEqualTo("target_unhealthy");
    ask("w", 9, "m");
    assertThat(leases()).hasSize(2);
    tick(Duration.ofMillis(200));
    assertThat(lastReport().getHealth()).isEqualTo(TargetHealth.HEALTHY);
  }

  @Test
  void aFailingTargetIsGrantedNothingThenOneByOneThenAll() {
    for (int i = 0; i < 40; i++) {
      arrive("r" + i, null);
    }
    ask("w", 10, "m");
    for (Lease lease : leases()) {
      fail(lease);
    }
    written.clear();
    ask("w", 20, "m");
    assertThat(leases()).isEmpty();
    tick(Duration.ofMillis(200));
    assertThat(lastReport().getHealth()).isEqualTo(TargetHealth.UNHEALTHY);
    for (int probe = 1; probe <= 3; probe++) {
      passHeard(Duration.ofSeconds(5));
      assertThat(leases()).hasSize(1);
      Lease lease = leases().getFirst();
      written.clear();
      shard.outcome(success(lease.getRequestId(), lease.getAttempt(), "sw", now), now);
    }
    assertThat(leases()).hasSizeGreaterThan(1);
  }

  @Test
  void anUnhealthyTargetBurnsNoAttempts() {
    for (int i = 0; i < 12; i++) {
      arrive("r" + i, null);
    }
    for (int round = 0; round < 40; round++) {
      written.clear();
      ask("w", (round + 1L) * 12, "m");
      leases().forEach(this::fail);
      assertThat(written).noneMatch(Effect.Answer.class::isInstance);
      passHeard(Duration.ofSeconds(5));
      leases().forEach(this::fail);
      assertThat(written).noneMatch(Effect.Answer.class::isInstance);
    }
    assertThat(store.requests).hasSize(12);
  }

  @Test
  void batchOfAModelInOverloadWaitsUntilThatIsOver() {
    DegradationLadder.Rung rung =
        new DegradationLadder.Rung(
            DegradationLadder.Action.DEFER_BATCH, ServiceClass.STANDARD, 2, 1, 1, 1, null, null);
    routing = RoutingState.EMPTY.with(new Degradation("m", List.of(rung), Map.of(), START));
    tick(Duration.ofMillis(200));
    shard.work(
        facts("batch", ServiceClass.BATCH, now, Duration.ofHours(1)),
        ServiceClass.BATCH,
        0,
        null,
        now);
    arrive("standard", null);
    ask("w", 9, "m");
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("standard");
    routing = RoutingState.EMPTY;
    tick(Duration.ofMillis(200));
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("standard", "batch");
  }

  @Test
  void whatIsDeferredToCheaperHoursIsNotLeasedBefore() {
    shard.work(
        ScoredFacts.newBuilder(facts("later")).setNotBefore(now.plusSeconds(4)).build(),
        ServiceClass.STANDARD,
        0,
        null,
        now);
    ask("w", 9, "m");
    tick(Duration.ofSeconds(3));
    assertThat(leases()).isEmpty();
    tick(Duration.ofSeconds(1));
    assertThat(leases()).hasSize(1);
  }

  private void arrive(String id, @Nullable String variant) {
    shard.work(
        ScoredFacts.newBuilder(facts(id, ServiceClass.STANDARD, now, Duration.ofMinutes(30)))
            .setChoice(
                ModelChoice.newBuilder().setModel("m").setVariant(variant).setReason("").build())
            .build(),
        ServiceClass.STANDARD,
        0,
        null,
        now);
  }

  private void ask(String worker, long limit, String target) {
    shard.demand(
        demand(worker, "s" + worker, ++beats, limit, 0, now).setModels(List.of(target)).build(),
        now);
  }

  private void fail(Lease lease) {
    shard.outcome(
        failure(
            lease.getRequestId(),
            lease.getAttempt(),
            lease.getSession(),
            FailureCategory.RETRYABLE,
            now),
        now);
  }

  private void tick(Duration time) {
    Instant until = now.plus(time);
    while (now.isBefore(until)) {
      now = now.plusMillis(200);
      shard.tick(now);
    }
  }

  /** Lets time pass while the worker is heard of, and asks for nothing more. */
  private void passHeard(Duration time) {
    Instant until = now.plus(time);
    while (now.isBefore(until)) {
      shard.demand(demand("w", "sw", ++beats, 0, 0, now).build(), now);
      tick(Duration.ofSeconds(1));
    }
  }

  private List<Lease> leases() {
    return grants(written);
  }

  private List<RequestStatus> statuses() {
    return written.stream()
        .filter(Effect.Announce.class::isInstance)
        .map(effect -> ((Effect.Announce) effect).status())
        .toList();
  }

  private List<FleetReport> reports() {
    return written.stream()
        .filter(Effect.Report.class::isInstance)
        .map(effect -> ((Effect.Report) effect).report())
        .toList();
  }

  private FleetReport lastReport() {
    return reports().getLast();
  }
}
