package io.penstock.streams.score;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.SETTINGS;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.model.RoutingContexts.priced;
import static io.penstock.streams.score.model.RoutingContexts.report;
import static io.penstock.streams.score.model.RoutingContexts.unhealthy;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder.Action;
import io.penstock.schemas.routing.DegradationLadder.Rung;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.runtime.BoundedRocksDb;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The routing and fleet topics steer the choice. */
class ScoreRoutingTopologyTest {

  private static final TopicNames TOPICS = SETTINGS.names();
  private static final int LIMIT = 20_000;

  private final AvroSerdes serdes = new AvroSerdes("mock://score-routing");
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private TopologyTestDriver driver;

  @BeforeEach
  void start(@TempDir Path state) {
    Properties properties = new Properties();
    properties.put("application.id", "score-routing-test");
    properties.put("bootstrap.servers", "unused:1");
    properties.put("state.dir", state.toString());
    properties.put("rocksdb.config.setter", BoundedRocksDb.class.getName());
    driver =
        new TopologyTestDriver(ScoreTopology.of(ServiceClass.STANDARD, parts()), properties, NOW);
    apply(priced("cheap", 1, 0.5).build());
    apply(priced("strong", 20, 0.9).setFallbacks(List.of("cheap")).build());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void aPolicyAppliesFromTheNextRequestOnAndUntilItIsRemoved() {
    put(new AliasPolicy("smart", List.of("cheap"), null, null, null, null, false));
    assertThat(scored("one", "smart").getChoice().getModel()).isEqualTo("cheap");

    put(new AliasPolicy("smart", List.of("strong"), null, null, null, null, false));
    assertThat(scored("two", "smart").getChoice().getModel()).isEqualTo("strong");

    pipe(TOPICS.routing(), "alias/smart", null);
    assertThat(refused("three", "smart").getError().orElseThrow().getCode())
        .isEqualTo("unknown_model");
  }

  @Test
  void fleetReportsMoveNewRequestsAwayAndBack() {
    put(unhealthy("strong").build());
    ScoredRequest away = scored("one", "strong");
    assertThat(away.getChoice().getModel()).isEqualTo("cheap");
    assertThat(away.getChoice().getReason()).contains("fallback of strong", "error rate");

    put(report("strong").build());
    ScoredRequest back = scored("two", "strong");
    assertThat(back.getChoice().getModel()).isEqualTo("strong");
    assertThat(back.getAlternatives())
        .extracting(ModelAlternative::getModel)
        .containsExactly("cheap");
    assertThat(back.getInputPricePerMillion()).contains(20.0);
  }

  @Test
  void aRepeatedIdFollowsItsFirstDecisionWhateverTheRoutingSays() {
    scored("one", "strong");
    put(unhealthy("strong").build());

    ScoredRequest again = scored("one", "strong");

    assertThat(again.getChoice().getModel()).isEqualTo("strong");
    assertThat(again.getAlternatives()).isEmpty();
    assertThat(again.getOutputPricePerMillion()).contains(20.0);
  }

  @Test
  void aBadEntryIsCountedAndLeavesWhatWasKnown() {
    put(new AliasPolicy("smart", List.of("cheap"), null, null, null, null, false));
    entry("alias/smart", "alias", "{\"name\":\"smart\",\"minQuality\":7}");
    entry("alias/smart", "alias", "{\"name\":\"other\"}");
    entry("newer/x", "newer", "{}");
    pipe(TOPICS.fleet(), "0/strong", new byte[] {1});
    FleetReport misplaced = unhealthy("strong").build();
    pipe(TOPICS.fleet(), "9/strong", bytes(TOPICS.fleet(), misplaced, FleetReport.class));

    assertThat(scored("one", "smart").getChoice().getModel()).isEqualTo("cheap");
    assertThat(scored("two", "strong").getChoice().getModel()).isEqualTo("strong");
    assertThat(metrics.get("penstock.score.routing.rejected").counter().count()).isEqualTo(3);
    assertThat(metrics.get("penstock.score.fleet.rejected").counter().count()).isEqualTo(2);
  }

  @Test
  void overloadIsAnsweredWithATimeToTryAgain() {
    put(
        new Degradation(
            "cheap",
            List.of(new Rung(Action.REFUSE_STANDARD, ServiceClass.STANDARD, 2, 1, 0, 0, null, 7)),
            Map.of(),
            NOW));

    InferenceResult result = refused("one", "cheap");

    assertThat(result.getStatusCode()).isEqualTo(429);
    assertThat(result.getError().orElseThrow().getCode()).isEqualTo("overloaded");
    assertThat(result.getError().orElseThrow().getRetryAfterMillis()).contains(7_000L);
    DeadLetter dead =
        driver
            .createOutputTopic(
                TOPICS.deadLetters(),
                new StringDeserializer(),
                serdes.deserializer(DeadLetter.class))
            .readValue();
    assertThat(dead.getFailure().getRetryAfterMillis()).contains(7_000L);
  }

  @Test
  void aRefusalThatInvitesARetryLeavesTheIdFree() {
    Degradation overload =
        new Degradation(
            "cheap",
            List.of(new Rung(Action.REFUSE_STANDARD, ServiceClass.STANDARD, 2, 1, 0, 0, null, 7)),
            Map.of(),
            NOW);
    put(overload);
    InferenceResult first = refused("one", "cheap");
    InferenceResult second = refused("one", "cheap");
    RoutingKind kind = RoutingKind.of(overload);
    pipe(TOPICS.routing(), kind.key("cheap"), null);

    ScoredRequest retried = scored("one", "cheap");

    assertThat(retried.getId()).isEqualTo("one");
    assertThat(first.getRepetition()).isEmpty();
    assertThat(second.getRepetition()).isEmpty();
    assertThat(refused("one", "strong").getRepetition()).contains(Repetition.CONFLICT);
    put(overload);
    assertThat(scored("one", "cheap").getFingerprint()).isEqualTo(retried.getFingerprint());
  }

  @Test
  void whatIsAdmittedCountsForABudgetBeforeItsResult() {
    put(
        new TenantPolicy(
            "acme",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            null,
            null,
            null,
            List.of(new Budget(BudgetPeriod.DAY, null, 0.0001))));
    scored("one", "cheap");

    InferenceResult result = refused("two", "cheap");

    assertThat(result.getStatusCode()).isEqualTo(402);
    assertThat(result.getError().orElseThrow().getRetryAfterMillis()).contains(60_000L);
  }

  @Test
  void nobodyIsServedInTheNameOfAnEvaluation() {
    InferenceRequest request = chat().setModel("cheap").setTenant("penstock-evaluation").build();
    assertThat(refused(request).getError().orElseThrow().getCode()).isEqualTo("invalid_tenant");
  }

  @Test
  void aLoweredLimitReachesTheEngineInTheBodyAndInTheFacts() {
    put(
        new Degradation(
            "cheap",
            List.of(new Rung(Action.CAP_OUTPUT, ServiceClass.STANDARD, 2, 1, 0, 0, 64, null)),
            Map.of(),
            NOW));
    InferenceRequest request =
        chat()
            .setModel("cheap")
            .setRouting(RoutingPreferences.newBuilder().setAllowShorterOutput(true).build())
            .build();

    ScoredRequest scored = scored(request);

    assertThat(scored.getMaxOutputTokens()).isEqualTo(64);
    assertThat(scored.getPredictedOutputTokens()).isLessThanOrEqualTo(64);
    assertThat(StandardCharsets.UTF_8.decode(scored.getRequest().getBody()).toString())
        .startsWith("{\"max_completion_tokens\":64,\"messages\":");
    assertThat(scored.getChoice().getDegradations()).containsExactly("output_capped:64");
    assertThat(
            metrics.get("penstock.score.degraded").tag("step", "output_capped").counter().count())
        .isEqualTo(1);
  }

  private ScoreParts parts() {
    return new ScorePartsFixture(SETTINGS, metrics, serdes, () -> NOW)
        .parts(ServiceClass.STANDARD, new RecordLimits(LIMIT, LIMIT), LIMIT);
  }

  private ScoredRequest scored(String id, String model) {
    return scored(chat().setId(id).setModel(model).build());
  }

  private ScoredRequest scored(InferenceRequest request) {
    send(request);
    return driver
        .createOutputTopic(
            TOPICS.work(ServiceClass.STANDARD),
            new StringDeserializer(),
            serdes.deserializer(ScoredRequest.class))
        .readValue();
  }

  private InferenceResult refused(String id, String model) {
    return refused(chat().setId(id).setModel(model).build());
  }

  private InferenceResult refused(InferenceRequest request) {
    send(request);
    return driver
        .createOutputTopic(
            TOPICS.results(), new StringDeserializer(), serdes.deserializer(InferenceResult.class))
        .readValue();
  }

  private void send(InferenceRequest request) {
    String topic = TOPICS.requests(ServiceClass.STANDARD);
    topic(topic).pipeInput(request.getId(), bytes(topic, request, InferenceRequest.class), NOW);
  }

  private void apply(ModelSpec spec) {
    pipe(TOPICS.models(), spec.getName(), bytes(TOPICS.models(), spec, ModelSpec.class));
  }

  private void put(RoutingDocument document) {
    RoutingKind kind = RoutingKind.of(document);
    entry(kind.key(document.name()), kind.label(), RoutingCodec.json(document));
  }

  private void entry(String key, String kind, String json) {
    RoutingEntry entry =
        RoutingEntry.newBuilder()
            .setKind(kind)
            .setName(key.substring(key.indexOf('/') + 1))
            .setDocument(json)
            .setVersion(1)
            .setChangedBy("a test")
            .setChangedAt(NOW)
            .build();
    pipe(TOPICS.routing(), key, bytes(TOPICS.routing(), entry, RoutingEntry.class));
  }

  private void put(FleetReport report) {
    pipe(TOPICS.fleet(), FleetView.key(report), bytes(TOPICS.fleet(), report, FleetReport.class));
  }

  private <T extends SpecificRecord> byte[] bytes(String topic, T value, Class<T> type) {
    return serdes.serializer(type).serialize(topic, value);
  }

  private void pipe(String topic, String key, byte @Nullable [] value) {
    topic(topic).pipeInput(key, value, NOW);
  }

  private TestInputTopic<String, byte[]> topic(String name) {
    return driver.createInputTopic(name, new StringSerializer(), new ByteArraySerializer());
  }
}
