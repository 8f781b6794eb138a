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
import io.penstock.workers.lease.LeaseDesk;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows of its engine and GPUs, and what follows for its demand.
 *
 * @param gpu the last reading as of an instant
 * @param adaptive counts only while the engine does not tell its load
 */
record Probing(
    CapacityPolicy policy,
    EngineProbe engine,
    Function<Instant, GpuReading> gpu,
    ConcurrencyLimit adaptive,
    EnginePause pause,
    ObservedSpeed speed) {

  /** A prompt token costs about this part of a generated one. */
  private static final double PROMPT_TOKEN_WORK = 1.0 / 32;

  LeaseDesk.Composed compose(LeaseDesk desk, boolean heartbeat, Instant now) {
    EngineReading reading = engine.read(now);
    OptionalInt limit =
        switch (reading) {
          case EngineReading.Silent() -> OptionalInt.of(adaptive.limit());
          case EngineReading.Told told -> {
            speed.told(told.load());
            yield OptionalInt.empty();
          }
          case EngineReading.Lost _ -> OptionalInt.empty();
        };
    return desk.compose(
        policy, reading, gpu.apply(now), limit, pause.admission(now), speed, heartbeat, now);
  }

  /**
   * Learns from a run that is over.
   *
   * @param running requests under way, this one included
   * @return the reply, with the length of the pause that it is the cause of
   */
  @Nullable EngineReply observed(
      Attempt attempt, @Nullable EngineReply reply, int running, Instant now) {
    Instant startedAt = attempt.startedAt();
    if (startedAt == null || reply == null) {
      return reply;
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

  /** A refusal that names a time is the pause's, which lowers what runs at once by itself. */
  private static boolean isUnexplained(EngineReply told) {
    return told instanceof EngineReply.Failed(Failure failure)
        && failure.getCategory() == FailureCategory.OVERLOADED
        && failure.getRetryAfterMillis().isEmpty();
  }

  /** A long answer is no sign of load: durations are compared by the work they did. */
  private static Duration perUnitOfWork(Duration took, TokenUsage usage) {
    double work = usage.getCompletionTokens() + usage.getPromptTokens() * PROMPT_TOKEN_WORK;
    return Duration.ofNanos(Math.max(1, Math.round(took.toNanos() / Math.max(1, work))));
  }
}
