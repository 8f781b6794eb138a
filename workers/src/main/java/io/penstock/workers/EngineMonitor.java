package io.penstock.workers;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.TokenUsage;
import io.penstock.workers.capacity.CapacityPolicy;
import io.penstock.workers.capacity.ConcurrencyLimit;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.EngineProbe;
import io.penstock.workers.capacity.EngineReading;
import io.penstock.workers.capacity.GpuReading;
import io.penstock.workers.capacity.ObservedSpeed;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.lease.Attempt;
import io.penstock.workers.lease.LeaseActions;
import io.penstock.workers.lease.LeaseManager;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Watches the engine and the GPUs, and says how much work the worker may ask for.
 *
 * @param gpu gives the last reading as of an instant
 * @param adaptive the learned limit, which counts only while the engine does not tell its load
 */
record EngineMonitor(
    CapacityPolicy policy,
    EngineProbe engine,
    Function<Instant, GpuReading> gpu,
    ConcurrencyLimit adaptive,
    EnginePause pause,
    ObservedSpeed speed,
    WorkerMeters meters)
    implements LeaseActions.EngineFeedback {

  /** The work of a prompt token, as a share of a generated token's. */
  private static final double PROMPT_TOKEN_WORK = 1.0 / 32;

  LeaseManager.Composed compose(LeaseManager leases, boolean heartbeat, Instant now) {
    EngineReading reading = engine.read(now);
    OptionalInt limit =
        switch (reading) {
          case EngineReading.Unreported() -> OptionalInt.of(adaptive.limit());
          case EngineReading.Reported told -> {
            speed.told(told.load());
            yield OptionalInt.empty();
          }
          case EngineReading.Lost _ -> OptionalInt.empty();
        };
    LeaseManager.Composed composed =
        leases.compose(
            policy, reading, gpu.apply(now), limit, pause.admission(now), speed, heartbeat, now);
    meters.capacity(composed.capacity());
    return composed;
  }

  @Override
  public boolean isPaused(Instant now) {
    return pause.pausedUntil(now).isPresent();
  }

  @Override
  public @Nullable EngineReply learn(
      Attempt attempt, @Nullable EngineReply reply, int running, Instant now) {
    Instant startedAt = attempt.startedAt();
    if (startedAt == null) {
      return reply;
    }
    meters.ran(attempt.receivedAt(), startedAt, now);
    if (reply == null) {
      return null;
    }
    EngineReply told = pause.heard(reply, startedAt, running, now);
    Duration took = Duration.between(startedAt, now);
    switch (reply) {
      case EngineReply.Answered answered -> {
        TokenUsage usage = answered.usage();
        speed.finished(usage, startedAt, attempt.firstTokenAt(), now);
        adaptive.sample(perUnitOfWork(took, usage), attempt.inFlightAtStart(), false);
      }
      case EngineReply.Failed failed -> {
        if (failed.failure().getCategory() == FailureCategory.TIMEOUT || isUnexplained(told)) {
          adaptive.sample(took, attempt.inFlightAtStart(), true);
        }
      }
    }
    return told;
  }

  /** A refusal that names a time begins a pause, which lowers the limit by itself. */
  private static boolean isUnexplained(EngineReply told) {
    return told instanceof EngineReply.Failed(Failure failure)
        && failure.getCategory() == FailureCategory.OVERLOADED
        && failure.getRetryAfterMillis().isEmpty();
  }

  /** Compares durations by the work they did, since a long answer is no sign of load. */
  private static Duration perUnitOfWork(Duration took, TokenUsage usage) {
    double work = usage.getCompletionTokens() + usage.getPromptTokens() * PROMPT_TOKEN_WORK;
    return Duration.ofNanos(Math.max(1, Math.round(took.toNanos() / Math.max(1, work))));
  }
}
