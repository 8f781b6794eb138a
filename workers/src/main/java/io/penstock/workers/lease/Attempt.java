package io.penstock.workers.lease;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredRequest;
import io.penstock.workers.engine.EngineRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One lease that this worker has received, until the engine has let go of its request. Only {@link
 * LeaseTable} changes it, under the lock of {@link LeaseManager}.
 */
public final class Attempt {

  private final Lease lease;
  private final Instant receivedAt;
  private AttemptState state = AttemptState.READING;
  private @Nullable String traceparent;
  private @Nullable InferenceRequest request;
  private @Nullable Instant startedAt;
  private @Nullable Instant firstTokenAt;
  private Instant stopAt = Instant.MAX;
  private StopReason stopReason = StopReason.TIMED_OUT;
  private Instant stoppedAt = Instant.MAX;
  private int inFlightAtStart;

  Attempt(Lease lease, Instant receivedAt, @Nullable String traceparent) {
    this.lease = lease;
    this.receivedAt = receivedAt;
    this.traceparent = traceparent;
  }

  public Lease lease() {
    return lease;
  }

  public Instant receivedAt() {
    return receivedAt;
  }

  /**
   * The lease's deadline by this worker's clock, which may be ahead of or behind the clock that
   * granted it: the time that was left at the grant counts from the lease's receipt.
   */
  public Instant deadline() {
    return receivedAt.plus(Duration.between(lease.getGrantedAt(), lease.getDeadline()));
  }

  public @Nullable String traceparent() {
    return traceparent;
  }

  /** The request, once its payload was read. */
  public @Nullable InferenceRequest request() {
    return request;
  }

  /** When the engine was given the request; null before. */
  public @Nullable Instant startedAt() {
    return startedAt;
  }

  public @Nullable Instant firstTokenAt() {
    return firstTokenAt;
  }

  /** Returns how many requests the engine ran when this one began, itself included. */
  public int inFlightAtStart() {
    return inFlightAtStart;
  }

  AttemptState state() {
    return state;
  }

  /** Returns why it is stopped; meaningful in STOPPING and REPORTED. */
  StopReason stopReason() {
    return stopReason;
  }

  /** When a run that has not ended is stopped. */
  Instant stopAt() {
    return stopAt;
  }

  /** When the run was interrupted; never in RUNNING. */
  Instant stoppedAt() {
    return stoppedAt;
  }

  /** Keeps the request for a failure that must carry it. */
  void carry(@Nullable InferenceRequest body) {
    request = body;
  }

  /** The request in the engine's terms. */
  EngineRequest engineRequest(ScoredRequest payload, @Nullable String trace) {
    ByteBuffer buffer = payload.getRequest().getBody();
    byte[] body = new byte[buffer.remaining()];
    buffer.duplicate().get(body);
    return new EngineRequest(
        lease.getRequestId(),
        payload.getEndpoint(),
        lease.getModel(),
        lease.getVariant().orElse(null),
        body,
        lease.getPromptTokens(),
        lease.getMaxOutputTokens(),
        deadline(),
        trace,
        lease.getStream());
  }

  /** The engine takes over. */
  void start(
      InferenceRequest body, @Nullable String trace, Instant now, Instant until, int inFlight) {
    state = AttemptState.RUNNING;
    request = body;
    traceparent = trace;
    startedAt = now;
    stopAt = until;
    inFlightAtStart = inFlight;
  }

  /** The run could not be started after all. */
  void unstart() {
    state = AttemptState.READING;
    startedAt = null;
  }

  void firstToken(Instant now) {
    if (firstTokenAt == null) {
      firstTokenAt = now;
    }
  }

  void stop(StopReason reason, Instant now) {
    state = AttemptState.STOPPING;
    stopReason = reason;
    stoppedAt = now;
  }

  void become(AttemptState next) {
    state = next;
  }
}
