package io.penstock.streams.dispatch.health;

import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.streams.dispatch.rank.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker (Nygard, "Release It!", 2007) for one target. Knows no clock and does no I/O.
 * An instance belongs to one thread.
 *
 * <pre>
 * HEALTHY    granted what it takes   to UNHEALTHY when its accounts' errors, its time to first token
 *                                    or its workers' refusals for quota pass their limit
 * UNHEALTHY  granted nothing         to PROBING after the open time
 * PROBING    granted one at a time   to HEALTHY after enough probes that succeed, or when there is
 *                                    nothing to probe with for the longest open time;
 *                                    to UNHEALTHY, for twice as long, when the first two fail, of
 *                                    two tenants if there are two, or enough in a row later on
 * </pre>
 *
 * <p>A probe that fails where another has succeeded is at fault itself.
 *
 * <p>Attempts that began before it opened, and end afterwards, change nothing.
 */
final class Breaker {

  private final HealthSettings settings;
  private final RecentAttempts recent;
  private final BiFunction<String, Long, Optional<String>> broken;
  private final Runnable forgetErrors;
  private final Quotas quotas;
  private TargetHealth health = TargetHealth.HEALTHY;
  private String reason = "";
  private Instant openUntil = Instant.EPOCH;
  private Instant lastProbe = Instant.EPOCH;
  private int failedProbes;
  private int succeededProbes;
  private int failedInARow;
  private String failedProber = "";
  private @Nullable String probe;

  /**
   * @param broken why the target is broken, if it is; told the last failure and the time
   * @param forgetErrors forgets what was counted
   */
  Breaker(
      HealthSettings settings,
      RecentAttempts recent,
      BiFunction<String, Long, Optional<String>> broken,
      Runnable forgetErrors,
      Quotas quotas) {
    this.settings = settings;
    this.recent = recent;
    this.broken = broken;
    this.forgetErrors = forgetErrors;
    this.quotas = quotas;
  }

  TargetHealth health() {
    return health;
  }

  /** Returns why it is not healthy; empty if it is. */
  String reason() {
    return reason;
  }

  /** When it may be tried again, while it is UNHEALTHY. */
  Instant openUntil() {
    return openUntil;
  }

  /** Whose probe failed last; empty if none did. */
  String failedProber() {
    return failedProber;
  }

  /** Returns whether a request may be granted. */
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
      failedInARow = 0;
      failedProber = "";
      probe = null;
      lastProbe = now;
    } else if (health == TargetHealth.PROBING
        && probe == null
        && !now.isBefore(lastProbe.plus(settings.longestOpenTime()))) {
      close();
    }
  }

  /**
   * Notes how an attempt ended, which is counted already.
   *
   * @param atFault whether the request is known to be at fault itself
   * @param what the failure, for the reason
   * @param pause for how long the target asked not to be called, or zero
   * @return whether the request is at fault itself, as known before or as a probe showed
   */
  boolean ended(
      String key, Symptom symptom, boolean atFault, String what, Duration pause, Instant now) {
    switch (health) {
      case HEALTHY -> {
        if (!atFault) {
          judge(symptom, what, pause, now);
        }
      }
      case PROBING -> {
        if (key.equals(probe)) {
          probe = null;
          lastProbe = now;
          return probed(key, symptom, atFault, what, pause, now);
        }
      }
      case UNHEALTHY -> {}
    }
    return atFault;
  }

  private void judge(Symptom symptom, String what, Duration pause, Instant now) {
    long nowMicros = micros(now);
    if (symptom == Symptom.QUOTA && quotas.areUsedUp(nowMicros)) {
      String why =
          "each of its workers was refused for quota %d times in a row, the last: %s"
              .formatted(settings.quotaFailures(), what);
      open(why, pause, now);
      return;
    }
    if (symptom == Symptom.ILL) {
      Optional<String> why = broken.apply(what, nowMicros);
      if (why.isPresent()) {
        open(why.get(), pause, now);
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

  private boolean probed(
      String key, Symptom symptom, boolean atFault, String what, Duration pause, Instant now) {
    return switch (symptom) {
      case WELL -> {
        succeededProbes++;
        failedInARow = 0;
        failedProber = "";
        if (succeededProbes >= settings.probesToClose()) {
          failedProbes = 0;
          close();
        }
        yield false;
      }
      case ILL, QUOTA -> {
        failedInARow++;
        failedProber = RequestKey.tenant(key);
        boolean served = atFault || succeededProbes > 0;
        if (failedInARow >= (served ? Math.max(2, settings.probesToClose()) : 2)) {
          failedProbes++;
          open("a probe failed: " + what, pause, now);
        }
        yield served;
      }
      case PAUSE, REFUSAL, NONE -> atFault;
    };
  }

  private void close() {
    health = TargetHealth.HEALTHY;
    reason = "";
    quotas.forget();
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
    quotas.forget();
    // What led here must not open it again once it has recovered.
    forgetErrors.run();
  }

  private static long micros(Instant now) {
    return Candidate.micros(now);
  }
}
