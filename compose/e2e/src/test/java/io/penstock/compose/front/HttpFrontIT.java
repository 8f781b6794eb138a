package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.HttpFront;
import io.penstock.broker.settings.WaitSettings;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.ServiceClass;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One instance of the HTTP front on real Kafka, with any course of events behind it. */
@ExtendWith(PenstockFixture.class)
class HttpFrontIT {

  private static final String CHAT = "/v1/chat/completions";
  private static final String ANSWER =
      "{\"id\":\"c\",\"object\":\"chat.completion\", \"odd\":1.50,\"choices\":[]}";

  private static FrontCluster cluster;
  private static ScriptedBackend backend;
  private static HttpFront front;
  private static FrontCalls http;

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    cluster = new FrontCluster(node, "front-it.", 2);
    backend = cluster.backend();
    WaitSettings waits =
        new WaitSettings(
            Duration.ofSeconds(2),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20));
    front = cluster.start(FrontCluster.settings().withWaits(waits));
    http = new FrontCalls(front.url());
  }

  @AfterAll
  static void stop() throws Exception {
    http.close();
    cluster.close();
  }

  @Test
  void aBodyAndItsAnswerPassByteForByte() throws Exception {
    backend.on("bytes", call -> call.succeed(ANSWER));
    String body = "{ \"model\":\"bytes\",\"x\":1e2, \"messages\":[],\"u\":\"\\u00e9\"}";

    HttpResponse<String> answer = http.post(CHAT, body);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(ANSWER);
    assertThat(answer.headers().firstValue("x-request-id")).contains(FrontCalls.id(answer));
    InferenceRequest seen = backend.seen("bytes").getFirst();
    assertThat(text(seen.getBody())).isEqualTo(body);
    assertThat(seen.getServiceClass()).contains(ServiceClass.STANDARD);
    assertThat(seen.getTenant()).isEqualTo("default");
    assertThat(seen.getEndpoint()).isEqualTo(CHAT);
  }

  @Test
  void aFailureIsAnsweredAsTheEngineGaveIt() throws Exception {
    backend.on("wrong", call -> call.fail(400, "context_length_exceeded", "messages"));

    HttpResponse<String> answer = http.post(CHAT, chat("wrong"));

    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode error = FrontCalls.json(answer).path("error");
    assertThat(error.path("code").asText()).isEqualTo("context_length_exceeded");
    assertThat(error.path("param").asText()).isEqualTo("messages");
    assertThat(answer.headers().firstValue("x-should-retry")).contains("false");
  }

  @Test
  void aHangUpCancels() throws Exception {
    backend.on("slow", call -> call.status(RequestState.WAITING));
    byte[] request = raw("slow");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
      await().until(() -> !backend.seen("slow").isEmpty());
    }

    String id = backend.seen("slow").getFirst().getId();
    await().atMost(Duration.ofSeconds(10)).until(() -> status(id).equals("cancelled"));
  }

  @Test
  void howeverManyWaitTheyKeepNobodyElseOut() throws Exception {
    backend.on("unanswered", call -> call.status(RequestState.WAITING));
    int callers = 300;
    List<CompletableFuture<HttpResponse<String>>> waiting =
        IntStream.range(0, callers)
            .mapToObj(_ -> http.posting(CHAT, chat("unanswered"), "penstock-class", "standard"))
            .toList();
    await().until(() -> backend.seen("unanswered").size() == callers);

    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    assertThat(http.get("/v1/models").statusCode()).isEqualTo(200);
    waiting.forEach(each -> each.cancel(true));
  }

  @Test
  void whoeverWaitsTooLongIsToldTheIdAndCanFetchTheAnswer() throws Exception {
    backend.on(
        "late",
        call ->
            call.status(RequestState.WAITING)
                .status(RequestState.LEASED)
                .pause(Duration.ofSeconds(4))
                .succeed(ANSWER));

    HttpResponse<String> answer = http.post(CHAT, chat("late"), "penstock-class", "interactive");

    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(FrontCalls.code(answer)).isEqualTo("wait_timeout");
    String id = FrontCalls.id(answer);
    assertThat(answer.body()).contains(id);
    HttpResponse<String> fetched = http.get("/v1/requests/" + id + "/result?wait=20s");
    assertThat(fetched.statusCode()).isEqualTo(200);
    assertThat(fetched.body()).isEqualTo(ANSWER);
    assertThat(http.get("/v1/requests/" + id + "/result").body()).isEqualTo(ANSWER);
  }

  @Test
  void aStreamHasItsChunksAndCommentsAndEndsWithDone() throws Exception {
    backend.on(
        "stream",
        call -> {
          call.status(RequestState.LEASED).pause(Duration.ofMillis(500));
          call.chunk(chunk("a")).pause(Duration.ofMillis(300)).chunk(chunk("b"));
          call.chunk("{\"choices\":[],\"usage\":{\"total_tokens\":7}}");
          call.endOfChunks(ChunkEnd.COMPLETE).succeed(ANSWER);
        });

    List<String> lines = stream("stream", "");

    assertThat(lines).contains(": waiting");
    assertThat(data(lines)).containsExactly(chunk("a"), chunk("b"), "[DONE]");
    assertThat(backend.seen("stream").getFirst().getStream()).isTrue();
    assertThat(data(stream("stream", ",\"stream_options\":{\"include_usage\":true}"))).hasSize(4);
  }

  @Test
  void aStreamThatBreaksEndsWithAnErrorAndNeverWithDone() throws Exception {
    backend.on(
        "breaks",
        call -> {
          call.chunk(chunk("a")).endOfChunks(ChunkEnd.FAILED);
          call.nextAttempt().chunk(chunk("A")).endOfChunks(ChunkEnd.COMPLETE);
          call.succeed(ANSWER);
        });
    backend.on("gap", call -> call.chunk(chunk("a")).loseChunk().chunk(chunk("c")).succeed(ANSWER));
    backend.on("fails", call -> call.chunk(chunk("a")).fail(500, "engine_failed", null));

    for (String model : List.of("breaks", "gap", "fails")) {
      List<String> data = data(stream(model, ""));
      assertThat(data).as(model).hasSize(2).startsWith(chunk("a"));
      assertThat(FrontCalls.JSON.readTree(data.getLast()).at("/error/code").asText())
          .isIn("stream_interrupted", "engine_failed");
    }
  }

  @Test
  void aRequestIsSubmittedFollowedAndCancelled() throws Exception {
    backend.on("native", call -> call.status(RequestState.WAITING));

    HttpResponse<String> submitted =
        http.post("/v1/requests", chat("native"), "penstock-endpoint", CHAT);

    assertThat(submitted.statusCode()).isEqualTo(202);
    String id = FrontCalls.json(submitted).path("id").asText();
    assertThat(submitted.headers().firstValue("location")).contains("/v1/requests/" + id);
    await().until(() -> status(id).equals("waiting"));
    JsonNode status = FrontCalls.json(http.get("/v1/requests/" + id));
    assertThat(status.at("/waiting/reason").asText()).isNotEmpty();
    assertThat(http.get("/v1/requests/" + id + "/result").statusCode()).isEqualTo(202);
    HttpResponse<Stream<String>> events =
        http.lines(http.request("/v1/requests/" + id + "/events"));
    assertThat(http.delete("/v1/requests/" + id).statusCode()).isEqualTo(202);
    assertThat(data(events.body().toList()).getLast()).contains("\"status\":\"cancelled\"");
    assertThat(http.get("/v1/requests/" + id + "/result").statusCode()).isEqualTo(409);
  }

  @Test
  void aRepeatedCallUnderOneKeyRunsOnce() throws Exception {
    backend.on("once", call -> call.pause(Duration.ofMillis(300)).succeed(ANSWER));

    HttpResponse<String> first = http.post(CHAT, chat("once"), "idempotency-key", "k1");
    HttpResponse<String> second = http.post(CHAT, chat("once"), "idempotency-key", "k1");
    HttpResponse<String> other = http.post(CHAT, chat("once") + " ", "idempotency-key", "k1");

    assertThat(second.body()).isEqualTo(first.body());
    assertThat(FrontCalls.id(second)).isEqualTo(FrontCalls.id(first));
    assertThat(backend.seen("once")).hasSize(1);
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(FrontCalls.code(other)).isEqualTo("idempotency_key_reused");
  }

  @Test
  void whatCannotBeServedIsAnsweredInOpenAisShape() throws Exception {
    assertError(http.post(CHAT, "{\"model\":"), 400, "invalid_json");
    assertError(http.post(CHAT, "{}"), 400, "invalid_value");
    assertError(http.post(CHAT, ""), 400, "invalid_json");
    assertError(http.get("/v1/nothing"), 404, "unknown_url");
    assertError(http.get(CHAT), 405, "method_not_allowed");
    assertError(http.get("/v1/requests/req_unknown"), 404, "not_found");
    assertError(http.get("/v1/models/unknown"), 404, "model_not_found");
    assertError(
        http.post(CHAT, chat("x"), "content-encoding", "gzip"), 415, "unsupported_encoding");
    assertError(http.post(CHAT, chat("x"), "penstock-deadline", "soon"), 400, "invalid_value");
    assertError(
        http.post(CHAT, "{\"model\":\"x\",\"y\":\"%s\"}".formatted("z".repeat(200_000))),
        413,
        "request_too_large");
    HttpResponse<String> models = http.get("/v1/models");
    assertThat(FrontCalls.json(models).path("object").asText()).isEqualTo("list");
  }

  @Test
  void oversizedHeadersAreRefusedAndHarmNobody() throws Exception {
    HttpResponse<String> refused = http.get("/v1/models", "x-long", "y".repeat(100_000));
    assertThat(refused.statusCode()).isBetween(400, 499);
    assertThat(http.get("/v1/models").statusCode()).isEqualTo(200);
  }

  @Test
  void itSaysThatItIsReadyAndShowsNothingElseOfItself() throws Exception {
    assertThat(http.get("/health/live").statusCode()).isEqualTo(200);
    assertThat(http.get("/health/ready").body()).contains("\"status\":\"UP\"");
    for (String path : List.of("/beans", "/env", "/prometheus", "/health")) {
      assertThat(http.get(path).statusCode()).as(path).isGreaterThanOrEqualTo(400);
    }
    assertThat(http.get("/admin/keys").statusCode()).isEqualTo(403);
    assertThat(URI.create(front.url()).getHost()).isEqualTo("127.0.0.1");
  }

  private static void assertError(HttpResponse<String> answer, int status, String code)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonNode error = FrontCalls.json(answer).path("error");
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("message").asText()).isNotEmpty();
    assertThat(error.path("type").asText()).isNotEmpty();
    assertThat(error.has("param")).isTrue();
  }

  private static String status(String id) throws Exception {
    return FrontCalls.json(http.get("/v1/requests/" + id)).path("status").asText();
  }

  private static List<String> stream(String model, String more) throws Exception {
    String body = "{\"model\":\"%s\",\"messages\":[],\"stream\":true%s}".formatted(model, more);
    HttpResponse<Stream<String>> answer =
        http.lines(
            http.request(CHAT).POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)));
    assertThat(answer.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/event-stream");
    assertThat(FrontCalls.id(answer)).startsWith("req_");
    return answer.body().toList();
  }

  private static List<String> data(List<String> lines) {
    return FrontCalls.data(lines.stream());
  }

  private static String chat(String model) {
    return "{\"model\":\"%s\",\"messages\":[]}".formatted(model);
  }

  private static String chunk(String text) {
    return "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}"
        .formatted(text);
  }

  private static byte[] raw(String model) {
    String body = chat(model);
    String head =
        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(CHAT, body.length());
    return head.concat(body).getBytes(StandardCharsets.US_ASCII);
  }

  private static int port() {
    return URI.create(front.url()).getPort();
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }
}
