package io.penstock.workers.lease;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.WorkerDemand;
import io.penstock.workers.capacity.CapacityPolicy;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.EngineReading;
import io.penstock.workers.capacity.GpuLimits;
import io.penstock.workers.capacity.GpuReading;
import io.penstock.workers.capacity.ObservedSpeed;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A lease manager with everything around it scripted, on a clock that the test moves. */
public final class LeaseFixture implements LeaseActions.EngineFeedback {

  public static final int PARTITION = 2;
  static final int MAX_ANSWER = 100;

  public Instant now = Instant.parse("2026-01-01T00:00:00Z");
  public final List<AttemptOutcome> outcomes = new ArrayList<>();
  public final List<OutgoingOutcome> reports = new ArrayList<>();
  public final ArrayDeque<Attempt> toRead = new ArrayDeque<>();
  public final Map<String, Attempt> running = new LinkedHashMap<>();
  public final List<String> interrupted = new ArrayList<>();
  public final List<String> ignored = new ArrayList<>();
  public final Map<String, EngineRequest> engineRequests = new LinkedHashMap<>();
  public final LeaseManager leases;
  public EngineReading engine = new EngineReading.Unreported();
  public boolean noThreads;
  private final int slots;
  private EnginePause pause = new EnginePause();
  private @Nullable Runnable onWake;

  public LeaseFixture(int slots, Set<Integer> partitions) {
    this.slots = slots;
    this.leases =
        new LeaseManager(
            new WorkerIdentity("w1", "host", "fake/1", slots),
            new LeaseTiming(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30)),
            MAX_ANSWER,
            new LeaseActions(
                (attempt, _) -> toRead.add(attempt),
                (attempt, request, _) -> run(attempt, request),
                this::report,
                this::wake,
                ignored::add,
                this),
            now);
    Map<Integer, Set<String>> models = new LinkedHashMap<>();
    partitions.forEach(p -> models.put(p, Set.of("m" + p)));
    serve(models);
  }

  public LeaseFixture(int slots) {
    this(slots, Set.of(PARTITION));
  }

  public void serve(Map<Integer, Set<String>> models) {
    leases.on(new LeaseEvent.ModelsChanged(models), now);
  }

  public void drain(Instant until) {
    leases.on(new LeaseEvent.DrainBegan(until), now);
  }

  public void onWake(Runnable action) {
    onWake = action;
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  public List<WorkerDemand> demands(boolean heartbeat) {
    CapacityPolicy policy = new CapacityPolicy(slots, 1000, GpuLimits.DEFAULT);
    return leases
        .compose(
            policy,
            engine,
            new GpuReading.Absent(),
            OptionalInt.empty(),
            pause.admission(now),
            new ObservedSpeed(),
            heartbeat,
            now)
        .demands()
        .stream()
        .map(AddressedDemand::demand)
        .toList();
  }

  public String session() {
    return leases.snapshot().session();
  }

  /** A grant as dispatch would send it, a day from its deadline. */
  public Lease grant(long sequence, String id) {
    return grant(PARTITION, sequence, id, false, now.plus(Duration.ofDays(1)));
  }

  public Lease grant(int partition, long sequence, String id, boolean last, Instant deadline) {
    return lease(LeaseAction.GRANT, partition, sequence, id, last, deadline);
  }

  public Lease cancel(String id) {
    return lease(LeaseAction.CANCEL, PARTITION, 0, id, false, now);
  }

  public Lease drain() {
    return lease(LeaseAction.DRAIN, PARTITION, 0, "", false, now);
  }

  private Lease lease(
      LeaseAction action, int partition, long sequence, String id, boolean last, Instant deadline) {
    return Lease.newBuilder()
        .setAction(action)
        .setWorkerId("w1")
        .setSession(session())
        .setPartition(partition)
        .setSequence(sequence)
        .setRequestId(id)
        .setAttempt(1)
        .setLastAttempt(last)
        .setTenant("tenant")
        .setModel("m" + partition)
        .setServiceClass(ServiceClass.BATCH)
        .setPayloadTopic("penstock.work.batch")
        .setPayloadOffset(sequence)
        .setPromptTokens(100)
        .setPredictedOutputTokens(10)
        .setMaxOutputTokens(20)
        .setFirstTokenBy(deadline)
        .setDeadline(deadline)
        .setGrantedAt(now)
        .setExpiresAt(now.plusSeconds(5))
        .build();
  }

  public void receive(Lease lease) {
    leases.on(new LeaseEvent.Arrived(lease, "00-trace"), now);
  }

  /** Receives a grant and hands its payload over. */
  public void start(long sequence, String id) {
    receive(grant(sequence, id));
    read();
  }

  public void read() {
    Attempt attempt = toRead.remove();
    leases.on(
        new LeaseEvent.PayloadRead(attempt, payload(attempt.lease().getRequestId()), null), now);
  }

  public void answer(String id, int bytes) {
    EngineReply reply =
        new EngineReply.Answered(200, new byte[bytes], new TokenUsage(100L, 10L, 0L));
    leases.on(new LeaseEvent.RunEnded(running.remove(id), reply), now);
  }

  public void end(String id, @Nullable EngineReply reply) {
    leases.on(new LeaseEvent.RunEnded(running.remove(id), reply), now);
  }

  public static ScoredRequest payload(String id) {
    Instant at = Instant.EPOCH;
    InferenceRequest request =
        InferenceRequest.newBuilder()
            .setId(id)
            .setTenant("tenant")
            .setEndpoint("/v1/embeddings")
            .setModel("m")
            .setBody(ByteBuffer.wrap(new byte[] {1, 2}))
            .build();
    return ScoredRequest.newBuilder()
        .setId(id)
        .setTenant("tenant")
        .setEndpoint("/v1/embeddings")
        .setRequestedModel("m")
        .setChoice(ModelChoice.newBuilder().setModel("m").setReason("exact name").build())
        .setServiceClass(ServiceClass.BATCH)
        .setCreatedAt(at)
        .setAcceptedAt(at)
        .setScoredAt(at)
        .setFirstTokenBy(at)
        .setDeadline(at)
        .setPromptTokens(100)
        .setPredictedOutputTokens(10)
        .setMaxOutputTokens(20)
        .setRequest(request)
        .build();
  }

  private Runnable run(Attempt attempt, EngineRequest request) {
    if (noThreads) {
      throw new OutOfMemoryError("unable to create a thread");
    }
    running.put(request.id(), attempt);
    engineRequests.put(request.id(), request);
    return () -> interrupted.add(request.id());
  }

  private void report(OutgoingOutcome report) {
    reports.add(report);
    outcomes.add(report.outcome());
  }

  private void wake() {
    if (onWake != null) {
      onWake.run();
    }
  }

  /** Makes this the pause that the manager asks about and that hears of replies. */
  public void pausedBy(EnginePause enginePause) {
    pause = enginePause;
  }

  @Override
  public boolean isPaused(Instant at) {
    return pause.pausedUntil(at).isPresent();
  }

  @Override
  public @Nullable EngineReply learn(
      Attempt attempt, @Nullable EngineReply reply, int runs, Instant at) {
    Instant startedAt = attempt.startedAt();
    return reply == null || startedAt == null ? reply : pause.heard(reply, startedAt, runs, at);
  }
}
