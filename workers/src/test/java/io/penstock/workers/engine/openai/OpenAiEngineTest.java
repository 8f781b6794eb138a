package io.penstock.workers.engine.openai;

import static io.penstock.workers.engine.openai.ScriptedServer.answering;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineContract;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.EngineRequests;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiEngineTest extends EngineContract {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final ScriptedServer server;
  private final CountDownLatch slowArrived = new CountDownLatch(1);
  private final CountDownLatch connectionClosed = new CountDownLatch(1);

  OpenAiEngineTest() throws IOException {
    server = new ScriptedServer();
    server.play(
        exchange -> {
          if (server.last().body().contains("slowly")) {
            slowArrived.countDown();
            trickle(exchange);
          } else {
            answering(200, ScriptedServer.ANSWER).play(exchange);
          }
        });
  }

  /** Never ends of itself; notices when the client has gone. */
  private void trickle(com.sun.net.httpserver.HttpExchange exchange)
      throws IOException, InterruptedException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      while (true) {
        out.write(' ');
        out.flush();
        TimeUnit.MILLISECONDS.sleep(5);
      }
    } catch (IOException e) {
      connectionClosed.countDown();
      throw e;
    }
  }

  @AfterEach
  void closeServer() {
    server.close();
  }

  @Override
  protected Engine open() {
    return new OpenAiEngine(config(), InstantSource.system());
  }

  @Override
  protected EngineRequest quick() {
    return EngineRequests.chat(10, 10);
  }

  @Override
  protected EngineRequest slow() {
    return EngineRequests.withBody(quick(), "{\"model\":\"m\",\"messages\":[\"slowly\"]}");
  }

  @Override
  protected void awaitBusy(Engine busy) throws InterruptedException {
    assertThat(slowArrived.await(5, TimeUnit.SECONDS)).isTrue();
  }

  private OpenAiConfig config() {
    return config(Duration.ofMinutes(1), new ApiKey.None(), Map.of(), Optional.empty());
  }

  private OpenAiConfig config(
      Duration timeout,
      ApiKey key,
      Map<String, String> names,
      Optional<OpenAiConfig.Metrics> metrics) {
    return new OpenAiConfig(
        server.address(),
        key,
        Duration.ofSeconds(2),
        timeout,
        names,
        Map.of("OpenAI-Organization", "org"),
        OpenAiConfig.ALL_ENDPOINTS,
        10_000,
        Duration.ofMinutes(10),
        metrics);
  }

  private Failure failureOf(ScriptedServer.Script script) throws InterruptedException {
    server.play(script);
    return failure(engine().run(quick(), () -> {}));
  }

  @ParameterizedTest
  @CsvSource({
    "301, OVERLOADED, engine_misconfigured", "400, REJECTED, engine_rejected",
    "401, OVERLOADED, engine_unauthorized", "402, OVERLOADED, engine_quota_exhausted",
    "403, OVERLOADED, engine_unauthorized", "404, OVERLOADED, engine_model_unknown",
    "405, OVERLOADED, engine_misconfigured", "408, TIMEOUT, engine_timeout",
    "409, RETRYABLE, engine_busy", "413, REJECTED, engine_rejected",
    "418, REJECTED, engine_rejected", "422, REJECTED, engine_rejected",
    "425, RETRYABLE, engine_busy", "429, OVERLOADED, engine_rate_limited",
    "500, RETRYABLE, engine_error", "502, RETRYABLE, engine_error",
    "503, OVERLOADED, engine_overloaded", "504, TIMEOUT, engine_timeout",
    "529, OVERLOADED, engine_overloaded", "599, RETRYABLE, engine_error"
  })
  void statusSaysWhetherTryingAgainHelps(int status, FailureCategory category, String code)
      throws Exception {
    Failure failure = failureOf(answering(status, "{\"error\":{\"message\":\"so it is\"}}"));

    assertThat(failure.getCategory()).isEqualTo(category);
    assertThat(failure.getCode()).isEqualTo(code);
    assertThat(failure.getStatusCode()).hasValue(status);
    assertThat(failure.getMessage()).contains("so it is");
  }

  @Test
  void retryAfterIsHonouredInSecondsMillisecondsAndAsADate() throws Exception {
    assertThat(failureOf(answering(429, "", "Retry-After", "7")).getRetryAfterMillis())
        .hasValue(7_000L);
    assertThat(
            failureOf(answering(429, "", "Retry-After", "7", "retry-after-ms", "250"))
                .getRetryAfterMillis())
        .hasValue(250L);
    assertThat(failureOf(answering(503, "", "Retry-After", "soon")).getRetryAfterMillis())
        .isEmpty();
    var headers =
        java.net.http.HttpHeaders.of(
            Map.of("Retry-After", java.util.List.of("Sun, 22 Nov 2026 12:00:30 GMT")),
            (name, value) -> true);
    assertThat(RetryAfter.millis(headers, LONGEST, NOW)).hasValue(30_000);
    assertThat(RetryAfter.millis(headers, LONGEST, NOW.plusSeconds(60))).hasValue(0);
  }

  @Test
  void retryAfterIsReadByTheServersClockAndBoundedByTheLongestPause() throws Exception {
    var headers =
        java.net.http.HttpHeaders.of(
            Map.of(
                "Retry-After", List.of("Sun, 22 Nov 2026 12:00:30 GMT"),
                "Date", List.of("Sun, 22 Nov 2026 12:00:25 GMT")),
            (name, value) -> true);
    assertThat(RetryAfter.millis(headers, LONGEST, NOW.minusSeconds(300))).hasValue(5_000);
    assertThat(failureOf(answering(429, "", "Retry-After", "86400")).getRetryAfterMillis())
        .hasValue(600_000L);
    assertThat(failureOf(answering(429, "", "Retry-After", "1e300")).getRetryAfterMillis())
        .hasValue(600_000L);
  }

  @Test
  void aRefusalForLackOfQuotaIsNotTheRequestsFaultWhateverItsStatus() throws Exception {
    String openAi = "{\"error\":{\"message\":\"x\",\"code\":\"insufficient_quota\"}}";
    String proxy = "{\"error\":{\"message\":\"x\",\"type\":\"budget_exceeded\",\"code\":400}}";
    for (Failure failure :
        List.of(failureOf(answering(400, proxy)), failureOf(answering(403, openAi)))) {
      assertThat(failure.getCategory()).isEqualTo(FailureCategory.OVERLOADED);
      assertThat(failure.getCode()).isEqualTo("engine_quota_exhausted");
    }
    assertThat(failureOf(answering(400, "{\"error\":{\"message\":\"my quota\"}}")).getCategory())
        .isEqualTo(FailureCategory.REJECTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "402|{}",
        "400|{'error':{'message':'Your credit balance is too low to access the API'}}",
        "400|{'error':{'message':'x','code':'Arrearage'}}",
        "400|{'error':{'message':'x','code':'billing_hard_limit_reached'}}",
        "403|{'error':'You have run out of credits'}",
        "429|{'error':{'message':'You exceeded your current quota','type':'insufficient_quota'}}",
        "429|{'error':{'message':'x','code':'credit_exhausted'}}"
      })
  void anAccountThatIsUsedUpIsKnownInItsUsualShapes(int status, String body) throws Exception {
    Failure failure = failureOf(answering(status, body.replace('\'', '"')));

    assertThat(failure.getCategory()).isEqualTo(FailureCategory.OVERLOADED);
    assertThat(failure.getCode()).isEqualTo("engine_quota_exhausted");
    assertThat(failure.getRetryAfterMillis()).hasValue(60_000L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|{'error':{'message':'invalid: your credit balance is too low'}}|engine_rejected",
        "429|{'error':{'message':'Quota exceeded per"
            + " minute','code':'quotaExceeded'}}|engine_rate_limited",
        "403|{'error':{'message':'flagged','code':'content_policy_violation'}}|engine_rejected"
      })
  void whatAPromptMayHaveCausedRestsNoAccount(int status, String body, String code)
      throws Exception {
    assertThat(failureOf(answering(status, body.replace('\'', '"'))).getCode()).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|{'error':{'message':'x','code':'context_length_exceeded'}}",
        "400|{'error':{'message':'This model`s maximum context length is 8192 tokens.'}}",
        "400|{'object':'error','message':'The decoder prompt (length 9000) is longer than the"
            + " maximum model length of 4096.'}",
        "400|{'error':{'code':400,'message':'the request exceeds the available context"
            + " size','type':'exceed_context_size_error'}}",
        "422|{'error':'`inputs` must have less than 1024 tokens. Given: 2000'}",
        "413|{'error':{'message':'prompt is too long: 210000 tokens > 200000 maximum'}}"
      })
  void aPromptTooLongForTheEngineIsToldSoWhateverItsWords(int status, String body)
      throws Exception {
    Failure failure = failureOf(answering(status, body.replace('\'', '"')));

    assertThat(failure.getCategory()).isEqualTo(FailureCategory.REJECTED);
    assertThat(failure.getCode()).isEqualTo("context_length_exceeded");
    assertThat(failure.getStatusCode()).hasValue(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"seed\":1.0,\"a\":-0.0,\"b\":0.10,\"c\":1e400,\"model\":\"m\"}",
        " {\"z\":1 ,\"model\" : \"m\" ,\"z\":2,\t\"s\":\"\\u0041\\/\\ud800 é😀\"}\r\n",
        "{\"model\":\"m\",\"stream\": null ,\"stream_options\":null}",
        "{\"model\":\"m\",\"stream\":false,\"messages\":[{\"model\":\"m\",\"n\":1E+2}]}",
        "{\"model\":\"m\",\"max_tokens\": 10 ,\"max_completion_tokens\":10.0}"
      })
  void aBodyTravelsByteForByteAndOnlyTheModelsNameChanges(String body) throws Exception {
    engine().run(EngineRequests.withBody(quick(), body), () -> {});
    assertThat(server.last().bytes()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));

    var config =
        config(Duration.ofSeconds(5), new ApiKey.None(), Map.of("m", "ö\"8b"), Optional.empty());
    try (Engine engine = new OpenAiEngine(config, InstantSource.system())) {
      engine.run(EngineRequests.withBody(quick(), body), () -> {});
    }
    int at = body.indexOf("\"m\"");
    String served = body.substring(0, at) + "\"ö\\\"8b\"" + body.substring(at + 3);
    assertThat(server.last().bytes()).isEqualTo(served.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'model':'m','max_tokens': 4000 ,'t':1.0}|{'model':'m','max_tokens': 10 ,'t':1.0}",
        "{'model':'m','max_completion_tokens':11}|{'model':'m','max_completion_tokens':10}",
        "{'model':'m','max_tokens':9,'n':2}|{'model':'m','max_tokens':5,'n':2}",
        "{'model':'m','prompt':['a','b'],'max_tokens':6}|{'model':'m','prompt':['a','b'],'max_tokens':5}",
        "{'model':'m','prompt':[1,2,3],'max_tokens':10}|{'model':'m','prompt':[1,2,3],'max_tokens':10}",
        "{'t':1}|{'model':'m','t':1}"
      })
  void noMoreOutputIsAskedForThanTheLeaseAllows(String body, String sent) throws Exception {
    engine().run(EngineRequests.withBody(quick(), body.replace('\'', '"')), () -> {});

    assertThat(server.last().body()).isEqualTo(sent.replace('\'', '"'));
  }

  @Test
  void aTraceparentThatIsNotOfTheStandardsFormIsLeftOutAndTheRequestRuns() throws Exception {
    String valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (String trace : List.of("bad\r\nX-Evil: 1", "00-é", "", "not-a-trace", valid)) {
      EngineReply reply = engine().run(EngineRequests.withTrace(quick(), trace), () -> {});

      assertThat(reply).as(trace).isInstanceOf(EngineReply.Answered.class);
      assertThat(server.last().traceparent())
          .isEqualTo(trace.equals(valid) ? List.of(valid) : List.of());
    }
  }

  @Test
  void whateverFailsWhileTheRequestIsBuiltIsInvalid() throws Exception {
    String endpoint = "/v1/no address";
    var config =
        new OpenAiConfig(
            server.address(),
            new ApiKey.None(),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Map.of(),
            Map.of(),
            Set.of(endpoint),
            10_000,
            LONGEST,
            Optional.empty());
    try (Engine engine = new OpenAiEngine(config, InstantSource.system())) {
      Failure failure =
          failure(engine.run(EngineRequests.withEndpoint(quick(), endpoint), () -> {}));
      assertThat(failure.getCategory()).isEqualTo(FailureCategory.INVALID);
      assertThat(failure.getCode()).isEqualTo("request_unsendable");
      assertThat(server.calls()).isZero();
    }
  }

  @Test
  void aHeaderThatHttpDoesNotAllowIsRefusedAtStartWithoutItsValue() {
    for (String value : List.of("sk-secret\nx", "sk-secret\u0007")) {
      assertThatThrownBy(() -> withHeaders(Map.of("X-Api-Key", value)))
          .hasMessageContaining("X-Api-Key")
          .hasMessageNotContaining("sk-secret");
    }
    assertThat(withHeaders(Map.of("X-Api-Key", "sk-secret")).toString())
        .contains("X-Api-Key")
        .doesNotContain("sk-secret");
  }

  private OpenAiConfig withHeaders(Map<String, String> headers) {
    return new OpenAiConfig(
        server.address(),
        new ApiKey.None(),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Map.of(),
        headers,
        OpenAiConfig.ALL_ENDPOINTS,
        10_000,
        LONGEST,
        Optional.empty());
  }

  @Test
  void keysInHeadersAreNeverRepeatedHoweverTheServerQuotesThem() throws Exception {
    String key = "sk-a+b/c=d0123456789";
    var config =
        withHeaders(Map.of("X-Api-Key", key, "X-Upstream", "Bearer tok_ABCDEF", "X-Team", "red"));
    String percent = java.net.URLEncoder.encode(key, StandardCharsets.UTF_8);
    java.util.Base64.Encoder base64 = java.util.Base64.getEncoder();
    try (Engine engine = new OpenAiEngine(config, InstantSource.system())) {
      for (String quoted :
          List.of(
              key,
              key.toUpperCase(java.util.Locale.ROOT),
              percent,
              "Bearer tok_ABCDEF",
              "tok_ABCDEF",
              "x".repeat(490) + key)) {
        server.play(
            answering(
                500,
                "{\"error\":{\"message\":\"red: "
                    + quoted
                    + "\",\"param\":\""
                    + key
                    + "\",\"code\":\""
                    + key
                    + "\"}}"));
        Failure failure = failure(engine.run(quick(), () -> {}));
        assertThat(failure.toString())
            .as(quoted)
            .contains("red: ")
            .doesNotContainIgnoringCase("sk-a")
            .doesNotContainIgnoringCase("tok_ABC")
            .doesNotContainIgnoringCase(percent);
      }
      for (String around : List.of("", "u", "us", "user:")) {
        byte[] secret = (around + key + "@host").getBytes(StandardCharsets.UTF_8);
        String encoded = base64.encodeToString(secret);
        server.play(answering(500, "proxy said " + encoded));
        String message = failure(engine.run(quick(), () -> {})).getMessage();
        assertThat(message).contains("[key]");
        assertThat(message).doesNotContain(encoded.substring(10, 22));
      }
    }
  }

  @Test
  void whatAServerSaysCannotForgeALineOrSteerATerminal() throws Exception {
    Failure failure =
        failureOf(
            answering(
                400,
                "{\"error\":{\"message\":\"a\\n"
                    + "\\u001b[31mb\\u009bc\\u202ed\",\"param\":\"p\\r"
                    + "\"}}"));
    assertThat(failure.toString().codePoints()).noneMatch(Character::isISOControl);
    assertThat(failure.getMessage()).contains("a [31mb\\u009bc\\u202ed");
  }

  @Test
  void aKeyThatCannotBeReadIsTheWorkersTroubleNotTheRequests(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("key");
    Files.writeString(file, "first\n");
    var config =
        config(Duration.ofSeconds(5), new ApiKey.FromFile(file), Map.of(), Optional.empty());
    try (Engine engine = new OpenAiEngine(config, InstantSource.system())) {
      Files.delete(file);
      Failure failure = failure(engine.run(quick(), () -> {}));
      assertThat(failure.getCategory()).isEqualTo(FailureCategory.OVERLOADED);
      assertThat(failure.getCode()).isEqualTo("engine_misconfigured");
    }
  }

  @Test
  void enginesWithOneServerAndKeyAreOfOneAccount() {
    var one = new OpenAiEngine(withHeaders(Map.of("X-Api-Key", "sk-1")), InstantSource.system());
    var same = new OpenAiEngine(withHeaders(Map.of("X-Api-Key", "sk-1")), InstantSource.system());
    var other = new OpenAiEngine(withHeaders(Map.of("X-Api-Key", "sk-2")), InstantSource.system());
    try (one;
        same;
        other) {
      assertThat(one.account()).isEqualTo(same.account()).isNotEqualTo(other.account());
      assertThat(one.account().orElseThrow()).doesNotContain("sk-1");
    }
  }

  @Test
  void anErrorBehindASuccessStatusCountsAsTheStatusItNames() throws Exception {
    Failure failure =
        failureOf(
            answering(200, "{\"error\":{\"code\":429,\"message\":\"slow\"}}", "Retry-After", "3"));

    assertThat(failure.getCode()).isEqualTo("engine_rate_limited");
    assertThat(failure.getRetryAfterMillis()).hasValue(3_000L);
  }

  @Test
  void aVariantHasAServedNameOfItsOwnElseItsModels() {
    OpenAiConfig config =
        config(
            Duration.ofSeconds(5),
            new ApiKey.None(),
            Map.of("m", "org/m", "m#blue", "org/m-blue"),
            Optional.empty());
    assertThat(config.servedName("m", null)).isEqualTo("org/m");
    assertThat(config.servedName("m", "blue")).isEqualTo("org/m-blue");
    assertThat(config.servedName("m", "green")).isEqualTo("org/m");
    assertThat(config.servedName("n", "green")).isEqualTo("n");
  }

  @Test
  void namesTheParameterTheServerNames() throws Exception {
    Failure failure =
        failureOf(
            answering(
                400, "{\"error\":{\"message\":\"too hot\",\"param\":\"temperature\",\"code\":1}}"));

    assertThat(failure.getField()).hasValue("body.temperature");
  }

  @Test
  void errorTextIsBoundedAndOnOneLine() {
    assertThat(said("{\"error\":\"no\\nmodel\"}").message()).isEqualTo("no model");
    assertThat(said("{\"detail\":[{\"a\":1}]}").message()).isEqualTo("[{\"a\":1}]");
    assertThat(said("x".repeat(9_000)).message()).hasSize(503);
    assertThat(said("").message()).isEmpty();
  }

  private static ServerError said(String body) {
    return ServerError.read(body.getBytes(StandardCharsets.UTF_8), text -> text);
  }

  @Test
  void unusableAnswersAreRetryable() throws Exception {
    for (String body :
        new String[] {
          "<html>",
          "",
          "{\"choices\":",
          "[1]",
          "{\"error\":{}}",
          "{\"error\":\"failed\",\"choices\":[{}]}",
          "{}",
          "{\"choices\":[]}",
          "{\"choices\":null,\"usage\":{\"prompt_tokens\":3}}",
          "{\"choices\":[null]}",
          "{\"choices\":{\"0\":1}}",
          "{\"data\":[{}]}"
        }) {
      Failure failure = failureOf(answering(200, body));
      assertThat(failure.getCategory()).as(body).isEqualTo(FailureCategory.RETRYABLE);
      assertThat(failure.getCode()).as(body).isEqualTo("engine_bad_answer");
    }
  }

  @Test
  void embeddingsWithoutDataAreNoAnswer() throws Exception {
    EngineRequest embed = EngineRequests.embedding("{\"model\":\"m\",\"input\":\"hi\"}");
    server.play(answering(200, "{\"object\":\"list\",\"data\":[]}"));
    assertThat(failure(engine().run(embed, () -> {})).getCode()).isEqualTo("engine_bad_answer");
    server.play(answering(200, "{\"object\":\"list\",\"data\":[{\"embedding\":[1.0]}]}"));
    assertThat(engine().run(embed, () -> {})).isInstanceOf(EngineReply.Answered.class);
  }

  @Test
  void answerWithoutUsageCountsNothing() throws Exception {
    server.play(answering(200, "{\"choices\":[{}],\"usage\":null}"));
    var answered = (EngineReply.Answered) engine().run(quick(), () -> {});

    assertThat(answered.usage().getPromptTokens()).isZero();
  }

  @Test
  void cachedTokensAreCounted() throws Exception {
    var answered = (EngineReply.Answered) engine().run(quick(), () -> {});

    assertThat(answered.usage().getCompletionTokens()).isEqualTo(7);
    assertThat(answered.usage().getCachedPromptTokens()).isEqualTo(4);
  }

  @Test
  void tooLargeAnAnswerIsRefused() throws Exception {
    Failure failure = failureOf(answering(200, "{\"a\":\"" + "x".repeat(20_000) + "\"}"));

    assertThat(failure.getCategory()).isEqualTo(FailureCategory.REJECTED);
    assertThat(failure.getCode()).isEqualTo("engine_answer_too_large");
  }

  @Test
  void answerThatBreaksOffIsRetryable() throws Exception {
    Failure failure =
        failureOf(
            exchange -> {
              exchange.sendResponseHeaders(200, 1_000);
              exchange.getResponseBody().write("{\"choices\"".getBytes(StandardCharsets.UTF_8));
            });

    assertThat(failure.getCategory()).isEqualTo(FailureCategory.RETRYABLE);
    assertThat(failure.getCode()).isEqualTo("engine_connection_lost");
  }

  @Test
  void nobodyListeningIsUnreachable() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (Engine engine =
        new OpenAiEngine(
            OpenAiConfig.of(URI.create("http://127.0.0.1:" + port)), InstantSource.system())) {
      Failure failure = failure(engine.run(quick(), () -> {}));
      assertThat(failure.getCategory()).isEqualTo(FailureCategory.OVERLOADED);
      assertThat(failure.getCode()).isEqualTo("engine_unreachable");
      assertThat(failure.getRetryAfterMillis()).hasValue(5_000L);
    }
  }

  @Test
  void slowAnswerTimesOutAndItsConnectionIsClosed() throws Exception {
    var config = config(Duration.ofMillis(200), new ApiKey.None(), Map.of(), Optional.empty());
    try (Engine engine = new OpenAiEngine(config, InstantSource.system())) {
      Failure failure = failure(engine.run(slow(), () -> {}));
      assertThat(failure.getCategory()).isEqualTo(FailureCategory.TIMEOUT);
      assertThat(failure.getCode()).isEqualTo("engine_timeout");
      assertThat(connectionClosed.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void interruptClosesTheConnectionSoThatTheServerStops() throws Exception {
    Thread caller =
        Thread.startVirtualThread(
            () -> {
              try {
                engine().run(slow(), () -> {});
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    awaitBusy(engine());
    caller.interrupt();

    assertThat(connectionClosed.await(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void modelIsReplacedOnlyWhereTheServerCallsItOtherwise() throws Exception {
    engine().run(quick(), () -> {});
    assertThat(server.last().body()).isEqualTo(new String(quick().body(), StandardCharsets.UTF_8));

    var config =
        config(Duration.ofSeconds(5), new ApiKey.None(), Map.of("m", "org/m-8b"), Optional.empty());
    try (Engine engine = new OpenAiEngine(config, InstantSource.system())) {
      engine.run(
          EngineRequests.withBody(
              quick(),
              "{\"seed\":12345678901234567890.10,\"model\":\"m\",\"messages\":[{\"model\":\"m\"}],"
                  + "\"stream\":true,\"stream_options\":{}}"),
          () -> {});
    }
    assertThat(server.last().body())
        .isEqualTo(
            "{\"seed\":12345678901234567890.10,\"model\":\"org/m-8b\","
                + "\"messages\":[{\"model\":\"m\"}],\"stream\":false,\"stream_options\":null}");
  }

  @Test
  void keyComesFromTheEnvironmentAndIsNeverRepeated() throws Exception {
    var config =
        config(
            Duration.ofSeconds(5),
            new ApiKey.FromEnvironment("THE_KEY"),
            Map.of(),
            Optional.empty());
    assertThatThrownBy(() -> new OpenAiEngine(config, InstantSource.system(), name -> null))
        .hasMessageContaining("THE_KEY is not set");
    server.play(answering(401, "{\"error\":{\"message\":\"bad key sk-secret given\"}}"));
    try (Engine engine = new OpenAiEngine(config, InstantSource.system(), name -> "sk-secret\n")) {
      Failure failure = failure(engine.run(quick(), () -> {}));
      assertThat(server.last().authorization()).containsExactly("Bearer sk-secret");
      assertThat(failure.getMessage()).contains("bad key [key] given");
      assertThat(failure.getRetryAfterMillis()).hasValue(30_000L);
    }
  }

  @Test
  void keyFileIsReadAgainWhenItChanges(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("key");
    Files.writeString(file, "first\n");
    var config =
        config(Duration.ofSeconds(5), new ApiKey.FromFile(file), Map.of(), Optional.empty());
    try (Engine engine = new OpenAiEngine(config, InstantSource.system())) {
      engine.run(quick(), () -> {});
      assertThat(server.last().authorization()).containsExactly("Bearer first");
      Files.writeString(file, "second\n");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
      engine.run(quick(), () -> {});
      assertThat(server.last().authorization()).containsExactly("Bearer second");
    }
  }

  @Test
  void passedDeadlineMakesNoCall() throws Exception {
    Failure failure =
        failure(
            engine()
                .run(
                    EngineRequests.withDeadline(quick(), Instant.now().minusSeconds(1)), () -> {}));

    assertThat(failure.getCategory()).isEqualTo(FailureCategory.TIMEOUT);
    assertThat(server.calls()).isZero();
  }

  @Test
  void baseUrlMayEndInV1OrNot() {
    for (String base :
        new String[] {"http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/"}) {
      assertThat(OpenAiConfig.of(URI.create(base)).address("/v1/completions"))
          .hasToString("http://h:1/v1/completions");
    }
    assertThat(OpenAiConfig.of(URI.create("https://h/api/v1")).address("/v1/completions"))
        .hasToString("https://h/api/v1/completions");
    assertThatThrownBy(() -> OpenAiConfig.of(URI.create("http://me:pass@h")))
        .hasMessageContaining("without credentials");
  }

  @Test
  void loadComesFromTheMetricsWhileTheyAreServed() throws Exception {
    var metrics =
        new OpenAiConfig.Metrics(
            server.address().resolve("/metrics"), Duration.ofMillis(100), Duration.ofMillis(400));
    server.playMetrics(
        answering(
            200,
            """
            vllm:num_requests_running{model_name="m"} 3.0
            vllm:num_requests_waiting{model_name="m"} 1.0
            """));
    var config = config(Duration.ofSeconds(5), new ApiKey.None(), Map.of(), Optional.of(metrics));
    try (Engine engine = new OpenAiEngine(config, InstantSource.system())) {
      await(() -> engine.load().isPresent());
      assertThat(engine.load().orElseThrow().running()).isEqualTo(3);
      assertThat(engine.load().orElseThrow().waiting()).isEqualTo(1);
      assertThat(engine.load().orElseThrow().freeKvTokens()).isEmpty();
      server.playMetrics(answering(503, ""));
      await(() -> engine.load().isEmpty());
    }
  }

  private static void await(java.util.function.BooleanSupplier condition)
      throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
