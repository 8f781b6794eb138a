package io.penstock.streams.dispatch.lifecycle;

import static io.penstock.streams.dispatch.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.lifecycle.RetryPolicy.Strikes;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffRetriesTest {

  private static final RetryPolicy POLICY = policy(40, 3);

  @Property
  void backoffIsNeverLongerThanItsBoundNorInThePast(
      @ForAll @IntRange(min = 1, max = 39) int failures, @ForAll long seed) {
    RetryDecision verdict =
        POLICY.after(
            Samples.failure(FailureCategory.RETRYABLE), new Strikes(failures, 0, 0), seed, START);
    assertThat(verdict).isInstanceOf(RetryDecision.Later.class);
    Duration backoff = Duration.between(START, ((RetryDecision.Later) verdict).notBefore());
    double bound = Math.min(5, 0.1 * Math.pow(2, failures - 1));
    assertThat(backoff.toNanos() / 1e9).isBetween(0.0, bound);
  }

  @Test
  void backoffIsSpreadOverItsBound() {
    double mean = 0;
    for (int seed = 0; seed < 1000; seed++) {
      RetryDecision verdict =
          POLICY.after(
              Samples.failure(FailureCategory.RETRYABLE), new Strikes(1, 0, 0), seed, START);
      mean +=
          Duration.between(START, ((RetryDecision.Later) verdict).notBefore()).toNanos()
              / 1e6
              / 1000;
    }
    assertThat(mean).isBetween(45.0, 55.0);
  }

  @Test
  void theEnginesOwnWordOnWhenToComeBackIsKept() {
    Failure limited =
        new Failure(FailureCategory.OVERLOADED, "code", "message", null, 429, 20_000L);
    assertThat(POLICY.after(limited, new Strikes(0, 1, 0), 1, START))
        .isEqualTo(new RetryDecision.Elsewhere(START.plusSeconds(20)));
  }

  @Test
  void whatTheRequestIsToBlameForIsNeverTriedAgain() {
    assertThat(
            POLICY.after(Samples.failure(FailureCategory.INVALID), new Strikes(1, 0, 0), 1, START))
        .isInstanceOf(RetryDecision.GiveUp.class);
    assertThat(
            POLICY.after(Samples.failure(FailureCategory.REJECTED), new Strikes(1, 0, 0), 1, START))
        .isInstanceOf(RetryDecision.GiveUp.class);
  }

  @Test
  void lostLeasesHaveALimitOfTheirOwn() {
    Failure lost = Samples.failure(FailureCategory.LEASE_LOST);
    RetryPolicy policy = BackoffRetries.DEFAULT;
    assertThat(policy.after(lost, new Strikes(2, 0, 9), 1, START))
        .isEqualTo(new RetryDecision.Later(START));
    assertThat(policy.after(lost, new Strikes(0, 0, 10), 1, START))
        .isInstanceOf(RetryDecision.GiveUp.class);
  }

  @Test
  void aLostLeaseIsTriedAgainAtOnce() {
    assertThat(
            POLICY.after(
                Samples.failure(FailureCategory.LEASE_LOST), new Strikes(1, 0, 0), 1, START))
        .isEqualTo(new RetryDecision.Later(START));
  }

  @Test
  void aFullWorkerIsAvoidedLongerEachTimeUpToTheLongestBackoff() {
    RetryPolicy patient = policy(3, 1000);
    Failure full = Samples.failure(FailureCategory.OVERLOADED);
    assertThat(patient.after(full, new Strikes(0, 2, 0), 1, START))
        .isEqualTo(new RetryDecision.Elsewhere(START.plusSeconds(2)));
    assertThat(patient.after(full, new Strikes(0, 900, 0), 1, START))
        .isEqualTo(new RetryDecision.Elsewhere(START.plusSeconds(5)));
  }

  @Test
  void overloadsAreBoundedToo() {
    assertThat(
            POLICY.after(
                Samples.failure(FailureCategory.OVERLOADED), new Strikes(0, 3, 0), 1, START))
        .isInstanceOf(RetryDecision.GiveUp.class);
  }

  @Test
  void contradictorySettingsAreRefused() {
    assertThatThrownBy(
            () ->
                new BackoffRetries(
                    1,
                    1,
                    1,
                    1,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    Duration.ZERO,
                    Duration.ZERO))
        .hasMessageContaining("longestBackoff");
  }

  private static RetryPolicy policy(int failures, int overloads) {
    return new BackoffRetries(
        failures,
        overloads,
        10,
        20,
        Duration.ofMillis(100),
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10));
  }
}
