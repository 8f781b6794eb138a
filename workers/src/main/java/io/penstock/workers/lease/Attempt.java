package io.penstock.workers.lease;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One lease this worker holds, from its receipt until the engine has let go. All changes are made
 * by {@link LeaseBook} under its lock.
 */
public final class Attempt {

  private final Lease lease;
  private final Instant receivedAt;
  private @Nullable String traceparent;
  private @Nullable InferenceRequest request;
  private @Nullable Instant startedAt;
  private @Nullable Instant firstTokenAt;
  private @Nullable Instant stopAt;
  private @Nullable StopReason stopReason;
  private @Nullable Instant stoppedAt;
  private @Nullable Run run;
  private int inFlightAtStart;
  private boolean reported;

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
   * The lease's deadline by this worker's clock, which may be ahead of or behind the one that
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

  /** When the engine was given it; null while its payload is being read. */
  public @Nullable Instant startedAt() {
    return startedAt;
  }

  public @Nullable Instant firstTokenAt() {
    return firstTokenAt;
  }

  /** How many requests the engine ran when this one began, itself included. */
  public int inFlightAtStart() {
    return inFlightAtStart;
  }

  boolean started() {
    return startedAt != null;
  }

  boolean reported() {
    return reported;
  }

  @Nullable StopReason stopReason() {
    return stopReason;
  }

  @Nullable Instant stopAt() {
    return stopAt;
  }

  @Nullable Instant stoppedAt() {
    return stoppedAt;
  }

  /** Keeps the request for a failure that must carry it. */
  void carry(@Nullable InferenceRequest body) {
    request = body;
  }

  /** The engine takes over. */
  void start(
      InferenceRequest body,
      @Nullable String trace,
      Instant now,
      Instant until,
      int inFlight,
      Run started) {
    request = body;
    traceparent = trace;
    startedAt = now;
    stopAt = until;
    inFlightAtStart = inFlight;
    run = started;
  }

  void firstToken(Instant now) {
    if (firstTokenAt == null) {
      firstTokenAt = now;
    }
  }

  /** Interrupts the run; the first reason stands, but nothing outlives its session. */
  void stop(StopReason reason, Instant now) {
    if (stopReason == null) {
      stoppedAt = now;
      if (run != null) {
        run.interrupt();
      }
    }
    if (stopReason == null || reason == StopReason.ABANDONED) {
      stopReason = reason;
    }
  }

  /** From here on nothing interrupts the thread that ran it. */
  void detach() {
    run = null;
  }

  void markReported() {
    reported = true;
  }

  /** An engine run that can be interrupted. */
  @FunctionalInterface
  public interface Run {
    void interrupt();
  }
}
