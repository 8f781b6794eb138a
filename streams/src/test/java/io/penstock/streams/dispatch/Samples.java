package io.penstock.streams.dispatch;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import io.penstock.streams.dispatch.shard.ClusterView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Well-formed values that tests change where it matters to them. */
public final class Samples {

  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  public static final String MODEL = "m";

  private Samples() {}

  public static ScoredFacts facts(String id) {
    return facts(id, ServiceClass.STANDARD, START, Duration.ofMinutes(10));
  }

  public static ScoredFacts facts(
      String id, ServiceClass serviceClass, Instant acceptedAt, Duration timeToDeadline) {
    return ScoredFacts.newBuilder()
        .setId(id)
        .setTenant("tenant")
        .setEndpoint("/v1/chat/completions")
        .setRequestedModel("alias")
        .setChoice(ModelChoice.newBuilder().setModel(MODEL).setReason("alias of m").build())
        .setServiceClass(serviceClass)
        .setCreatedAt(acceptedAt)
        .setAcceptedAt(acceptedAt)
        .setScoredAt(acceptedAt)
        .setFirstTokenBy(acceptedAt.plus(timeToDeadline.dividedBy(2)))
        .setDeadline(acceptedAt.plus(timeToDeadline))
        .setPromptTokens(100)
        .setPredictedOutputTokens(50)
        .setMaxOutputTokens(200)
        .build();
  }

  /** The scored request that these facts are of. */
  public static ScoredRequest.Builder scored(ScoredFacts facts) {
    return ScoredRequest.newBuilder()
        .setId(facts.getId())
        .setTenant(facts.getTenant())
        .setEndpoint(facts.getEndpoint())
        .setRequestedModel(facts.getRequestedModel())
        .setChoice(facts.getChoice())
        .setServiceClass(facts.getServiceClass())
        .setCreatedAt(facts.getCreatedAt())
        .setAcceptedAt(facts.getAcceptedAt())
        .setScoredAt(facts.getScoredAt())
        .setFirstTokenBy(facts.getFirstTokenBy())
        .setDeadline(facts.getDeadline())
        .setPromptTokens(facts.getPromptTokens())
        .setPredictedOutputTokens(facts.getPredictedOutputTokens())
        .setMaxOutputTokens(facts.getMaxOutputTokens())
        .setReplyTopic(facts.getReplyTopic().orElse(null))
        .setRequest(
            InferenceRequest.newBuilder()
                .setId(facts.getId())
                .setTenant(facts.getTenant())
                .setEndpoint(facts.getEndpoint())
                .setModel(facts.getRequestedModel())
                .setBody(ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)))
                .build());
  }

  public static WorkerDemand.Builder demand(
      String worker, String session, long sequence, long leaseLimit, long received, Instant now) {
    return WorkerDemand.newBuilder()
        .setWorkerId(worker)
        .setSession(session)
        .setSequence(sequence)
        .setState(WorkerState.ACTIVE)
        .setModels(List.of(MODEL))
        .setLeaseLimit(leaseLimit)
        .setLeasesReceived(received)
        .setSlots(4)
        .setRunning(0)
        .setEngine("test/none")
        .setStartedAt(now)
        .setSentAt(now);
  }

  /** The leases granted among what was written. */
  public static List<Lease> grants(List<Effect> written) {
    return written.stream()
        .filter(Effect.Instruct.class::isInstance)
        .map(effect -> ((Effect.Instruct) effect).lease())
        .filter(lease -> lease.getAction() == LeaseAction.GRANT)
        .toList();
  }

  /** ClusterView in which these tenants have a policy of their own. */
  public static ClusterView withTenants(String... names) {
    RoutingState routing =
        RoutingState.of(
            Stream.of(names)
                .map(
                    name ->
                        new TenantPolicy(
                            name, List.of(), List.of(), List.of(), List.of(), null, null, null,
                            List.of()))
                .toList());
    return new ClusterView(1, () -> FleetView.EMPTY, () -> routing);
  }

  /** The key of a request of these samples. */
  public static String key(String id) {
    return RequestKey.of("tenant", id);
  }

  public static AttemptOutcome.Builder outcome(
      String id, int attempt, String session, OutcomeKind kind, Instant now) {
    return AttemptOutcome.newBuilder()
        .setRequestId(id)
        .setTenant("tenant")
        .setAttempt(attempt)
        .setWorkerId("w")
        .setSession(session)
        .setKind(kind)
        .setEngine("test/none")
        .setReceivedAt(now)
        .setFinishedAt(now);
  }

  public static AttemptOutcome success(String id, int attempt, String session, Instant now) {
    return outcome(id, attempt, session, OutcomeKind.SUCCEEDED, now)
        .setStatusCode(200)
        .setBody(ByteBuffer.wrap(new byte[] {'{', '}'}))
        .setUsage(new TokenUsage(100L, 10L, 0L))
        .build();
  }

  public static AttemptOutcome failure(
      String id, int attempt, String session, FailureCategory category, Instant now) {
    return outcome(id, attempt, session, OutcomeKind.FAILED, now)
        .setFailure(failure(category))
        .build();
  }

  public static Failure failure(FailureCategory category) {
    return new Failure(category, "code", "message", null, null, null);
  }

  public static Candidate candidate(
      String id, ServiceClass serviceClass, long acceptedAt, long firstTokenBy, int promptTokens) {
    return new Candidate(
        id,
        Target.ofModel(MODEL),
        serviceClass,
        "tenant",
        acceptedAt,
        firstTokenBy,
        firstTokenBy + 1_000_000_000L,
        promptTokens,
        promptTokens + 10,
        null,
        0,
        false,
        false,
        false);
  }

  /** Reads 1,000 tokens a second, writes 10. */
  public static WorkerView worker(String id) {
    return new WorkerView(id, 1000, 10, 0, 0, 4);
  }
}
