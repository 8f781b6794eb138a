package io.penstock.streams.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.streams.dispatch.lifecycle.RetryDecision;
import io.penstock.streams.dispatch.lifecycle.RetryPolicy;
import io.penstock.streams.dispatch.lifecycle.RetryPolicy.Strikes;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link RetryPolicy} must hold. Extend it with a test that creates the policy. Failures
 * are random; the seed is fixed.
 */
public abstract class RetryPolicyContract {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int TRIES = 2_000;
  private static final int MOST_ATTEMPTS = 1_000_000;
  private static final Set<FailureCategory> FINAL =
      Set.of(FailureCategory.INVALID, FailureCategory.REJECTED);
  private static final Set<FailureCategory> SAYING_WHEN =
      Set.of(FailureCategory.OVERLOADED, FailureCategory.RETRYABLE, FailureCategory.TIMEOUT);

  private final Random random = new Random(42);

  /** Creates the policy under test. */
  protected abstract RetryPolicy policy();

  /** The log is replayed after a crash: what was decided before must be decided again. */
  @Test
  void equalArgumentsGiveEqualDecisions() {
    RetryPolicy one = policy();
    RetryPolicy other = policy();
    for (int i = 0; i < TRIES; i++) {
      Failure failure = failure(anyCategory(), anyWait());
      Strikes strikes = anyStrikes(failure.getCategory());
      long seed = random.nextLong();
      RetryDecision first = one.after(failure, strikes, seed, NOW);
      one.after(failure, strikes, random.nextLong(), NOW.plusSeconds(5));
      assertThat(one.after(failure, strikes, seed, NOW)).isEqualTo(first);
      assertThat(other.after(failure, strikes, seed, NOW)).isEqualTo(first);
    }
  }

  @Test
  void whatIsWrongWithTheRequestItselfIsNeverTriedAgain() {
    for (FailureCategory category : FINAL) {
      for (int i = 0; i < TRIES; i++) {
        assertThat(
                policy()
                    .after(
                        failure(category, anyWait()), anyStrikes(category), random.nextLong(), NOW))
            .isEqualTo(new RetryDecision.GiveUp());
      }
    }
  }

  @Test
  void everyKindOfFailureEndsTheRequestAtSomeTime() {
    RetryPolicy policy = policy();
    for (FailureCategory category : FailureCategory.values()) {
      Failure failure = failure(category, null);
      Strikes strikes = new Strikes(0, 0, 0).with(category);
      int attempts = 1;
      while (attempts < MOST_ATTEMPTS
          && !(policy.after(failure, strikes, attempts, NOW) instanceof RetryDecision.GiveUp)) {
        strikes = strikes.with(category);
        attempts++;
      }
      assertThat(attempts).as("attempts that end %s", category).isLessThan(MOST_ATTEMPTS);
    }
  }

  @Test
  void nothingIsTriedInThePastOrEarlierThanTheEngineSaid() {
    RetryPolicy policy = policy();
    for (int i = 0; i < TRIES; i++) {
      FailureCategory category = anyCategory();
      Long wait = anyWait();
      boolean counts = wait != null && SAYING_WHEN.contains(category);
      Instant earliest = counts ? NOW.plusMillis(wait) : NOW;
      RetryDecision decision =
          policy.after(failure(category, wait), anyStrikes(category), random.nextLong(), NOW);
      switch (decision) {
        case RetryDecision.Later(Instant notBefore) ->
            assertThat(notBefore).as("%s", category).isAfterOrEqualTo(earliest);
        case RetryDecision.Elsewhere(Instant avoidUntil) ->
            assertThat(avoidUntil).as("%s", category).isAfterOrEqualTo(earliest);
        case RetryDecision.GiveUp() -> {}
      }
    }
  }

  /** Workers tell their requesters that no other attempt will follow. */
  @Test
  void theFailureAfterTheLastAttemptIsFinal() {
    RetryPolicy policy = policy();
    for (int failures = 0; failures < 1000; failures++) {
      if (policy.isLast(failures)) {
        assertThat(
                policy.after(
                    failure(FailureCategory.RETRYABLE, null),
                    new Strikes(failures + 1, 0, 0),
                    random.nextLong(),
                    NOW))
            .as("after %d failures", failures + 1)
            .isEqualTo(new RetryDecision.GiveUp());
      }
    }
  }

  @Test
  void excusesAndSecondOpinionsAreWithinTheirBounds() {
    assertThat(policy().maxExcuses()).isPositive();
    assertThat(policy().secondOpinion()).isGreaterThanOrEqualTo(Duration.ZERO);
  }

  private FailureCategory anyCategory() {
    FailureCategory[] all = FailureCategory.values();
    return all[random.nextInt(all.length)];
  }

  private @Nullable Long anyWait() {
    return random.nextBoolean() ? null : random.nextLong(Duration.ofHours(1).toMillis() + 1);
  }

  /** What a request may have been through whose last failure is of this category. */
  private Strikes anyStrikes(FailureCategory category) {
    return new Strikes(random.nextInt(3), random.nextInt(2_000), random.nextInt(12)).with(category);
  }

  private static Failure failure(FailureCategory category, @Nullable Long retryAfterMillis) {
    return new Failure(category, "code", "message", null, null, retryAfterMillis);
  }
}
