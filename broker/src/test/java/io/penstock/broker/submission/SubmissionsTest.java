package io.penstock.broker.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.errors.KafkaUnavailableException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.MemoryHome;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watcher;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.models.ModelCatalog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SubmissionsTest {

  private static final Caller LIMITED =
      new Caller(
          "default",
          ServiceClass.INTERACTIVE,
          Optional.of("key_1"),
          new KeyLimits(OptionalLong.of(10), OptionalLong.empty(), OptionalLong.empty()));

  private final Log log = new Log();
  private final List<Thread> callers = new ArrayList<>();
  private final Watches watches = new Watches(3);
  private final RecentRequests recent = new RecentRequests(10);
  private final Admissions admissions = new Admissions();
  private final MemoryHome home = new MemoryHome();
  private final IdempotencyKeys keys = new IdempotencyKeys(new OneHome());
  private final Submissions submissions = submissions(keys);

  SubmissionsTest() {
    recent.open(0, false);
    admissions.taken(home.taken());
    keys.taken(home.taken());
  }

  @Test
  void nobodyWatchesARequestThatTheLogDidNotTake() {
    log.answer =
        CompletableFuture.failedFuture(
            new KafkaUnavailableException(new IllegalStateException("Kafka is away")));

    assertThatThrownBy(() -> submit(Optional.empty(), "one"))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().status()).isEqualTo(503));

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
    Submitted second = submit(Optional.empty(), "two");
    var _ = watches.watch("other", "other", 0, _ -> {});

    assertThatThrownBy(() -> submit(Optional.empty(), "three"))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().status()).isEqualTo(429));

    assertThat(watches.count()).isEqualTo(3);
    assertThat(admissions.count()).isEqualTo(2);
    first.watch().close();
    second.watch().close();
    assertThat(watches.count()).isEqualTo(1);
  }

  /** One tenant's background requests leave room for everybody who waits. */
  @Test
  void aRequestForWhichNobodyWaitsTakesNoRoomOfThoseWhoWait() {
    for (int each = 1; each <= 5; each++) {
      submit(Optional.empty(), "one").watch().close();
      assertThat(watches.count()).isZero();
      assertThat(admissions.count()).isEqualTo(each);
    }

    admissions.result(
        BrokerSamples.record(BrokerSamples.result("req_1", TerminalStatus.SUCCEEDED).build()));
    assertThat(admissions.count()).isEqualTo(4);

    admissions.lost(0);
    assertThat(admissions.count()).isZero();
  }

  @Test
  void anIdempotencyKeyIsKnownToTheNextOwnerOfItsHome() {
    submit(Optional.of("mine"), "one").watch().close();
    recent.open(0, true);
    IdempotencyKeys next = new IdempotencyKeys(new OneHome());
    next.taken(home.taken());
    Submissions successor = submissions(next);

    assertThatThrownBy(() -> submit(successor, Optional.of("mine"), "other"))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> assertThat(refused.error().code()).isEqualTo("idempotency_key_reused"));
    assertThat(watches.count()).isZero();

    // Nothing is known of the request itself, so that it is sent again, and dispatch tells.
    assertThat(submit(successor, Optional.of("mine"), "one").before()).isEmpty();
  }

  @Test
  void theAnswerToARepetitionIsNotForWhoeverHasSentNothing() {
    List<ResultRecord> heard = new ArrayList<>();
    submit(Optional.of("mine"), "one").watch().close();
    Submitted again = submit(submissions, Optional.of("mine"), "one", heard::add);
    assertThat(again.before()).isPresent();

    watches.result(repetition(again.id(), Repetition.CONFLICT));
    assertThat(heard).isEmpty();

    Submitted other = submit(submissions, Optional.of("other"), "one", heard::add);
    watches.result(repetition(other.id(), Repetition.SAME));
    assertThat(heard).hasSize(1);
  }

  @Test
  void aRequestWhoseRecordIsNotTakenIsCancelled() {
    CompletableFuture<Void> lost = CompletableFuture.failedFuture(new HomeLostException(0));

    assertThatThrownBy(
            () ->
                submissions.submit(judged(submissions, Optional.empty(), "a"), _ -> lost, _ -> {}))
        .isInstanceOf(HomeLostException.class);

    assertThat(log.cancelled).containsExactly("req_1");
    assertThat(watches.count()).isZero();
    assertThat(admissions.count()).isZero();
  }

  /** Nobody takes a fault of ours for one of Kafka's. */
  @Test
  void whatFailsForAnotherReasonIsToldAsItIs() {
    log.answer = CompletableFuture.failedFuture(new IllegalStateException("a fault of ours"));

    assertThatThrownBy(() -> submit(Optional.empty(), "one"))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThat(watches.count()).isZero();
  }

  @Test
  void whatWasWrittenOfARequestThatWasNotSentIsTakenBack() {
    List<String> written = new ArrayList<>();
    Recording recording =
        new Recording() {
          @Override
          public CompletableFuture<Void> write(String id) {
            written.add(id);
            return CompletableFuture.completedFuture(null);
          }

          @Override
          public void undo(String id) {
            written.remove(id);
          }
        };
    submissions
        .submit(judged(submissions, Optional.empty(), "a"), recording, _ -> {})
        .watch()
        .close();
    assertThat(written).containsExactly("req_1");

    log.answer =
        CompletableFuture.failedFuture(
            new KafkaUnavailableException(new IllegalStateException("Kafka is away")));
    JudgedRequest next = judged(submissions, Optional.empty(), "b");
    assertThatThrownBy(() -> submissions.submit(next, recording, _ -> {}))
        .isInstanceOf(ApiException.class);
    assertThat(written).containsExactly("req_1");
  }

  private static ResultRecord repetition(String id, Repetition repetition) {
    return BrokerSamples.record(
        BrokerSamples.result(id, TerminalStatus.SUCCEEDED).setRepetition(repetition).build());
  }

  @Test
  void aRetryUnderItsIdempotencyKeyIsNotHeldToTheLimitAgain() {
    for (int each = 0; each < 20; each++) {
      Submitted submitted = submit(Optional.of("mine"), "one");
      assertThat(submitted.before().isPresent()).isEqualTo(each > 0);
      submitted.watch().close();
    }
  }

  @Test
  void aRepetitionWaitsForTheFirstSendAndSendsItselfIfThatFails() throws Exception {
    CompletableFuture<Void> first = new CompletableFuture<>();
    log.answer = first;
    CompletableFuture<Submitted> sending = inThread();
    await(() -> log.sent.get() == 1);
    List<CompletableFuture<Submitted>> repetitions = List.of(inThread(), inThread());
    await(
        () ->
            callers.stream()
                .allMatch(
                    each ->
                        each.getState() == Thread.State.TIMED_WAITING
                            || each.getState() == Thread.State.WAITING));
    assertThat(repetitions).noneMatch(CompletableFuture::isDone);
    assertThat(log.sent).hasValue(1);

    log.answer = CompletableFuture.completedFuture(null);
    first.completeExceptionally(
        new KafkaUnavailableException(new IllegalStateException("Kafka is away")));

    assertThatThrownBy(sending::get).hasCauseInstanceOf(ApiException.class);
    List<Boolean> before = new ArrayList<>();
    for (CompletableFuture<Submitted> each : repetitions) {
      before.add(each.get().before().isPresent());
    }
    // One has sent the request, and the other is a repetition of that one.
    assertThat(before).containsExactlyInAnyOrder(true, false);
    assertThat(log.sent).hasValue(2);
    assertThat(recent.find(0, "default", repetitions.getFirst().get().id())).isPresent();
  }

  @Test
  void aRepetitionOfARequestThatWasSentSendsNothing() throws Exception {
    CompletableFuture<Void> first = new CompletableFuture<>();
    log.answer = first;
    CompletableFuture<Submitted> sending = inThread();
    await(() -> log.sent.get() == 1);
    CompletableFuture<Submitted> repetition = inThread();
    first.complete(null);

    assertThat(sending.get().before()).isEmpty();
    assertThat(repetition.get().before()).isPresent();
    assertThat(log.sent).hasValue(1);
  }

  @Test
  void whoeverWaitsTooLongForItsTurnIsToldSo() {
    SendTurns turns = new SendTurns();
    try (SendTurns.Turn _ = turns.take("a", Duration.ZERO).orElseThrow()) {
      assertThat(turns.take("a", Duration.ofMillis(20))).isEmpty();
      turns.take("b", Duration.ZERO).orElseThrow().close();
    }
    turns.take("a", Duration.ZERO).orElseThrow().close();
  }

  private CompletableFuture<Submitted> inThread() {
    CompletableFuture<Submitted> submitted = new CompletableFuture<>();
    callers.add(
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    submitted.complete(submit(Optional.of("mine"), "one"));
                  } catch (RuntimeException refused) {
                    submitted.completeExceptionally(refused);
                  }
                }));
    return submitted;
  }

  private static void await(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      Thread.sleep(1);
    }
  }

  private Submissions submissions(IdempotencyKeys known) {
    return new Submissions(
        new OneHome(),
        log,
        watches,
        recent,
        new Limiter(() -> 1),
        admissions,
        known,
        () -> ModelCatalog.EMPTY,
        () -> FleetView.EMPTY,
        Duration.ofDays(1),
        InstantSource.fixed(Instant.EPOCH));
  }

  private Submitted submit(Optional<String> idempotencyKey, String prompt) {
    return submit(submissions, idempotencyKey, prompt);
  }

  private static Submitted submit(Submissions to, Optional<String> idempotencyKey, String prompt) {
    return submit(to, idempotencyKey, prompt, _ -> {});
  }

  private static Submitted submit(
      Submissions to, Optional<String> idempotencyKey, String prompt, Watcher watcher) {
    return to.submit(judged(to, idempotencyKey, prompt), watcher);
  }

  private static JudgedRequest judged(
      Submissions by, Optional<String> idempotencyKey, String prompt) {
    byte[] body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted(prompt)
            .getBytes(StandardCharsets.UTF_8);
    return by.judge(
        new SubmissionRequest(
            LIMITED,
            Endpoint.CHAT_COMPLETIONS,
            body,
            Optional.empty(),
            Optional.empty(),
            idempotencyKey,
            Optional.empty(),
            Optional.empty(),
            SubmissionRequest.REQUEST));
  }

  /** A log that takes everything, unless it is to fail. */
  private static final class Log implements RequestGateway {

    private volatile CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);
    private final AtomicInteger sent = new AtomicInteger();
    private final List<String> cancelled = new ArrayList<>();
    private @Nullable RuntimeException refusal;

    @Override
    public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
      if (refusal != null) {
        throw refusal;
      }
      sent.incrementAndGet();
      return answer;
    }

    @Override
    public CompletableFuture<Void> cancel(String tenant, String id) {
      cancelled.add(id);
      return CompletableFuture.completedFuture(null);
    }
  }
}
