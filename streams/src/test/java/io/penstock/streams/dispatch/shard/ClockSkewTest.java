package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.runtime.LogClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One request by a worker that takes 20 s for it, where one part's clock is wrong. */
class ClockSkewTest {

  enum Part {
    CLIENT,
    SCORE,
    DISPATCH,
    WORKER
  }

  private final List<Effect> written = new ArrayList<>();
  private final MemoryStore store = new MemoryStore();
  private Instant log = START;

  @ParameterizedTest
  @CsvSource({
    "CLIENT, 15", "CLIENT, -15", "CLIENT, 300", "CLIENT, -300",
    "SCORE, 15", "SCORE, -15", "SCORE, 300", "SCORE, -300",
    "DISPATCH, 15", "DISPATCH, -15", "DISPATCH, 300", "DISPATCH, -300",
    "WORKER, 15", "WORKER, -15", "WORKER, 300", "WORKER, -300",
  })
  void noLeaseIsLostNorRunTwiceAndTheFleetIsKnown(Part wrong, long seconds) {
    InstantSource client = clock(wrong == Part.CLIENT ? seconds : 0);
    LogClock score = logClock(wrong == Part.SCORE ? seconds : 0);
    LogClock dispatch = logClock(wrong == Part.DISPATCH ? seconds : 0);
    InstantSource worker = clock(wrong == Part.WORKER ? seconds : 0);
    DispatchShard shard =
        new DispatchShard(
            0,
            TopicNames.DEFAULT,
            ShardSettings.DEFAULT,
            store,
            (effect, traceparent) -> written.add(effect),
            ShardMetrics.NONE,
            ClusterView.NONE);
    ScoredFacts facts =
        ScoredFacts.newBuilder(facts("a", ServiceClass.INTERACTIVE, log, Duration.ofSeconds(60)))
            .setCreatedAt(client.instant())
            .setScoredAt(score.instant())
            .build();

    shard.work(facts, ServiceClass.INTERACTIVE, 0, null, dispatch.instant());
    for (int second = 0; second < 60; second++) {
      shard.demand(
          demand("w", "s1", second + 1, 1, second == 0 ? 0 : 1, worker.instant())
              .setRunning(second > 0 && second < 20 ? 1 : 0)
              .build(),
          dispatch.instant());
      if (second == 20) {
        shard.outcome(success("a", 1, "s1", worker.instant()), dispatch.instant());
      }
      shard.tick(dispatch.instant());
      if (second > 1) {
        assertThat(fleet().status(new Target(Samples.MODEL, null), score.instant()))
            .as("what score knows after %d s", second)
            .isPresent();
      }
      log = log.plusSeconds(1);
    }

    assertThat(Samples.grants(written)).hasSize(1);
    Lease lease = Samples.grants(written).getFirst();
    assertThat(Duration.between(lease.getGrantedAt(), lease.getDeadline()))
        .as("what a worker takes for the time that is left")
        .isBetween(Duration.ofSeconds(58), Duration.ofSeconds(62));
    assertThat(results()).hasSize(1);
    assertThat(results().getFirst().getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
  }

  private InstantSource clock(long aheadSeconds) {
    return () -> log.plusSeconds(aheadSeconds);
  }

  /** The clock of a job after Kafka has acknowledged a record. */
  private LogClock logClock(long aheadSeconds) {
    LogClock clock = new LogClock(clock(aheadSeconds));
    clock.acknowledged(log.toEpochMilli());
    return clock;
  }

  private FleetView fleet() {
    FleetView view = FleetView.EMPTY;
    for (Effect effect : written) {
      if (effect instanceof Effect.Report(String _, FleetReport report)) {
        view = view.with(report);
      }
    }
    return view;
  }

  private List<InferenceResult> results() {
    return written.stream()
        .filter(Effect.Answer.class::isInstance)
        .map(effect -> ((Effect.Answer) effect).result())
        .toList();
  }
}
