package io.penstock.streams.dispatch.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.streams.dispatch.shard.Site.Reply;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One worker's refusal is no verdict: another is asked, and the one that stands out rests. */
class RefusalTest {

  private final Site site = new Site(ClusterView.NONE);

  @ParameterizedTest
  @CsvSource({
    "REJECTED, engine_rejected, 400",
    "OVERLOADED, engine_quota_exhausted, 402",
    "RETRYABLE, engine_error, 500"
  })
  void aWorkerThatRefusesWhatAnotherServesCostsNoRequestAndRests(
      FailureCategory category, String code, int status) {
    Site.Worker usedUp = site.worker("a", 4, false, lease -> refused(category, code, status));
    site.worker("fine", 4, false, RefusalTest::serves);
    for (int i = 0; i < 200; i++) {
      arrive(0.5 * i, "r" + i);
    }
    site.runUntil(200);
    assertThat(site.succeeded(any -> true)).isEqualTo(200);
    assertThat(usedUp.attempts).isLessThan(40);
  }

  @Test
  void aRefusalByTwoWorkersIsBelieved() {
    site.worker("v", 4, false, RefusalTest::refuses);
    site.worker("w", 4, false, RefusalTest::refuses);
    arrive(0, "a");
    site.runUntil(5);
    InferenceResult result = site.results.values().iterator().next();
    assertThat(result.getStatus()).isEqualTo(TerminalStatus.FAILED);
    assertThat(result.getError().orElseThrow().getCode()).isEqualTo("engine_rejected");
    assertThat(result.getAttempts()).isEqualTo(2);
  }

  @Test
  void aWorkerThatRefusesTwiceIsOneWitness() {
    site.worker("a", 4, false, RefusalTest::refuses);
    site.worker("busy", 1, false, lease -> Reply.served(Duration.ofSeconds(40)));
    arrive(0, "first");
    arrive(2, "second");
    site.runUntil(120);
    assertThat(site.results.values())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.SUCCEEDED, TerminalStatus.SUCCEEDED);
  }

  @Test
  void aRefusalByTheOnlyWorkerIsBelievedAtOnce() {
    site.worker("w", 4, false, RefusalTest::refuses);
    arrive(0, "a");
    site.runUntil(5);
    assertThat(site.results.values()).extracting(InferenceResult::getAttempts).containsExactly(1);
  }

  @Test
  void aPromptThatIsTooLongIsBelievedAtOnce() {
    Function<Lease, Reply> tooLong =
        lease -> refused(FailureCategory.REJECTED, "context_length_exceeded", 400);
    site.worker("v", 4, false, tooLong);
    site.worker("w", 4, false, tooLong);
    arrive(0, "a");
    site.runUntil(5);
    assertThat(site.results.values()).extracting(InferenceResult::getAttempts).containsExactly(1);
  }

  @Test
  void aWorkerThatServesAgainIsGivenItsShareAgain() {
    boolean[] broken = {true};
    Site.Worker flaky =
        site.worker("a", 4, false, lease -> broken[0] ? refuses(lease) : serves(lease));
    site.worker("fine", 4, false, RefusalTest::serves);
    for (int i = 0; i < 400; i++) {
      arrive(0.25 * i, "r" + i);
    }
    site.runUntil(30);
    broken[0] = false;
    site.runUntil(50);
    long before = flaky.attempts;
    site.runUntil(120);
    assertThat(flaky.attempts - before).isGreaterThan(50);
    assertThat(site.succeeded(any -> true)).isEqualTo(400);
  }

  @Test
  void theLastWorkerNeverRests() {
    site.worker("a", 4, false, RefusalTest::refuses);
    site.worker("fine", 4, false, RefusalTest::serves);
    for (int i = 0; i < 20; i++) {
      arrive(0.5 * i, "r" + i);
    }
    site.runUntil(15);
    site.stop("fine");
    arrive(30, "late");
    site.runUntil(40);
    assertThat(site.results.values())
        .filteredOn(result -> result.getId().equals("late"))
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.FAILED);
  }

  private static Reply refuses(Lease lease) {
    return refused(FailureCategory.REJECTED, "engine_rejected", 400);
  }

  private static Reply serves(Lease lease) {
    return Reply.served(Duration.ofSeconds(1));
  }

  private static Reply refused(FailureCategory category, String code, int status) {
    return Reply.failed(Duration.ofMillis(20), category, code, status, null);
  }

  private void arrive(double seconds, String id) {
    site.arrive(seconds, "tenant", id, ServiceClass.STANDARD, Duration.ofMinutes(30));
  }
}
