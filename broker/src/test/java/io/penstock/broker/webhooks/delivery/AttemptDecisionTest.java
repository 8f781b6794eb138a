package io.penstock.broker.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.webhooks.WebhookSamples;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttemptDecisionTest {

  private static final Instant START = WebhookSamples.START;
  private static final RetrySchedule DAY = new RetrySchedule(Duration.ofDays(1));

  private final Delivery delivery =
      Delivery.begun(WebhookSamples.event("acme", "req_1"), "whe_1", START);

  private AttemptDecision after(Outcome outcome, Instant now) {
    return AttemptDecision.of(delivery, outcome, DAY, now, 0.5);
  }

  @Test
  void whatTheReceiverTookIsForgotten() {
    assertThat(after(new Outcome.Taken(204), START)).isEqualTo(new AttemptDecision.Forget());
  }

  @Test
  void whatFailedIsTriedAgainUnderTheSameId() {
    AttemptDecision decision = after(Outcome.Failed.of("the receiver answered 500"), START);

    assertThat(decision)
        .isEqualTo(
            new AttemptDecision.Retry(
                delivery.failed("the receiver answered 500", START.plusSeconds(5))));
    Delivery next = ((AttemptDecision.Retry) decision).delivery();
    assertThat(next.attempts()).isEqualTo(1);
    assertThat(next.id()).isEqualTo(delivery.id());
    assertThat(next.event().id()).isEqualTo(delivery.event().id());
  }

  @Test
  void whatFailedForADayBecomesADeadLetterThatSaysWhy() {
    AttemptDecision decision =
        after(Outcome.Failed.of("the receiver answered 500"), START.plus(Duration.ofDays(1)));

    AttemptDecision.GiveUp given = (AttemptDecision.GiveUp) decision;
    assertThat(given.endpointIsGone()).isFalse();
    assertThat(given.deadLetter().reason()).contains("1 attempt").contains("answered 500");
    assertThat(given.deadLetter().id()).isEqualTo(delivery.id());
  }

  @Test
  void aReceiverThatIsGoneDisablesItsEndpoint() {
    AttemptDecision.GiveUp given = (AttemptDecision.GiveUp) after(new Outcome.Gone(), START);
    assertThat(given.endpointIsGone()).isTrue();
    assertThat(given.deadLetter().reason()).contains("410");
  }

  @Test
  void whatIsForADisabledEndpointIsKeptAndForADeletedOneIsNot() {
    assertThat(after(new Outcome.Disabled(), START)).isInstanceOf(AttemptDecision.GiveUp.class);
    assertThat(after(new Outcome.Deleted(), START)).isEqualTo(new AttemptDecision.Forget());
  }

  @Test
  void deliveriesAndDeadLettersAreReadAsTheyWereWritten() {
    Delivery failed = delivery.failed("no answer: \"x\"", START.plusMillis(5));
    assertThat(DeliveryCodec.delivery(DeliveryCodec.entry(failed).document())).isEqualTo(failed);
    DeadLetter letter = new DeadLetter(failed, "why", START.plusMillis(7));
    assertThat(DeliveryCodec.deadLetter(DeliveryCodec.entry(letter).document())).isEqualTo(letter);
    assertThat(DeliveryCodec.entry(letter).id()).isEqualTo(DeliveryCodec.entry(failed).id());
  }

  @Test
  void theIdOfAnEventFollowsFromTheEventAlone() {
    WebhookEvent event = delivery.event();
    WebhookEvent same =
        new WebhookEvent(
            event.tenant(),
            event.type(),
            event.subject(),
            event.at(),
            "elsewhere",
            Optional.of("whe_9"));
    assertThat(same.id()).isEqualTo(event.id()).matches("evt_[0-9a-f]{32}");
    assertThat(WebhookSamples.event("other", "req_1").id()).isNotEqualTo(event.id());
    assertThat(WebhookSamples.event("acme", "req_2").id()).isNotEqualTo(event.id());
  }
}
