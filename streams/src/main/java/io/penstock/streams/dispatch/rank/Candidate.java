package io.penstock.streams.dispatch.rank;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.Failure;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.routing.Target;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a waiting request that a rank may use. They are kept in memory for each request, so
 * there are few of them. Times are microseconds since the epoch.
 *
 * @param key the request's, see {@link RequestKey}
 * @param target the model, or the variant of one, that it waits for
 * @param serviceClass its class
 * @param account whom it is counted for: its tenant, or those who share an account
 * @param acceptedAt when the log accepted it
 * @param firstTokenBy the objective for its first token
 * @param deadline when it expires
 * @param promptTokens tokens to prefill, 1 or more
 * @param kvTokens KV-cache tokens it is expected to fill: its prompt and its predicted output
 * @param avoidWorker the worker not to offer it to until {@code avoidUntil}, or null
 * @param avoidUntil meaningful with {@code avoidWorker} only
 * @param movable whether it may be served elsewhere, if need be
 * @param failedBefore whether it has failed at its target already
 * @param behind whether it stands behind what is new: a rate limit turned it away, and its turn
 *     would only bring the next pause on
 */
public record Candidate(
    String key,
    Target target,
    ServiceClass serviceClass,
    String account,
    long acceptedAt,
    long firstTokenBy,
    long deadline,
    int promptTokens,
    int kvTokens,
    @Nullable String avoidWorker,
    long avoidUntil,
    boolean movable,
    boolean failedBefore,
    boolean behind) {

  private static final double SECONDS_PER_MICRO = 1e-6;
  private static final int MOST_TOKENS = 1 << 30;
  private static final String RATE_LIMITED = "engine_rate_limited";

  /** The candidate of a request, counted for this account. */
  public static Candidate of(DispatchEntry entry, String account) {
    ScoredFacts facts = entry.getFacts();
    int prompt = Math.clamp(facts.getPromptTokens(), 1, MOST_TOKENS);
    return new Candidate(
        RequestKey.of(facts),
        Target.of(facts.getChoice()),
        facts.getServiceClass(),
        account,
        micros(facts.getAcceptedAt()),
        micros(facts.getFirstTokenBy()),
        micros(facts.getDeadline()),
        prompt,
        Math.clamp(prompt + facts.getPredictedOutputTokens(), 1, MOST_TOKENS),
        entry.getAvoidWorker().orElse(null),
        entry.getAvoidUntil().map(Candidate::micros).orElse(0L),
        !facts.getAlternatives().isEmpty(),
        entry.getFirstFailedAt().isPresent(),
        entry.getLastFailure().map(Failure::getCode).filter(RATE_LIMITED::equals).isPresent());
  }

  /** Returns whether it must not go to this worker now. */
  public boolean avoids(String workerId, long nowMicros) {
    return avoidWorker != null && nowMicros < avoidUntil && avoidWorker.equals(workerId);
  }

  /** The time until its objective or, once that has passed, until its deadline. */
  public double secondsLeft(Instant now) {
    long nowMicros = micros(now);
    return ((firstTokenBy > nowMicros ? firstTokenBy : deadline) - nowMicros) * SECONDS_PER_MICRO;
  }

  /** Microseconds since the epoch. */
  public static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
