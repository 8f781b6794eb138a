package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is committed ends with the requests, also if the shard died that had reported it. */
class InheritedReportsTest {

  private static final String KEY = "0/small#blue";

  /** Before it has listened for so long, a shard does not say who is not there. */
  private static final Duration LISTENING = ShardSettings.DEFAULT.leaseTimeout();

  private final Map<String, FleetReport> reports = new HashMap<>();
  private final List<String> written = new ArrayList<>();
  private final MemoryStore store = new MemoryStore();
  private FleetView view = FleetView.EMPTY;
  private Instant now = START;

  @Test
  void whatADeadShardHadCommittedDoesNotCountOnceItsRequestsEnded() {
    dieAfterTheLastRequestEnded();
    DispatchShard successor = shard();
    follow();
    pass(successor, LISTENING);
    follow();
    assertThat(view.committed("tenant")).isZero();
  }

  @Test
  void whatADeadShardHadCommittedDoesNotCountAlsoIfTheFleetIsKnownLater() {
    dieAfterTheLastRequestEnded();
    DispatchShard successor = shard();
    pass(successor, LISTENING);
    follow();
    pass(successor, Duration.ofMillis(200));
    follow();
    assertThat(view.committed("tenant")).isZero();
  }

  @Test
  void aShardThatHasJustBegunDeniesNoWorkerThatItHasNotHeardYet() {
    dieAfterTheLastRequestEnded();
    DispatchShard successor = shard();
    follow();
    written.clear();
    pass(successor, LISTENING.minusMillis(1));
    assertThat(written).isEmpty();
  }

  @Test
  void anInheritedReportIsWrittenOnceAndRemovedForGoodWhenNobodyNeedsIt() {
    dieAfterTheLastRequestEnded();
    DispatchShard successor = shard();
    follow();
    written.clear();
    for (int minute = 0; minute < 70; minute++) {
      pass(successor, Duration.ofMinutes(1));
      // Behaves as the fleet view does: it shows what was written at the next look only.
      FleetView next = FleetView.of(reports.values());
      pass(successor, Duration.ofMillis(200));
      view = next;
    }
    assertThat(written).containsExactly(KEY, "removed " + KEY);
    assertThat(reports).isEmpty();
  }

  @Test
  void aReportThatIsStillSeenAfterItsRemovalIsNotTakenUpAgain() {
    dieAfterTheLastRequestEnded();
    DispatchShard successor = shard();
    follow();
    pass(successor, LISTENING);
    follow();
    FleetReport last = reports.get(KEY);
    pass(successor, Duration.ofHours(2));
    assertThat(reports).isEmpty();
    for (int look = 0; look < 3; look++) {
      view = FleetView.of(List.of(last));
      pass(successor, Duration.ofMillis(200));
    }
    assertThat(reports).isEmpty();
  }

  @Test
  void reportsOfPartitionsThatAreGoneAreRemovedWhenTheyAreOld() {
    dieAfterTheLastRequestEnded();
    FleetReport.Builder gone = FleetReport.newBuilder(reports.get(KEY)).setPartition(1);
    reports.put("1/small#blue", gone.build());
    DispatchShard successor = shard();
    follow();
    pass(successor, Duration.ofMinutes(59));
    assertThat(reports).containsKey("1/small#blue");
    follow();
    pass(successor, Duration.ofMinutes(2));
    assertThat(reports).doesNotContainKey("1/small#blue");
  }

  private void dieAfterTheLastRequestEnded() {
    DispatchShard shard = shard();
    ScoredFacts facts =
        ScoredFacts.newBuilder(Samples.facts("a"))
            .setChoice(
                ModelChoice.newBuilder()
                    .setModel("small")
                    .setVariant("blue")
                    .setReason("small")
                    .build())
            .setInputPricePerMillion(10.0)
            .setOutputPricePerMillion(10.0)
            .build();
    shard.work(facts, ServiceClass.STANDARD, 0, null, now);
    pass(shard, Duration.ofMillis(200));
    assertThat(FleetView.of(reports.values()).committed("tenant")).isPositive();
    shard.control(
        ControlCommand.newBuilder()
            .setKind(CommandKind.CANCEL)
            .setRequestId("a")
            .setTenant("tenant")
            .setIssuedAt(now)
            .build(),
        now);
    assertThat(shard.waiting()).isZero();
    now = now.plusSeconds(10);
  }

  private void follow() {
    view = FleetView.of(reports.values());
  }

  private void pass(DispatchShard shard, Duration time) {
    now = now.plus(time);
    shard.tick(now);
  }

  private DispatchShard shard() {
    TenantPolicy policy =
        new TenantPolicy(
            "tenant",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            null,
            null,
            null,
            List.of(new Budget(BudgetPeriod.DAY, null, 1.0)));
    RoutingState routing = RoutingState.of(List.of(policy));
    DispatchShard shard =
        new DispatchShard(
            0,
            TopicNames.DEFAULT,
            ShardSettings.DEFAULT,
            store,
            (effect, traceparent) -> written(effect),
            ShardMetrics.NONE,
            new ClusterView(1, () -> view, () -> routing));
    shard.restore(now);
    return shard;
  }

  private void written(Effect effect) {
    if (effect instanceof Effect.Report(String key, FleetReport report)) {
      if (report == null) {
        written.add("removed " + key);
        reports.remove(key);
      } else {
        written.add(key);
        reports.put(key, report);
      }
    }
  }
}
