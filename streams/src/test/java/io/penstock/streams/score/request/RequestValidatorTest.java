package io.penstock.streams.score.request;

import static io.penstock.streams.score.Requests.LIMITS;
import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.arrival;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestValidatorTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String COMPLETIONS = "/v1/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

  private final RequestValidator validator = new RequestValidator(LIMITS);

  static Stream<Arguments> bodiesWithAFault() {
    return Stream.of(
        arguments(CHAT, "", "body", "invalid_json", "empty"),
        arguments(CHAT, "{", "body", "invalid_json", "line 1"),
        arguments(CHAT, "{} {}", "body", "invalid_json", "not valid JSON"),
        arguments(CHAT, "{\"a\":1,\"a\":2}", "body", "invalid_json", "uplicate"),
        arguments(CHAT, "[]", "body", "invalid_body", "an array; give a JSON object"),
        arguments(CHAT, "{}", "body.messages", "invalid_body", "missing"),
        arguments(CHAT, "{\"messages\":[]}", "body.messages", "invalid_body", "empty"),
        arguments(CHAT, "{\"messages\":\"hi\"}", "body.messages", "invalid_body", "a string"),
        arguments(CHAT, "{\"messages\":[3]}", "body.messages[0]", "invalid_body", "a number"),
        arguments(CHAT, "{\"messages\":[{}]}", "body.messages[0].role", "invalid_body", "missing"),
        arguments(
            CHAT,
            "{\"messages\":[{\"role\":\"user\"}]}",
            "body.messages[0].content",
            "invalid_body",
            "missing"),
        arguments(
            CHAT,
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}",
            "body.messages[0].content[0].text",
            "invalid_body",
            "give a string"),
        arguments(
            CHAT,
            "{\"messages\":[{\"role\":\"user\",\"content\":[\"x\"]}]}",
            "body.messages[0].content[0]",
            "invalid_body",
            "no type"),
        arguments(
            CHAT, "{" + MESSAGES + ",\"max_tokens\":0}", "body.max_tokens", "invalid_body", "1"),
        arguments(
            CHAT,
            "{" + MESSAGES + ",\"max_completion_tokens\":1.5}",
            "body.max_completion_tokens",
            "invalid_body",
            "whole number"),
        arguments(
            CHAT,
            "{" + MESSAGES + ",\"max_tokens\":1e400}",
            "body.max_tokens",
            "invalid_body",
            "whole number"),
        arguments(CHAT, "{" + MESSAGES + ",\"n\":129}", "body.n", "invalid_body", "128"),
        arguments(CHAT, "{" + MESSAGES + ",\"tools\":{}}", "body.tools", "invalid_body", "array"),
        arguments(
            CHAT,
            "{" + MESSAGES + ",\"stream\":true}",
            "body.stream",
            "streaming_unsupported",
            "remove it"),
        arguments(CHAT, "{" + MESSAGES + ",\"stream\":1}", "body.stream", "invalid_body", "false"),
        arguments(CHAT, "{" + MESSAGES + ",\"model\":7}", "body.model", "invalid_body", "string"),
        arguments(COMPLETIONS, "{}", "body.prompt", "invalid_body", "missing"),
        arguments(COMPLETIONS, "{\"prompt\":\"\"}", "body.prompt", "invalid_body", "empty"),
        arguments(COMPLETIONS, "{\"prompt\":[]}", "body.prompt", "invalid_body", "empty"),
        arguments(COMPLETIONS, "{\"prompt\":[1,-2]}", "body.prompt[1]", "invalid_body", "token"),
        arguments(
            COMPLETIONS, "{\"prompt\":[[1],\"a\"]}", "body.prompt[1]", "invalid_body", "only"),
        arguments(
            COMPLETIONS,
            "{\"prompt\":\"a\",\"n\":3,\"best_of\":2}",
            "body.best_of",
            "invalid_body",
            "less than n"),
        arguments(EMBEDDINGS, "{\"input\":{}}", "body.input", "invalid_body", "an object"),
        arguments(EMBEDDINGS, "{\"input\":[\"a\",\"\"]}", "body.input[1]", "invalid_body", "text"),
        arguments(
            EMBEDDINGS, "{\"input\":[\"a\",null]}", "body.input[1]", "invalid_body", "a null"));
  }

  @ParameterizedTest
  @MethodSource("bodiesWithAFault")
  void refusesABodyNamingFieldAndRemedy(
      String endpoint, String body, String field, String code, String says) {
    Refusal refusal = refusal(request(endpoint, body));

    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.code().code()).isEqualTo(code);
    assertThat(refusal.message()).contains(says);
  }

  static Stream<Arguments> fieldsWithAFault() {
    Map<String, String> many =
        IntStream.range(0, 17).boxed().collect(Collectors.toMap(i -> "label" + i, i -> "x"));
    return Stream.of(
        arguments(chat().setId(""), "id", "invalid_id", "1 to 128"),
        arguments(chat().setId("x".repeat(129)), "id", "invalid_id", "at most 128"),
        arguments(chat().setId("a\u0000b"), "id", "invalid_id", "control"),
        arguments(chat().setId(" a"), "id", "invalid_id", "white space"),
        arguments(chat().setTenant(" "), "tenant", "invalid_tenant", "empty"),
        arguments(chat().setEndpoint("/v1/x"), "endpoint", "unsupported_endpoint", "/v1/chat"),
        arguments(chat().setModel(""), "model", "unknown_model", "empty"),
        arguments(
            chat().setServiceClass(ServiceClass.BATCH),
            "serviceClass",
            "invalid_service_class",
            "INTERACTIVE topic"),
        arguments(chat().setDeadline(NOW), "deadline", "invalid_deadline", "had passed"),
        arguments(
            chat().setDeadline(NOW.plus(Duration.ofDays(8))),
            "deadline",
            "invalid_deadline",
            "later than allowed"),
        arguments(
            chat().setDeadline(micros(NOW.toEpochMilli() + 60_000)),
            "deadline",
            "invalid_time",
            "looks like milliseconds"),
        arguments(
            chat().setDeadline(micros(NOW.getEpochSecond() + 60)),
            "deadline",
            "invalid_time",
            "looks like seconds"),
        arguments(
            chat().setDeadline(micros(NOW.getEpochSecond() * 1_000_000_000)),
            "deadline",
            "invalid_time",
            "looks like nanoseconds"),
        arguments(
            chat().setCreatedAt(micros(NOW.toEpochMilli())),
            "createdAt",
            "invalid_time",
            "milliseconds"),
        arguments(chat().setBatchId("x".repeat(129)), "batchId", "invalid_name", "at most 128"),
        arguments(chat().setCustomId("x".repeat(513)), "customId", "invalid_name", "at most 512"),
        arguments(chat().setAttributes(many), "attributes", "invalid_attributes", "17"),
        arguments(
            chat().setAttributes(Map.of("k", "v".repeat(513))),
            "attributes",
            "invalid_attributes",
            "at most 512"),
        arguments(
            chat().setRouting(routing().setMinQuality(1.1).build()),
            "routing.minQuality",
            "invalid_routing",
            "0 to 1"),
        arguments(
            chat().setRouting(routing().setMaxPrice(Double.NaN).build()),
            "routing.maxPrice",
            "invalid_routing",
            "0 or more"),
        arguments(
            chat().setRouting(routing().setMaxWaitMillis(-1L).build()),
            "routing.maxWaitMillis",
            "invalid_routing",
            "0 or more"),
        arguments(
            chat().setRouting(routing().setSort("cheap").build()),
            "routing.sort",
            "invalid_routing",
            "price, latency"),
        arguments(
            chat().setRouting(routing().setModels(List.of("a", "")).build()),
            "routing.models[1]",
            "invalid_routing",
            "empty"),
        arguments(chat().setReplyKey(""), "replyKey", "invalid_name", "empty"),
        arguments(chat().setWebhook(""), "webhook", "invalid_name", "empty"),
        arguments(
            request(EMBEDDINGS, "{\"input\":\"a\"}").setStream(true),
            "stream",
            "streaming_unsupported",
            "remove it"),
        arguments(
            chat("{\"x\":\"" + "y".repeat(100_000) + "\"}"),
            "body",
            "request_too_large",
            "at most 100000"));
  }

  @ParameterizedTest
  @MethodSource("fieldsWithAFault")
  void refusesAFieldNamingItAndTheRemedy(
      InferenceRequest.Builder request, String field, String code, String says) {
    Refusal refusal = refusal(request);

    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.code().code()).isEqualTo(code);
    assertThat(refusal.message()).contains(says);
  }

  @Test
  void refusesAnIdThatDiffersFromTheKey() {
    Arrival arrival =
        new Arrival(chat().build(), Optional.of("another"), ServiceClass.INTERACTIVE, NOW);

    Refusal refusal =
        assertInstanceOf(Validation.Invalid.class, validator.validate(arrival)).refusal();

    assertThat(refusal.code()).isEqualTo(RefusalCode.INVALID_ID);
    assertThat(refusal.message()).contains("another");
  }

  @Test
  void takesABodyThatAsksForAStreamFromARequestThatDoesToo() {
    InferenceRequest request = chat("{" + MESSAGES + ",\"stream\":true}").setStream(true).build();

    assertThat(validator.validate(arrival(request))).isInstanceOf(Validation.Valid.class);
  }

  @Test
  void streamsNoBatch() {
    Arrival arrival =
        new Arrival(chat().setStream(true).build(), Optional.empty(), ServiceClass.BATCH, NOW);

    Refusal refusal =
        assertInstanceOf(Validation.Invalid.class, validator.validate(arrival)).refusal();

    assertThat(refusal.code()).isEqualTo(RefusalCode.STREAMING_UNSUPPORTED);
    assertThat(refusal.message()).contains("BATCH");
  }

  @Test
  void takesARecordWithoutKey() {
    Arrival arrival = new Arrival(chat().build(), Optional.empty(), ServiceClass.INTERACTIVE, NOW);

    assertThat(validator.validate(arrival)).isInstanceOf(Validation.Valid.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"function\":"
            + "{\"name\":\"f\",\"arguments\":\"{}\"}}]}],\"stream\":false,\"n\":null}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
            + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://x\"}}]}],\"x_new\":[1]}",
      })
  void takesWhatOpenAiWouldTake(String body) {
    assertThat(validator.validate(arrival(chat(body).build())))
        .isInstanceOf(Validation.Valid.class);
  }

  @Test
  void readsPromptsAndLimitsOnce() {
    ParsedBody body =
        valid(
                request(
                    COMPLETIONS,
                    "{\"prompt\":[\"a\",\"b\"],\"max_tokens\":5,\"n\":2,\"best_of\":3}"))
            .body();

    assertThat(body.prompts()).containsExactly(Prompt.ofText("a"), Prompt.ofText("b"));
    assertThat(body.maxTokens()).hasValue(5);
    assertThat(body.sequences()).isEqualTo(6);
  }

  @Test
  void prefersTheNewerNameOfTheOutputLimit() {
    String body = "{" + MESSAGES + ",\"max_tokens\":9,\"max_completion_tokens\":7}";

    assertThat(valid(chat(body)).body().maxTokens()).hasValue(7);
  }

  @Test
  void readsTokenIdsAsOnePrompt() {
    assertThat(valid(request(EMBEDDINGS, "{\"input\":[1,2,3]}")).body().prompts())
        .containsExactly(Prompt.ofTokenIds(3));
  }

  @Test
  void prefersItsOwnModelToTheBodys() {
    assertThat(valid(chat("{" + MESSAGES + ",\"model\":\"gpt-4\"}")).model()).isEqualTo("talker");
  }

  @Test
  void takesTheBodysModelWhereItHasNone() {
    assertThat(valid(chat("{" + MESSAGES + ",\"model\":\"gpt-4\"}").setModel("")).model())
        .isEqualTo("gpt-4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32"})
  void refusesABodyInAnotherEncoding(String charset) {
    ByteBuffer body = ByteBuffer.wrap(("{" + MESSAGES + "}").getBytes(Charset.forName(charset)));

    assertThat(refusal(chat().setBody(body)).message()).contains("UTF-8");
  }

  @Test
  void refusesBrokenUtf8() {
    byte[] body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"A\"}]}".getBytes(StandardCharsets.UTF_8);
    body[body.length - 5] = (byte) 0xff;

    assertThat(refusal(chat().setBody(ByteBuffer.wrap(body))).code())
        .isEqualTo(RefusalCode.INVALID_JSON);
  }

  @Test
  void refusesDeepNesting() {
    String body = "{\"messages\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";

    assertThat(refusal(chat(body)).code()).isEqualTo(RefusalCode.INVALID_JSON);
  }

  @Test
  @Timeout(20)
  void refusesBodiesThatAreMadeToHarmTheReader() {
    for (String body :
        List.of(
            "{\"a\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}",
            "{\"a\":".repeat(200_000) + "1" + "}".repeat(200_000),
            "{\"max_tokens\":" + "9".repeat(1_000_000) + "," + MESSAGES + "}",
            "{\"temperature\":1e999999999999999999999," + MESSAGES.repeat(1) + ",\"n\":1e99}",
            "{\"" + "k".repeat(4_000_000) + "\":1," + MESSAGES + "}")) {
      Refusal refusal = refusal(chat(body));

      assertThat(refusal.message()).hasSizeLessThan(1_000);
      assertThat(refusal.field()).startsWith("body");
    }
  }

  @Test
  void refusesListsWithoutEndByTheirName() {
    List<String> many = Collections.nCopies(100_000, "x");
    Map<String, RoutingPreferences> lists =
        Map.of(
            "routing.models", routing().setModels(many).build(),
            "routing.allowedModels", routing().setAllowedModels(many).build(),
            "routing.deniedModels", routing().setDeniedModels(many).build(),
            "routing.allowedProviders", routing().setAllowedProviders(many).build(),
            "routing.deniedProviders", routing().setDeniedProviders(many).build());
    lists.forEach(
        (field, routing) -> {
          Refusal refusal = refusal(chat().setRouting(routing));
          assertThat(refusal.field()).isEqualTo(field);
          assertThat(refusal.message()).isEqualTo(field + " has 100000 names; give at most 32");
        });
    assertThat(RoutingPreferences.getClassSchema().getFields())
        .filteredOn(field -> field.schema().getType() == Schema.Type.ARRAY)
        .extracting(field -> "routing." + field.name())
        .as("every list has its limit")
        .containsExactlyInAnyOrderElementsOf(lists.keySet());
  }

  @Test
  void leavesTheBodyUntouched() {
    InferenceRequest request = chat().build();

    validator.validate(arrival(request));

    assertThat(request).isEqualTo(chat().build());
    assertThat(request.getBody().position()).isZero();
  }

  private static RoutingPreferences.Builder routing() {
    return RoutingPreferences.newBuilder();
  }

  private static Instant micros(long micros) {
    return Instant.EPOCH.plusSeconds(micros / 1_000_000).plusNanos(micros % 1_000_000 * 1_000);
  }

  private ParsedRequest valid(InferenceRequest.Builder request) {
    return assertInstanceOf(Validation.Valid.class, validator.validate(arrival(request.build())))
        .request();
  }

  private Refusal refusal(InferenceRequest.Builder request) {
    return assertInstanceOf(Validation.Invalid.class, validator.validate(arrival(request.build())))
        .refusal();
  }
}
