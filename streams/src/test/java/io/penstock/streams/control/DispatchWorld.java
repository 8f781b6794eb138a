package io.penstock.streams.control;

import static io.penstock.streams.control.ControlSamples.MODEL;
import static io.penstock.streams.control.ControlSamples.NOW;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.shard.ClusterView;
import io.penstock.streams.dispatch.shard.DispatchShard;
import io.penstock.streams.dispatch.shard.MemoryStore;
import io.penstock.streams.dispatch.shard.ShardMetrics;
import io.penstock.streams.dispatch.shard.ShardSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Dispatch in two shards and the control loop that reads their reports, on a clock that a test
 * advances. Workers ask the partitions that their model has in the registry, as real ones do.
 */
final class DispatchWorld {

  private static final int PARTITIONS = 2;
  private static final Duration STEP = Duration.ofMillis(200);

  final Tables tables = new Tables();
  final Map<String, InferenceResult> results = new HashMap<>();
  final List<DispatchShard> shards = new ArrayList<>();
  final List<MemoryStore> stores = List.of(new MemoryStore(), new MemoryStore());

  /** Requests whose first attempt fails, to be tried again two minutes later. */
  final Set<String> failFirst = new HashSet<>();

  Duration service = Duration.ofSeconds(50);
  Instant now = NOW;
  private final Controller controller =
      new Controller(ControlConfig.DEFAULT, tables, (model, count, rule) -> List.of(), PARTITIONS);
  private final Map<String, TestWorker> workers = new HashMap<>();
  private final List<Deque<Effect.Transfer>> transfers =
      List.of(new ArrayDeque<>(), new ArrayDeque<>());
  private final boolean[] down = new boolean[PARTITIONS];
  private final List<Run> running = new ArrayList<>();

  private record Run(Lease lease, Instant ends) {}

  /** One slot for each partition. */
  private static final class TestWorker {
    private final String id;
    private final String target;
    private final long[] received = new long[PARTITIONS];
    private final int[] held = new int[PARTITIONS];
    private long sequence;

    TestWorker(String id, String target) {
      this.id = id;
      this.target = target;
    }
  }

  DispatchWorld(ModelSpec model) {
    register(model);
    for (int partition = 0; partition < PARTITIONS; partition++) {
      shards.add(shard(partition));
    }
    controller.restart(now);
    controller.caughtUp(now);
  }

  private DispatchShard shard(int partition) {
    DispatchShard shard =
        new DispatchShard(
            partition,
            TopicNames.DEFAULT,
            ShardSettings.DEFAULT,
            stores.get(partition),
            (effect, traceparent) -> written(effect),
            ShardMetrics.NONE,
            new ClusterView(PARTITIONS, tables::fleet, tables::routing, tables::models));
    shard.restore(now);
    return shard;
  }

  void register(ModelSpec model) {
    tables.model(model.getName(), model);
  }

  void write(RoutingDocument document) {
    String key = RoutingKind.of(document).key(document.name());
    tables.routing(key, RoutingCodec.entry(document, tables.nextVersion(key), "test", "test", now));
  }

  Rollout rollout() {
    return tables.routing().rollout(MODEL).orElseThrow();
  }

  void start(String worker, String target) {
    workers.put(worker, new TestWorker(worker, target));
  }

  /** Ends a worker without a word. */
  void stop(String worker) {
    workers.remove(worker);
    running.removeIf(run -> run.lease().getWorkerId().equals(worker));
  }

  void kill(int partition) {
    down[partition] = true;
  }

  void restart(int partition) {
    down[partition] = false;
    shards.set(partition, shard(partition));
  }

  /** A batch request that score has placed. */
  void arrive(
      int partition,
      String id,
      @Nullable String variant,
      Duration deadline,
      @Nullable Instant notBefore) {
    ScoredFacts facts =
        ScoredFacts.newBuilder(Samples.facts(id, ServiceClass.BATCH, now, deadline))
            .setChoice(
                ModelChoice.newBuilder()
                    .setModel(MODEL)
                    .setVariant(variant)
                    .setReason("test")
                    .build())
            .setNotBefore(notBefore)
            .build();
    shards.get(partition).work(facts, ServiceClass.BATCH, 0, null, now);
  }

  void pass(Duration time) {
    Instant until = now.plus(time);
    while (now.isBefore(until)) {
      step();
    }
  }

  void step() {
    now = now.plus(STEP);
    boolean second = now.equals(now.truncatedTo(ChronoUnit.SECONDS));
    finish();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      if (!down[partition]) {
        while (!transfers.get(partition).isEmpty()) {
          shards.get(partition).transfer(transfers.get(partition).poll().transfer(), now);
        }
        if (second) {
          demand(partition);
        }
        shards.get(partition).tick(now);
      }
    }
    if (second) {
      control();
    }
  }

  private void finish() {
    for (Run run : List.copyOf(running)) {
      int partition = run.lease().getPartition();
      if (!run.ends().isAfter(now) && !down[partition]) {
        running.remove(run);
        Lease lease = run.lease();
        workers.get(lease.getWorkerId()).held[partition]--;
        boolean fails = lease.getAttempt() == 1 && failFirst.contains(lease.getRequestId());
        var outcome =
            fails
                ? Samples.outcome(
                        lease.getRequestId(),
                        lease.getAttempt(),
                        lease.getSession(),
                        OutcomeKind.FAILED,
                        now)
                    .setFailure(
                        new Failure(
                            FailureCategory.RETRYABLE, "test", "later", null, null, 120_000L))
                : Samples.outcome(
                        lease.getRequestId(),
                        lease.getAttempt(),
                        lease.getSession(),
                        OutcomeKind.SUCCEEDED,
                        now)
                    .setStatusCode(200);
        shards.get(partition).outcome(outcome.setWorkerId(lease.getWorkerId()).build(), now);
      }
    }
  }

  private void demand(int partition) {
    ModelSpec model = tables.models().resolve(MODEL).orElseThrow();
    boolean served = ModelPartitions.of(model, PARTITIONS).contains(partition);
    for (TestWorker worker : workers.values()) {
      shards
          .get(partition)
          .demand(
              Samples.demand(
                      worker.id,
                      "s" + worker.id,
                      ++worker.sequence,
                      worker.received[partition] + 1 - worker.held[partition],
                      worker.received[partition],
                      now)
                  .setState(served ? WorkerState.ACTIVE : WorkerState.DRAINING)
                  .setModels(served ? List.of(worker.target) : List.of())
                  .setRunning(worker.held[partition])
                  .setSlots(1)
                  .build(),
              now);
    }
  }

  private void written(Effect effect) {
    switch (effect) {
      case Effect.Transfer transfer -> transfers.get(transfer.partition()).add(transfer);
      case Effect.Report(String key, FleetReport report) -> tables.fleet(key, report);
      case Effect.Instruct(Lease lease) -> {
        TestWorker worker = workers.get(lease.getWorkerId());
        if (lease.getAction() == LeaseAction.GRANT && worker != null) {
          worker.received[lease.getPartition()]++;
          worker.held[lease.getPartition()]++;
          running.add(new Run(lease, now.plus(service)));
        }
      }
      case Effect.Answer(InferenceResult result) -> results.put(result.getId(), result);
      case Effect.Announce ignored -> {}
      case Effect.Bury ignored -> {}
    }
  }

  private void control() {
    Decisions decisions = controller.decide(now);
    if (!decisions.models().isEmpty()) {
      decisions.models().forEach(each -> register(each.model()));
      return;
    }
    decisions.puts().forEach(put -> write(put.document()));
  }

  long count(TerminalStatus status) {
    return results.values().stream().filter(result -> result.getStatus() == status).count();
  }
}
