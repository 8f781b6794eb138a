package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.OpenAIException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.penstock.broker.HttpFront;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.RequestState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** OpenAI's own Java client, with only a base URL of ours. */
@ExtendWith(PenstockFixture.class)
class OpenAiSdkIT {

  private static final String ANSWER =
      """
      {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"chat","choices":[
        {"index":0,"message":{"role":"assistant","content":"Ciao","refusal":null},
         "finish_reason":"stop","logprobs":null}],
       "usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\
      """;

  private static FrontCluster cluster;
  private static HttpFront front;

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    cluster = new FrontCluster(node, "sdk-it.", 2);
    front = cluster.start(FrontCluster.settings());
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void embedsRealTextThroughTheWholeOfPenstock(PenstockNode node) {
    try (Closing client = client(node.addresses().httpUrl().orElseThrow(), 0)) {
      CreateEmbeddingResponse answer =
          client
              .open
              .embeddings()
              .create(
                  EmbeddingCreateParams.builder()
                      .model(NodeConfig.EMBEDDING_MODEL)
                      .input("a penstock feeds a turbine")
                      .build());

      assertThat(answer.data()).hasSize(1);
      assertThat(answer.data().getFirst().embedding()).hasSize(384);
      assertThat(client.open.models().list().data())
          .extracting(model -> model.id())
          .contains(NodeConfig.EMBEDDING_MODEL);
    }
  }

  @Test
  void chatsAndCompletes() {
    cluster.backend().on("chat", call -> call.succeed(ANSWER));
    try (Closing client = client(front.url(), 0)) {
      ChatCompletion answer = client.open.chat().completions().create(chat("chat"));
      assertThat(answer.choices().getFirst().message().content()).contains("Ciao");
      assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(7);

      cluster
          .backend()
          .on(
              "text",
              call ->
                  call.succeed(
                      "{\"id\":\"c\",\"object\":\"text_completion\",\"created\":1,\"model\":\"text\",\"choices\":[{\"index\":0,\"text\":\"fine\",\"finish_reason\":\"stop\",\"logprobs\":null}]}"));
      assertThat(
              client
                  .open
                  .completions()
                  .create(CompletionCreateParams.builder().model("text").prompt("so").build())
                  .choices()
                  .getFirst()
                  .text())
          .isEqualTo("fine");
    }
  }

  @Test
  void streamsToTheEnd() {
    cluster
        .backend()
        .on(
            "stream",
            call -> {
              call.status(RequestState.LEASED).pause(Duration.ofMillis(300));
              call.chunk(chunk("Ci")).chunk(chunk("ao")).endOfChunks(ChunkEnd.COMPLETE);
              call.succeed(ANSWER);
            });
    try (Closing client = client(front.url(), 0);
        StreamResponse<ChatCompletionChunk> stream =
            client.open.chat().completions().createStreaming(chat("stream"))) {
      List<String> words = new ArrayList<>();
      stream.stream()
          .forEach(each -> each.choices().getFirst().delta().content().ifPresent(words::add));
      assertThat(words).containsExactly("Ci", "ao");
    }
  }

  @Test
  void aStreamThatBreaksIsAnErrorForTheCaller() {
    cluster
        .backend()
        .on(
            "breaks",
            call -> {
              call.chunk(chunk("Ci")).loseChunk().chunk(chunk("o"));
              call.succeed(ANSWER);
            });
    try (Closing client = client(front.url(), 0);
        StreamResponse<ChatCompletionChunk> stream =
            client.open.chat().completions().createStreaming(chat("breaks"))) {
      assertThatThrownBy(() -> stream.stream().forEach(_ -> {}))
          .isInstanceOf(OpenAIException.class)
          .hasMessageContaining("stream");
    }
  }

  @Test
  void errorsAreOnesThatTheClientKnows() {
    cluster.backend().on("wrong", call -> call.fail(400, "context_length_exceeded", "messages"));
    try (Closing client = client(front.url(), 2)) {
      assertThatThrownBy(() -> client.open.chat().completions().create(chat("wrong")))
          .isInstanceOfSatisfying(
              BadRequestException.class,
              error -> {
                assertThat(error.code()).contains("context_length_exceeded");
                assertThat(error.param()).contains("messages");
              });
      assertThat(cluster.backend().seen("wrong")).hasSize(1);
    }
  }

  @Test
  void aCallThatIsTriedAgainUnderAKeyRunsOnce() {
    AtomicInteger runs = new AtomicInteger();
    cluster
        .backend()
        .on(
            "slow",
            call -> {
              runs.incrementAndGet();
              call.status(RequestState.WAITING).pause(Duration.ofSeconds(3)).succeed(ANSWER);
            });
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(front.url() + "/v1")
            .apiKey("none")
            .maxRetries(4)
            .timeout(Duration.ofSeconds(1))
            .build();
    try (Closing open = new Closing(client)) {
      ChatCompletion answer =
          open.open
              .chat()
              .completions()
              .create(chat("slow").toBuilder().putAdditionalHeader("Idempotency-Key", "k").build());
      assertThat(answer.choices()).hasSize(1);
    }
    assertThat(runs).hasValue(1);
  }

  @Test
  void aCallThatIsGivenUpIsCancelled() {
    cluster.backend().on("given-up", call -> call.status(RequestState.WAITING));
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(front.url() + "/v1")
            .apiKey("none")
            .maxRetries(0)
            .timeout(Duration.ofSeconds(1))
            .build();
    try (Closing open = new Closing(client)) {
      assertThatThrownBy(() -> open.open.chat().completions().create(chat("given-up")))
          .isInstanceOf(OpenAIException.class);
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> cluster.backend().cancelled("given-up") == 1);
  }

  /** The client has a close that throws nothing, and is no AutoCloseable. */
  private record Closing(OpenAIClient open) implements AutoCloseable {

    @Override
    public void close() {
      open.close();
    }
  }

  private static Closing client(String url, int retries) {
    return new Closing(
        OpenAIOkHttpClient.builder()
            .baseUrl(url + "/v1")
            .apiKey("none")
            .maxRetries(retries)
            .build());
  }

  private static ChatCompletionCreateParams chat(String model) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage("Say hello.").build();
  }

  private static String chunk(String text) {
    return "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}"
        .formatted(text);
  }
}
