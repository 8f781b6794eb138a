package io.penstock.streams.dispatch.health;

import io.penstock.schemas.TargetHealth;
import io.penstock.streams.dispatch.rank.Candidate;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker (Nygard, "Release It!", 2007) for one target. Knows no clock and does no I/O.
 * For one thread.
 *
 * <pre>
 * HEALTHY    granted what it takes   to UNHEALTHY when its error rate, its time to first token or
 *                                    its refusals for quota in a row pass their limit
 * UNHEALTHY  granted nothing         to PROBING after the open time
 * PROBING    granted one at a time   to HEALTHY after enough probes in a row that succeed, or when
 *                                    there is nothing to probe with for the longest open time;
 *                                    to UNHEALTHY, for twice as long, when one fails
 * </pre>
 *
 * <p>Attempts that began before it opened, and end afterwards, change nothing.
 */
final class Breaker {

  private final HealthSettings settings;
  private final RecentAttempts recent;
  private final WorkerErrors errors;
  private TargetHealth health = TargetHealth.HEALTHY;
  private String reason = "";
  private Instant openUntil = Instant.EPOCH;
  private Instant lastProbe = Instant.EPOCH;
  private int failedProbes;
  private int succeededProbes;
  private int quotaFailures;
  private @Nullable String probe;

  Breaker(HealthSettings settings, RecentAttempts recent, WorkerErrors errors) {
    this.settings = settings;
    this.recent = recent;
    this.errors = errors;
  }

  TargetHealth health() {
    return health;
  }

  /** Why it is not healthy; empty if it is. */
  String reason() {
    return reason;
  }

  /** When it may be tried again, while it is UNHEALTHY. */
  Instant openUntil() {
    return openUntil;
  }

  /** Whether a request may be granted. */
  boolean admits() {
    return switch (health) {
      case HEALTHY -> true;
      case UNHEALTHY -> false;
      case PROBING -> probe == null;
    };
  }

  /** Notes a grant. Returns whether it is a probe. */
  boolean granted(String key) {
    if (health == TargetHealth.PROBING && probe == null) {
      probe = key;
      return true;
    }
    return false;
  }

  /** Notes that a request is not with a worker any more, however that came. */
  void released(String key) {
    if (key.equals(probe)) {
      probe = null;
    }
  }

  /** The open time passes, or nobody wants to probe for so long that it is as good as unknown. */
  void tick(Instant now) {
    if (health == TargetHealth.UNHEALTHY && !now.isBefore(openUntil)) {
      health = TargetHealth.PROBING;
      succeededProbes = 0;
      probe = null;
      lastProbe = now;
    } else if (health == TargetHealth.PROBING
        && probe == null
        && !now.isBefore(lastProbe.plus(settings.longestOpenTime()))) {
      close();
    }
  }

  /**
   * Takes in how an attempt ended, which is counted already.
   *
   * @param what the failure, for the reason; or null
   * @param pause for how long the target asked not to be called, or zero
   */
  void ended(String key, Symptom symptom, @Nullable String what, Duration pause, Instant now) {
    switch (health) {
      case HEALTHY -> judge(symptom, what, pause, now);
      case PROBING -> {
        if (key.equals(probe)) {
          probe = null;
          lastProbe = now;
          probed(symptom, what, pause, now);
        }
      }
      case UNHEALTHY -> {}
    }
  }

  private void judge(Symptom symptom, @Nullable String what, Duration pause, Instant now) {
    switch (symptom) {
      case WELL -> quotaFailures = 0;
      case QUOTA -> quotaFailures++;
      case ILL, NONE -> {}
    }
    if (quotaFailures >= settings.quotaFailures()) {
      open(
          "%d refusals for quota in a row, the last: %s".formatted(quotaFailures, what),
          pause,
          now);
      return;
    }
    long nowMicros = micros(now);
    if (symptom.isBad() && recent.samples(nowMicros) >= settings.minSamples()) {
      double rate = errors.meanRate(nowMicros);
      if (rate > settings.maxErrorRate()) {
        String why =
            "%.0f%% of its workers' last attempts failed, the last: %s".formatted(100 * rate, what);
        open(why, pause, now);
        return;
      }
    }
    Duration limit = settings.maxFirstToken();
    if (limit != null) {
      double millis = recent.meanFirstToken(settings.minSamples(), nowMicros).orElse(0);
      if (millis > limit.toMillis()) {
        open("the first token takes %.0f ms, more than %s".formatted(millis, limit), pause, now);
      }
    }
  }

  private void probed(Symptom symptom, @Nullable String what, Duration pause, Instant now) {
    switch (symptom) {
      case WELL -> {
        succeededProbes++;
        if (succeededProbes >= settings.probesToClose()) {
          failedProbes = 0;
          close();
        }
      }
      case ILL, QUOTA -> {
        failedProbes++;
        open("a probe failed: " + what, pause, now);
      }
      case NONE -> {}
    }
  }

  private void close() {
    health = TargetHealth.HEALTHY;
    reason = "";
    quotaFailures = 0;
  }

  private void open(String why, Duration pause, Instant now) {
    Duration length = settings.openTime(failedProbes);
    if (pause.compareTo(length) > 0) {
      length = pause.compareTo(settings.longestOpenTime()) > 0 ? settings.longestOpenTime() : pause;
    }
    health = TargetHealth.UNHEALTHY;
    reason = why;
    openUntil = now.plus(length);
    probe = null;
    quotaFailures = 0;
    // What led here must not open it again once it has recovered.
    recent.forgetErrors();
    errors.forget();
  }

  private static long micros(Instant now) {
    return Candidate.micros(now);
  }
}
