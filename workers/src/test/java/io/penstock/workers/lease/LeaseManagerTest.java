package io.penstock.workers.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Lease;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import io.penstock.workers.engine.EngineReply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseManagerTest {

  private final LeaseFixture f = new LeaseFixture(4);

  @Test
  void aLeaseIsReadRunAndReportedAndItsSlotAskedForAgain() {
    assertThat(f.demands(true)).singleElement().returns(4L, WorkerDemand::getLeaseLimit);
    f.start(1, "a");
    assertThat(f.engineRequests.get("a").endpoint()).isEqualTo("/v1/embeddings");
    assertThat(f.engineRequests.get("a").traceparent()).isEqualTo("00-trace");
    assertThat(f.demands(false)).as("nothing new while no slot is free").isEmpty();
    f.pass(Duration.ofMillis(30));
    f.answer("a", 3);
    AttemptOutcome outcome = onlyOutcome();
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.SUCCEEDED);
    assertThat(outcome.getBody()).hasValueSatisfying(b -> assertThat(b.remaining()).isEqualTo(3));
    assertThat(outcome.getFinishedAt()).isEqualTo(f.now);
    assertThat(outcome.getRequest()).isEmpty();
    assertThat(f.reports.getFirst().partition()).isEqualTo(LeaseFixture.PARTITION);
    assertThat(f.reports.getFirst().traceparent()).isEqualTo("00-trace");
    WorkerDemand next = f.demands(false).getFirst();
    assertThat(next.getLeaseLimit()).isEqualTo(5);
    assertThat(next.getLeasesReceived()).isEqualTo(1);
    assertThat(next.getSequence()).isEqualTo(2);
  }

  @Test
  void aDuplicateLeaseAndOneOfAnotherSessionRunNothing() {
    f.demands(true);
    f.start(1, "a");
    f.receive(f.grant(1, "a"));
    var old = f.grant(2, "b");
    f.leases.renew(f.now);
    f.receive(old);
    assertThat(f.toRead).isEmpty();
    assertThat(f.ignored).containsExactly("duplicate", "other_session");
  }

  @Test
  void aLeaseNobodyAskedForIsGivenBack() {
    f.demands(true);
    f.receive(f.grant(5, "a"));
    assertThat(onlyOutcome().getKind()).isEqualTo(OutcomeKind.RELEASED);
    assertThat(f.toRead).isEmpty();
  }

  @Test
  void aLeasePastItsDeadlineIsNotStarted() {
    f.demands(true);
    f.receive(f.grant(LeaseFixture.PARTITION, 1, "a", false, f.now));
    assertFailed(onlyOutcome(), FailureCategory.TIMEOUT, "deadline_passed");
    assertThat(f.toRead).isEmpty();
    assertThat(f.demands(false).getFirst().getLeaseLimit()).isEqualTo(5);
  }

  @Test
  void anAttemptThatTakesTooLongIsInterruptedAndFailsWhenTheEngineLetsGo() {
    f.demands(true);
    f.start(1, "a");
    assertThat(f.leases.expire(f.now)).isEqualTo(f.now.plusSeconds(60));
    f.pass(Duration.ofSeconds(60));
    f.leases.expire(f.now);
    assertThat(f.interrupted).containsExactly("a");
    assertThat(f.outcomes).isEmpty();
    f.end("a", null);
    assertFailed(onlyOutcome(), FailureCategory.TIMEOUT, "attempt_timeout");
  }

  @Test
  void anAttemptWhosePayloadNeverComesFailsAndFreesItsSlot() {
    f.demands(true);
    f.receive(f.grant(1, "a"));
    assertThat(f.leases.expire(f.now)).isEqualTo(f.now.plusSeconds(12));
    f.pass(Duration.ofSeconds(12));
    f.leases.expire(f.now);
    assertFailed(onlyOutcome(), FailureCategory.RETRYABLE, "payload_timeout");
    assertThat(f.demands(false).getFirst().getLeaseLimit()).isEqualTo(5);
    f.read();
    assertThat(f.running).as("what comes too late is not run").isEmpty();
  }

  @Test
  void anAttemptThatNoThreadCanRunStaysUnstartedAndFails() {
    f.demands(true);
    f.receive(f.grant(1, "a"));
    f.noThreads = true;
    assertThatThrownBy(f::read).isInstanceOf(OutOfMemoryError.class);
    f.pass(Duration.ofSeconds(12));
    f.leases.expire(f.now);
    assertFailed(onlyOutcome(), FailureCategory.RETRYABLE, "payload_timeout");
    assertThat(f.leases.snapshot().held()).isZero();
  }

  @Test
  void theDeadlineStopsAnAttemptBeforeItsTimeout() {
    f.demands(true);
    f.receive(f.grant(LeaseFixture.PARTITION, 1, "a", false, f.now.plusSeconds(10)));
    f.read();
    f.pass(Duration.ofSeconds(10));
    f.leases.expire(f.now);
    f.end("a", null);
    assertFailed(onlyOutcome(), FailureCategory.TIMEOUT, "deadline_passed");
  }

  @ParameterizedTest
  @ValueSource(longs = {-3600, 3600})
  void aClockThatIsWrongChangesNoDeadline(long secondsAhead) {
    f.demands(true);
    Lease lease = f.grant(LeaseFixture.PARTITION, 1, "a", false, f.now.plusSeconds(10));
    f.pass(Duration.ofSeconds(secondsAhead));
    f.receive(lease);
    f.pass(Duration.ofSeconds(1));
    f.read();
    assertThat(f.engineRequests.get("a").deadline()).isEqualTo(f.now.plusSeconds(9));
    f.pass(Duration.ofSeconds(8));
    f.leases.expire(f.now);
    assertThat(f.interrupted).isEmpty();
    f.pass(Duration.ofSeconds(1));
    f.leases.expire(f.now);
    assertThat(f.interrupted).containsExactly("a");
    f.end("a", null);
    assertFailed(onlyOutcome(), FailureCategory.TIMEOUT, "deadline_passed");
  }

  @Test
  void anEngineThatDoesNotLetGoIsReportedOnceAndKeepsItsSlot() {
    f.demands(true);
    f.start(1, "a");
    f.receive(f.cancel("a"));
    f.pass(Duration.ofSeconds(2));
    f.leases.expire(f.now);
    assertThat(onlyOutcome().getKind()).isEqualTo(OutcomeKind.CANCELLED);
    assertThat(f.demands(false)).as("the slot is not free").isEmpty();
    f.leases.expire(f.now.plusSeconds(60));
    f.answer("a", 1);
    assertThat(f.outcomes).hasSize(1);
    assertThat(f.demands(false).getFirst().getLeaseLimit()).isEqualTo(5);
  }

  @Test
  void cancellingBeforeTheStartReportsAtOnce() {
    f.demands(true);
    f.receive(f.grant(1, "a"));
    f.receive(f.cancel("a"));
    assertThat(onlyOutcome().getKind()).isEqualTo(OutcomeKind.CANCELLED);
    f.read();
    assertThat(f.running).isEmpty();
  }

  @Test
  void cancellationOutweighsAnAnswerThatCameMeanwhile() {
    f.demands(true);
    f.start(1, "a");
    f.receive(f.cancel("a"));
    assertThat(f.interrupted).containsExactly("a");
    f.answer("a", 1);
    assertThat(onlyOutcome().getKind()).isEqualTo(OutcomeKind.CANCELLED);
  }

  @Test
  void anAnswerOutweighsATimeoutThatCameMeanwhile() {
    f.demands(true);
    f.start(1, "a");
    f.pass(Duration.ofSeconds(60));
    f.leases.expire(f.now);
    f.answer("a", 1);
    assertThat(onlyOutcome().getKind()).isEqualTo(OutcomeKind.SUCCEEDED);
  }

  @Test
  void cancellingWhatHasEndedDoesNothing() {
    f.demands(true);
    f.start(1, "a");
    f.answer("a", 1);
    f.receive(f.cancel("a"));
    assertThat(f.outcomes).hasSize(1);
    assertThat(f.ignored).containsExactly("cancel_too_late");
  }

  @ParameterizedTest
  @EnumSource(FailureCategory.class)
  void theRequestGoesAlongWhereNoAttemptCanFollow(FailureCategory category) {
    f.demands(true);
    f.start(1, "a");
    f.end("a", failed(category));
    boolean isFinal = category == FailureCategory.INVALID || category == FailureCategory.REJECTED;
    assertThat(onlyOutcome().getRequest().isPresent()).isEqualTo(isFinal);
  }

  @Test
  void theRequestGoesAlongWithTheLastAttempt() {
    f.demands(true);
    f.receive(f.grant(LeaseFixture.PARTITION, 1, "a", true, f.now.plusSeconds(9)));
    f.read();
    f.end("a", failed(FailureCategory.RETRYABLE));
    assertThat(onlyOutcome().getRequest())
        .hasValueSatisfying(request -> assertThat(request.getId()).isEqualTo("a"));
  }

  @Test
  void anAnswerThatTheTopicsDoNotTakeFails() {
    f.demands(true);
    f.start(1, "a");
    f.answer("a", LeaseFixture.MAX_ANSWER + 1);
    assertFailed(onlyOutcome(), FailureCategory.REJECTED, "answer_too_large");
  }

  @Test
  void aPayloadThatCannotBeHadFails() {
    f.demands(true);
    f.receive(f.grant(1, "a"));
    Attempt attempt = f.toRead.remove();
    Failure gone = Outcomes.failure(FailureCategory.INVALID, "payload_gone", "gone");
    f.leases.on(new LeaseEvent.PayloadRefused(attempt, gone, null), f.now);
    f.leases.on(new LeaseEvent.PayloadRefused(attempt, gone, null), f.now);
    assertFailed(onlyOutcome(), FailureCategory.INVALID, "payload_gone");
    assertThat(f.demands(false).getFirst().getLeaseLimit()).isEqualTo(5);
  }

  @Test
  void drainingGivesBackWhatIsNotStartedAndLetsTheRestFinish() {
    f.demands(true);
    f.start(1, "a");
    f.start(2, "b");
    f.receive(f.grant(3, "c"));
    f.drain(f.now.plusSeconds(30));
    assertThat(onlyOutcome())
        .returns("c", AttemptOutcome::getRequestId)
        .returns(OutcomeKind.RELEASED, AttemptOutcome::getKind);
    WorkerDemand demand = f.demands(false).getFirst();
    assertThat(demand.getState()).isEqualTo(WorkerState.DRAINING);
    assertThat(demand.getLeaseLimit()).as("the window stays shut").isEqualTo(4);
    assertThat(demand.getPrefillBudgetTokens()).isZero();
    f.receive(f.grant(4, "d"));
    assertThat(f.outcomes.getLast())
        .returns("d", AttemptOutcome::getRequestId)
        .returns(OutcomeKind.RELEASED, AttemptOutcome::getKind);
    f.answer("a", 1);
    assertThat(f.outcomes.getLast().getKind()).isEqualTo(OutcomeKind.SUCCEEDED);
    assertThat(f.leases.endDrain(() -> true, f.now)).isFalse();
    f.pass(Duration.ofSeconds(30));
    f.leases.expire(f.now);
    assertThat(f.interrupted).containsExactly("b");
    f.end("b", null);
    assertThat(f.outcomes.getLast())
        .returns("b", AttemptOutcome::getRequestId)
        .returns(OutcomeKind.RELEASED, AttemptOutcome::getKind);
    assertThat(f.leases.endDrain(() -> false, f.now)).as("an outcome is on its way").isFalse();
    assertThat(f.leases.endDrain(() -> true, f.now)).isTrue();
    assertThat(f.leases.snapshot().state()).isEqualTo(WorkerState.STOPPED);
  }

  @Test
  void aLeaseThatComesWhileTheDrainEndsBringsNoOutcomeThatNobodySends() throws Exception {
    f.demands(true);
    f.drain(f.now.plusSeconds(30));
    Lease late = f.grant(1, "late");
    Thread reader = Thread.ofPlatform().unstarted(() -> f.receive(late));
    boolean ended =
        f.leases.endDrain(
            () -> {
              boolean delivered = f.outcomes.isEmpty();
              reader.start();
              while (reader.getState() != Thread.State.WAITING && reader.isAlive()) {
                Thread.onSpinWait();
              }
              return delivered;
            },
            f.now);
    reader.join();
    assertThat(ended).isTrue();
    assertThat(f.outcomes).isEmpty();
  }

  @Test
  void dispatchMayAskForTheDrain() {
    f.demands(true);
    f.start(1, "a");
    f.receive(f.drain());
    assertThat(f.demands(false).getFirst().getState()).isEqualTo(WorkerState.DRAINING);
    f.pass(Duration.ofSeconds(30));
    f.leases.expire(f.now);
    assertThat(f.interrupted).containsExactly("a");
  }

  @Test
  void aSecondDrainOnlyShortensTheGrace() {
    f.demands(true);
    f.start(1, "a");
    f.drain(f.now.plusSeconds(30));
    f.drain(f.now.plusSeconds(60));
    f.drain(f.now);
    assertThat(f.interrupted).containsExactly("a");
  }

  @Test
  void aNewSessionReportsNothingOfTheOldOneAndWaitsForItsSlots() {
    f.demands(true);
    String old = f.session();
    f.start(1, "a");
    f.receive(f.grant(2, "b"));
    f.leases.renew(f.now);
    assertThat(f.session()).isGreaterThan(old);
    assertThat(f.interrupted).containsExactly("a");
    assertThat(f.demands(true)).singleElement().returns(3L, WorkerDemand::getLeaseLimit);
    f.answer("a", 1);
    assertThat(f.outcomes).isEmpty();
    assertThat(f.demands(false)).singleElement().returns(4L, WorkerDemand::getLeaseLimit);
  }

  @Test
  void aSessionIsRenewedWhenItsHeartbeatsAreLostAndNotBefore() {
    f.pass(Duration.ofHours(1));
    assertThat(f.leases.renewalDue(f.now)).as("never acknowledged").isEmpty();
    f.leases.on(new LeaseEvent.DemandAcknowledged(f.session()), f.now);
    f.pass(Duration.ofSeconds(5));
    assertThat(f.leases.renewalDue(f.now)).isEmpty();
    f.pass(Duration.ofMillis(1));
    assertThat(f.leases.renewalDue(f.now)).hasValue(RenewalReason.HEARTBEATS_LOST);
    f.leases.renew(f.now);
    assertThat(f.leases.renewalDue(f.now.plusSeconds(60))).isEmpty();
  }

  @Test
  void aSessionIsRenewedWhenALeaseStaysMissing() {
    f.demands(true);
    f.start(2, "b");
    assertThat(f.leases.renewalDue(f.now)).isEmpty();
    f.pass(Duration.ofSeconds(6));
    assertThat(f.leases.renewalDue(f.now)).hasValue(RenewalReason.LEASE_MISSED);
    f.start(1, "a");
    assertThat(f.leases.renewalDue(f.now)).isEmpty();
  }

  @Test
  void aPartitionThatIsServedNoMoreTakesNothing() {
    f.demands(true);
    f.serve(Map.of(0, Set.of("m0")));
    List<WorkerDemand> demands = f.demands(false);
    assertThat(demands).hasSize(2);
    assertThat(demands.get(0)).returns(List.of("m0"), WorkerDemand::getModels);
    assertThat(demands.get(1))
        .returns(List.of(), WorkerDemand::getModels)
        .returns(WorkerState.DRAINING, WorkerDemand::getState);
  }

  private AttemptOutcome onlyOutcome() {
    assertThat(f.outcomes).hasSize(1);
    return f.outcomes.getFirst();
  }

  private static EngineReply failed(FailureCategory category) {
    return new EngineReply.Failed(Outcomes.failure(category, "code", "message"));
  }

  private static void assertFailed(AttemptOutcome outcome, FailureCategory category, String code) {
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.FAILED);
    assertThat(outcome.getFailure())
        .hasValueSatisfying(
            failure -> {
              assertThat(failure.getCategory()).isEqualTo(category);
              assertThat(failure.getCode()).isEqualTo(code);
            });
  }
}
