package io.penstock.streams.dispatch.topology;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two shards with what lies between them in Kafka: the transfers and the fleet topic. A driver
 * knows one partition only, so that each shard takes itself for partition 0; the test carries the
 * records.
 */
class TwoShardTopologyTest {

  private static final TopicNames NAMES = TopicNames.DEFAULT;

  @TempDir Path stateDirectory;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private Instant now = START;
  private Shard first;
  private Shard second;
  private int beats;

  @BeforeEach
  void start() {
    first = new Shard("first");
    second = new Shard("second");
  }

  @AfterEach
  void stop() {
    first.driver.close();
    second.driver.close();
  }

  @Test
  void whatWaitsForAModelWithoutWorkersIsServedByTheOtherShard() {
    first.work("a", Duration.ofMinutes(10));
    for (int second = 0; second < 7; second++) {
      pass(Duration.ofSeconds(1), true);
    }
    Lease lease = second.leases.readValue();
    assertThat(lease.getModel()).isEqualTo("n");
    assertThat(lease.getPayloadPartition()).hasValue(0);
    assertThat(lease.getPayloadTopic()).isEqualTo(NAMES.work(ServiceClass.STANDARD));
    second
        .driver
        .input(NAMES.outcomes(), AttemptOutcome.class)
        .pipeInput("a", success("a", 1, "sw", now));
    InferenceResult result = second.results.readValue();
    assertThat(result.getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
    assertThat(result.getChoice().orElseThrow().getMovedFrom())
        .containsExactly("m: no live worker");
    assertThat(first.results.isEmpty()).isTrue();
    assertThat(registry.get("penstock.dispatch.moves").tag("cause", "unhealthy").counter().count())
        .isEqualTo(1);
    assertThat(
            registry
                .get("penstock.dispatch.health.changes")
                .tags("target", "m", "health", "unhealthy")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void whatWouldBeTooLateIsMovedAndTheRestStays() {
    pass(Duration.ofSeconds(1), true);
    first.demand("v", "m", 0);
    for (int i = 0; i < 60; i++) {
      first.work("r" + i, Duration.ofSeconds(20));
    }
    first.demand("v", "m", 0);
    pass(Duration.ofSeconds(1), true);
    pass(Duration.ofSeconds(1), true);
    // 60 at a quarter of a second of work each, with an objective in 10 s.
    assertThat(second.taken).hasSizeBetween(5, 40);
    assertThat(registry.get("penstock.dispatch.moves").tag("cause", "deadline").counter().count())
        .isEqualTo(second.taken.size());
  }

  @Test
  void aCancellationMeetsAMovedRequestInWhicheverShardItIs() {
    first.work("a", Duration.ofMinutes(10));
    cancel(second, "a");
    for (int second = 0; second < 7; second++) {
      pass(Duration.ofSeconds(1), true);
    }
    cancel(first, "a");
    assertThat(first.results.isEmpty()).isTrue();
    assertThat(second.results.readValue().getStatus()).isEqualTo(TerminalStatus.CANCELLED);
    assertThat(second.leases.isEmpty()).isTrue();
  }

  @Test
  void aTransferThatCannotBeEndsItsRequestAndTheNextIsUnharmed() {
    pass(Duration.ofSeconds(1), true);
    first.work("a", Duration.ofMinutes(10));
    first.driver.advance(Duration.ofSeconds(1));
    for (int second = 0; second < 7; second++) {
      pass(Duration.ofSeconds(1), false);
    }
    TestRecord<String, DispatchTransfer> moved = first.transfers.readRecord();
    second
        .driver
        .input(NAMES.transfers(), DispatchTransfer.class)
        .pipeInput(
            "b",
            DispatchTransfer.newBuilder(moved.value())
                .setEntry(
                    DispatchEntry.newBuilder(moved.value().getEntry())
                        .setFacts(Samples.facts("b"))
                        .setMoves(0)
                        .build())
                .build());
    second.driver.input(NAMES.transfers(), DispatchTransfer.class).pipeInput("a", moved.value());
    assertThat(second.lifecycle.readValuesToList())
        .extracting(RequestStatus::getId, RequestStatus::getState)
        .startsWith(tuple("b", RequestState.FAILED), tuple("a", RequestState.WAITING));
  }

  @Test
  void aTargetThatIsKnownNoLongerIsRemovedFromTheFleetTopic() {
    first.work("a", Duration.ofMinutes(10));
    pass(Duration.ofSeconds(1), false);
    cancel(first, "a");
    pass(Duration.ofSeconds(1), false);
    now = now.plus(Duration.ofHours(2));
    first.driver.advance(Duration.ofSeconds(1));
    List<KeyValue<String, FleetReport>> reports = first.reported;
    first.readFleet();
    assertThat(reports.getFirst().key).isEqualTo("0/m");
    assertThat(reports.getFirst().value.getHealth()).isEqualTo(TargetHealth.HEALTHY);
    assertThat(reports.getLast().value).isNull();
  }

  private void cancel(Shard shard, String id) {
    shard
        .driver
        .input(NAMES.control(), ControlCommand.class)
        .pipeInput(
            id,
            ControlCommand.newBuilder()
                .setKind(CommandKind.CANCEL)
                .setRequestId(id)
                .setTenant("tenant")
                .setIssuedAt(now)
                .build());
  }

  /** Time passes, the worker of n is heard, and the records between the shards arrive. */
  private void pass(Duration time, boolean delivers) {
    now = now.plus(time);
    second.demand("w", "n", 9);
    first.driver.advance(time);
    second.driver.advance(time);
    first.readFleet();
    second.readFleet();
    while (delivers && !first.transfers.isEmpty()) {
      TestRecord<String, DispatchTransfer> moved = first.transfers.readRecord();
      second.taken.add(moved.key());
      second
          .driver
          .input(NAMES.transfers(), DispatchTransfer.class)
          .pipeInput(moved.key(), moved.value());
    }
    for (KeyValue<String, FleetReport> report : second.unread) {
      // The second shard stands for partition 1.
      first
          .driver
          .input(NAMES.fleet(), FleetReport.class)
          .pipeInput(
              "1/" + report.value.getModel(),
              FleetReport.newBuilder(report.value).setPartition(1).build());
    }
    second.unread.clear();
  }

  private final class Shard {
    final ShardDriver driver;
    final TestOutputTopic<String, Lease> leases;
    final TestOutputTopic<String, InferenceResult> results;
    final TestOutputTopic<String, RequestStatus> lifecycle;
    final TestOutputTopic<String, DispatchTransfer> transfers;
    final TestOutputTopic<String, FleetReport> fleet;
    final List<String> taken = new ArrayList<>();
    final List<KeyValue<String, FleetReport>> unread = new ArrayList<>();
    final List<KeyValue<String, FleetReport>> reported = new ArrayList<>();

    Shard(String name) {
      driver = new ShardDriver(name, stateDirectory.resolve(name), () -> now, registry);
      leases = driver.output(NAMES.leases(), Lease.class);
      results = driver.output(NAMES.results(), InferenceResult.class);
      lifecycle = driver.output(NAMES.lifecycle(), RequestStatus.class);
      transfers = driver.output(NAMES.transfers(), DispatchTransfer.class);
      fleet = driver.output(NAMES.fleet(), FleetReport.class);
    }

    void readFleet() {
      fleet
          .readKeyValuesToList()
          .forEach(
              report -> {
                reported.add(report);
                if (report.value != null) {
                  unread.add(report);
                }
              });
    }

    void demand(String worker, String model, int limit) {
      driver
          .input(NAMES.demand(), WorkerDemand.class)
          .pipeInput(
              worker,
              Samples.demand(worker, "s" + worker, ++beats, limit, 0, now)
                  .setModels(List.of(model))
                  .build());
    }

    void work(String id, Duration deadline) {
      ScoredFacts facts = facts(id, ServiceClass.STANDARD, now, deadline);
      ModelAlternative alternative =
          ModelAlternative.newBuilder()
              .setModel("n")
              .setPartition(1)
              .setPromptTokens(100)
              .setPredictedOutputTokens(50)
              .setMaxOutputTokens(200)
              .setScore(0)
              .build();
      driver
          .input(NAMES.work(ServiceClass.STANDARD), ScoredRequest.class)
          .pipeInput(id, Samples.scored(facts).setAlternatives(List.of(alternative)).build());
    }
  }
}
