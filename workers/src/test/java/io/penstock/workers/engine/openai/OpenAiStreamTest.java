package io.penstock.workers.engine.openai;

import static io.penstock.workers.engine.openai.ScriptedServer.answering;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.schemas.FailureCategory;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineContract;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.EngineRequests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The engine's contract once more, at a server that streams whatever wants a stream. */
class OpenAiStreamTest extends EngineContract {

  private static final List<String> CHAT =
      List.of(
          "{\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\","
              + "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
              + "\"finish_reason\":null}],\"usage\":null}",
          "{\"id\":\"c-1\",  \"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,"
              + "\"delta\":{\"content\":\"Gr\\u00fc\"},\"x\":1.50}]}",
          "{\"id\":\"c-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ße 👋\"}}]}",
          "{\"id\":\"c-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}",
          "{\"id\":\"c-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3,"
              + "\"total_tokens\":14}}");

  private final ScriptedServer server;

  OpenAiStreamTest() throws IOException {
    server = new ScriptedServer();
    server.play(
        exchange -> {
          String body = server.last().body();
          if (body.contains("slowly")) {
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            while (true) {
              exchange.getResponseBody().write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
              exchange.getResponseBody().flush();
              TimeUnit.MILLISECONDS.sleep(5);
            }
          } else if (body.contains("\"stream\":true")) {
            streaming(CHAT, true).play(exchange);
          } else {
            answering(200, ScriptedServer.ANSWER).play(exchange);
          }
        });
  }

  @AfterEach
  void closeServer() {
    server.close();
  }

  private static ScriptedServer.Script streaming(List<String> events, boolean done) {
    StringBuilder text = new StringBuilder(": hello\n\n");
    events.forEach(each -> text.append("event: x\ndata: ").append(each).append("\r\n\r\n"));
    text.append(done ? "data: [DONE]\n\n" : "");
    return answering(200, text.toString(), "Content-Type", "text/event-stream; charset=utf-8");
  }

  @Override
  protected Engine open() {
    return new OpenAiEngine(
        new OpenAiConfig(
            server.address(),
            new ApiKey.None(),
            Duration.ofSeconds(2),
            Duration.ofMinutes(1),
            Map.of(),
            Map.of(),
            OpenAiConfig.ALL_ENDPOINTS,
            10_000,
            Duration.ofMinutes(10),
            Optional.empty()),
        InstantSource.system());
  }

  @Override
  protected EngineRequest quick() {
    return EngineRequests.chat(10, 10);
  }

  @Override
  protected EngineRequest slow() {
    return EngineRequests.withBody(quick(), "{\"model\":\"m\",\"messages\":[\"slowly\"]}")
        .streamed();
  }

  @Override
  protected void awaitBusy(Engine busy) throws InterruptedException {
    while (server.calls() == 0) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void eventsComeByteForByteAndTheUsageOnlyWhereTheBodyAsksForIt() throws Exception {
    var unasked = new Pieces();
    engine().run(quick().streamed(), unasked);
    var asked = new Pieces();
    engine()
        .run(
            EngineRequests.withBody(
                    quick(),
                    "{\"model\":\"m\",\"messages\":[],\"stream_options\":{\"include_usage\":true}}")
                .streamed(),
            asked);

    assertThat(texts(asked)).containsExactlyElementsOf(CHAT);
    assertThat(texts(unasked)).containsExactlyElementsOf(CHAT.subList(0, 4));
  }

  @Test
  void theBodyIsTheAnswerThatTheServerWouldHaveGivenWhole() throws Exception {
    var answered = (EngineReply.Answered) engine().run(quick().streamed(), new Pieces());

    JsonNode body = new JsonMapper().readTree(answered.body());
    assertThat(body.path("object").asText()).isEqualTo("chat.completion");
    assertThat(body.path("id").asText()).isEqualTo("c-1");
    assertThat(body.path("created").asInt()).isEqualTo(7);
    assertThat(body.at("/choices/0/message/role").asText()).isEqualTo("assistant");
    assertThat(body.at("/choices/0/message/content").asText()).isEqualTo("Grüße 👋");
    assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(body.at("/choices/0").has("delta")).isFalse();
    assertThat(answered.usage().getPromptTokens()).isEqualTo(11);
    assertThat(answered.usage().getCompletionTokens()).isEqualTo(3);
  }

  @Test
  void toolCallsAndSeveralChoicesArePutTogetherByTheirIndex() throws Exception {
    server.play(
        streaming(
            List.of(
                "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t-1\","
                    + "\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"\"}}]}}]}",
                "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}",
                "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,"
                    + "\"function\":{\"arguments\":\"{\\\"q\\\":\"}}]}}]}",
                "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,"
                    + "\"function\":{\"arguments\":\"1}\"}},{\"index\":1,\"id\":\"t-2\"}]}}]}",
                "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"},"
                    + "{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}"),
            false));

    var answered = (EngineReply.Answered) engine().run(quick().streamed(), new Pieces());

    JsonNode calls = new JsonMapper().readTree(answered.body()).at("/choices/0/message/tool_calls");
    assertThat(calls).hasSize(2);
    assertThat(calls.at("/0/id").asText()).isEqualTo("t-1");
    assertThat(calls.at("/0/function/name").asText()).isEqualTo("look");
    assertThat(calls.at("/0/function/arguments").asText()).isEqualTo("{\"q\":1}");
    assertThat(new JsonMapper().readTree(answered.body()).at("/choices/1/message/content").asText())
        .isEqualTo("b");
  }

  @Test
  void aStreamThatIsCutIsNoAnswer() throws Exception {
    server.play(streaming(CHAT.subList(0, 3), false));
    var heard = new Pieces();

    var failure = failure(engine().run(quick().streamed(), heard));

    assertThat(failure.getCategory()).isEqualTo(FailureCategory.RETRYABLE);
    assertThat(failure.getCode()).isEqualTo("engine_connection_lost");
    assertThat(heard.pieces).hasSize(3);
  }

  @Test
  void anErrorWithinTheStreamIsTheReplyAndNoPiece() throws Exception {
    server.play(
        streaming(
            List.of(CHAT.get(1), "{\"error\":{\"message\":\"out of memory\",\"code\":503}}"),
            true));
    var heard = new Pieces();

    var failure = failure(engine().run(quick().streamed(), heard));

    assertThat(failure.getMessage()).contains("out of memory");
    assertThat(heard.pieces).hasSize(1);
  }

  @Test
  void anAnswerThatIsNoStreamIsTakenWhole() throws Exception {
    server.play(answering(200, ScriptedServer.ANSWER));
    var heard = new Pieces();

    assertThat(engine().run(quick().streamed(), heard)).isInstanceOf(EngineReply.Answered.class);
    assertThat(heard.pieces).isEmpty();
  }

  @Test
  void theServerIsAskedForAStreamWithUsageAndNothingElseOfTheBodyChanges() throws Exception {
    engine()
        .run(
            EngineRequests.withBody(
                    quick(),
                    "{\"seed\":1.0e2,\"model\":\"m\",\"stream\":false,\"stream_options\":"
                        + "{\"a\":[1],\"include_usage\":false},\"messages\":[]}")
                .streamed(),
            new Pieces());
    assertThat(server.last().body())
        .isEqualTo(
            "{\"seed\":1.0e2,\"model\":\"m\",\"stream\":true,\"stream_options\":"
                + "{\"include_usage\":true,\"a\":[1]},\"messages\":[]}");

    engine()
        .run(
            EngineRequests.withBody(quick(), "{\"model\":\"m\",\"messages\":[]}").streamed(),
            new Pieces());
    assertThat(server.last().body())
        .isEqualTo(
            "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\":\"m\","
                + "\"messages\":[]}");
  }

  private static List<String> texts(Pieces heard) {
    return heard.pieces.stream().map(each -> new String(each, StandardCharsets.UTF_8)).toList();
  }
}
