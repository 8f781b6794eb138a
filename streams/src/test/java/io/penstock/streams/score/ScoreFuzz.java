package io.penstock.streams.score;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fuzz.FuzzedEntries;
import io.penstock.schemas.fuzz.FuzzedJson;
import io.penstock.schemas.fuzz.FuzzedRecords;
import io.penstock.schemas.fuzz.FuzzedText;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.FirstDecisions;
import io.penstock.streams.score.view.FollowedViews;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * The door of the requests topics, and of the topics that scoring follows. Each record is placed,
 * refused with one result, or buried if nothing says its id; the next one is unharmed.
 */
public final class ScoreFuzz {

  private static final String SCOPE = "score-fuzz";
  private static final String TOPIC = SETTINGS.names().requests(ServiceClass.INTERACTIVE);
  private static final int LIMIT = 100_000;
  private static final int LONGEST_MESSAGE = 2_000;

  private static final AvroSerdes SERDES = new AvroSerdes("mock://" + SCOPE);
  private static final FuzzedRecords RECORDS = new FuzzedRecords(SCOPE);
  private static final Deserializer<InferenceRequest> REQUESTS =
      SERDES.deserializer(InferenceRequest.class);

  private static final InferenceRequest GOOD =
      Requests.chat()
          .setAttributes(Map.of("team", "search"))
          .setDeadline(NOW.plusSeconds(30))
          .setServiceClass(ServiceClass.INTERACTIVE)
          .setReplyTopic("replies.acme")
          .setRouting(RoutingPreferences.newBuilder().setAllowFallbacks(true).build())
          .build();

  private static final String CHAT =
      """
      {"model":"talker","max_tokens":16,"n":1,"stop":["x"],"stream":false,"temperature":0.5,
       "messages":[{"role":"system","content":"Be brief."},
        {"role":"user","content":[{"type":"text","text":"What is a penstock?"}]}]}\
      """;

  private static final String EMBEDDING = "{\"model\":\"embedder\",\"input\":[\"a\",[1,2]]}";

  private static final String ENVELOPE =
      """
      {"id":"request-1","tenant":"acme","endpoint":"/v1/chat/completions","model":"talker",
       "serviceClass":"INTERACTIVE","deadline":"2026-11-22T12:00:30Z","replyTopic":"replies.acme",
       "replyKey":"k","attributes":{"team":"search"},"stream":true,
       "routing":{"sort":"PRICE","maxPrice":1.5,"models":["talker"]},
       "body":{"messages":[{"role":"user","content":"Hi"}]}}\
      """;

  private static final List<String> HEADERS =
      List.of(
          "penstock-id",
          "penstock-tenant",
          "penstock-endpoint",
          "penstock-model",
          "penstock-class",
          "penstock-deadline",
          "penstock-reply-topic",
          "penstock-reply-key",
          "penstock-stream",
          "penstock-webhook",
          "penstock-batch-id",
          "penstock-custom-id",
          "penstock-accept",
          "penstock-accepted-at",
          "penstock-",
          "traceparent",
          "tracestate",
          "other");

  private static final List<String> USUAL =
      List.of(
          "/v1/chat/completions",
          "/v1/completions",
          "/v1/embeddings",
          "acme",
          "talker",
          "BATCH",
          "interactive",
          "30s",
          "true",
          "json");

  private final MockProcessorContext<String, Outgoing> context = new MockProcessorContext<>();
  private final FollowedViews views;
  private final ScoreProcessor processor;
  private long offset;
  private boolean rulesChanged;

  private ScoreFuzz() {
    ScoreParts parts =
        new ScorePartsFixture(SETTINGS, new SimpleMeterRegistry(), SERDES, () -> NOW)
            .parts(ServiceClass.INTERACTIVE, new RecordLimits(LIMIT, LIMIT), LIMIT);
    views = parts.views();
    views.models().follow("talker", Requests.model("talker").build());
    views.models().follow("embedder", Requests.embedder().build());
    WindowStore<String, FirstDecision> store =
        Stores.windowStoreBuilder(
                Stores.inMemoryWindowStore(
                    FirstDecisions.STORE, SETTINGS.idRetention(), Duration.ofMillis(1), false),
                Serdes.String(),
                FirstDecision.serde())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
    processor = new ScoreProcessor(ServiceClass.INTERACTIVE, parts);
    processor.init(context);
  }

  /** One input of the fuzzer. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    ScoreFuzz fuzz = new ScoreFuzz();
    for (int i = data.consumeInt(1, 3); i > 0; i--) {
      fuzz.step(data);
    }
    fuzz.nextIsUnharmed();
  }

  private void step(FuzzedDataProvider data) {
    switch (data.consumeInt(0, 7)) {
      case 0 ->
          follow(
              key(data, "talker"),
              RECORDS.like(Requests.model("talker").build(), data),
              ModelSpec.class,
              views.models()::follow);
      case 1 -> {
        RoutingEntry entry = FuzzedEntries.of(data);
        follow(
            key(data, FuzzedEntries.key(entry)),
            RECORDS.like(entry, data),
            RoutingEntry.class,
            views.routing()::follow);
      }
      case 2 ->
          follow(
              key(data, "0/talker"),
              RECORDS.of(FleetReport.getClassSchema(), data),
              FleetReport.class,
              views.fleet()::follow);
      case 3, 4 -> request(data, FuzzedJson.bytes(data.pickValue(List.of(CHAT, EMBEDDING)), data));
      case 5 -> request(data, FuzzedJson.bytes(ENVELOPE, data));
      default -> request(data, RECORDS.like(GOOD, data));
    }
  }

  private static String key(FuzzedDataProvider data, String usual) {
    return data.consumeInt(0, 3) == 0 ? FuzzedText.of(data) : usual;
  }

  private <T extends SpecificRecord> void follow(
      String key, byte[] bytes, Class<T> type, BiConsumer<String, @Nullable T> follower) {
    T read;
    try {
      read = SERDES.deserializer(type).deserialize("followed", bytes);
    } catch (MalformedRecordException malformed) {
      return;
    }
    follower.accept(key, read);
    rulesChanged = true;
  }

  private void request(FuzzedDataProvider data, byte[] value) {
    Headers headers = new RecordHeaders();
    if (data.consumeBoolean()) {
      headers.add("penstock-endpoint", "/v1/chat/completions".getBytes(StandardCharsets.UTF_8));
    }
    for (int i = data.consumeInt(0, 3); i > 0; i--) {
      headers.add(data.pickValue(HEADERS), header(data));
    }
    byte[] key =
        data.consumeBoolean() ? "request-1".getBytes(StandardCharsets.UTF_8) : header(data);
    byte[] given = data.consumeInt(0, 20) == 0 ? null : value;
    List<Record<String, Outgoing>> back = process(key, given, headers);
    if (!back.isEmpty()) {
      Record<String, Outgoing> again = back.getFirst();
      byte[] id = again.key().getBytes(StandardCharsets.UTF_8);
      assertThat(process(id, again.value().bytes(), again.headers())).isEmpty();
    }
  }

  private static byte @Nullable [] header(FuzzedDataProvider data) {
    return switch (data.consumeInt(0, 7)) {
      case 0 -> null;
      case 1 -> data.consumeBytes(30);
      case 2, 3 -> FuzzedText.of(data).getBytes(StandardCharsets.UTF_8);
      default -> data.pickValue(USUAL).getBytes(StandardCharsets.UTF_8);
    };
  }

  /** Feeds one record, counts what becomes of it, and returns it if it was put back. */
  private List<Record<String, Outgoing>> process(
      byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    context.setRecordMetadata(TOPIC, 0, offset++);
    context.resetForwards();
    processor.process(new Record<>(key, value, NOW.toEpochMilli(), headers));
    List<InferenceResult> results = sent(ScoreOutput.RESULTS, InferenceResult.class);
    List<DeadLetter> letters = sent(ScoreOutput.DEAD_LETTERS, DeadLetter.class);
    int work = sent(ScoreOutput.WORK, ScoredRequest.class).size();
    List<Record<String, Outgoing>> back = new ArrayList<>();
    context.forwarded(ScoreOutput.REQUESTS).forEach(each -> back.add(outgoing(each.record())));
    assertThat(work + back.size() + results.size() + (results.isEmpty() ? letters.size() : 0))
        .as("%d placed, %s, %s, %s", work, back, results, letters)
        .isEqualTo(1);
    assertThat(letters).hasSizeLessThanOrEqualTo(1);
    for (InferenceResult result : results) {
      ResultError error = result.getError().orElseThrow();
      assertThat(error.getCode()).isNotEqualTo("internal_error");
      assertThat(error.getMessage()).isNotBlank().hasSizeLessThan(LONGEST_MESSAGE);
    }
    for (DeadLetter letter : letters) {
      assertThat(letter.getFailure().getMessage()).isNotBlank().hasSizeLessThan(LONGEST_MESSAGE);
    }
    return back;
  }

  private static Record<String, Outgoing> outgoing(
      Record<? extends String, ? extends Outgoing> record) {
    return new Record<>(record.key(), record.value(), record.timestamp(), record.headers());
  }

  private <T extends SpecificRecord> List<T> sent(String sink, Class<T> type) {
    Deserializer<T> reader = SERDES.deserializer(type);
    return context.forwarded(sink).stream()
        .map(forward -> forward.record().value())
        .map(outgoing -> reader.deserialize(outgoing.topic(), outgoing.bytes()))
        .toList();
  }

  private void nextIsUnharmed() {
    InferenceRequest next = InferenceRequest.newBuilder(GOOD).setId("next-5f7a").build();
    byte[] bytes = SERDES.serializer(InferenceRequest.class).serialize(TOPIC, next);
    assertThat(REQUESTS.deserialize(TOPIC, bytes)).isEqualTo(next);
    process("next-5f7a".getBytes(StandardCharsets.UTF_8), bytes, new RecordHeaders());
    if (!rulesChanged) {
      assertThat(sent(ScoreOutput.WORK, ScoredRequest.class))
          .as("%s", sent(ScoreOutput.RESULTS, InferenceResult.class))
          .hasSize(1);
    }
  }
}
