package io.penstock.compose.front;

import static io.penstock.compose.front.ResponseCalls.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.inputitems.InputItemListParams;
import io.penstock.broker.HttpFront;
import io.penstock.broker.OpenAiSchema;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.front.ResponseCalls.Reading;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.RequestState;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Responses API at two instances, used with OpenAI's own client. */
@ExtendWith(PenstockFixture.class)
class ResponsesIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<String> WORDS =
      IntStream.range(0, 20).mapToObj(each -> "w" + each + " ").toList();
  private static final String ANSWER = answer("Ciao");

  private static FrontCluster cluster;
  private static ScriptedBackend backend;
  private static FrontCalls http;
  private static ResponseCalls first;
  private static ResponseCalls second;

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    cluster = new FrontCluster(node, "responses.", 4);
    backend = cluster.backend();
    HttpFront one = cluster.start(FrontCluster.settings());
    HttpFront two = cluster.start(FrontCluster.settings());
    http = new FrontCalls(one.url());
    // A home that is moving answers 503, and the client tries again.
    first = new ResponseCalls(one.url(), 10);
    second = new ResponseCalls(two.url(), 10);
  }

  @AfterAll
  static void stop() throws Exception {
    http.close();
    first.close();
    second.close();
    cluster.close();
  }

  @Test
  void whoeverWaitsGetsTheAnswerAndFindsItAtAnyInstanceUntilItIsDeleted() {
    backend.on("chat", call -> call.succeed(ANSWER));

    Response answer = first.create(ask("chat").instructions("Be brief.").build());

    assertThat(answer.status()).contains(ResponseStatus.COMPLETED);
    assertThat(text(answer)).isEqualTo("Ciao");
    assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(7);
    Response found = second.retrieve(answer.id());
    assertThat(found).isEqualTo(answer);
    second.delete(answer.id());
    assertThatThrownBy(() -> first.retrieve(answer.id())).isInstanceOf(NotFoundException.class);
  }

  @Test
  void whatAResponseWasAskedWithIsListedAtAnyInstance() throws Exception {
    backend.on("chat", call -> call.succeed(ANSWER));
    String input =
        "[{\"role\":\"system\",\"content\":\"Be"
            + " brief.\"},{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Ciao\"},{\"role\":\"user\",\"content\":\"And?\"}]";
    HttpResponse<String> made =
        http.post("/v1/responses", "{\"model\":\"chat\",\"input\":%s}".formatted(input));
    String id = FrontCalls.json(made).path("id").asText();

    List<ResponseItem> latestFirst = second.inputItems(id, InputItemListParams.Order.DESC);
    assertThat(latestFirst).hasSize(4);
    assertThat(
            latestFirst
                .getFirst()
                .asResponseInputMessageItem()
                .content()
                .getFirst()
                .asInputText()
                .text())
        .isEqualTo("And?");
    assertThat(latestFirst.get(1).isResponseOutputMessage()).isTrue();
    assertThat(first.inputItems(id, InputItemListParams.Order.ASC))
        .isEqualTo(latestFirst.reversed());
    String path = "/v1/responses/" + id + "/input_items";
    assertThat(http.get(path + "?limit=0").statusCode()).isEqualTo(400);
    assertThat(http.get(path + "?order=up").statusCode()).isEqualTo(400);
    assertThat(http.get(path + "?after=x").statusCode()).isEqualTo(400);
    assertThat(http.get(path + "?include=x").statusCode()).isEqualTo(400);
    second.delete(id);
    assertThat(http.get(path).statusCode()).isEqualTo(404);
  }

  @Test
  void theListOfWhatAResponseWasAskedWithIsOpenAis() throws Exception {
    OpenAiSchema schema = OpenAiSchema.required();
    backend.on("chat", call -> call.succeed(ANSWER));
    HttpResponse<String> made =
        http.post(
            "/v1/responses",
            "{\"model\":\"chat\",\"instructions\":\"Be"
                + " brief.\",\"input\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Ciao\"},{\"role\":\"user\",\"content\":\"And?\"}]}");

    JsonNode page =
        FrontCalls.json(
            http.get(
                "/v1/responses/" + FrontCalls.json(made).path("id").asText() + "/input_items"));

    assertThat(page.path("data")).as(page.toString()).hasSize(3);
    schema.assertIs("ResponseItemList", page);
  }

  @Test
  void aResponseInTheBackgroundIsQueuedThenInProgressThenCompleted() {
    backend.on(
        "background",
        call ->
            call.status(RequestState.WAITING)
                .pause(Duration.ofMillis(500))
                .status(RequestState.LEASED)
                .pause(Duration.ofSeconds(2))
                .succeed(ANSWER));

    Response begun = first.create(ask("background").background(true).build());

    assertThat(begun.status()).contains(ResponseStatus.QUEUED);
    awaitStatus(begun.id(), ResponseStatus.IN_PROGRESS);
    awaitStatus(begun.id(), ResponseStatus.COMPLETED);
    assertThat(text(second.retrieve(begun.id()))).isEqualTo("Ciao");
  }

  @Test
  void aResponseInTheBackgroundCanBeCancelledAnywhere() {
    backend.on("cancelled", call -> call.status(RequestState.WAITING));
    Response begun = first.create(ask("cancelled").background(true).build());

    assertThat(second.cancel(begun.id()).status()).contains(ResponseStatus.CANCELLED);

    assertThat(backend.cancelled("cancelled")).isEqualTo(1);
    assertThat(first.retrieve(begun.id()).status()).contains(ResponseStatus.CANCELLED);
  }

  @Test
  void oneThatFailsInTheBackgroundSaysWhy() {
    backend.on("fails", call -> call.fail(400, "context_length_exceeded", "messages"));
    Response begun = first.create(ask("fails").background(true).build());

    awaitStatus(begun.id(), ResponseStatus.FAILED);
    assertThat(second.retrieve(begun.id()).error().orElseThrow().message())
        .contains("context_length_exceeded");
    assertThatThrownBy(() -> first.create(ask("fails").build()))
        .isInstanceOf(BadRequestException.class);
  }

  @Test
  void oneThatIsNotStoredIsNotFound() {
    backend.on("not-stored", call -> call.succeed(ANSWER));

    Response answer = first.create(ask("not-stored").store(false).build());

    assertThat(text(answer)).isEqualTo("Ciao");
    assertThatThrownBy(() -> first.retrieve(answer.id())).isInstanceOf(NotFoundException.class);
  }

  @Test
  void theSameCallUnderAnIdempotencyKeyIsTheSameResponse() {
    backend.on("named", call -> call.pause(Duration.ofMillis(200)).succeed(ANSWER));
    ResponseCreateParams params =
        ask("named").background(true).putAdditionalHeader("Idempotency-Key", "resp").build();

    String id = first.create(params).id();

    assertThat(second.create(params).id()).isEqualTo(id);
    awaitStatus(id, ResponseStatus.COMPLETED);
    assertThat(first.create(params).status()).contains(ResponseStatus.COMPLETED);
    assertThat(backend.seen("named")).hasSize(1);
  }

  @Test
  void aStreamGoesOnAtAnotherInstanceWhereItWasCutOff() {
    backend.on("stream", ResponsesIT::stream);

    Reading reading = first.begin(ask("stream").background(true).build(), 7);
    assertThat(reading.pieces()).isEqualTo(WORDS.subList(0, 7));
    second.resume(reading);

    assertThat(reading.pieces()).isEqualTo(WORDS);
    assertThat(reading.isCompleted()).isTrue();
    assertThat(first.readAnew(reading.id()).pieces()).isEqualTo(WORDS);
    assertThat(text(second.retrieve(reading.id()))).isEqualTo(String.join("", WORDS));
    assertThat(backend.seen("stream")).hasSize(1);
  }

  @Test
  void whoeverHangsUpInTheForegroundWantsNoAnswer() {
    backend.on("hung-up", ResponsesIT::stream);

    first.begin(ask("hung-up").build(), 2);

    await().atMost(PATIENCE).until(() -> backend.cancelled("hung-up") == 1);
  }

  @Test
  void twoAttemptsAreNeverOneAnswer() throws Exception {
    backend.on(
        "twice",
        call -> {
          call.chunk(chunk("one ")).chunk(chunk("two ")).pause(Duration.ofMillis(500));
          call.nextAttempt().chunk(chunk("eins ")).chunk(chunk("zwei "));
          call.endOfChunks(ChunkEnd.COMPLETE).succeed(answer("eins zwei "));
        });

    Reading reading = first.begin(ask("twice").background(true).build(), 2);
    assertThat(reading.pieces()).containsExactly("one ", "two ");
    awaitStatus(reading.id(), ResponseStatus.COMPLETED);

    String path = "/v1/responses/" + reading.id() + "?stream=true&starting_after=6";
    List<JsonNode> more = events(path);
    assertThat(more).hasSize(1);
    assertThat(more.getFirst().path("code").asText()).isEqualTo("stream_interrupted");
    assertThat(second.readAnew(reading.id()).pieces()).containsExactly("eins ", "zwei ");
  }

  @Test
  void anEngineThatDoesNotStreamHasItsAnswerSentWhole() {
    backend.on("unstreamed", call -> call.endOfChunks(ChunkEnd.BROKEN).succeed(ANSWER));

    Reading reading = first.begin(ask("unstreamed").build(), Integer.MAX_VALUE);

    assertThat(reading.pieces()).containsExactly("Ciao");
    assertThat(reading.isCompleted()).isTrue();
  }

  @Test
  void whatIsNotServedIsRefusedByItsName() throws Exception {
    HttpResponse<String> refused =
        http.post("/v1/responses", "{\"model\":\"m\",\"input\":\"Hi\",\"conversation\":\"c\"}");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(FrontCalls.json(refused).at("/error/param").asText()).isEqualTo("conversation");
    assertThat(http.get("/v1/responses/resp_none").statusCode()).isEqualTo(404);
    assertThat(http.get("/v1/responses/resp_none?starting_after=1").statusCode()).isEqualTo(400);
  }

  private static void stream(ScriptedBackend.Call call) {
    call.status(RequestState.LEASED);
    for (String word : WORDS) {
      call.chunk(chunk(word)).pause(Duration.ofMillis(50));
    }
    call.endOfChunks(ChunkEnd.COMPLETE).succeed(answer(String.join("", WORDS)));
  }

  private static List<JsonNode> events(String path) throws Exception {
    try (Stream<String> lines = http.lines(http.request(path)).body()) {
      return FrontCalls.data(lines).stream().map(ResponsesIT::json).toList();
    }
  }

  private static JsonNode json(String text) {
    try {
      return FrontCalls.JSON.readTree(text);
    } catch (JsonProcessingException wrong) {
      throw new IllegalArgumentException(text, wrong);
    }
  }

  private static void awaitStatus(String id, ResponseStatus status) {
    await().atMost(PATIENCE).until(() -> second.retrieve(id).status().orElseThrow().equals(status));
  }

  private static String text(Response response) {
    return response.output().getFirst().asMessage().content().getFirst().asOutputText().text();
  }

  static String chunk(String text) {
    return "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}"
        .formatted(text);
  }

  static String answer(String text) {
    return "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}"
        .formatted(text);
  }
}
