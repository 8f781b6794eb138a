package io.penstock.streams.dispatch.health;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.rank.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Tracks one target in one shard: whether it serves, what it runs, and how its attempts went. It is
 * kept in memory only: after a take-over the target begins as healthy. An instance belongs to one
 * thread.
 */
public final class TargetWatch {

  private final Target target;
  private final HealthSettings settings;
  private final RecentAttempts recent;
  private final AccountErrors byTenant;
  private final AccountErrors byAccount;
  private final Quotas quotas;
  private final Breaker breaker;
  private final Instant startedAt;
  private @Nullable Instant absentSince;
  private boolean absent;
  private Instant healthSince;
  private Instant neededAt;
  private final Map<String, Integer> leasedTenants = new HashMap<>();
  private final Map<String, Integer> leasedAccounts = new HashMap<>();
  private int leased;

  /** The time when the latest attempt that succeeded was granted. */
  private Instant servedSince = Instant.MIN;

  private long succeeded;
  private long failed;

  TargetWatch(Target target, HealthSettings settings, Instant now) {
    this.target = target;
    this.settings = settings;
    this.recent = new RecentAttempts(settings.window());
    this.byTenant = new AccountErrors(settings);
    this.byAccount = new AccountErrors(settings);
    this.quotas = new Quotas(settings);
    this.breaker = new Breaker(settings, recent, this::broken, this::forgetErrors, quotas);
    this.startedAt = now;
    this.healthSince = now;
    this.neededAt = now;
  }

  public Target target() {
    return target;
  }

  public TargetHealth health() {
    return absent ? TargetHealth.UNHEALTHY : breaker.health();
  }

  /** Returns why it is not healthy; empty if it is. */
  public String reason() {
    return absent ? "no live worker" : breaker.reason();
  }

  public Instant healthSince() {
    return healthSince;
  }

  public Instant startedAt() {
    return startedAt;
  }

  /** Returns what a request that waits for it is told. */
  public Failure failure(Instant now) {
    Duration left = Duration.between(now, breaker.openUntil());
    return new Failure(
        FailureCategory.OVERLOADED,
        "target_unhealthy",
        "%s is not served now: %s. The request waits for it.".formatted(target, reason()),
        null,
        null,
        absent || left.isNegative() ? null : (Long) left.toMillis());
  }

  /** When it may be tried again, if it is known. */
  public Instant openUntil() {
    return breaker.openUntil();
  }

  /** Returns whether a request may be granted. A target without workers need not refuse. */
  public boolean admits() {
    return breaker.admits();
  }

  public int leased() {
    return leased;
  }

  public long succeeded() {
    return succeeded;
  }

  public long failed() {
    return failed;
  }

  public OptionalDouble errorRate(Instant now) {
    return recent.errorRate(settings.minSamples(), Candidate.micros(now));
  }

  public OptionalDouble firstTokenMillis(Instant now) {
    return recent.meanFirstToken(1, Candidate.micros(now));
  }

  public OptionalDouble serviceMillis(Instant now) {
    return recent.meanService(Candidate.micros(now));
  }

  /** Returns whether requests are granted one at a time, to see whether it serves again. */
  public boolean isProbing() {
    return breaker.health() == TargetHealth.PROBING;
  }

  /** Whose probe failed last, so that another tenant's goes next; empty if none did. */
  public String failedProber() {
    return breaker.failedProber();
  }

  /** A lease was granted, or found at start. Returns whether it is a probe. */
  boolean granted(String key, String account) {
    leased++;
    leasedTenants.merge(RequestKey.tenant(key), 1, Integer::sum);
    leasedAccounts.merge(account, 1, Integer::sum);
    return breaker.granted(key);
  }

  /** A lease is over. */
  void released(String key, String account) {
    leased--;
    less(leasedTenants, RequestKey.tenant(key));
    less(leasedAccounts, account);
    breaker.released(key);
  }

  private static void less(Map<String, Integer> counts, String name) {
    counts.computeIfPresent(name, (any, count) -> count == 1 ? null : count - 1);
  }

  /** Returns why it is broken, if both tenants and accounts say so. */
  private Optional<String> broken(String what, long nowMicros) {
    return byAccount
        .broken(leasedAccounts.keySet(), what, nowMicros)
        .flatMap(ignored -> byTenant.broken(leasedTenants.keySet(), what, nowMicros));
  }

  private void forgetErrors() {
    recent.forgetErrors();
    byTenant.forget();
    byAccount.forget();
  }

  /**
   * An attempt ended by itself. The times are those the worker measured.
   *
   * @return whether the request is at fault itself: it failed before, or failed as a probe, and the
   *     target served others since
   */
  boolean ended(Attempt attempt, Instant now) {
    AttemptOutcome outcome = attempt.outcome();
    Symptom symptom = Symptom.of(outcome);
    long nowMicros = Candidate.micros(now);
    switch (outcome.getKind()) {
      case SUCCEEDED -> {
        succeeded++;
        recent.service(millis(outcome.getReceivedAt(), outcome.getFinishedAt()), nowMicros);
      }
      case FAILED -> failed++;
      case CANCELLED, RELEASED -> {}
    }
    outcome
        .getFirstTokenAt()
        .ifPresent(at -> recent.firstToken(millis(outcome.getReceivedAt(), at), nowMicros));
    boolean atFault =
        attempt.firstFailedAt() != null && servedSince.isAfter(attempt.firstFailedAt());
    count(attempt, symptom, nowMicros);
    String what = outcome.getFailure().map(TargetWatch::text).orElse("a failure without a cause");
    Duration pause =
        outcome
            .getFailure()
            .flatMap(Failure::getRetryAfterMillis)
            .map(millis -> Duration.ofMillis(Math.clamp(millis, 0, Duration.ofDays(1).toMillis())))
            .orElse(Duration.ZERO);
    return breaker.ended(attempt.key(), symptom, atFault, what, pause, now);
  }

  private void count(Attempt attempt, String workerId, boolean failed, long nowMicros) {
    byTenant.count(RequestKey.tenant(attempt.key()), workerId, failed, nowMicros);
    byAccount.count(attempt.account(), workerId, failed, nowMicros);
  }

  /** A request is counted when it first fails, however often it is tried again. */
  private void count(Attempt attempt, Symptom symptom, long nowMicros) {
    String workerId = attempt.outcome().getWorkerId();
    switch (symptom) {
      case WELL -> {
        count(attempt, workerId, false, nowMicros);
        quotas.served(workerId, nowMicros);
        servedSince = attempt.grantedAt().isAfter(servedSince) ? attempt.grantedAt() : servedSince;
      }
      case QUOTA -> quotas.refused(workerId, nowMicros);
      case ILL -> {
        if (attempt.firstFailedAt() == null) {
          count(attempt, workerId, true, nowMicros);
        }
      }
      case PAUSE, REFUSAL, NONE -> {}
    }
    if (symptom == Symptom.WELL || symptom.isBad()) {
      recent.count(symptom.isBad(), nowMicros);
    }
  }

  /**
   * Time has passed.
   *
   * @param workers whether a live worker serves it
   * @param wanted whether something waits for it or a worker ever served it
   */
  void tick(boolean workers, boolean wanted, Instant now) {
    breaker.tick(now);
    // What waited may have been moved for want of workers: that brings none back.
    if (workers || (!wanted && !absent)) {
      absentSince = null;
    } else if (absentSince == null) {
      absentSince = now;
    }
    absent = absentSince != null && !now.isBefore(absentSince.plus(settings.withoutWorkers()));
    if (workers || leased > 0) {
      neededAt = now;
    }
  }

  boolean lacksWorkers() {
    return absent;
  }

  void needed(Instant now) {
    neededAt = now;
  }

  Instant neededAt() {
    return neededAt;
  }

  void changed(Instant now) {
    healthSince = now;
  }

  private static String text(Failure failure) {
    return failure.getCode()
        + failure.getStatusCode().map(status -> " (status " + status + ")").orElse("");
  }

  private static double millis(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toNanos() / 1e6);
  }
}
