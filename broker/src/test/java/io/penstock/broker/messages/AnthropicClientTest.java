package io.penstock.broker.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.messages.batches.BatchCreateParams;
import com.anthropic.models.messages.batches.BatchListParams;
import com.anthropic.models.messages.batches.MessageBatch;
import com.anthropic.models.messages.batches.MessageBatchIndividualResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.batches.OneInstance;
import io.penstock.broker.blobs.FolderStore;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Message batches through Anthropic's own client, and what no client would send. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnthropicClientTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private OneInstance instance;
  private AnthropicClient client;
  private HttpClient http;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    instance = new OneInstance(FolderStore.open(folder));
    instance.answer(AnthropicClientTest::completion);
    http = HttpClient.newHttpClient();
    client =
        AnthropicOkHttpClient.builder()
            .baseUrl(instance.url())
            .apiKey("unused")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  void stop() {
    client.close();
    http.close();
    instance.close();
  }

  @Test
  void aBatchRunsFromItsRequestsToItsResults() {
    MessageBatch begun = create("say one", "fail", "say three");
    assertThat(begun.id()).startsWith("msgbatch_");
    assertThat(begun.requestCounts().processing()).isEqualTo(3);
    assertThat(Duration.between(begun.createdAt(), begun.expiresAt()))
        .isEqualTo(Duration.ofDays(1));

    MessageBatch batch = awaitEnd(begun.id());

    assertThat(batch.requestCounts().processing()).isZero();
    assertThat(batch.requestCounts().succeeded()).isEqualTo(2);
    assertThat(batch.requestCounts().errored()).isEqualTo(1);
    assertThat(batch.endedAt()).isPresent();
    List<MessageBatchIndividualResponse> results = results(batch.id());
    assertThat(results).hasSize(3);
    var first = result(results, "r0").asSucceeded().message();
    assertThat(first.content().getFirst().asText().text()).isEqualTo("You said: say one");
    assertThat(first.stopReason().orElseThrow().toString()).isEqualTo("end_turn");
    assertThat(first.usage().outputTokens()).isEqualTo(2);
    assertThat(result(results, "r1").isErrored()).isTrue();
  }

  @Test
  void aBatchIsCancelledAndEachRequestAccountedFor() {
    MessageBatch begun = create("hold", "hold", "say it");
    awaitHeld(2);
    assertThatThrownBy(() -> results(begun.id())).isInstanceOf(BadRequestException.class);
    assertThatThrownBy(() -> client.messages().batches().delete(begun.id()))
        .isInstanceOf(AnthropicServiceException.class)
        .hasMessageContaining("has not ended");

    MessageBatch cancelling = client.messages().batches().cancel(begun.id());
    assertThat(cancelling.cancelInitiatedAt()).isPresent();
    MessageBatch batch = awaitEnd(begun.id());

    assertThat(batch.requestCounts().canceled()).isEqualTo(2);
    assertThat(batch.requestCounts().succeeded()).isEqualTo(1);
    assertThat(results(batch.id()).stream().filter(each -> each.result().isCanceled())).hasSize(2);
  }

  @Test
  void aDeletedBatchIsGoneWithItsResults() {
    MessageBatch batch = awaitEnd(create("say it").id());
    assertThat(client.messages().batches().delete(batch.id()).id()).isEqualTo(batch.id());
    assertThatThrownBy(() -> client.messages().batches().retrieve(batch.id()))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> results(batch.id())).isInstanceOf(NotFoundException.class);
  }

  @Test
  void batchesAreListedInPagesInBothDirections() throws Exception {
    List<String> made = new ArrayList<>();
    for (int each = 0; each < 3; each++) {
      made.add(create("say it").id());
      instance.pass(Duration.ofSeconds(1));
    }
    List<String> listed =
        client
            .messages()
            .batches()
            .list(BatchListParams.builder().limit(2).build())
            .autoPager()
            .stream()
            .map(MessageBatch::id)
            .toList();
    assertThat(listed).containsAll(made).doesNotHaveDuplicates();
    JsonNode before =
        get("/v1/messages/batches?limit=1&before_id=" + made.getFirst()).path("data").path(0);
    assertThat(before.path("id").asText()).isEqualTo(made.get(1));
    JsonNode plain = get("/v1/batches");
    assertThat(plain.toString()).doesNotContain("msgbatch_");
    assertThat(get("/v1/batches/" + made.getFirst()).at("/error/code").asText())
        .isEqualTo("not_found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense | not valid JSON",
        "{} | requests must be an array",
        "{'requests':[]} | requests must be an array",
        "{'requests':[{'custom_id':'a b','params':{}}]} | requests.0.custom_id must be",
        "{'requests':[{'custom_id':'a','extra':1,'params':{}}]} | requests.0.extra",
        "{'requests':[{'custom_id':'a','params':{'model':'m'}}]} | requests.0.params.messages",
        "{'requests':[{'custom_id':'a','params':P},{'custom_id':'a','params':P}]} |"
            + " requests.1.custom_id is that",
        "{'requests':[{'custom_id':'a','params':P}],'other':1} | other is not",
        "{'requests':[{'custom_id':'a','params':P}]} x | not valid JSON",
        "{'requests':[{'custom_id':'a','params':P} | not valid JSON",
      })
  void aBatchThatCannotBeIsRefusedInAnthropicsShape(String body, String said) throws Exception {
    String params = "{'model':'m','max_tokens':1,'messages':[{'role':'user','content':'x'}]}";
    HttpResponse<String> refused = post(body.replace("P", params).replace('\'', '"'));
    assertThat(refused.statusCode()).isEqualTo(400);
    JsonNode json = JSON.readTree(refused.body());
    assertThat(json.path("type").asText()).isEqualTo("error");
    assertThat(json.at("/error/type").asText()).isEqualTo("invalid_request_error");
    assertThat(json.at("/error/message").asText()).contains(said);
  }

  @Test
  void aRequestWithoutEndIsRefusedBeforeItFillsTheMemory() throws Exception {
    HttpResponse<String> refused =
        post(
            "{\"requests\":[{\"custom_id\":\"a\",\"params\":["
                + "1,".repeat(4 * TopicSettings.DEFAULT.maxRequestBytes())
                + "1]}]}");
    assertThat(refused.statusCode()).isEqualTo(413);
    assertThat(refused.body()).contains("request_too_large", "requests.0");
  }

  /** What the judge of files would refuse is refused here, or the batch could never be read on. */
  @Test
  void aModelNameThatNoFileMayHoldIsRefusedAtOnce() throws Exception {
    HttpResponse<String> refused =
        post(
            "{\"requests\":[{\"custom_id\":\"a\",\"params\":{\"model\":\"llama \",\"max_tokens\":5,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}}]}");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("requests.0.params", "model");
  }

  private static ByteBuffer completion(InferenceRequest request) {
    try {
      JsonNode body = JSON.readTree(UTF_8.decode(request.getBody().duplicate()).toString());
      String said = body.at("/messages/0/content").asText();
      return ByteBuffer.wrap(
          "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"You said: %s\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}"
              .formatted(said)
              .getBytes(UTF_8));
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private MessageBatch create(String... texts) {
    BatchCreateParams.Builder batch = BatchCreateParams.builder();
    for (int each = 0; each < texts.length; each++) {
      batch.addRequest(
          BatchCreateParams.Request.builder()
              .customId("r" + each)
              .params(
                  BatchCreateParams.Request.Params.builder()
                      .model("m")
                      .maxTokens(10)
                      .addUserMessage(texts[each])
                      .build())
              .build());
    }
    return client.messages().batches().create(batch.build());
  }

  private MessageBatch awaitEnd(String id) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      MessageBatch batch = client.messages().batches().retrieve(id);
      if (batch.endedAt().isPresent() || System.nanoTime() > until) {
        assertThat(batch.processingStatus()).isEqualTo(MessageBatch.ProcessingStatus.ENDED);
        return batch;
      }
      Thread.onSpinWait();
    }
  }

  private void awaitHeld(int requests) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (instance.held() < requests && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  private List<MessageBatchIndividualResponse> results(String id) {
    try (var lines = client.messages().batches().resultsStreaming(id)) {
      return lines.stream().toList();
    }
  }

  private static com.anthropic.models.messages.batches.MessageBatchResult result(
      List<MessageBatchIndividualResponse> results, String customId) {
    return results.stream()
        .filter(each -> each.customId().equals(customId))
        .findFirst()
        .orElseThrow()
        .result();
  }

  private JsonNode get(String path) throws Exception {
    return JSON.readTree(
        http.send(
                HttpRequest.newBuilder(URI.create(instance.url() + path)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  private HttpResponse<String> post(String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(instance.url() + "/v1/messages/batches"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
