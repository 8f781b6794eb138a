package io.penstock.streams.dispatch.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.shard.Site.Reply;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A rate limit is a pause of one worker, and nobody's failure. */
class RateLimitTest {

  private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

  private final Map<String, Integer> limited = new HashMap<>();
  private final Site site = new Site(ClusterView.NONE);

  @Test
  void fiftyRequestsThatAreLimitedThreeTimesAreServedInNinetySecondsBesideTenCalmOnes() {
    site.worker("w", 8, true, this::limitsThreeTimes);
    for (int i = 0; i < 50; i++) {
      arrive(0.01 * i, "limited-" + i);
    }
    for (int i = 0; i < 10; i++) {
      arrive(3.0 * i, "calm-" + i);
    }
    site.runUntil(90);
    assertThat(site.results).hasSize(60);
    assertThat(site.succeeded(any -> true)).isEqualTo(60);
    assertThat(site.results.values())
        .filteredOn(result -> result.getId().startsWith("calm"))
        .allMatch(result -> seconds(result) < 12);
  }

  @Test
  void anotherWorkerTakesALimitedRequestAtOnce() {
    site.worker("limited", 1, true, lease -> limited(Duration.ofMillis(20), 60_000L));
    site.worker("free", 8, true, lease -> Reply.served(Duration.ofMillis(500)));
    for (int i = 0; i < 20; i++) {
      arrive(i, "r" + i);
    }
    site.runUntil(40);
    assertThat(site.succeeded(result -> seconds(result) < 1)).isEqualTo(20);
  }

  @Test
  void aPausedWorkerGetsNothingUntilItsPauseIsOver() {
    Site.Worker worker =
        site.worker("w", 4, true, lease -> limited(Duration.ofMillis(20), 10_000L));
    arrive(0, "a");
    for (int i = 0; i < 9; i++) {
      arrive(0.5 + i, "b" + i);
    }
    site.runUntil(9.9);
    assertThat(worker.attempts).isEqualTo(1);
    site.runUntil(11);
    assertThat(worker.attempts).isGreaterThan(1);
  }

  @Test
  void aRequestThatTwoWorkersLimitWaitsAndDoesNotGoToAndFro() {
    Site.Worker one = site.worker("v", 4, false, lease -> limited(Duration.ofMillis(20), 2000L));
    Site.Worker two = site.worker("w", 4, false, lease -> limited(Duration.ofMillis(20), 2000L));
    arrive(0, "a");
    site.runUntil(60);
    assertThat(one.attempts + two.attempts).isBetween(10L, 70L);
  }

  @Test
  void aRequestThatTwoWorkersLimitGoesToTheThirdAsSoonAsThatIsFree() {
    site.worker("free", 1, true, lease -> Reply.served(Duration.ofSeconds(3)));
    arrive(0.2, "hold");
    site.runUntil(0.5);
    Site.Worker one = site.worker("v", 4, true, lease -> limited(Duration.ofMillis(20), 60_000L));
    Site.Worker two = site.worker("w", 4, true, lease -> limited(Duration.ofMillis(20), 60_000L));
    arrive(1, "a");
    site.runUntil(200);
    assertThat(one.attempts + two.attempts).isEqualTo(2);
    assertThat(site.succeeded(result -> seconds(result) < 6)).isEqualTo(2);
  }

  @Test
  void aRequestDoesNotGoToAndFroWhileTheThirdWorkerIsBusy() {
    site.worker("busy", 1, true, lease -> Reply.served(Duration.ofSeconds(60)));
    arrive(0.2, "hold");
    site.runUntil(0.5);
    Site.Worker one = site.worker("v", 4, false, lease -> limited(Duration.ofMillis(20), 2000L));
    Site.Worker two = site.worker("w", 4, false, lease -> limited(Duration.ofMillis(20), 2000L));
    arrive(1, "a");
    site.runUntil(60);
    assertThat(one.attempts + two.attempts).isBetween(10L, 70L);
  }

  private Reply limitsThreeTimes(Lease lease) {
    boolean limits =
        lease.getRequestId().startsWith("limited")
            && limited.merge(lease.getRequestId(), 1, Integer::sum) <= 3;
    return limits ? limited(Duration.ofMillis(20), 2000L) : Reply.served(Duration.ofMillis(500));
  }

  private static Reply limited(Duration after, long retryAfterMillis) {
    return Reply.failed(
        after, FailureCategory.OVERLOADED, "engine_rate_limited", 429, retryAfterMillis);
  }

  private void arrive(double seconds, String id) {
    site.arrive(seconds, "tenant", id, ServiceClass.STANDARD, HALF_AN_HOUR);
  }

  private static double seconds(InferenceResult result) {
    return Duration.between(result.getAcceptedAt(), result.getFinishedAt()).toMillis() / 1e3;
  }
}
