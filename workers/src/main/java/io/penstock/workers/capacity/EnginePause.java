package io.penstock.workers.capacity;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.workers.engine.EngineReply;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers for how long the engine asked to be left alone: by an OVERLOADED reply that says when
 * to try again, for at most a minute, as a server does that does not run, refuses the worker's key
 * or limits its rate. After the pause single requests try it, until it has answered one. Safe for
 * many threads.
 */
public final class EnginePause {

  private static final Logger LOG = LoggerFactory.getLogger(EnginePause.class);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private @Nullable Instant until;

  /** Whether the engine may be given more. */
  public enum Admission {
    /** It asked for nothing, or has answered since. */
    OPEN,
    /** It asked for a pause, which is not over. */
    PAUSED,
    /** The pause is over and nothing was answered yet: one request at once tries it. */
    TRIAL
  }

  public synchronized Admission admission(Instant now) {
    if (until == null) {
      return Admission.OPEN;
    }
    return now.isBefore(until) ? Admission.PAUSED : Admission.TRIAL;
  }

  /** The end of the pause; empty if there is none or it is over. */
  public synchronized Optional<Instant> pausedUntil(Instant now) {
    return Optional.ofNullable(until).filter(now::isBefore);
  }

  /** Learns from what the engine said to a request. */
  public synchronized void heard(EngineReply reply, Instant now) {
    switch (reply) {
      case EngineReply.Answered _ -> answered(now);
      case EngineReply.Failed(Failure failure) -> {
        FailureCategory category = failure.getCategory();
        if (category == FailureCategory.OVERLOADED) {
          failure.getRetryAfterMillis().ifPresent(millis -> pause(millis, failure, now));
        } else if (category == FailureCategory.INVALID || category == FailureCategory.REJECTED) {
          answered(now);
        }
      }
    }
  }

  private void pause(long millis, Failure failure, Instant now) {
    Instant end = now.plusMillis(Math.clamp(millis, 0, LONGEST.toMillis()));
    if (until == null) {
      LOG.warn("The engine asked for a pause until {}: {}", end, failure.getMessage());
    }
    if (until == null || end.isAfter(until)) {
      until = end;
    }
  }

  /** During a pause an answer is one to an earlier request, and no news. */
  private void answered(Instant now) {
    if (admission(now) == Admission.TRIAL) {
      LOG.info("The engine answers again after its pause");
      until = null;
    }
  }
}
