package io.penstock.compose.bench.sim;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.shard.ClusterView;
import io.penstock.streams.dispatch.shard.DispatchShard;
import io.penstock.streams.dispatch.shard.MemoryStore;
import io.penstock.streams.dispatch.shard.ShardMetrics;
import io.penstock.streams.dispatch.shard.ShardRules;
import io.penstock.streams.dispatch.shard.ShardSettings;
import io.penstock.streams.score.output.OutputLengthPredictor;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pulling as in production: one {@link DispatchShard} with its index, sessions and rank, {@link
 * PullWorker}s that ask, records between them that take their time, and output lengths predicted as
 * the score job does.
 */
final class PullFleet implements Scheduler {

  /** Far beyond any run: nothing expires, and no objective made of an order key has passed. */
  private static final Instant NEVER = VirtualClock.instant(0).plus(Duration.ofDays(3650));

  private static final long TICK = Duration.ofMillis(100).toNanos();
  private static final int MOST_OUTPUT = 4096;

  private static final ShardRules ORDERED =
      ShardRules.of(ShardSettings.DEFAULT.withFairness(FairnessSettings.OFF))
          .withRank(PullOrder.RANK);

  private final VirtualClock clock;
  private final List<SimGpu> gpus;
  private final int gateTokens;
  private final long delay;
  private final @Nullable PullOrder order;
  private final boolean lengthsKnown;
  private final DispatchShard shard;
  private final Map<String, SimRequest> requests = new HashMap<>();
  private final Map<String, PullWorker> workers = new HashMap<>();
  private final OutputLengthPredictor predictor = new OutputLengthPredictor(1000);
  private RoutingState routing = RoutingState.EMPTY;
  private long offset;

  private PullFleet(
      VirtualClock clock,
      List<SimGpu> gpus,
      FleetSettings settings,
      @Nullable PullOrder order,
      ShardRules rules,
      boolean lengthsKnown) {
    this.clock = clock;
    this.delay = settings.delay().toNanos();
    this.order = order;
    this.lengthsKnown = lengthsKnown;
    this.shard =
        new DispatchShard(
            0,
            TopicNames.DEFAULT,
            rules,
            new MemoryStore(),
            (effect, traceparent) -> written(effect),
            ShardMetrics.NONE,
            new ClusterView(1, () -> FleetView.EMPTY, () -> routing));
    this.gpus = gpus;
    this.gateTokens = settings.gateTokens();
    for (int i = 0; i < gpus.size(); i++) {
      start(i);
    }
    clock.every(TICK, () -> shard.tick(clock.instant()));
  }

  /** Makes a fleet with the production rank and shares. */
  static Factory ranked(RankPolicy rank) {
    return (clock, gpus, settings) ->
        new PullFleet(
            clock,
            gpus,
            settings,
            null,
            ShardRules.of(ShardSettings.DEFAULT).withRank(rank),
            false);
  }

  /** Makes a fleet with the rank and shares that dispatch has by default. */
  static Factory production() {
    return (clock, gpus, settings) ->
        new PullFleet(clock, gpus, settings, null, ShardRules.of(ShardSettings.DEFAULT), false);
  }

  /** Makes a fleet with the default rank and other shares. */
  static Factory shared(FairnessSettings fairness, boolean lengthsKnown) {
    return (clock, gpus, settings) ->
        new PullFleet(
            clock,
            gpus,
            settings,
            null,
            ShardRules.of(ShardSettings.DEFAULT.withFairness(fairness)),
            lengthsKnown);
  }

  /** Makes a fleet with an order of its own, by the same protocol. */
  static Factory ordered(PullOrder order) {
    return (clock, gpus, settings) -> new PullFleet(clock, gpus, settings, order, ORDERED, false);
  }

  /** Makes a fleet with an order of its own that knows output lengths. */
  static Factory orderedKnowingLengths(PullOrder order) {
    return (clock, gpus, settings) -> new PullFleet(clock, gpus, settings, order, ORDERED, true);
  }

  private void start(int worker) {
    String id = id(worker);
    workers.put(
        id, new PullWorker(id, clock, gpus.get(worker), gateTokens, new Link(), requests::get));
  }

  private static String id(int worker) {
    return "worker-%03d".formatted(worker);
  }

  @Override
  public void dies(int worker, long nanosUntilBack) {
    workers.get(id(worker)).die();
    clock.after(nanosUntilBack, () -> start(worker));
  }

  @Override
  public void arrived(SimRequest request) {
    requests.put(request.id, request);
    declare(request.tenant);
    if (!lengthsKnown) {
      request.predictedOutputTokens =
          Math.toIntExact(predictor.predict(request.tenant, PullWorker.MODEL, MOST_OUTPUT));
    }
    shard.work(facts(request), request.serviceClass, offset++, null, clock.instant());
  }

  /** Tenants of a trace are known: each has a policy, and so an account of its own. */
  private void declare(String tenant) {
    if (routing.tenant(tenant).isEmpty()) {
      List<String> any = List.of();
      routing =
          routing.with(new TenantPolicy(tenant, any, any, any, any, null, null, null, List.of()));
    }
  }

  private ScoredFacts facts(SimRequest request) {
    Instant accepted = VirtualClock.instant(request.arrival);
    Instant firstTokenBy =
        order == null
            ? VirtualClock.instant(request.firstTokenBy())
            : NEVER.plusNanos(order.key(request) * 1000);
    return ScoredFacts.newBuilder()
        .setId(request.id)
        .setTenant(request.tenant)
        .setEndpoint("/v1/completions")
        .setRequestedModel(PullWorker.MODEL)
        .setChoice(ModelChoice.newBuilder().setModel(PullWorker.MODEL).setReason("").build())
        .setServiceClass(order == null ? request.serviceClass : ServiceClass.STANDARD)
        .setCreatedAt(accepted)
        .setAcceptedAt(accepted)
        .setScoredAt(accepted)
        .setFirstTokenBy(firstTokenBy)
        .setDeadline(NEVER)
        .setPromptTokens(request.promptTokens)
        .setPredictedOutputTokens(request.predictedOutputTokens)
        .setMaxOutputTokens(MOST_OUTPUT)
        .build();
  }

  private void written(Effect effect) {
    if (effect instanceof Effect.Instruct(Lease lease) && lease.getAction() == LeaseAction.GRANT) {
      PullWorker worker = workers.get(lease.getWorkerId());
      clock.after(delay, () -> worker.received(lease));
    }
  }

  /** Sends a message from a worker to dispatch. */
  private final class Link implements PullWorker.Uplink {

    @Override
    public void demand(WorkerDemand demand) {
      clock.after(delay, () -> shard.demand(demand, clock.instant()));
    }

    @Override
    public void outcome(AttemptOutcome outcome) {
      clock.after(
          delay,
          () -> {
            SimRequest request = requests.remove(outcome.getRequestId());
            predictor.observe(request.tenant, PullWorker.MODEL, request.outputTokens);
            shard.outcome(outcome, clock.instant());
          });
    }
  }
}
