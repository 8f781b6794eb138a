package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.MODEL;
import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.failure;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.SlackRank;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DispatchShardTest {

  private static final Duration TIMEOUT = ShardSettings.DEFAULT.leaseTimeout();

  private final MemoryStore store = new MemoryStore();
  private final List<Effect> written = new ArrayList<>();
  private DispatchShard shard;
  private Instant now = START;

  @BeforeEach
  void begin() {
    restart();
  }

  @Test
  void nothingIsLeasedBeforeAWorkerAsks() {
    arrive("a");
    assertThat(leases()).isEmpty();
  }

  @Test
  void aWaitingRequestIsLeasedWhenAWorkerAsks() {
    arrive("a");
    shard.demand(demand("w", "s1", 1, 1, 0, now).build(), now);
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("a");
  }

  @Test
  void anArrivingRequestIsLeasedAtOnceToAnOpenWorker() {
    shard.demand(demand("w", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("a");
  }

  @Test
  void aWindowIsCumulativeSoARepeatedDemandGrantsNoMore() {
    arrive("a", "b", "c");
    shard.demand(demand("w", "s1", 1, 2, 0, now).build(), now);
    shard.demand(demand("w", "s1", 2, 2, 0, now).build(), now);
    shard.demand(demand("w", "s1", 1, 9, 0, now).build(), now);
    assertThat(leases()).extracting(Lease::getSequence).containsExactly(1L, 2L);
  }

  @Test
  void aRestartDoesNotForgetHowMuchOfTheWindowIsUsed() {
    arrive("a", "b", "c");
    shard.demand(demand("w", "s1", 1, 2, 0, now).build(), now);
    shard.outcome(success("a", 1, "s1", now), now);
    restart();
    shard.demand(demand("w", "s1", 2, 2, 2, now).build(), now);
    assertThat(leases()).hasSize(2);
    shard.demand(demand("w", "s1", 3, 3, 2, now).build(), now);
    assertThat(leases()).extracting(Lease::getSequence).containsExactly(1L, 2L, 3L);
  }

  @Test
  void whatTheStoreDoesNotKnowUsesUpNoWindowAndHoldsUpNobody() {
    arrive("a");
    DispatchEntry kept = store.requests.remove(Samples.key("a"));
    store.requests.put("of another key", kept);
    restart();
    shard.demand(demand("w", "s1", 1, 5, 0, now).build(), now);
    assertThat(shard.waiting()).isZero();
    arrive("b");
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("b");
  }

  @Test
  void whatTheStoreDoesNotKnowDoesNotKeepOthersFromExpiring() {
    arrive("a");
    DispatchEntry kept = store.requests.remove(Samples.key("a"));
    store.requests.put("of another key", kept);
    restart();
    arrive("b");
    pass(Duration.ofDays(2));
    assertThat(shard.waiting()).isZero();
    assertThat(results()).extracting(InferenceResult::getId).containsExactly("b");
  }

  @Test
  void aDuplicateIsNotRunAndToldHowTheFirstEndedOnceItHas() {
    shard.demand(demand("w", "s1", 1, 9, 0, now).build(), now);
    arrive("a");
    arrive("a");
    assertThat(results()).isEmpty();
    shard.outcome(success("a", 1, "s1", now), now);
    arrive("a");
    assertThat(leases()).hasSize(1);
    assertThat(results())
        .extracting(InferenceResult::getRepetition)
        .containsExactly(Optional.empty(), Optional.of(Repetition.SAME));
  }

  @Test
  void aSilentWorkersLeasesGoToAnotherAndItsLateOutcomeIsFenced() {
    shard.demand(demand("w1", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    pass(TIMEOUT.plusMillis(1));
    shard.demand(demand("w2", "s2", 1, 1, 0, now).build(), now);
    pass(Duration.ofMillis(200));
    assertThat(leases()).extracting(Lease::getWorkerId).containsExactly("w1", "w2");
    shard.outcome(success("a", 1, "s1", now), now);
    assertThat(results()).isEmpty();
    shard.outcome(success("a", 2, "s2", now), now);
    assertThat(results()).hasSize(1);
  }

  @Test
  void heartbeatsKeepALeaseForAsLongAsItTakes() {
    shard.demand(demand("w1", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    shard.demand(demand("w2", "s2", 1, 1, 0, now).build(), now);
    for (int beat = 2; beat < 60; beat++) {
      now = now.plusSeconds(1);
      shard.demand(demand("w1", "s1", beat, 1, 1, now).build(), now);
      shard.demand(demand("w2", "s2", beat, 1, 0, now).build(), now);
      shard.tick(now);
    }
    assertThat(leases()).hasSize(1);
  }

  @Test
  void aRestartedWorkersOldLeasesAreTakenBackAtOnce() {
    shard.demand(demand("w", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    shard.demand(demand("w", "s2", 1, 1, 0, now).build(), now);
    assertThat(leases()).extracting(Lease::getSession).containsExactly("s1", "s2");
  }

  @Test
  void anEarlierSessionIsNotHeardAgain() {
    shard.demand(demand("w", "s2", 1, 0, 0, now).build(), now);
    arrive("a");
    shard.demand(demand("w", "s1", 7, 5, 0, now).build(), now);
    assertThat(leases()).isEmpty();
  }

  @Test
  void aWorkerThatStoppedGivesBackWithoutCost() {
    shard.demand(demand("w1", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    shard.demand(
        demand("w1", "s1", 2, 1, 1, now).setState(WorkerState.STOPPED).setOutcomesSent(0).build(),
        now);
    shard.demand(demand("w2", "s2", 1, 1, 0, now).build(), now);
    pass(Duration.ofSeconds(1));
    assertThat(leases()).extracting(Lease::getWorkerId).containsExactly("w1", "w2");
    assertThat(store.requests.get(Samples.key("a")).getFailures()).isZero();
  }

  @Test
  void aWorkerThatStoppedKeepsItsLeasesUntilItsOutcomesAreRead() {
    shard.demand(demand("w", "s1", 1, 2, 0, now).build(), now);
    arrive("a", "b");
    shard.demand(stopped("w", "s1", 2, 2).setOutcomesSent(1).build(), now);
    // It starts again at once, and asks for more.
    shard.demand(demand("w", "s2", 1, 5, 0, now).build(), now);
    pass(Duration.ofSeconds(3));
    assertThat(leases()).hasSize(2);
    shard.outcome(success("a", 1, "s1", now), now);
    pass(Duration.ofMillis(200));
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("a", "b", "b");
    assertThat(results()).hasSize(1);
    assertThat(store.requests.get(Samples.key("b")).getLostLeases()).isZero();
  }

  @Test
  void theOutcomesOfAStoppedWorkerAreWaitedForNoLongerThanALeaseLasts() {
    shard.demand(demand("w1", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    shard.demand(stopped("w1", "s1", 2, 1).setOutcomesSent(1).build(), now);
    shard.demand(demand("w2", "s2", 1, 1, 0, now).build(), now);
    pass(TIMEOUT.minusSeconds(1));
    assertThat(leases()).hasSize(1);
    shard.demand(demand("w2", "s2", 2, 1, 0, now).build(), now);
    pass(Duration.ofSeconds(2));
    assertThat(leases()).extracting(Lease::getWorkerId).containsExactly("w1", "w2");
  }

  @Test
  void aGrantThatItsLiveWorkerNeverConfirmsGoesToAnotherAtNoCost() {
    shard.demand(demand("w1", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    for (int beat = 2; beat < 14; beat++) {
      pass(Duration.ofMillis(900));
      shard.demand(demand("w1", "s1", beat, 1, 0, now).build(), now);
      shard.demand(demand("w2", "s2", beat, 1, 0, now).build(), now);
    }
    assertThat(instructions())
        .extracting(lease -> lease.getWorkerId() + " " + lease.getAction())
        .containsExactly("w1 GRANT", "w1 CANCEL", "w2 GRANT");
    assertThat(store.requests.get(Samples.key("a")).getFailures()).isZero();
    assertThat(store.requests.get(Samples.key("a")).getLostLeases()).isZero();
    shard.outcome(success("a", 1, "s1", now), now);
    assertThat(results()).isEmpty();
  }

  @Test
  void nineLostWorkersDoNotFailARequestAndTheTenthDoes() {
    arrive("a");
    for (int lost = 1; lost <= 10; lost++) {
      assertThat(results()).isEmpty();
      shard.demand(demand("w", "s%02d".formatted(lost), 1, 1, 0, now).build(), now);
    }
    assertThat(results()).isEmpty();
    shard.demand(demand("w", "s11", 1, 0, 0, now).build(), now);
    assertThat(results())
        .extracting(result -> result.getError().orElseThrow().getCode())
        .containsExactly("lease_lost");
  }

  @Test
  void anOutcomeThatFollowsTheWordThatItsWorkerStoppedStillCounts() {
    shard.demand(demand("w1", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    shard.demand(demand("w1", "s1", 2, 1, 1, now).setState(WorkerState.STOPPED).build(), now);
    pass(Duration.ofMillis(200));
    shard.outcome(success("a", 1, "s1", now), now);
    assertThat(results())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.SUCCEEDED);
  }

  @Test
  void aStallOfDispatchItselfCostsNoWorkerItsLeases() {
    shard.demand(demand("w1", "s1", 1, 1, 0, now).build(), now);
    shard.demand(demand("w2", "s2", 1, 1, 0, now).build(), now);
    arrive("a");
    pass(Duration.ofMillis(400));
    now = now.plus(TIMEOUT.multipliedBy(4));
    shard.tick(now);
    assertThat(leases()).hasSize(1);
    shard.outcome(success("a", 1, leases().getFirst().getSession(), now), now);
    assertThat(results()).hasSize(1);
  }

  @Test
  void aLeaseThatALiveWorkerLostExpiresAfterTheDeadline() {
    shard.demand(demand("w1", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    Instant end = now.plus(Duration.ofMinutes(11));
    for (int beat = 2; now.isBefore(end); beat++) {
      pass(Duration.ofMillis(900));
      shard.demand(demand("w1", "s1", beat, 1, 1, now).build(), now);
    }
    assertThat(results())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.EXPIRED);
    assertThat(instructions())
        .extracting(Lease::getAction)
        .containsExactly(LeaseAction.GRANT, LeaseAction.CANCEL);
  }

  @Test
  void anIdleWorkerTakesWhatFitsNobody() {
    shard.demand(demand("w", "s1", 1, 1, 0, now).setFreeKvTokens(10).build(), now);
    arrive("a");
    assertThat(leases()).hasSize(1);
  }

  @Test
  void aSessionFromAClockThatWasSetBackIsHeardOnceTheKnownOneIsSilent() {
    shard.demand(demand("w", "s2", 1, 0, 0, now).build(), now);
    arrive("a");
    pass(TIMEOUT.plusSeconds(1));
    shard.demand(demand("w", "s1", 1, 1, 0, now).build(), now);
    assertThat(leases()).extracting(Lease::getSession).containsExactly("s1");
  }

  @Test
  void manyThatExpireTogetherAreSpreadOverTicks() {
    for (int i = 0; i < 2500; i++) {
      arrive("r" + i);
    }
    now = now.plus(Duration.ofMinutes(10));
    shard.tick(now);
    assertThat(results()).hasSize(2000);
    shard.tick(now);
    assertThat(results()).hasSize(2500);
  }

  @Test
  void aDrainingWorkerGetsNothingNew() {
    shard.demand(demand("w", "s1", 1, 5, 0, now).setState(WorkerState.DRAINING).build(), now);
    arrive("a");
    assertThat(leases()).isEmpty();
  }

  @Test
  void aDrainCommandIsPassedOnToTheWorker() {
    shard.demand(demand("w", "s1", 1, 5, 0, now).build(), now);
    shard.control(
        ControlCommand.newBuilder()
            .setKind(CommandKind.DRAIN)
            .setWorkerId("w")
            .setIssuedAt(now)
            .build(),
        now);
    arrive("a");
    assertThat(instructions()).extracting(Lease::getAction).containsExactly(LeaseAction.DRAIN);
  }

  @Test
  void leasesStopWhenThePrefillBudgetIsUsedUp() {
    // Each prompt has 100 tokens: a lease is granted while any budget is left.
    shard.demand(demand("w", "s1", 1, 9, 0, now).setPrefillBudgetTokens(150).build(), now);
    arrive("a", "b", "c");
    assertThat(leases()).hasSize(2);
    shard.demand(demand("w", "s1", 2, 9, 2, now).setPrefillBudgetTokens(1).build(), now);
    assertThat(leases()).hasSize(3);
  }

  @Test
  void leasesFitTheKvCache() {
    // Each takes 100 + 50 tokens.
    shard.demand(demand("w", "s1", 1, 9, 0, now).setFreeKvTokens(310).setRunning(1).build(), now);
    arrive("a", "b", "c");
    assertThat(leases()).hasSize(2);
  }

  @Test
  void anOverdueLargeRequestReservesTheWorkerUntilItFits() {
    restart(SlackRank.DEFAULT.withOverdueShare(1));
    shard.demand(demand("w", "s1", 1, 9, 0, now).setFreeKvTokens(500).setRunning(3).build(), now);
    ScoredFacts large =
        ScoredFacts.newBuilder(facts("large", ServiceClass.INTERACTIVE, now, Duration.ofHours(1)))
            .setPromptTokens(600)
            .build();
    shard.work(large, ServiceClass.INTERACTIVE, 0, null, now);
    now = now.plusSeconds(40);
    shard.demand(demand("w", "s1", 2, 9, 0, now).setFreeKvTokens(500).setRunning(3).build(), now);
    arrive("small");
    assertThat(leases()).isEmpty();
    shard.demand(demand("w", "s1", 3, 9, 0, now).setFreeKvTokens(2000).setRunning(0).build(), now);
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("large", "small");
  }

  @Test
  void theFasterWorkerGetsTheRequest() {
    shard.demand(demand("slow", "s1", 1, 5, 0, now).setPrefillTokensPerSecond(1000.0).build(), now);
    shard.demand(demand("fast", "s2", 1, 5, 0, now).setPrefillTokensPerSecond(9000.0).build(), now);
    arrive("a");
    assertThat(leases()).extracting(Lease::getWorkerId).containsExactly("fast");
  }

  @Test
  void ofEqualWorkersTheOneWithMoreFreeSlotsGetsTheRequest() {
    shard.demand(demand("a", "s1", 1, 5, 0, now).setRunning(3).build(), now);
    shard.demand(demand("b", "s2", 1, 5, 0, now).setRunning(1).build(), now);
    arrive("r");
    assertThat(leases()).extracting(Lease::getWorkerId).containsExactly("b");
  }

  @Test
  void aWorkerOnlyGetsModelsItServes() {
    shard.demand(demand("w", "s1", 1, 5, 0, now).setModels(List.of("other")).build(), now);
    arrive("a");
    assertThat(leases()).isEmpty();
  }

  @Test
  void anOverloadedWorkerIsPassedOverUntilItMayBeAskedAgain() {
    shard.demand(demand("w", "s1", 1, 5, 0, now).build(), now);
    arrive("a");
    shard.outcome(failure("a", 1, "s1", FailureCategory.OVERLOADED, now), now);
    assertThat(leases()).hasSize(1);
    now = now.plusSeconds(2);
    shard.tick(now);
    assertThat(leases()).hasSize(2);
  }

  @Test
  void aRetryWaitsForItsBackoff() {
    shard.demand(demand("w", "s1", 1, 5, 0, now).build(), now);
    arrive("a");
    shard.outcome(failure("a", 1, "s1", FailureCategory.RETRYABLE, now), now);
    assertThat(leases()).hasSize(1);
    now = now.plusSeconds(1);
    shard.tick(now);
    assertThat(leases()).hasSize(2);
  }

  @Test
  void aRestartKeepsTheBackoff() {
    shard.demand(demand("w", "s1", 1, 5, 0, now).build(), now);
    arrive("a");
    shard.outcome(failure("a", 1, "s1", FailureCategory.RETRYABLE, now), now);
    restart();
    shard.demand(demand("w", "s1", 2, 5, 1, now).build(), now);
    assertThat(leases()).hasSize(1);
  }

  @Test
  void aWaitingRequestExpiresAtItsDeadline() {
    arrive("a");
    now = now.plus(Duration.ofMinutes(10));
    shard.tick(now);
    assertThat(results())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.EXPIRED);
    assertThat(shard.waiting()).isZero();
  }

  @Test
  void anIdIsForgottenAfterTheRetentionWindow() {
    arrive("a");
    cancel("a");
    now = now.plus(ShardSettings.DEFAULT.finishedRetention()).plusSeconds(1);
    shard.tick(now);
    assertThat(store.finished).isEmpty();
  }

  @Test
  void aCancelledRequestIsNotLeasedAnyMore() {
    arrive("a");
    cancel("a");
    shard.demand(demand("w", "s1", 1, 5, 0, now).build(), now);
    assertThat(leases()).isEmpty();
    assertThat(results())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.CANCELLED);
  }

  @Test
  void aReprioritisedRequestOvertakes() {
    arrive("a", "b");
    shard.control(
        ControlCommand.newBuilder()
            .setKind(CommandKind.REPRIORITISE)
            .setRequestId("b")
            .setTenant("tenant")
            .setServiceClass(ServiceClass.INTERACTIVE)
            .setIssuedAt(now)
            .build(),
        now);
    shard.demand(demand("w", "s1", 1, 1, 0, now).build(), now);
    assertThat(leases()).extracting(Lease::getRequestId).containsExactly("b");
    assertThat(leases())
        .extracting(Lease::getPayloadTopic)
        .containsExactly("penstock.work.standard");
  }

  @Test
  void aLeaseWhoseSessionIsNotKnownAfterARestartIsTakenBack() {
    shard.demand(demand("w", "s1", 1, 1, 0, now).build(), now);
    arrive("a");
    store.sessions.clear();
    restart();
    shard.demand(demand("v", "s2", 1, 1, 0, now).build(), now);
    pass(Duration.ofMillis(200));
    assertThat(leases()).extracting(Lease::getWorkerId).containsExactly("w", "v");
  }

  @Test
  void aModelNobodyServesIsSeenInTheCensus() {
    arrive("a", "b");
    shard.census(
        census -> {
          assertThat(census.target()).isEqualTo(Target.ofModel(MODEL));
          assertThat(census.offered()).isEqualTo(2);
        });
    assertThat(shard.waiting()).isEqualTo(2);
  }

  private WorkerDemand.Builder stopped(
      String worker, String session, long sequence, long received) {
    return demand(worker, session, sequence, received, received, now).setState(WorkerState.STOPPED);
  }

  private void arrive(String... ids) {
    for (String id : ids) {
      shard.work(
          facts(id, ServiceClass.STANDARD, now, Duration.ofMinutes(10)),
          ServiceClass.STANDARD,
          0,
          null,
          now);
    }
  }

  /** Lets time pass as it does: tick by tick. */
  private void pass(Duration time) {
    Instant until = now.plus(time);
    while (now.isBefore(until)) {
      Instant next = now.plusMillis(200);
      now = next.isAfter(until) ? until : next;
      shard.tick(now);
    }
  }

  private void cancel(String id) {
    shard.control(
        ControlCommand.newBuilder()
            .setKind(CommandKind.CANCEL)
            .setRequestId(id)
            .setTenant("tenant")
            .setIssuedAt(now)
            .build(),
        now);
  }

  private void restart() {
    restart(SlackRank.DEFAULT);
  }

  private void restart(RankPolicy rank) {
    shard =
        new DispatchShard(
            0,
            TopicNames.DEFAULT,
            ShardRules.of(ShardSettings.DEFAULT).withRank(rank),
            store,
            (effect, traceparent) -> written.add(effect),
            ShardMetrics.NONE,
            ClusterView.NONE);
    shard.restore(now);
  }

  private List<Lease> instructions() {
    return written.stream()
        .filter(Effect.Instruct.class::isInstance)
        .map(effect -> ((Effect.Instruct) effect).lease())
        .toList();
  }

  private List<Lease> leases() {
    return Samples.grants(written);
  }

  private List<InferenceResult> results() {
    return written.stream()
        .filter(Effect.Answer.class::isInstance)
        .map(effect -> ((Effect.Answer) effect).result())
        .toList();
  }
}
