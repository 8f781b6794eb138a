package io.penstock.compose.bench.faults.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.faults.plan.FaultType;
import io.penstock.compose.bench.faults.plan.PlannedFault;
import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JudgeTest {

  private static final Duration LEASE_TIMEOUT = Duration.ofSeconds(5);
  private static final long END = 600_000;

  private final Ledger ledger = new Ledger();

  private static FaultRecord fault(FaultType type, String target, long begin, long recovered) {
    PlannedFault planned =
        new PlannedFault(Duration.ZERO, type, target, Duration.ZERO, Duration.ZERO);
    return new FaultRecord(planned, target, begin, recovered, recovered, "");
  }

  private Verdict judge(FaultRecord... faults) {
    return Judge.verdict(ledger, List.of(faults), LEASE_TIMEOUT, END);
  }

  private void served(String id, long at) {
    ledger.written(id, ServiceClass.STANDARD, at);
    ledger.granted(id, 1, "worker-1", at + 10);
    ledger.ended(id, 1, false, at + 400);
    ledger.result(id, "SUCCEEDED", at + 500);
  }

  @Test
  void whatWasServedOnceIsNeitherLostNorDoubled() {
    served("a", 1_000);
    ledger.acknowledged("a", ServiceClass.STANDARD, 999);
    Verdict verdict = judge();
    assertThat(verdict.accepted()).isEqualTo(1);
    assertThat(verdict.results()).isEqualTo(1);
    assertThat(verdict.lost()).isEmpty();
    assertThat(verdict.duplicates()).isEmpty();
    assertThat(verdict.vanished()).isEmpty();
    assertThat(verdict.reexecuted()).isZero();
    assertThat(verdict.statuses()).containsOnlyKeys("SUCCEEDED");
  }

  @Test
  void anAcceptedRequestWithoutAResultIsLostWhicheverWayItIsKnown() {
    ledger.written("written", ServiceClass.BATCH, 1_000);
    ledger.acknowledged("acknowledged", ServiceClass.BATCH, 1_000);
    Verdict verdict = judge();
    assertThat(verdict.lost()).containsExactly("written", "acknowledged");
    assertThat(verdict.vanished()).containsExactly("acknowledged");
  }

  @Test
  void aSecondResultIsADuplicateAndOneOfNobodyIsAStranger() {
    served("a", 1_000);
    ledger.result("a", "FAILED", 9_000);
    ledger.result("b", "SUCCEEDED", 9_000);
    Verdict verdict = judge();
    assertThat(verdict.duplicates()).containsExactly("a");
    assertThat(verdict.strangers()).containsExactly("b");
    assertThat(verdict.results()).isEqualTo(1);
  }

  @Test
  void workThatWasInFlightDuringAFaultMayRunAgain() {
    ledger.written("a", ServiceClass.STANDARD, 19_000);
    ledger.granted("a", 1, "worker-1", 19_900);
    ledger.granted("a", 2, "worker-2", 25_000);
    ledger.result("a", "SUCCEEDED", 26_000);
    Verdict verdict = judge(fault(FaultType.KILL_WORKER, "worker-1", 20_000, 30_000));
    assertThat(verdict.reexecuted()).isEqualTo(1);
    assertThat(verdict.unexplained()).isEmpty();
    assertThat(verdict.inFlight()).isEqualTo(1);
    assertThat(verdict.byFault().getFirst().released()).isEqualTo(5_000);
  }

  @Test
  void workThatRunsAgainWithoutAFaultIsUnexplained() {
    ledger.written("a", ServiceClass.STANDARD, 100_000);
    ledger.granted("a", 1, "worker-1", 100_100);
    ledger.granted("a", 2, "worker-2", 106_000);
    ledger.result("a", "SUCCEEDED", 107_000);
    Verdict verdict =
        judge(
            fault(FaultType.KILL_WORKER, "worker-1", 20_000, 30_000),
            fault(FaultType.KILL_WORKER, "worker-1", 200_000, 210_000));
    assertThat(verdict.unexplained()).containsExactly("a, attempt 2");
    assertThat(verdict.byFault()).allSatisfy(each -> assertThat(each.released()).isEqualTo(-1));
  }

  @Test
  void whatAWorkerGaveBackIsNotRunAgain() {
    ledger.written("a", ServiceClass.STANDARD, 1_000);
    ledger.granted("a", 1, "worker-1", 1_100);
    ledger.ended("a", 1, true, 1_200);
    ledger.granted("a", 2, "worker-2", 1_300);
    ledger.result("a", "SUCCEEDED", 2_000);
    Verdict verdict = judge();
    assertThat(verdict.released()).isEqualTo(1);
    assertThat(verdict.reexecuted()).isZero();
    assertThat(verdict.unexplained()).isEmpty();
  }

  @Test
  void aLeaseOfAnotherWorkerOrOneThatHadEndedSaysNothingOfTheDeath() {
    ledger.written("other", ServiceClass.STANDARD, 19_000);
    ledger.granted("other", 1, "worker-2", 19_900);
    ledger.granted("other", 2, "worker-1", 29_000);
    ledger.written("ended", ServiceClass.STANDARD, 18_000);
    ledger.granted("ended", 1, "worker-1", 18_100);
    ledger.ended("ended", 1, false, 19_000);
    ledger.granted("ended", 2, "worker-2", 29_000);
    Verdict verdict = judge(fault(FaultType.KILL_WORKER, "worker-1", 20_000, 30_000));
    assertThat(verdict.byFault().getFirst().released()).isEqualTo(-1);
  }

  @Test
  void gapsAreCountedByClassAndByFault() {
    served("a", 1_000);
    served("b", 10_000);
    ledger.written("c", ServiceClass.STANDARD, 11_000);
    ledger.result("c", "SUCCEEDED", 19_000);
    served("d", 50_000);
    Verdict verdict =
        judge(
            fault(FaultType.KILL_SCORE, "score", 12_000, 13_000),
            fault(FaultType.KILL_SCORE, "score", 40_000, 41_000));
    assertThat(verdict.longestGap())
        .containsEntry(ServiceClass.STANDARD, 8_000L)
        .containsEntry(ServiceClass.BATCH, 0L);
    assertThat(verdict.byFault().getFirst().gap()).containsEntry(ServiceClass.STANDARD, 8_000L);
    assertThat(verdict.byFault().getLast().gap()).containsEntry(ServiceClass.STANDARD, 500L);
  }
}
