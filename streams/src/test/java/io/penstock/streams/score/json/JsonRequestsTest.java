package io.penstock.streams.score.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.score.request.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRequestsTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String BODY = "{ \"input\": \"a\\u00e9\",\"x\":1.0 ,\"x\":1e400}";

  private static final RequestHeaders NO_HEADERS = new RequestHeaders(Map.of(), Set.of());

  private final JsonRequests requests = new JsonRequests(1_000_000);

  @Property(tries = 300)
  void theSameRequestIsReadFromJsonAsFromAvro(@ForAll("valid") InferenceRequest request)
      throws Exception {
    JsonRequests.Reading read = read(json(request), Map.of());

    assertThat(read.refusal()).isEmpty();
    assertThat(read.request()).isEqualTo(request);
  }

  @Property(tries = 300)
  void neverThrowsWhateverTheBytes(@ForAll byte[] tail, @ForAll String text) {
    byte[] value = new byte[tail.length + 1];
    value[0] = '{';
    System.arraycopy(tail, 0, value, 1, tail.length);

    assertThat(requests.read(value, NO_HEADERS, "id", NOW)).isNotNull();
    assertThat(read("{\"body\":" + text + "}", Map.of())).isNotNull();
    assertThat(read("{\"endpoint\":\"" + text + "\"}", Map.of("penstock-" + text, text)))
        .isNotNull();
  }

  @Test
  void aBodysBytesAreTakenAsTheyStand() {
    JsonRequests.Reading read =
        read("{\"endpoint\":\"/v1/embeddings\", \"body\": " + BODY + " }", Map.of());

    assertThat(text(read.request().getBody())).isEqualTo(BODY);
  }

  @Test
  void aBareBodyTakesTheRestFromHeaders() {
    JsonRequests.Reading read =
        read(
            BODY,
            Map.of(
                "penstock-endpoint", "/v1/embeddings",
                "penstock-tenant", "acme",
                "penstock-class", "batch",
                "penstock-deadline", "90s",
                "penstock-reply-key", "home",
                "penstock-stream", "true",
                "penstock-webhook", "whe_1",
                "penstock-accept", "json"));

    assertThat(read.refusal()).isEmpty();
    assertThat(text(read.request().getBody())).isEqualTo(BODY);
    assertThat(read.request().getReplyKey()).contains("home");
    assertThat(read.request().getStream()).isTrue();
    assertThat(read.request().getWebhook()).contains("whe_1");
    assertThat(read.request().getId()).isEqualTo("given");
    assertThat(read.request().getTenant()).isEqualTo("acme");
    assertThat(read.request().getServiceClass()).contains(ServiceClass.BATCH);
    assertThat(read.request().getDeadline()).contains(NOW.plusSeconds(90));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"endpoint\":\"e\",\"body\":{},\"tenat\":\"x\"}|tenat|known are id, tenant,",
        "{\"endpoint\":\"e\",\"body\":{},\"tenant\":7}|tenant|line 1, column 27",
        "{\"endpoint\":\"e\",\"body\":{},\"model\":\"a\\ud800\"}|model|surrogate",
        "{\"endpoint\":\"e\",\"endpoint\":\"f\",\"body\":{}}|endpoint|comes twice",
        "{\"endpoint\":\"e\",\"body\":7}|body|OpenAI request",
        "{\"endpoint\":\"e\"}|body|body is missing",
        "{\"body\":{}}|endpoint|penstock-endpoint",
        "{\"input\":1}|endpoint|penstock-endpoint",
        "{\"endpoint\":\"e\",\"body\":{},\"deadline\":99999999999999999999999}|deadline|10m or 2h",
        "{\"endpoint\":\"e\",\"body\":{},\"deadline\":\"soon\"}|deadline|10m or 2h",
        "{\"endpoint\":\"e\",\"body\":{},\"serviceClass\":\"batch\"}|serviceClass|BATCH",
        "{\"endpoint\":\"e\",\"body\":{},\"routing\":{\"maxPrice\":1e400}}|routing.maxPrice|number",
        "{\"endpoint\":\"e\",\"body\":{},\"routing\":{\"foo\":1}}|routing.foo|known are models",
        "{\"endpoint\":\"e\",\"body\":{},\"attributes\":{\"a\":1}}|attributes.a|string"
      })
  void whatIsWrongIsNamedWithItsPlaceAndRemedy(String value, String field, String remedy) {
    Refusal refusal = read(value, Map.of()).refusal().orElseThrow();

    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.message()).contains(remedy);
  }

  @Test
  void jsonThatIsHostileIsRefusedInWordsOfItsWriter() {
    assertThat(message("{\"body\":" + "[".repeat(200_000))).contains("beyond what JSON may hold");
    assertThat(message("{\"body\":{\"n\":" + "9".repeat(5_000) + "}}")).contains("beyond what");
    assertThat(message("{\"body\":{\"n\":NaN}}"))
        .contains("not valid JSON at line 1, column")
        .doesNotContain("JsonReadFeature");
    assertThat(message("{\"body\":{}} {}")).contains("give one object");
    assertThat(message("{\"body\":")).contains("not valid JSON");
    assertThat(message("{\"body\":{},\"model\":\"" + "x".repeat(2_000_000) + "\"}"))
        .contains("beyond what");
  }

  @Test
  void otherEncodingsThanUtf8AreRefused() {
    String value = "{\"endpoint\":\"/v1/embeddings\",\"body\":{\"input\":\"a\"}}";
    for (Charset wide :
        List.of(
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16BE,
            Charset.forName("UTF-32LE"),
            Charset.forName("UTF-32BE"))) {
      for (String padding : List.of("", " ", "  ")) {
        byte[] bytes = (padding + value).getBytes(wide);
        assertThat(requests.read(bytes, NO_HEADERS, "id", NOW).refusal().orElseThrow().message())
            .contains("UTF-8");
      }
    }
    assertThat(read(value, Map.of("penstock-tenant", "caf\uFFFD")).refusal()).isPresent();
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheRequest() {
    String mark = "\uFEFF";
    Map<String, String> headers = Map.of("penstock-endpoint", "/v1/embeddings");
    for (String value : List.of(BODY, " {\"body\":" + BODY + "}", "{\"body\":{},\"x\":1}")) {
      JsonRequests.Reading plain = read(value, headers);

      assertThat(JsonRequests.isJson((mark + value).getBytes(StandardCharsets.UTF_8))).isTrue();
      assertThat(read(mark + value, headers)).isEqualTo(plain);
    }
    assertThat(JsonRequests.isJson(mark.getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(JsonRequests.isJson("\uFEFF\uFEFF{".getBytes(StandardCharsets.UTF_8))).isFalse();
  }

  @Test
  void aHeaderThatComesTwiceIsRefusedAndNeitherValueCounts() {
    for (String name :
        List.of("tenant", "id", "endpoint", "model", "class", "deadline", "accept")) {
      String header = "penstock-" + name;
      RequestHeaders twice = new RequestHeaders(Map.of(header, "json"), Set.of(header));
      JsonRequests.Reading read =
          requests.read(BODY.getBytes(StandardCharsets.UTF_8), twice, "given", NOW);

      assertThat(read.refusal().orElseThrow().message())
          .isEqualTo("header %s comes more than once; give it once".formatted(header));
      assertThat(read.request().getTenant()).isEmpty();
      assertThat(read.request().getId()).isEqualTo("given");
      assertThat(twice.accepted()).isEmpty();
    }
  }

  @Test
  void timesThatNoRecordHoldsAreRefused() throws Exception {
    for (String time :
        List.of("999999999d", "PT1000000000000H", "+1000000000-12-31T23:59:59Z", "P-3000000D")) {
      for (String field : List.of("deadline", "createdAt")) {
        JsonRequests.Reading read =
            read("{\"endpoint\":\"e\",\"body\":{},\"%s\":\"%s\"}".formatted(field, time), Map.of());
        boolean isFar = !time.equals("P-3000000D") || field.equals("createdAt");
        assertThat(read.refusal().isPresent()).as(field + " " + time).isEqualTo(isFar);
        assertThat(read.request().toByteBuffer()).isNotNull();
      }
    }
  }

  @Test
  void aRequestWhoseTenantMayBeMisspeltOrCutOffIsNobodys() {
    String good = "{\"endpoint\":\"e\",\"body\":{}}";
    assertThat(read(good, Map.of()).request().getTenant()).isEqualTo("default");
    assertThat(read(good, Map.of("penstock-tenent", "acme")).request().getTenant()).isEmpty();
    assertThat(read("{\"tenent\":\"acme\",\"body\":{}}", Map.of()).request().getTenant()).isEmpty();
    assertThat(read("{\"tenant\":5,\"body\":{}}", Map.of()).request().getTenant()).isEmpty();
    assertThat(read("{\"body\":{", Map.of()).request().getTenant()).isEmpty();
  }

  @Test
  void whoseItIsIsKnownAlsoOfAFaultyOne() {
    InferenceRequest request =
        read("{\"id\":\"a\",\"tenant\":\"acme\",\"bogus\":1,\"body\":{}", Map.of()).request();

    assertThat(request.getId()).isEqualTo("a");
    assertThat(request.getTenant()).isEqualTo("acme");
  }

  @Test
  void whetherToStreamIsSaidByTrueOrFalse() {
    assertThat(message("{\"body\":{},\"stream\":1}")).contains("stream", "true or false");
    assertThat(
            read(BODY, Map.of("penstock-endpoint", "e", "penstock-stream", "yes"))
                .refusal()
                .orElseThrow()
                .message())
        .contains("header penstock-stream is 'yes'", "true or false");
  }

  @Test
  void aFieldIsGivenOnceAndAMisspeltHeaderIsNotPassedOver() {
    assertThat(
            read("{\"endpoint\":\"e\",\"body\":{}}", Map.of("penstock-endpoint", "f"))
                .refusal()
                .orElseThrow()
                .message())
        .contains("header penstock-endpoint", "field endpoint at line 1, column 2");
    assertThat(
            read("{\"endpoint\":\"e\",\"body\":{}}", Map.of("penstock-tenat", "f"))
                .refusal()
                .orElseThrow()
                .message())
        .contains("penstock-tenat", "penstock-tenant");
  }

  @Provide
  Arbitrary<InferenceRequest> valid() {
    Arbitrary<String> texts =
        Arbitraries.strings().filter(StandardCharsets.UTF_8.newEncoder()::canEncode);
    Arbitrary<Instant> times =
        Arbitraries.longs()
            .between(0, Duration.ofDays(60_000).toMillis())
            .map(millis -> Instant.EPOCH.plus(millis, ChronoUnit.MILLIS));
    Arbitrary<RoutingPreferences> routing =
        Combinators.combine(texts.list().ofMaxSize(3), Arbitraries.doubles(), Arbitraries.longs())
            .as(
                (models, price, wait) ->
                    RoutingPreferences.newBuilder()
                        .setModels(models)
                        .setMaxPrice(price)
                        .setMaxWaitMillis(wait)
                        .setAllowFallbacks(wait % 2 == 0 ? null : price > 0)
                        .setAllowShorterOutput(wait > 0)
                        .build());
    return Combinators.combine(
            texts,
            texts,
            texts.injectNull(0.5),
            Arbitraries.of(ServiceClass.class).injectNull(0.5),
            times.injectNull(0.5),
            routing.injectNull(0.5),
            Arbitraries.maps(texts, texts).ofMaxSize(3))
        .as(
            (id, tenant, reply, serviceClass, deadline, wanted, attributes) ->
                InferenceRequest.newBuilder()
                    .setId(id)
                    .setTenant(tenant)
                    .setEndpoint("/v1/embeddings")
                    .setModel("m")
                    .setBody(ByteBuffer.wrap(BODY.getBytes(StandardCharsets.UTF_8)))
                    .setServiceClass(serviceClass)
                    .setDeadline(deadline)
                    .setRouting(wanted)
                    .setReplyTopic(reply)
                    .setReplyKey(reply)
                    .setWebhook(reply)
                    .setStream(!attributes.isEmpty())
                    .setAttributes(attributes)
                    .setCreatedAt(deadline)
                    .build());
  }

  private static String json(InferenceRequest request) throws Exception {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("id", request.getId());
    node.put("tenant", request.getTenant());
    node.put("endpoint", request.getEndpoint());
    node.put("model", request.getModel());
    node.putRawValue("body", new RawValue(text(request.getBody())));
    request.getServiceClass().ifPresent(each -> node.put("serviceClass", each.name()));
    request
        .getDeadline()
        .ifPresent(each -> node.put("deadline", ChronoUnit.MICROS.between(Instant.EPOCH, each)));
    request.getCreatedAt().ifPresent(each -> node.put("createdAt", each.toString()));
    node.put("replyTopic", request.getReplyTopic().orElse(null));
    node.put("replyKey", request.getReplyKey().orElse(null));
    node.put("stream", request.getStream());
    node.put("webhook", request.getWebhook().orElse(null));
    node.set("attributes", MAPPER.valueToTree(request.getAttributes()));
    request
        .getRouting()
        .ifPresent(
            each -> {
              ObjectNode routing = node.putObject("routing");
              routing.set("models", MAPPER.valueToTree(each.getModels()));
              routing.put("maxPrice", each.getMaxPrice().orElseThrow());
              routing.put("maxWaitMillis", each.getMaxWaitMillis().orElseThrow());
              routing.put("allowFallbacks", each.getAllowFallbacks().orElse(null));
              routing.put("allowShorterOutput", each.getAllowShorterOutput());
            });
    return MAPPER.writeValueAsString(node);
  }

  private String message(String value) {
    return read(value, Map.of("penstock-endpoint", "/v1/embeddings"))
        .refusal()
        .orElseThrow()
        .message();
  }

  private JsonRequests.Reading read(String value, Map<String, String> headers) {
    return requests.read(
        value.getBytes(StandardCharsets.UTF_8),
        new RequestHeaders(headers, Set.of()),
        "given",
        NOW);
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }
}
