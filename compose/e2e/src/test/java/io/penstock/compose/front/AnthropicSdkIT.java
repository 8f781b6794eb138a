package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.batches.BatchCreateParams;
import com.anthropic.models.messages.batches.MessageBatch;
import com.anthropic.models.messages.batches.MessageBatchIndividualResponse;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.PenstockNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Anthropic's own Java client, with only a base URL of ours, on real Kafka. */
@ExtendWith(PenstockFixture.class)
class AnthropicSdkIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int REQUESTS = 50;

  private static final String ANSWER =
      """
      {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"claude","choices":[
        {"index":0,"message":{"role":"assistant","content":"Ciao"},"finish_reason":"length"}],
       "usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\
      """;

  @Test
  void aBatchOfMessagesRunsOnAnEngineThatServesChatCompletions(PenstockNode node) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "anthropic.", 2)) {
      cluster
          .backend()
          .on(
              "claude",
              call -> {
                if (call.request().getId().endsWith(".7")) {
                  call.fail(400, "context_length_exceeded", "messages");
                } else {
                  call.succeed(ANSWER);
                }
              });
      AnthropicClient client =
          AnthropicOkHttpClient.builder()
              .baseUrl(cluster.start(FrontCluster.settings()).url())
              .apiKey("none")
              .build();

      MessageBatch begun = client.messages().batches().create(requests());
      await()
          .atMost(PATIENCE)
          .until(() -> client.messages().batches().retrieve(begun.id()).endedAt().isPresent());

      MessageBatch batch = client.messages().batches().retrieve(begun.id());
      assertThat(batch.requestCounts().succeeded()).isEqualTo(REQUESTS - 1);
      assertThat(batch.requestCounts().errored()).isEqualTo(1);
      List<MessageBatchIndividualResponse> results;
      try (var lines = client.messages().batches().resultsStreaming(begun.id())) {
        results = lines.stream().toList();
      }
      assertThat(results)
          .extracting(each -> each.customId())
          .hasSize(REQUESTS)
          .doesNotHaveDuplicates();
      var message =
          results.stream()
              .filter(each -> each.result().isSucceeded())
              .findFirst()
              .orElseThrow()
              .result()
              .asSucceeded()
              .message();
      assertThat(message.content().getFirst().asText().text()).isEqualTo("Ciao");
      assertThat(message.stopReason().orElseThrow().toString()).isEqualTo("max_tokens");
      assertThat(message.usage().outputTokens()).isEqualTo(4);
      client.close();
    }
  }

  private static BatchCreateParams requests() {
    BatchCreateParams.Builder batch = BatchCreateParams.builder();
    for (int each = 1; each <= REQUESTS; each++) {
      batch.addRequest(
          BatchCreateParams.Request.builder()
              .customId("request-" + each)
              .params(
                  BatchCreateParams.Request.Params.builder()
                      .model("claude")
                      .maxTokens(4)
                      .system("Be brief.")
                      .addUserMessage("Say hello.")
                      .build())
              .build());
    }
    return batch.build();
  }
}
