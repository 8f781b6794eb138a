package io.penstock.broker.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.models.ModelCatalog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SubmissionsTest {

  private static final Caller LIMITED =
      new Caller(
          "default",
          ServiceClass.INTERACTIVE,
          Optional.of("key_1"),
          new KeyLimits(OptionalLong.of(10), OptionalLong.empty(), OptionalLong.empty()));

  private final Log log = new Log();
  private final Watches watches = new Watches(2);
  private final RecentRequests recent = new RecentRequests(10);
  private final Submissions submissions =
      new Submissions(
          new OneHome(),
          log,
          watches,
          recent,
          new Limiter(() -> 1),
          () -> ModelCatalog.EMPTY,
          () -> FleetView.EMPTY,
          Duration.ofDays(1),
          InstantSource.fixed(Instant.EPOCH));

  SubmissionsTest() {
    recent.open(0);
  }

  @Test
  void nobodyWatchesARequestThatTheLogDidNotTake() {
    log.answer = CompletableFuture.failedFuture(new IllegalStateException("Kafka is away"));

    assertThatThrownBy(() -> submit(Optional.empty(), "one")).isInstanceOf(ApiException.class);

    assertThat(watches.count()).isZero();
    assertThat(recent.find(0, "default", "req_1")).isEmpty();
  }

  @Test
  void nobodyWatchesARequestThatCannotBeWritten() {
    log.refusal = new IllegalArgumentException("body is too long");
    assertThatThrownBy(() -> submit(Optional.empty(), "one")).isInstanceOf(ApiException.class);
    assertThat(watches.count()).isZero();

    log.refusal = new IllegalStateException("the producer is closed");
    assertThatThrownBy(() -> submit(Optional.empty(), "one")).isSameAs(log.refusal);
    assertThat(watches.count()).isZero();
  }

  @Test
  void nobodyWatchesARequestWhoseIdempotencyKeyStandsForAnother() {
    submit(Optional.of("mine"), "one").watch().close();
    int before = watches.count();

    assertThatThrownBy(() -> submit(Optional.of("mine"), "other"))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().status()).isEqualTo(409));

    assertThat(watches.count()).isEqualTo(before);
  }

  @Test
  void whenTooManyWaitTheOneMoreLeavesNothingBehind() {
    Submitted first = submit(Optional.empty(), "one");
    assertThat(watches.count()).isEqualTo(2);

    assertThatThrownBy(() -> submit(Optional.empty(), "two"))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().status()).isEqualTo(503));

    assertThat(watches.count()).isEqualTo(2);
    first.watch().close();
    InferenceResult result = BrokerSamples.result("req_1", TerminalStatus.SUCCEEDED).build();
    watches.result(BrokerSamples.record(result));
    assertThat(watches.count()).isZero();
  }

  @Test
  void aRetryUnderItsIdempotencyKeyIsNotHeldToTheLimitAgain() {
    for (int each = 0; each < 20; each++) {
      Submitted submitted = submit(Optional.of("mine"), "one");
      assertThat(submitted.before().isPresent()).isEqualTo(each > 0);
      submitted.watch().close();
    }
  }

  private Submitted submit(Optional<String> idempotencyKey, String prompt) {
    byte[] body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted(prompt)
            .getBytes(StandardCharsets.UTF_8);
    SubmissionRequest call =
        new SubmissionRequest(
            LIMITED,
            Endpoint.CHAT_COMPLETIONS,
            body,
            Optional.empty(),
            Optional.empty(),
            idempotencyKey,
            Optional.empty(),
            Optional.empty());
    return submissions.submit(submissions.judge(call), _ -> {});
  }

  /** A log that takes everything, unless it is to fail. */
  private static final class Log implements RequestGateway {

    private CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);
    private @Nullable RuntimeException refusal;

    @Override
    public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
      if (refusal != null) {
        throw refusal;
      }
      return answer;
    }

    @Override
    public CompletableFuture<Void> cancel(String tenant, String id) {
      throw new CompletionException(new AssertionError("nobody asked for it"));
    }
  }
}
