package io.penstock.broker.webhooks.endpoints;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.home.StateEntry;
import io.penstock.broker.webhooks.WebhookSamples;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointDirectoryTest {

  private static final Instant START = WebhookSamples.START;
  private static final String URL = "https://example.com/hooks";
  private final EndpointDirectory directory = new EndpointDirectory();

  private void put(WebhookEndpoint endpoint) {
    put(EndpointCodec.entry(endpoint));
  }

  private void put(StateEntry entry) {
    directory.entry(entry.kind(), entry.id(), entry.document());
  }

  private List<String> told(String tenant, EventType type, String named) {
    return directory.listening(tenant, type, Optional.ofNullable(named)).stream()
        .map(WebhookEndpoint::id)
        .toList();
  }

  @Test
  void toldAreThoseThatListenAndTheOneThatIsNamed() {
    put(WebhookSamples.endpoint("whe_1", "acme", URL, EventType.BATCH_COMPLETED));
    put(WebhookSamples.endpoint("whe_2", "acme", URL));
    put(WebhookSamples.endpoint("whe_3", "other", URL, EventType.BATCH_COMPLETED));

    assertThat(told("acme", EventType.BATCH_COMPLETED, null)).containsExactly("whe_1");
    assertThat(told("acme", EventType.BATCH_COMPLETED, "whe_1")).containsExactly("whe_1");
    assertThat(told("acme", EventType.BATCH_COMPLETED, "whe_2")).containsExactly("whe_1", "whe_2");
    assertThat(told("acme", EventType.REQUEST_FAILED, "whe_2")).containsExactly("whe_2");
    assertThat(told("acme", EventType.REQUEST_FAILED, "whe_3")).isEmpty();
    assertThat(told("nobody", EventType.BATCH_COMPLETED, "whe_1")).isEmpty();
  }

  @Test
  void whatIsReadAnewShowsOnceItIsWhole() {
    put(WebhookSamples.endpoint("whe_1", "acme", URL, EventType.BATCH_COMPLETED));
    assertThat(directory.isReady()).isFalse();
    directory.upToDate();
    assertThat(directory.isReady()).isTrue();

    directory.beginning();
    put(WebhookSamples.endpoint("whe_2", "acme", URL, EventType.BATCH_COMPLETED));
    assertThat(told("acme", EventType.BATCH_COMPLETED, null)).containsExactly("whe_1");
    directory.upToDate();
    assertThat(told("acme", EventType.BATCH_COMPLETED, null)).containsExactly("whe_2");

    directory.entry(EndpointCodec.KIND, "whe_2", null);
    assertThat(directory.of("acme")).isEmpty();
  }

  @Test
  void anEndpointThatIsGoneIsToldOfNothingUntilItIsEnabledAgain() {
    WebhookEndpoint endpoint =
        WebhookSamples.endpoint("whe_1", "acme", URL, EventType.BATCH_FAILED);
    put(endpoint);
    put(EndpointCodec.entry("whe_1", EndpointStatus.gone(START.plusSeconds(9))));
    // Another instance's, which knows less.
    put(EndpointCodec.entry("whe_1", EndpointStatus.gone(START.minusSeconds(9))));
    put(EndpointCodec.entry("whe_1", EndpointStatus.dropped(START)));

    assertThat(told("acme", EventType.BATCH_FAILED, "whe_1")).isEmpty();
    assertThat(directory.status("whe_1").droppedAt()).contains(START);

    EndpointRequest enabled = EndpointRequest.read("{\"enabled\":true}".getBytes(UTF_8));
    put(enabled.change(endpoint, START.plusSeconds(10)));
    assertThat(told("acme", EventType.BATCH_FAILED, null)).containsExactly("whe_1");

    EndpointRequest off = EndpointRequest.read("{\"enabled\":false}".getBytes(UTF_8));
    put(off.change(endpoint, START.plusSeconds(11)));
    assertThat(told("acme", EventType.BATCH_FAILED, "whe_1")).isEmpty();
  }

  @Test
  void anEndpointIsReadAsItWasWritten() {
    SecureRandom random = new SecureRandom();
    WebhookEndpoint endpoint =
        WebhookSamples.endpoint(
            "whe_1", "acme", URL, EventType.BATCH_FAILED, EventType.RESPONSE_COMPLETED);
    assertThat(EndpointCodec.endpoint(EndpointCodec.entry(endpoint).document()))
        .isEqualTo(endpoint);
    WebhookEndpoint rotated =
        endpoint.withSecrets(
            endpoint.secrets().rotated(random, START.plusSeconds(60)), START.plusSeconds(1));
    assertThat(EndpointCodec.endpoint(EndpointCodec.entry(rotated).document())).isEqualTo(rotated);
  }

  @Test
  void anOldSecretSignsForAsLongAsItWasPromised() {
    SigningSecrets first = SigningSecrets.next(new SecureRandom());
    SigningSecrets second = first.rotated(new SecureRandom(), START.plusSeconds(60));
    assertThat(second.active(START)).containsExactly(second.current(), first.current());
    assertThat(second.active(START.plusSeconds(60))).containsExactly(second.current());
    assertThat(second.toString()).doesNotContain(second.current());
  }

  @Test
  void damageHidesOneEndpointOnly() {
    directory.entry(EndpointCodec.KIND, "whe_1", "{".getBytes(UTF_8));
    directory.entry(EndpointCodec.KIND, "whe_2", "{}".getBytes(UTF_8));
    directory.entry(EndpointCodec.STATUS, "whe_2", "{\"goneAt\":\"soon\"}".getBytes(UTF_8));
    put(WebhookSamples.endpoint("whe_3", "acme", URL));
    assertThat(directory.of("acme")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https:///path",
        "https://user:secret@example.com/",
        "https://example.com/#part",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://b\u00fccher.example/",
        "https://example.com\r\nx: y"
      })
  void anAddressOfAnotherFormIsRefused(String url) {
    assertThatThrownBy(() -> ReceiverUrl.of(url)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.com",
        "http://example.com:8080/a?b=c",
        "HTTPS://EXAMPLE.COM/",
        "https://[2606:4700::1111]/x",
        "https://xn--bcher-kva.example/"
      })
  void anAddressOfTheUsualFormIsTaken(String url) {
    assertThat(ReceiverUrl.of(url).toString()).isEqualTo(url);
  }
}
