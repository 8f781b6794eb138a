package io.penstock.streams.score;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.SETTINGS;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.topology.ShardDriver;
import io.penstock.streams.runtime.BoundedRocksDb;
import io.penstock.streams.score.request.NameRule;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import io.penstock.streams.score.request.RequestLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each field of a request at its extremes, through scoring and dispatch to the end. */
class RequestExtremesTest {

  private static final TopicNames TOPICS = SETTINGS.names();
  private static final String REQUESTS = TOPICS.requests(ServiceClass.INTERACTIVE);
  private static final String WORK = TOPICS.work(ServiceClass.INTERACTIVE);
  private static final int BODY = 20_000;

  private final AvroSerdes serdes = new AvroSerdes("mock://request-extremes");
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private Instant now = NOW;
  private TopologyTestDriver score;
  private ShardDriver dispatch;

  @BeforeEach
  void start(@TempDir Path scoring, @TempDir Path dispatching) {
    Properties properties = new Properties();
    properties.put("application.id", "score-extremes");
    properties.put("bootstrap.servers", "unused:1");
    properties.put("state.dir", scoring.toString());
    properties.put("rocksdb.config.setter", BoundedRocksDb.class.getName());
    score =
        new TopologyTestDriver(
            ScoreTopology.of(ServiceClass.INTERACTIVE, parts()), properties, NOW);
    dispatch = new ShardDriver("dispatch-extremes", dispatching, () -> now, metrics);
    score
        .createInputTopic(TOPICS.models(), new StringSerializer(), new ByteArraySerializer())
        .pipeInput(
            "talker",
            serdes.serializer(ModelSpec.class).serialize(TOPICS.models(), model("talker").build()));
  }

  @AfterEach
  void stop() {
    score.close();
    dispatch.close();
  }

  @Test
  void everyRequestWithALegalIdGetsExactlyOneResultAndTheNextIsUnharmed() {
    List<InferenceRequest> all = new ArrayList<>(extremes());
    all.addAll(extremesOfRouting());
    assertThat(all).hasSizeGreaterThan(100);
    TestInputTopic<String, byte[]> requests =
        score.createInputTopic(REQUESTS, new StringSerializer(), new ByteArraySerializer());
    Set<String> wanted = new HashSet<>();
    for (InferenceRequest request : all) {
      InferenceRequest next = chat().setId("after " + wanted.size()).build();
      requests.pipeInput(request.getId(), bytes(request), NOW);
      requests.pipeInput(next.getId(), bytes(next), NOW);
      if (NameRule.legal(request.getId())) {
        wanted.add(key(request.getTenant(), request.getId()));
      }
      wanted.add(key(next.getTenant(), next.getId()));
    }
    Map<String, Integer> results = new HashMap<>();
    score
        .createOutputTopic(
            TOPICS.results(), new StringDeserializer(), serdes.deserializer(InferenceResult.class))
        .readValuesToList()
        .forEach(result -> count(results, result));
    score
        .createOutputTopic(WORK, new StringDeserializer(), serdes.deserializer(ScoredRequest.class))
        .readKeyValuesToList()
        .forEach(work -> dispatch.input(WORK, ScoredRequest.class).pipeInput(work.key, work.value));
    now = NOW.plus(SETTINGS.maxDeadline()).plusSeconds(1);
    dispatch.advance(Duration.ofSeconds(1));
    dispatch
        .output(TOPICS.results(), InferenceResult.class)
        .readValuesToList()
        .forEach(result -> count(results, result));

    assertThat(results.keySet()).containsExactlyInAnyOrderElementsOf(wanted);
    assertThat(results).allSatisfy((key, count) -> assertThat(count).as(key).isOne());
  }

  private static void count(Map<String, Integer> results, InferenceResult result) {
    assertThat(result.getRepetition()).isEmpty();
    results.merge(key(result.getTenant(), result.getId()), 1, Integer::sum);
  }

  /** The tenant as results echo it: an illegal one is cut, and an empty one is unknown. */
  private static String key(String tenant, String id) {
    RefusalRecords records =
        new RefusalRecords(
            ServiceClass.INTERACTIVE,
            new SourceRecord(REQUESTS, 0, 0, null, null, noHeaders(), NOW),
            Optional.of(chat().setTenant(tenant).build()),
            new Refusal(RefusalCode.INVALID_TENANT, null, ""),
            NOW);
    return RequestKey.of(records.result("any", Optional.empty()).getTenant(), id);
  }

  private static Headers noHeaders() {
    return new RecordHeaders();
  }

  private List<InferenceRequest> extremes() {
    List<InferenceRequest> all = new ArrayList<>();
    for (Instant time : times()) {
      add(all, time, InferenceRequest.Builder::setCreatedAt);
      add(all, time, InferenceRequest.Builder::setDeadline);
    }
    for (String text : texts(128)) {
      all.add(chat().setId(text).build());
      add(all, text, InferenceRequest.Builder::setTenant);
      add(all, text, InferenceRequest.Builder::setEndpoint);
      add(all, text, InferenceRequest.Builder::setModel);
      add(all, text, InferenceRequest.Builder::setReplyTopic);
      add(all, text, InferenceRequest.Builder::setBatchId);
      add(all, Map.of(text, "value"), InferenceRequest.Builder::setAttributes);
    }
    for (String text : texts(Ids.MAX_CUSTOM_ID)) {
      add(all, text, InferenceRequest.Builder::setCustomId);
    }
    for (String text : texts(RequestLimits.MAX_ATTRIBUTE_VALUE)) {
      add(all, Map.of("name", text), InferenceRequest.Builder::setAttributes);
    }
    for (int size : new int[] {0, RequestLimits.MAX_ATTRIBUTES, RequestLimits.MAX_ATTRIBUTES + 1}) {
      Map<String, String> many =
          IntStream.range(0, size).boxed().collect(Collectors.toMap(i -> "a" + i, i -> "b"));
      add(all, many, InferenceRequest.Builder::setAttributes);
    }
    for (int size : new int[] {0, 1, BODY, BODY + 1}) {
      add(all, Requests.bytes(" ".repeat(size)), InferenceRequest.Builder::setBody);
    }
    for (ServiceClass serviceClass : ServiceClass.values()) {
      add(all, serviceClass, InferenceRequest.Builder::setServiceClass);
    }
    return all;
  }

  private List<InferenceRequest> extremesOfRouting() {
    List<RoutingPreferences> all = new ArrayList<>();
    for (long number : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
      all.add(RoutingPreferences.newBuilder().setMaxWaitMillis(number).build());
    }
    for (double number : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, -1, -0.0, 1, 1e308}) {
      all.add(RoutingPreferences.newBuilder().setMaxPrice(number).build());
      all.add(RoutingPreferences.newBuilder().setMinQuality(number).build());
    }
    for (String text : texts(128)) {
      all.add(RoutingPreferences.newBuilder().setSort(text).build());
      all.add(RoutingPreferences.newBuilder().setModels(List.of(text)).build());
    }
    for (int size : new int[] {0, 1, 16, 17, 64, 65, 1000}) {
      List<String> names = Collections.nCopies(size, "talker");
      all.add(RoutingPreferences.newBuilder().setModels(names).build());
      all.add(RoutingPreferences.newBuilder().setAllowedModels(names).build());
      all.add(RoutingPreferences.newBuilder().setDeniedModels(names).build());
      all.add(RoutingPreferences.newBuilder().setAllowedProviders(names).build());
      all.add(RoutingPreferences.newBuilder().setDeniedProviders(names).build());
    }
    List<InferenceRequest> requests = new ArrayList<>();
    for (RoutingPreferences routing : all) {
      requests.add(chat().setId("routed " + requests.size()).setRouting(routing).build());
    }
    return requests;
  }

  private static <T> void add(
      List<InferenceRequest> all,
      T value,
      BiFunction<InferenceRequest.Builder, T, InferenceRequest.Builder> field) {
    all.add(field.apply(chat().setId("extreme " + all.size()), value).build());
  }

  /** What clients send for "unset", the usual units, and the edges. */
  private static List<Instant> times() {
    List<Instant> times = new ArrayList<>();
    for (long micros :
        new long[] {
          Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE, NOW.getEpochSecond(), NOW.toEpochMilli()
        }) {
      times.add(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
    }
    times.add(Instant.parse("1843-01-01T00:00:00Z"));
    times.add(Instant.parse("1999-12-31T00:00:00Z"));
    times.add(Instant.parse("2199-12-31T00:00:00Z"));
    return times;
  }

  private static List<String> texts(int longest) {
    return List.of("", "x", "x".repeat(longest), "x".repeat(longest + 1));
  }

  private byte[] bytes(InferenceRequest request) {
    return serdes.serializer(InferenceRequest.class).serialize(REQUESTS, request);
  }

  private ScoreParts parts() {
    return new ScorePartsFixture(SETTINGS, metrics, serdes, () -> now)
        .parts(ServiceClass.INTERACTIVE, new RecordLimits(10 * BODY, 10 * BODY), BODY);
  }
}
