package io.penstock.broker.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.BrokerSamples;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.FirstPartition;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.metrics.WebhookMetrics;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.submission.WebhookChoice;
import io.penstock.broker.webhooks.WebhookSamples;
import io.penstock.broker.webhooks.endpoints.EndpointCodec;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.EndpointRequest;
import io.penstock.broker.webhooks.endpoints.EventType;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import io.penstock.schemas.TerminalStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeliveriesTest {

  private static final WebhookSettings SETTINGS =
      new WebhookSettings(
          List.of(),
          Duration.ofSeconds(15),
          Duration.ofDays(1),
          Duration.ofDays(7),
          20,
          12,
          50,
          50,
          50);

  private final WebhookEndpoint endpoint =
      WebhookSamples.endpoint("whe_1", "default", "https://one.example/", EventType.values());
  private final EndpointDirectory directory = new EndpointDirectory();
  private final Map<String, StateEntry> front = new LinkedHashMap<>();
  private final Deque<Runnable> mail = new ArrayDeque<>();
  private final List<WebhookEvent> sent = new ArrayList<>();
  private Function<WebhookEvent, Outcome> receiver = _ -> new Outcome.Taken(200);
  private final PartitionDeliveries partition = new PartitionDeliveries(0, List.of(), new Writer());
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WebhookMetrics metrics = new WebhookMetrics(registry);
  private final Deliveries deliveries =
      new Deliveries(directory, SETTINGS, this::attempt, mail::add, () -> 0.5, metrics);
  private Optional<Throwable> writeFailure = Optional.empty();
  private Instant now = WebhookSamples.START;
  private long offset;

  DeliveriesTest() {
    put(endpoint);
    directory.upToDate();
    deliveries.taken(partition);
  }

  private void put(WebhookEndpoint changed) {
    StateEntry entry = EndpointCodec.entry(changed);
    directory.entry(entry.kind(), entry.id(), entry.document());
  }

  private void attempt(Delivery delivery, WebhookEndpoint to, Consumer<Outcome> ended) {
    sent.add(delivery.event());
    ended.accept(receiver.apply(delivery.event()));
  }

  private void heard(String id, TerminalStatus status, String webhook) {
    hear(BrokerSamples.result(id, status).setWebhook(webhook).build());
  }

  private void hear(io.penstock.schemas.InferenceResult result) {
    boolean _ = partition.heard(new ResultRecord(0, offset++, now, result));
  }

  /** Lets everything happen that can happen after so much time. */
  private void pass(Duration time) {
    now = now.plus(time);
    for (int round = 0; round < 10; round++) {
      var _ = deliveries.turn(now);
      for (Runnable next = mail.poll(); next != null; next = mail.poll()) {
        next.run();
      }
    }
  }

  private long entries(String kind) {
    return front.keySet().stream().filter(key -> key.startsWith(kind + "/")).count();
  }

  private String deadLetter() {
    return front.keySet().stream()
        .filter(key -> key.startsWith(DeliveryCodec.DEAD + "/"))
        .map(key -> key.substring(key.indexOf('/') + 1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyKindOfEndIsToldUnderItsName() {
    for (TerminalStatus status : TerminalStatus.values()) {
      heard("req_" + status, status, WebhookChoice.TENANT);
      heard("resp_" + status, status, WebhookChoice.TENANT);
    }
    hear(
        BrokerSamples.result("resp_cut", TerminalStatus.SUCCEEDED)
            .setWebhook("*")
            .setBody(
                ByteBuffer.wrap(
                    "{\"choices\":[{\"finish_reason\":\"length\"}]}"
                        .getBytes(StandardCharsets.UTF_8)))
            .build());
    hear(
        BrokerSamples.result("resp_odd", TerminalStatus.SUCCEEDED)
            .setWebhook("*")
            .setBody(ByteBuffer.wrap(new byte[] {'{'}))
            .build());
    heard("req_silent", TerminalStatus.SUCCEEDED, null);
    pass(Duration.ZERO);

    assertThat(sent)
        .extracting(event -> event.subject() + " " + event.type().wire())
        .containsExactlyInAnyOrder(
            "req_SUCCEEDED request.succeeded",
            "req_FAILED request.failed",
            "req_CANCELLED request.cancelled",
            "req_EXPIRED request.expired",
            "resp_SUCCEEDED response.completed",
            "resp_FAILED response.failed",
            "resp_CANCELLED response.cancelled",
            "resp_EXPIRED response.failed",
            "resp_cut response.incomplete",
            "resp_odd response.completed");
    assertThat(entries(DeliveryCodec.PENDING)).isZero();
  }

  @Test
  void nothingIsSentBeforeItIsWrittenDown() {
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    var _ = deliveries.turn(now);
    assertThat(sent).isEmpty();
    assertThat(entries(DeliveryCodec.PENDING)).isEqualTo(1);
    pass(Duration.ZERO);
    assertThat(sent).hasSize(1);
  }

  @Test
  void whatFailsForADayIsBuriedAndCanBeReplayed() {
    receiver = _ -> Outcome.Failed.of("the receiver answered 500");
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    for (int hours = 0; hours < 30; hours++) {
      pass(Duration.ofHours(1));
    }
    assertThat(sent).hasSize(8).extracting(WebhookEvent::id).containsOnly(sent.getFirst().id());
    assertThat(entries(DeliveryCodec.PENDING)).isZero();
    assertThat(entries(DeliveryCodec.DEAD)).isEqualTo(1);

    receiver = _ -> new Outcome.Taken(200);
    assertThat(deliveries.replay(deadLetter(), _ -> false)).isCompletedWithValue(false);
    CompletableFuture<Boolean> replayed = deliveries.replay(deadLetter(), _ -> true);
    pass(Duration.ZERO);

    assertThat(replayed.join()).isTrue();
    assertThat(sent).hasSize(9).extracting(WebhookEvent::id).containsOnly(sent.getFirst().id());
    assertThat(entries(DeliveryCodec.DEAD)).isZero();
    assertThat(entries(DeliveryCodec.PENDING)).isZero();
  }

  @Test
  void aDeadLetterIsDiscardedAndOneIsForgottenInTime() {
    receiver = _ -> new Outcome.Gone();
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ZERO);
    CompletableFuture<Boolean> discarded = deliveries.discard(deadLetter(), _ -> true);
    pass(Duration.ZERO);
    assertThat(discarded.join()).isTrue();
    assertThat(entries(DeliveryCodec.DEAD)).isZero();

    put(enabled(now.plusSeconds(1)));
    heard("req_2", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ofSeconds(2));
    pass(SETTINGS.deadLetterRetention().minusSeconds(10));
    assertThat(entries(DeliveryCodec.DEAD)).isEqualTo(1);
    pass(Duration.ofMinutes(1));
    assertThat(entries(DeliveryCodec.DEAD)).isZero();
  }

  private WebhookEndpoint enabled(Instant at) {
    return EndpointRequest.read("{\"enabled\":true}".getBytes(StandardCharsets.UTF_8))
        .change(endpoint, at);
  }

  @Test
  void aReceiverThatIsGoneHearsNothingMoreUntilItsEndpointIsEnabled() {
    receiver = _ -> new Outcome.Gone();
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ofSeconds(1));
    heard("req_2", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ofHours(1));
    assertThat(sent).hasSize(1);
    assertThat(directory.isActive(endpoint)).isFalse();

    receiver = _ -> new Outcome.Taken(200);
    put(enabled(now));
    heard("req_3", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ofSeconds(1));
    assertThat(sent).extracting(WebhookEvent::subject).containsExactly("req_1", "req_3");
  }

  @Test
  void whatIsPendingForADeletedEndpointIsForgottenAfterAMinute() {
    receiver = _ -> Outcome.Failed.of("the receiver answered 500");
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ZERO);
    directory.entry(EndpointCodec.KIND, "whe_1", null);
    pass(Duration.ofSeconds(10));
    assertThat(entries(DeliveryCodec.PENDING)).isEqualTo(1);
    for (int each = 0; each < 10; each++) {
      pass(Duration.ofMinutes(1));
    }
    assertThat(sent).hasSize(1);
    assertThat(entries(DeliveryCodec.PENDING)).isZero();
    assertThat(entries(DeliveryCodec.DEAD)).isZero();
  }

  @Test
  void eventsForWhichThereIsNoRoomAreDeadLettersThatCanBeReplayed() {
    int most = SETTINGS.maxPending();
    receiver = _ -> Outcome.Failed.of("the receiver answered 500");
    for (int number = 0; number < 2 * most; number++) {
      heard("req_" + number, TerminalStatus.SUCCEEDED, "*");
    }
    pass(Duration.ZERO);
    assertThat(entries(DeliveryCodec.PENDING)).isEqualTo(most);
    assertThat(entries(DeliveryCodec.DEAD)).isEqualTo(most);
    assertThat(directory.status("whe_1").droppedAt()).isEmpty();
    // While so many are pending, none is added.
    assertThat(deliveries.replay(deadLetter(), _ -> true))
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(ApiException.class)
        .withMessageContaining("pending");

    receiver = _ -> new Outcome.Taken(200);
    pass(Duration.ofHours(12));
    assertThat(entries(DeliveryCodec.PENDING)).isZero();
    while (entries(DeliveryCodec.DEAD) > 0) {
      var _ = deliveries.replay(deadLetter(), _ -> true);
      pass(Duration.ZERO);
    }
    assertThat(sent.stream().map(WebhookEvent::subject).distinct()).hasSize(2 * most);
  }

  @Test
  void whatIsKeptForAnEndpointIsBoundedAndTheTenantSeesThatEventsWereDropped() {
    int most = SETTINGS.maxPending();
    receiver = _ -> Outcome.Failed.of("the receiver answered 500");
    for (int number = 0; number < 3 * most; number++) {
      heard("req_" + number, TerminalStatus.SUCCEEDED, "*");
    }
    pass(Duration.ZERO);
    assertThat(entries(DeliveryCodec.PENDING)).isEqualTo(most);
    assertThat(entries(DeliveryCodec.DEAD)).isEqualTo(most);
    assertThat(directory.status("whe_1").droppedAt()).contains(now);
    assertThat(partition.deadLetters())
        .extracting(letter -> letter.delivery().event().subject())
        .containsExactlyElementsOf(
            IntStream.range(2 * most, 3 * most).mapToObj(number -> "req_" + number).toList());

    // What is given up takes the place of older ones, too.
    pass(Duration.ofDays(2));
    assertThat(entries(DeliveryCodec.PENDING)).isZero();
    assertThat(entries(DeliveryCodec.DEAD)).isEqualTo(most);
    heard("req_99", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ofSeconds(1));
    assertThat(entries(DeliveryCodec.DEAD)).isEqualTo(most);
    assertThat(entries(DeliveryCodec.PENDING)).isEqualTo(1);
  }

  @Test
  void whatSomebodyElseHasWrittenIsSentAtOnceAndOnce() {
    Delivery delivery =
        Delivery.begun(WebhookSamples.event("default", "batch_1"), endpoint.id(), now);
    deliveries.adopt(0, List.of(delivery));
    deliveries.adopt(0, List.of(delivery));
    deliveries.adopt(7, List.of(delivery));
    pass(Duration.ZERO);
    assertThat(sent).extracting(WebhookEvent::subject).containsExactly("batch_1");
  }

  @Test
  void whatSomebodyElseHasWrittenIsNotSentAgainWhileItIsBeingSent() {
    List<Consumer<Outcome>> running = new ArrayList<>();
    Deliveries slow = ending(running);
    slow.taken(partition);
    Delivery delivery =
        Delivery.begun(WebhookSamples.event("default", "batch_1"), endpoint.id(), now);
    slow.adopt(0, List.of(delivery));
    var _ = slow.turn(now);
    slow.adopt(0, List.of(delivery));
    var _ = slow.turn(now);
    assertThat(running).hasSize(1);
  }

  @Test
  void anAttemptThatOutlivesItsPartitionChangesNothing() {
    List<Consumer<Outcome>> running = new ArrayList<>();
    Deliveries slow = ending(running);
    PartitionDeliveries other = new PartitionDeliveries(0, List.of(), new Writer());
    slow.taken(other);
    Delivery delivery =
        Delivery.begun(WebhookSamples.event("default", "batch_1"), endpoint.id(), now);
    slow.adopt(0, List.of(delivery));
    var _ = slow.turn(now);
    StateEntry written = DeliveryCodec.entry(delivery);
    front.put(written.key(), written);

    slow.lost(other);
    running.getFirst().accept(new Outcome.Taken(200));
    for (Runnable next = mail.poll(); next != null; next = mail.poll()) {
      next.run();
    }
    assertThat(front).containsOnlyKeys(written.key());
  }

  @Test
  void thePositionIsWrittenNowAndThenThoughNothingIsTold() {
    heard("req_1", TerminalStatus.SUCCEEDED, null);
    pass(Duration.ZERO);
    assertThat(position()).isEqualTo(1);
    heard("req_2", TerminalStatus.SUCCEEDED, null);
    pass(Duration.ofSeconds(9));
    assertThat(position()).isEqualTo(1);
    pass(Duration.ofSeconds(1));
    assertThat(position()).isEqualTo(2);
  }

  private long position() {
    return DeliveryCodec.position(front.get(StateEntry.key(DeliveryCodec.POSITION, "0")));
  }

  @Test
  void aResultOfBeforeTheSavedPositionIsNotNoted() {
    StateEntry saved = DeliveryCodec.position(0, 7);
    PartitionDeliveries next = new PartitionDeliveries(0, List.of(saved), new Writer());

    assertThat(next.heard(recordAt(6))).isFalse();
    assertThat(next.heard(recordAt(7))).isTrue();
    assertThat(next.nextNote().map(PartitionDeliveries.Note::offset)).contains(7L);
    assertThat(next.nextNote()).isEmpty();
  }

  private ResultRecord recordAt(long place) {
    return new ResultRecord(
        0,
        place,
        now,
        BrokerSamples.result("req_" + place, TerminalStatus.SUCCEEDED).setWebhook("*").build());
  }

  @Test
  void anEmptyHomeHasAPositionOnceItIsUpToDate() {
    pass(Duration.ofSeconds(1));
    assertThat(entries(DeliveryCodec.POSITION)).isZero();
    partition.caughtUp();
    pass(Duration.ofSeconds(1));
    assertThat(position()).isZero();
  }

  @Test
  void anInstanceThatDoesNotKnowTheEndpointsYetTellsNobodyAndForgetsNothing() {
    EndpointDirectory empty = new EndpointDirectory();
    Deliveries young =
        new Deliveries(empty, SETTINGS, this::attempt, mail::add, () -> 0.5, metrics);
    young.taken(partition);
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    assertThat(young.turn(now)).isEmpty();
    assertThat(front).isEmpty();

    StateEntry entry = EndpointCodec.entry(endpoint);
    empty.entry(entry.kind(), entry.id(), entry.document());
    empty.upToDate();
    var _ = young.turn(now);
    assertThat(entries(DeliveryCodec.PENDING)).isEqualTo(1);
  }

  private double count(String name, String... outcome) {
    Timer timer = registry.find("penstock.front.webhooks." + name).tags(outcome).timer();
    return timer == null ? -1 : timer.count();
  }

  private double gauge(String name) {
    return registry.get("penstock.front.webhooks." + name).gauge().value();
  }

  @Test
  void metricsTellWhatIsPendingAndHowDeliveriesEnd() {
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ZERO);
    assertThat(count("deliveries", "outcome", "taken")).isEqualTo(1);

    receiver = _ -> Outcome.Failed.of("no");
    heard("req_2", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ZERO);
    assertThat(gauge("pending")).isEqualTo(1);
    pass(Duration.ofDays(2));
    pass(Duration.ZERO);
    assertThat(gauge("pending")).isZero();
    assertThat(gauge("dead.letters")).isEqualTo(1);
    assertThat(count("deliveries", "outcome", "dead")).isEqualTo(1);
    assertThat(
            registry
                .get("penstock.front.webhooks.deliveries")
                .tag("outcome", "dead")
                .timer()
                .totalTime(TimeUnit.DAYS))
        .isEqualTo(2);

    assertThat(deliveries.discard(deadLetter(), _ -> true)).isNotNull();
    pass(Duration.ZERO);
    assertThat(gauge("dead.letters")).isZero();
  }

  @Test
  void aDeadLetterThatMakesRoomIsCounted() {
    receiver = _ -> Outcome.Failed.of("no");
    for (int i = 0; i <= 2 * SETTINGS.maxPending(); i++) {
      heard("req_" + i, TerminalStatus.SUCCEEDED, "*");
    }
    pass(Duration.ZERO);
    assertThat(registry.get("penstock.front.webhooks.dropped").counter().count()).isEqualTo(1);
    deliveries.lost(partition);
    pass(Duration.ZERO);
    assertThat(gauge("pending")).isZero();
  }

  @Test
  void aChangeThatCanNeverBeWrittenStopsNoOtherDelivery() {
    writeFailure = Optional.of(new IllegalArgumentException("the entry is too large"));
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ZERO);
    assertThat(sent).isEmpty();

    writeFailure = Optional.empty();
    heard("req_2", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ZERO);
    assertThat(sent).extracting(WebhookEvent::subject).containsExactly("req_2");
    assertThat(entries(DeliveryCodec.PENDING)).isZero();
  }

  @Test
  void nothingIsSentAnyMoreOncePartitionsOfAnotherOwnerCannotBeWritten() {
    writeFailure = Optional.of(new HomeLostException(0));
    heard("req_1", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ZERO);

    writeFailure = Optional.empty();
    heard("req_2", TerminalStatus.SUCCEEDED, "*");
    pass(Duration.ZERO);
    assertThat(sent).isEmpty();
    assertThat(partition.isEnded()).isTrue();
  }

  /** Deliveries whose attempts end when the test says so. */
  private Deliveries ending(List<Consumer<Outcome>> running) {
    return new Deliveries(
        directory, SETTINGS, (_, _, ended) -> running.add(ended), mail::add, () -> 0.5, metrics);
  }

  private final class Writer extends FirstPartition {

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      if (writeFailure.isPresent()) {
        return CompletableFuture.failedFuture(writeFailure.get());
      }
      for (StateChange change : changes) {
        switch (change) {
          case StateChange.Put(StateEntry entry) -> {
            front.put(entry.key(), entry);
            directory.entry(entry.kind(), entry.id(), entry.document());
          }
          case StateChange.Remove(String kind, String id) -> {
            front.remove(change.key());
            directory.entry(kind, id, null);
          }
        }
      }
      return CompletableFuture.completedFuture(null);
    }
  }
}
