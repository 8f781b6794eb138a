package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.HttpFront;
import io.penstock.broker.OpenAiSchema;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelFile;
import io.penstock.schemas.models.ModelPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every object and error that is ours to shape is one of OpenAI's. */
@ExtendWith(PenstockFixture.class)
class OpenAiSchemaIT {

  private static final String CHAT = "/v1/chat/completions";
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String CHUNK =
      "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}";
  private static final String ANSWER =
      "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]}";

  private static OpenAiSchema schema;
  private static FrontCluster cluster;
  private static FrontCalls http;

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    schema = OpenAiSchema.required();
    cluster = new FrontCluster(node, "openai-schema-it.", 2);
    cluster.backend().on("m", call -> call.succeed(ANSWER));
    cluster.backend().on("fails", call -> call.fail(400, "bad", "messages"));
    cluster.backend().on("waits", _ -> {});
    List<ModelSpec> models =
        ModelFile.parse(
            "models.json",
            "{\"models\":[{\"name\":\"m\",\"aliases\":[\"n\"],\"contextWindow\":4096,\"maxOutputTokens\":64,\"endpoints\":[\""
                + CHAT
                + "\"]}]}",
            2,
            Instant.now());
    new ModelPublisher(node.connection(), cluster.topics()).apply(models);
    HttpFront front = cluster.start(FrontCluster.settings());
    http = new FrontCalls(front.url());
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      http.close();
      cluster.close();
    }
  }

  @Test
  void theSchemaRefusesWhatIsWrong() throws Exception {
    JsonNode file = FrontCalls.JSON.readTree("{\"id\":\"file-1\",\"object\":\"file\"}");

    assertThatThrownBy(() -> schema.assertIs("OpenAIFile", file))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> schema.assertIs("ErrorResponse", file))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void modelsAreOpenAis() throws Exception {
    await().atMost(PATIENCE).until(() -> http.get("/v1/models/n").statusCode() == 200);
    schema.assertIs("Model", FrontCalls.json(http.get("/v1/models/n")));
    JsonNode list = FrontCalls.json(http.get("/v1/models"));
    schema.assertIs("ListModelsResponse", list);
    assertThat(list.path("data")).hasSize(2);
  }

  @Test
  void filesAndBatchesAreOpenAisFromBeginningToEnd() throws Exception {
    JsonNode file = upload("m", "fails");
    schema.assertIs("OpenAIFile", file);
    String fileId = file.path("id").asText();
    schema.assertIs("OpenAIFile", FrontCalls.json(http.get("/v1/files/" + fileId)));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode list = FrontCalls.json(http.get("/v1/files"));
              schema.assertIs("ListFilesResponse", list);
              assertThat(list.path("data")).isNotEmpty();
            });

    JsonNode batch = batch(fileId);
    schema.assertIs("Batch", batch);
    String batchId = batch.path("id").asText();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              JsonNode now = FrontCalls.json(http.get("/v1/batches/" + batchId));
              schema.assertIs("Batch", now);
              return now.path("status").asText().equals("completed");
            });
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode list = FrontCalls.json(http.get("/v1/batches"));
              schema.assertIs("ListBatchesResponse", list);
              assertThat(list.path("data")).isNotEmpty();
            });
    JsonNode done = FrontCalls.json(http.get("/v1/batches/" + batchId));
    for (String written : List.of("output_file_id", "error_file_id")) {
      schema.assertIs(
          "OpenAIFile", FrontCalls.json(http.get("/v1/files/" + done.path(written).asText())));
    }

    JsonNode held = batch(upload("waits", "waits").path("id").asText());
    HttpResponse<String> cancelled =
        http.post("/v1/batches/" + held.path("id").asText() + "/cancel", "");
    schema.assertIs("Batch", FrontCalls.json(cancelled));
    schema.assertIs("DeleteFileResponse", FrontCalls.json(http.delete("/v1/files/" + fileId)));
  }

  @Test
  void aBatchWhoseFileIsWrongIsOpenAisAsWell() throws Exception {
    JsonNode batch = batch(upload("", "").path("id").asText());
    String id = batch.path("id").asText();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                FrontCalls.json(http.get("/v1/batches/" + id))
                    .path("status")
                    .asText()
                    .equals("failed"));
    JsonNode failed = FrontCalls.json(http.get("/v1/batches/" + id));
    schema.assertIs("Batch", failed);
    assertThat(failed.at("/errors/data")).isNotEmpty();
  }

  @Test
  void errorsAreOpenAis() throws Exception {
    List<HttpResponse<String>> refused =
        List.of(
            http.post(CHAT, "no JSON"),
            http.post(CHAT, "{\"model\":\"fails\",\"messages\":[]}"),
            http.get("/v1/files/file-x"),
            http.get("/v1/batches/batch_x"),
            http.get("/v1/requests/x"),
            http.get("/v1/models/none"),
            http.get("/v1/nothing"),
            http.delete("/v1/models"),
            http.post("/v1/batches", "{}"),
            http.get("/v1/files?limit=none"));

    for (HttpResponse<String> each : refused) {
      assertThat(each.statusCode()).as(each.uri() + ": " + each.body()).isBetween(400, 499);
      schema.assertIs("ErrorResponse", FrontCalls.json(each));
    }
  }

  @Test
  void anAnswerAndEachEventOfAStreamAreOpenAis() throws Exception {
    schema.assertIs(
        "CreateChatCompletionResponse",
        FrontCalls.json(http.post(CHAT, "{\"model\":\"m\",\"messages\":[]}")));
    cluster
        .backend()
        .on("streams", call -> call.chunk(CHUNK).endOfChunks(ChunkEnd.COMPLETE).succeed(ANSWER));
    List<String> events = stream("streams");
    assertThat(events).hasSizeGreaterThan(1);
    assertThat(events.getLast()).isEqualTo("[DONE]");
    for (String event : events.subList(0, events.size() - 1)) {
      schema.assertIs("CreateChatCompletionStreamResponse", FrontCalls.JSON.readTree(event));
    }

    cluster.backend().on("breaks", call -> call.chunk(CHUNK).fail(500, "engine_failed", null));
    JsonNode last = FrontCalls.JSON.readTree(stream("breaks").getLast());
    schema.assertIs("ErrorResponse", last);
  }

  private static List<String> stream(String model) throws Exception {
    String body =
        "{\"model\":\"%s\",\"messages\":[],\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
            .formatted(model);
    return FrontCalls.data(
        http.lines(http.request(CHAT).POST(BodyPublishers.ofString(body))).body());
  }

  private static JsonNode upload(String... models) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int line = 0; line < models.length; line++) {
      lines.append(
          "{\"custom_id\":\"%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"%s\",\"messages\":[]}}\n"
              .formatted(line, CHAT, models[line]));
    }
    return FrontCalls.json(http.upload(lines.toString()));
  }

  private static JsonNode batch(String file) throws Exception {
    return FrontCalls.json(
        http.post(
            "/v1/batches",
            "{\"input_file_id\":\"%s\",\"endpoint\":\"%s\",\"completion_window\":\"24h\",\"metadata\":{\"a\":\"b\"}}"
                .formatted(file, CHAT)));
  }
}
