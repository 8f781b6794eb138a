package io.penstock.compose.bench.sim;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.WorkerDemand;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.capacity.Capacity;
import io.penstock.workers.capacity.CapacityPolicy;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.EngineReading;
import io.penstock.workers.capacity.GpuLimits;
import io.penstock.workers.capacity.GpuReading;
import io.penstock.workers.capacity.ObservedSpeed;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.lease.Attempt;
import io.penstock.workers.lease.LeaseActions;
import io.penstock.workers.lease.LeaseEvent;
import io.penstock.workers.lease.LeaseManager;
import io.penstock.workers.lease.LeaseTiming;
import io.penstock.workers.lease.WorkerIdentity;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A worker whose leases, windows, capacity and demand are production code; what {@code Pacemaker}
 * does on a thread happens here at events of the virtual clock. The engine is a {@link SimGpu}.
 */
final class PullWorker implements LeaseActions.EngineFeedback, SimGpu.Watcher {

  static final String MODEL = "simulated";

  private static final WorkerConfig.Timing TIMING = WorkerConfig.Timing.DEFAULT;
  private static final LeaseTiming LEASE_TIMING =
      new LeaseTiming(
          TIMING.leaseTimeout(),
          TIMING.payloadTimeout(),
          TIMING.attemptTimeout().multipliedBy(100),
          TIMING.stopGrace(),
          TIMING.drainGrace());
  private static final long HEARTBEAT = TIMING.heartbeat().toNanos();
  private static final long SPACING = TIMING.demandSpacing().toNanos();
  private static final long RECHECK = WorkerConfig.Probes.DEFAULT.recheckInterval().toNanos();
  private static final GpuReading NO_GPU = new GpuReading.Absent();
  private static final byte[] ANSWER = {'{', '}'};
  private static final ScoredRequest PAYLOAD = payload();

  private final VirtualClock clock;
  private final SimGpu gpu;
  private final Uplink uplink;
  private final Function<String, SimRequest> requests;
  private final LeaseManager leases;
  private final CapacityPolicy policy;
  private final ObservedSpeed speed = new ObservedSpeed();
  private final Map<SimRequest, Attempt> running = new HashMap<>();
  private final String session;
  private long nextHeartbeat;
  private long notBefore;
  private long nextTurn = Long.MAX_VALUE;
  private boolean dead;

  /** Where its records go, as soon as they are sent. */
  interface Uplink {
    void demand(WorkerDemand demand);

    void outcome(AttemptOutcome outcome);
  }

  /**
   * @param requests finds a request by its id
   */
  PullWorker(
      String id,
      VirtualClock clock,
      SimGpu gpu,
      int gateTokens,
      Uplink uplink,
      Function<String, SimRequest> requests) {
    this.clock = clock;
    this.gpu = gpu;
    this.uplink = uplink;
    this.requests = requests;
    int slots = gpu.profile().maxBatch();
    this.policy = new CapacityPolicy(slots, gateTokens, GpuLimits.DEFAULT);
    this.leases =
        new LeaseManager(
            new WorkerIdentity(id, "", "simulated", slots),
            LEASE_TIMING,
            Integer.MAX_VALUE,
            new LeaseActions(
                (attempt, _) -> clock.after(0, () -> payloadRead(attempt)),
                (attempt, request, _) -> run(attempt, request),
                outgoing -> uplink.outcome(outgoing.outcome()),
                this::wake,
                PullWorker::ignored,
                this),
            clock.instant());
    this.session = leases.snapshot().session();
    gpu.watchedBy(this);
    leases.on(new LeaseEvent.ModelsChanged(Map.of(0, Set.of(MODEL))), clock.instant());
  }

  /** A lease record arrived. */
  void received(Lease lease) {
    // What was granted to a dead worker comes to its successor, which knows it by its session.
    if (!dead && lease.getSession().equals(session)) {
      leases.on(new LeaseEvent.Arrived(lease, null), clock.instant());
    }
  }

  /** Ends without a word. */
  void die() {
    dead = true;
    gpu.die();
    running.keySet().forEach(SimRequest::restart);
    running.clear();
  }

  private void payloadRead(Attempt attempt) {
    if (!dead) {
      leases.on(new LeaseEvent.PayloadRead(attempt, PAYLOAD, null), clock.instant());
    }
  }

  private Runnable run(Attempt attempt, EngineRequest engineRequest) {
    SimRequest request = requests.apply(engineRequest.id());
    running.put(request, attempt);
    gpu.submit(request);
    return () -> {
      throw new IllegalStateException("nobody stops a run in a simulation");
    };
  }

  @Override
  public void firstToken(SimRequest request) {
    leases.on(new LeaseEvent.FirstToken(running.get(request)), clock.instant());
  }

  @Override
  public void finished(SimRequest request) {
    TokenUsage usage = new TokenUsage((long) request.promptTokens, (long) request.outputTokens, 0L);
    EngineReply reply = new EngineReply.Answered(200, ANSWER, usage);
    leases.on(new LeaseEvent.RunEnded(running.remove(request), reply), clock.instant());
  }

  private void wake() {
    planTurn(clock.now());
  }

  private static void ignored(String why) {
    throw new IllegalStateException("a lease was ignored: " + why);
  }

  @Override
  public boolean isPaused(Instant now) {
    return false;
  }

  @Override
  public @Nullable EngineReply learn(
      Attempt attempt, @Nullable EngineReply reply, int engineRuns, Instant now) {
    // The engine tells its speed, which outweighs what is observed.
    return reply;
  }

  private void planTurn(long at) {
    if (at < nextTurn) {
      nextTurn = at;
      clock.at(
          at,
          () -> {
            if (nextTurn == clock.now() && !dead) {
              nextTurn = Long.MAX_VALUE;
              turn();
            }
          });
    }
  }

  private void turn() {
    long now = clock.now();
    if (now < notBefore) {
      planTurn(notBefore);
      return;
    }
    boolean heartbeat = now >= nextHeartbeat;
    EngineLoad load = gpu.engineLoad();
    speed.told(load);
    LeaseManager.Composed composed =
        leases.compose(
            policy,
            new EngineReading.Reported(load),
            NO_GPU,
            OptionalInt.empty(),
            EnginePause.Admission.OPEN,
            speed,
            heartbeat,
            clock.instant());
    composed.demands().forEach(to -> uplink.demand(to.demand()));
    if (!composed.demands().isEmpty()) {
      notBefore = now + SPACING;
    }
    if (heartbeat) {
      nextHeartbeat = now + HEARTBEAT;
    }
    Capacity capacity = composed.capacity();
    boolean recheck = capacity.mayRiseByItself() && !running.isEmpty();
    planTurn(recheck ? Math.min(nextHeartbeat, now + RECHECK) : nextHeartbeat);
  }

  /** Returns what is read is the same for all: the engine goes by the trace. */
  private static ScoredRequest payload() {
    InferenceRequest request =
        InferenceRequest.newBuilder()
            .setId("any")
            .setEndpoint("/v1/completions")
            .setModel(MODEL)
            .setBody(ByteBuffer.allocate(0))
            .build();
    Instant now = VirtualClock.instant(0);
    return ScoredRequest.newBuilder()
        .setId("any")
        .setTenant("any")
        .setEndpoint("/v1/completions")
        .setRequestedModel(MODEL)
        .setChoice(ModelChoice.newBuilder().setModel(MODEL).setReason("").build())
        .setServiceClass(ServiceClass.BATCH)
        .setCreatedAt(now)
        .setAcceptedAt(now)
        .setScoredAt(now)
        .setFirstTokenBy(now)
        .setDeadline(now)
        .setPromptTokens(1)
        .setPredictedOutputTokens(1)
        .setMaxOutputTokens(1)
        .setRequest(request)
        .build();
  }
}
