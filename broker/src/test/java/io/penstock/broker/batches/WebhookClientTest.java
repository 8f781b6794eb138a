package io.penstock.broker.batches;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.http.Headers;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import com.openai.models.webhooks.UnwrapWebhookEvent;
import com.openai.models.webhooks.WebhookCreateParams;
import com.openai.models.webhooks.WebhookEndpoint;
import com.openai.models.webhooks.WebhookEndpointTestResult;
import com.openai.models.webhooks.WebhookEndpointWithSecret;
import com.openai.models.webhooks.WebhookRotateSecretParams;
import com.openai.models.webhooks.WebhookTestParams;
import com.openai.models.webhooks.WebhookUpdateParams;
import com.openai.models.webhooks.WebhookVerificationParams;
import io.penstock.broker.blobs.MemoryStore;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.webhooks.sending.Receiver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Webhooks through OpenAI's own client, and what is ours besides. */
@Timeout(60)
class WebhookClientTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private volatile Receiver.Behaviour behaviour = Receiver.answering("204 No Content");
  private Receiver receiver;
  private OneInstance instance;
  private OpenAIClient client;
  private HttpClient http;

  @BeforeEach
  void start() throws Exception {
    receiver = new Receiver((request, out) -> behaviour.answer(request, out));
    WebhookSettings usual = WebhookSettings.DEFAULT;
    instance =
        new OneInstance(
            new MemoryStore(),
            new WebhookSettings(
                List.of("127.0.0.0/8"),
                usual.timeout(),
                usual.retryFor(),
                usual.deadLetterRetention(),
                3,
                usual.maxPending(),
                usual.maxConcurrent(),
                usual.maxConcurrentPerTenant(),
                usual.maxConcurrentPerHost()));
    http = HttpClient.newHttpClient();
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(instance.url() + "/v1")
            .apiKey("unused")
            .maxRetries(0)
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    http.close();
    instance.close();
    receiver.close();
  }

  private WebhookEndpointWithSecret create(WebhookCreateParams.EventType... types) {
    return client
        .webhooks()
        .create(
            WebhookCreateParams.builder()
                .name("nightly")
                .url(receiver.url("/hooks").toString())
                .eventTypes(List.of(types))
                .build());
  }

  @Test
  void anEndpointIsMadeShownChangedAndDeleted() {
    WebhookEndpointWithSecret made = create(WebhookCreateParams.EventType.BATCH_COMPLETED);
    assertThat(made.signingSecret()).startsWith("whsec_");
    String id = made.id();

    WebhookEndpoint shown = client.webhooks().retrieve(id);
    assertThat(shown.validate().name()).isEqualTo("nightly");
    assertThat(shown.eventTypes()).containsExactly("batch.completed");
    assertThat(shown.signingSecretHint().orElseThrow())
        .isEqualTo("whsec_..." + made.signingSecret().substring(made.signingSecret().length() - 4));
    assertThat(client.webhooks().list().autoPager().stream().map(WebhookEndpoint::id))
        .containsExactly(id);
    assertThat(send("GET", "/v1/webhook_endpoints/" + id, "").body())
        .doesNotContain(made.signingSecret());

    WebhookEndpoint changed =
        client
            .webhooks()
            .update(
                id,
                WebhookUpdateParams.builder()
                    .name("other")
                    .eventTypes(List.of(WebhookUpdateParams.EventType.BATCH_FAILED))
                    .build());
    assertThat(changed.name()).isEqualTo("other");
    assertThat(changed.url()).isEqualTo(made.url());
    assertThat(client.webhooks().retrieve(id).eventTypes()).containsExactly("batch.failed");

    assertThat(client.webhooks().delete(id).deleted()).isTrue();
    assertThatThrownBy(() -> client.webhooks().retrieve(id)).isInstanceOf(NotFoundException.class);
    assertThat(client.webhooks().list().data()).isEmpty();
  }

  @Test
  void aTestIsSentAtOnceAndSignedWithTheOldSecretTooWhileThatHolds() {
    WebhookEndpointWithSecret made = create(WebhookCreateParams.EventType.BATCH_COMPLETED);
    WebhookEndpointWithSecret rotated =
        client
            .webhooks()
            .rotateSecret(
                made.id(),
                WebhookRotateSecretParams.builder().keepOldSecretActiveFor24Hours(true).build());
    assertThat(rotated.signingSecret()).isNotEqualTo(made.signingSecret());

    assertThat(test(made.id()).statusCode()).isEqualTo(204);
    Receiver.Request request = receiver.requests().getFirst();
    for (String secret : List.of(made.signingSecret(), rotated.signingSecret())) {
      assertThat(unwrap(request, secret).asBatchFailed().data().id()).startsWith("test_");
    }

    behaviour = Receiver.answering("500 Broken");
    assertThatThrownBy(() -> test(made.id()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("answered 500");
    WebhookEndpointWithSecret alone = client.webhooks().rotateSecret(made.id());
    behaviour = Receiver.answering("200 OK");
    var _ = test(made.id());
    Receiver.Request last = receiver.requests().getLast();
    assertThat(unwrap(last, alone.signingSecret()).isBatchFailed()).isTrue();
    assertThatThrownBy(() -> unwrap(last, rotated.signingSecret())).isInstanceOf(Exception.class);
  }

  private WebhookEndpointTestResult test(String id) {
    return client
        .webhooks()
        .test(
            id,
            WebhookTestParams.builder()
                .eventType(WebhookTestParams.EventType.BATCH_FAILED)
                .build());
  }

  private UnwrapWebhookEvent unwrap(Receiver.Request request, String secret) {
    Headers.Builder headers = Headers.builder();
    request.headers().forEach(headers::put);
    return client
        .webhooks()
        .unwrap(
            WebhookVerificationParams.builder()
                .payload(request.body())
                .headers(headers.build())
                .secret(secret)
                .build());
  }

  private String batch(String... headers) {
    String line =
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{\"model\":\"m\"}}\n";
    String file =
        client
            .files()
            .create(
                FileCreateParams.builder()
                    .purpose(FilePurpose.BATCH)
                    .file(
                        MultipartField.<InputStream>builder()
                            .value(new ByteArrayInputStream(line.getBytes(UTF_8)))
                            .filename("in.jsonl")
                            .build())
                    .build())
            .id();
    BatchCreateParams.Builder params =
        BatchCreateParams.builder()
            .inputFileId(file)
            .endpoint(BatchCreateParams.Endpoint.V1_COMPLETIONS)
            .completionWindow(BatchCreateParams.CompletionWindow._24H);
    for (int each = 0; each < headers.length; each += 2) {
      params.putAdditionalHeader(headers[each], headers[each + 1]);
    }
    return client.batches().create(params.build()).id();
  }

  @Test
  void theEndOfABatchIsToldToWhoListensAndToWhomItNames() {
    WebhookEndpointWithSecret listens = create(WebhookCreateParams.EventType.BATCH_COMPLETED);
    WebhookEndpointWithSecret named = create();

    String first = batch();
    awaitThat(() -> receiver.requests().size() == 1);
    assertThat(
            unwrap(receiver.requests().getFirst(), listens.signingSecret())
                .asBatchCompleted()
                .data()
                .id())
        .isEqualTo(first);

    String second = batch("penstock-webhook", named.id());
    awaitThat(() -> receiver.requests().size() == 3);
    assertThat(receiver.requests().subList(1, 3))
        .allMatch(request -> request.body().contains(second))
        .anyMatch(request -> unwrapsWith(request, named.signingSecret()))
        .anyMatch(request -> unwrapsWith(request, listens.signingSecret()));

    assertThatThrownBy(() -> batch("penstock-webhook", "whe_none"))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("penstock-webhook");
  }

  private boolean unwrapsWith(Receiver.Request request, String secret) {
    try {
      return unwrap(request, secret).isBatchCompleted();
    } catch (RuntimeException other) {
      return false;
    }
  }

  @Test
  void aReceiverThatIsGoneDisablesItsEndpointAndItsDeadLettersCanBeReplayed() throws Exception {
    behaviour = Receiver.answering("410 Gone");
    String id = create(WebhookCreateParams.EventType.BATCH_COMPLETED).id();
    String batch = batch();
    awaitThat(() -> letters("/v1/webhook_dead_letters").size() == 1);
    JsonNode letter = letters("/v1/webhook_dead_letters").get(0);
    assertThat(letter.path("subject_id").asText()).isEqualTo(batch);
    assertThat(letter.path("reason").asText()).contains("410");
    assertThat(letters("/admin/webhooks/dead-letters?tenant=default"))
        .isEqualTo(letters("/v1/webhook_dead_letters"));
    assertThat(letters("/admin/webhooks/dead-letters?tenant=other").size()).isZero();
    assertThat(letters("/v1/webhook_dead_letters?webhook_endpoint_id=other").size()).isZero();
    JsonNode disabled = JSON.readTree(send("GET", "/v1/webhook_endpoints/" + id, "").body());
    assertThat(disabled.path("enabled").asBoolean()).isFalse();
    assertThat(disabled.path("disabled_reason").asText()).contains("410");

    String path = "/" + letter.path("id").asText();
    assertThat(send("POST", "/v1/webhook_dead_letters" + path + "/replay", "").statusCode())
        .isEqualTo(409);
    behaviour = Receiver.answering("200 OK");
    assertThat(send("POST", "/v1/webhook_endpoints/" + id, "{\"enabled\":true}").body())
        .contains("\"enabled\":true");
    assertThat(send("POST", "/admin/webhooks/dead-letters" + path + "/replay", "").body())
        .contains("\"replayed\":true");
    awaitThat(() -> receiver.requests().size() == 2);
    assertThat(receiver.requests().get(1).headers().get("webhook-id"))
        .isEqualTo(receiver.requests().get(0).headers().get("webhook-id"))
        .isEqualTo(letter.path("event_id").asText());
    assertThat(letters("/v1/webhook_dead_letters").size()).isZero();

    behaviour = Receiver.answering("410 Gone");
    var _ = batch();
    awaitThat(() -> letters("/v1/webhook_dead_letters").size() == 1);
    String other = letters("/v1/webhook_dead_letters").get(0).path("id").asText();
    assertThat(send("DELETE", "/v1/webhook_dead_letters/" + other, "").statusCode()).isEqualTo(200);
    assertThat(send("DELETE", "/v1/webhook_dead_letters/" + other, "").statusCode()).isEqualTo(404);
  }

  private JsonNode letters(String path) {
    try {
      return JSON.readTree(send("GET", path, "").body()).path("data");
    } catch (IOException malformed) {
      throw new AssertionError(malformed);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                                                  | invalid_json",
        "{\"name\":\"n\",\"event_types\":[]}                                |"
            + " missing_required_parameter",
        "{\"name\":1,\"url\":\"https://x.y\",\"event_types\":[]}            | invalid_type",
        "{\"name\":\"n\",\"url\":\"ftp://x.y\",\"event_types\":[]}          | invalid_url",
        "{\"name\":\"n\",\"url\":\"http://10.0.0.1\",\"event_types\":[]}    | address_not_allowed",
        "{\"name\":\"n\",\"url\":\"http://x.invalid\",\"event_types\":[]}   | unknown_host",
        "{\"name\":\"n\",\"url\":\"http://127.0.0.1\",\"event_types\":[\"video.completed\"]} |"
            + " invalid_event_type",
        "{\"name\":\"n\",\"url\":\"http://127.0.0.1\",\"colour\":1}         | unknown_parameter"
      })
  void whatIsWrongIsNamed(String body, String code) throws Exception {
    HttpResponse<String> refused = send("POST", "/v1/webhook_endpoints", body);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    assertThat(JSON.readTree(refused.body()).at("/error/code").asText()).isEqualTo(code);
  }

  @Test
  void aTenantHasNoMoreEndpointsThanAreAllowed() {
    for (int each = 0; each < 3; each++) {
      var _ = create();
    }
    assertThatThrownBy(this::create)
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("delete one first");
  }

  private HttpResponse<String> send(String method, String path, String body) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(instance.url() + path))
              .header("authorization", "Bearer " + OneInstance.ADMIN_SECRET)
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError(failed);
    }
  }

  private static void awaitThat(BooleanSupplier condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - until).as("it takes too long").isNegative();
      LockSupport.parkNanos(5_000_000);
    }
  }
}
