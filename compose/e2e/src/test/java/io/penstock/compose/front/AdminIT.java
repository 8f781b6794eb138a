package io.penstock.compose.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.following.TopicScan;
import io.penstock.broker.settings.KeySettings;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Management over HTTP, on real topics, at two instances. */
@ExtendWith(PenstockFixture.class)
class AdminIT {

  private static final String SECRET = "an-admin-secret-of-32-characters";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MODEL_PARTITIONS = 2;
  private static final String MODEL =
      "{\"contextWindow\":4096,\"maxOutputTokens\":512,\"endpoints\":[\"/v1/chat/completions\"]%s}";
  private static final String VARIANTS =
      ",\"variants\":[{\"name\":\"blue\",\"weight\":1},{\"name\":\"green\",\"weight\":0,\"state\":\"shadow\"}]";

  private static PenstockNode penstock;
  private static FrontCluster cluster;
  private static FrontCalls http;
  private static FrontCalls other;
  private static AvroSerdes serdes;
  private static KafkaProducer<String, SpecificRecord> producer;
  private static TopicNames names;

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    penstock = node;
    cluster = new FrontCluster(node, "admin-it.", 4);
    names = cluster.topics().names();
    KeySettings keys = new KeySettings(true, Optional.of(SECRET));
    http = new FrontCalls(cluster.start(FrontCluster.settings().withKeys(keys)).url());
    other = new FrontCalls(cluster.start(FrontCluster.settings().withKeys(keys)).url());
    serdes = new AvroSerdes(node.connection());
    producer =
        new KafkaProducer<>(
            node.connection().with(Map.of("linger.ms", 0)),
            new StringSerializer(),
            serdes.serializer(SpecificRecord.class));
  }

  @AfterAll
  static void stop() throws Exception {
    producer.close();
    http.close();
    other.close();
    cluster.close();
  }

  @Test
  void aModelIsAddedShownReplacedRemovedAndRestored() throws Exception {
    assertThat(put("/admin/models/first", MODEL.formatted("")).statusCode()).isEqualTo(201);
    JsonNode shown = json(get("/admin/models/first"));
    assertThat(shown.path("contextWindow").asInt()).isEqualTo(4096);
    assertThat(put("/admin/models/first", shown.toString()).statusCode()).isEqualTo(200);
    assertThat(json(get("/admin/models")).path("data").findValuesAsText("name")).contains("first");

    HttpResponse<String> wrong =
        put("/admin/models/first", "{\"contextWindow\":0,\"colour\":\"red\"}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(json(wrong).path("detail").asText()).contains("colour");
    HttpResponse<String> renamed = put("/admin/models/first", "{\"name\":\"second\"}");
    assertThat(json(renamed).path("field").asText()).isEqualTo("name");

    String before = json(get("/admin/revisions")).at("/data/0/number").asText();
    JsonNode revision = json(get("/admin/revisions/" + before));
    assertThat(revision.at("/models/0/name").asText()).isEqualTo("first");
    assertThat(
            put("/admin/models", "{\"models\":%s}".formatted(revision.path("models"))).statusCode())
        .isEqualTo(200);
    assertThat(delete("/admin/models/first").statusCode()).isEqualTo(204);
    assertThat(delete("/admin/models/first").statusCode()).isEqualTo(404);
    assertThat(get("/admin/models/first").statusCode()).isEqualTo(404);
    HttpResponse<String> restored = post("/admin/revisions/" + before + "/restore", "");
    assertThat(restored.statusCode()).as(restored.body()).isEqualTo(200);
    assertThat(json(restored).at("/added/0").asText()).isEqualTo("first");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                http.get("/v1/models/first", auth(key("{\"tenant\":\"seer\"}"))).statusCode()
                    == 200);
  }

  @Test
  void budgetsAreAPartOfATenantsPolicyAndLeaveTheRestOfIt() throws Exception {
    assertThat(
            put(
                    "/admin/routing/tenant/acme",
                    "{\"deniedProviders\":[\"elsewhere\"],\"reason\":\"contract\"}")
                .statusCode())
        .isEqualTo(200);
    HttpResponse<String> budget =
        put("/admin/budgets/acme", "{\"budgets\":[{\"period\":\"day\",\"soft\":5,\"hard\":10}]}");
    assertThat(budget.statusCode()).as(budget.body()).isEqualTo(200);
    assertThat(json(budget).at("/data/0/hard").asDouble()).isEqualTo(10);
    assertThat(json(budget).at("/data/0/state").asText()).isEqualTo("ok");

    JsonNode entry = json(get("/admin/routing/tenant/acme"));
    assertThat(entry.at("/document/deniedProviders/0").asText()).isEqualTo("elsewhere");
    assertThat(entry.path("version").asInt()).isEqualTo(2);
    assertThat(entry.path("changed_by").asText()).isEqualTo("admin");
    assertThat(json(get("/admin/tenants/acme")).at("/budgets/0/period").asText()).isEqualTo("day");

    HttpResponse<String> wrong =
        put("/admin/budgets/acme", "{\"budgets\":[{\"period\":\"year\",\"hard\":10}]}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(json(wrong).path("detail").asText()).contains("period");
    assertThat(put("/admin/routing/rollout/acme", "{}").statusCode()).isEqualTo(400);
    assertThat(put("/admin/routing/tenant/acme", "{\"colour\":1}").statusCode()).isEqualTo(400);
    assertThat(put("/admin/routing", "{\"tenants\":[{\"name\":\"more\"}]}").statusCode())
        .isEqualTo(200);
    assertThat(delete("/admin/routing/tenant/more").statusCode()).isEqualTo(204);
    assertThat(get("/admin/routing/tenant/more").statusCode()).isEqualTo(404);
  }

  @Test
  void aRolloutIsStartedPausedResumedAndRolledBack() throws Exception {
    put("/admin/models/rolled", MODEL.formatted(VARIANTS));
    String plan = "{\"model\":\"rolled\",\"from\":\"blue\",\"to\":\"green\",\"steps\":[5,100]}";

    HttpResponse<String> started = post("/admin/rollouts", plan);
    assertThat(started.statusCode()).as(started.body()).isEqualTo(201);
    assertThat(json(started).at("/steps/0/percent").asInt()).isEqualTo(5);
    HttpResponse<String> twice = post("/admin/rollouts", plan);
    assertThat(twice.statusCode()).isEqualTo(409);
    assertThat(json(twice).path("detail").asText()).contains("roll it back first");

    HttpResponse<String> paused = post("/admin/rollouts/rolled/pause", "{\"reason\":\"look\"}");
    assertThat(json(paused).path("state").asText()).isEqualToIgnoringCase("paused");
    assertThat(json(paused).path("reason").asText()).isEqualTo("look");
    assertThat(post("/admin/rollouts/rolled/resume", "").statusCode()).isEqualTo(200);
    assertThat(post("/admin/rollouts/rolled/resume", "").statusCode()).isEqualTo(409);
    assertThat(post("/admin/rollouts/rolled/rollback", "").statusCode()).isEqualTo(200);
    assertThat(json(get("/admin/rollouts")).path("data").findValuesAsText("name"))
        .contains("rolled");
    assertThat(post("/admin/rollouts/rolled/jump", "").statusCode()).isEqualTo(404);
    HttpResponse<String> wrong =
        post("/admin/rollouts", "{\"model\":\"rolled\",\"from\":\"blue\",\"too\":\"green\"}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(json(wrong).path("detail").asText()).contains("too");
  }

  @Test
  void anExperimentIsStartedAndAnArmPromoted() throws Exception {
    put("/admin/models/tried", MODEL.formatted(VARIANTS));
    String experiment =
        "{\"name\":\"%s\",\"subject\":\"tried\",\"arms\":[{\"name\":\"a\",\"target\":\"tried#blue\",\"weight\":1},{\"name\":\"b\",\"target\":\"tried#green\",\"weight\":1}]}";

    HttpResponse<String> started = post("/admin/experiments", experiment.formatted("one"));
    assertThat(started.statusCode()).as(started.body()).isEqualTo(201);
    assertThat(post("/admin/experiments", experiment.formatted("two")).statusCode()).isEqualTo(409);
    assertThat(post("/admin/experiments/one/promote", "{\"arm\":\"c\"}").statusCode())
        .isEqualTo(409);
    HttpResponse<String> promoted = post("/admin/experiments/one/promote", "{\"arm\":\"b\"}");
    assertThat(promoted.statusCode()).as(promoted.body()).isEqualTo(200);
    assertThat(json(get("/admin/models/tried")).at("/variants/1/state").asText())
        .isEqualTo("active");
    assertThat(post("/admin/experiments/one/stop", "").statusCode()).isEqualTo(409);
  }

  @Test
  void reportsSayWhatIsWrongWithAQuestion() throws Exception {
    String tomorrow = Instant.now().plus(Duration.ofDays(1)).toString();
    for (String wrong :
        List.of(
            "by=colour",
            "by=tenant,tenant",
            "by=",
            "limit=0",
            "limit=10001",
            "limit=x",
            "since=yesterday",
            "since=%2B999999999-01-01T00:00:00Z",
            "since=1h&until=2h",
            "since=" + tomorrow + "&until=1h",
            "against=nobody")) {
      HttpResponse<String> refused = get("/admin/costs?" + wrong);
      assertThat(refused.statusCode()).as(wrong + ": " + refused.body()).isEqualTo(400);
      assertThat(json(refused).path("code").asText()).as(wrong).isEqualTo("invalid_value");
    }
    JsonNode costs = json(get("/admin/costs?by=day&since=1h&until=" + tomorrow));
    assertThat(costs.path("object").asText()).isEqualTo("costs");
    assertThat(costs.at("/total/requests").asLong()).isZero();
    assertThat(get("/admin/experiments/nothing/report").statusCode()).isEqualTo(404);
  }

  @Test
  void aTenantJudgesItsResults() throws Exception {
    String key = key("{\"tenant\":\"judge\"}");
    await().atMost(PATIENCE).until(() -> http.get("/v1/models", auth(key)).statusCode() == 200);
    String judgement = "{\"request_id\":\"%s\",\"score\":0.25,\"source\":\"ci\"}";
    HttpResponse<String> none = http.post("/v1/feedback", judgement.formatted("one"), auth(key));
    assertThat(none.statusCode()).as(none.body()).isEqualTo(404);
    HttpResponse<String> mine =
        http.post(
            "/v1/requests",
            "{\"model\":\"m\",\"prompt\":\"Hi\"}",
            Stream.of(auth(key), new String[] {"penstock-endpoint", "/v1/completions"})
                .flatMap(Stream::of)
                .toArray(String[]::new));
    assertThat(mine.statusCode()).as(mine.body()).isEqualTo(202);
    String id = json(mine).path("id").asText();
    String others = key("{\"tenant\":\"others\"}");
    await().atMost(PATIENCE).until(() -> http.get("/v1/models", auth(others)).statusCode() == 200);
    assertThat(http.post("/v1/feedback", judgement.formatted(id), auth(others)).statusCode())
        .isEqualTo(404);
    HttpResponse<String> judged = http.post("/v1/feedback", judgement.formatted(id), auth(key));
    assertThat(judged.statusCode()).as(judged.body()).isEqualTo(200);
    List<Feedback> written = new ArrayList<>();
    new TopicScan(penstock.connection(), serdes)
        .read(names.feedback(), Feedback.class, Instant.EPOCH, found -> written.add(found.value()));
    assertThat(written).hasSize(1);
    assertThat(written.getFirst().getTenant()).contains("judge");
    assertThat(written.getFirst().getSource()).isEqualTo("ci");
    assertThat(http.post("/v1/feedback", "{\"request_id\":\"one\"}", auth(key)).statusCode())
        .isEqualTo(400);
  }

  @Test
  void aWorkerIsShownAndToldToDrain() throws Exception {
    for (int partition = 0; partition < MODEL_PARTITIONS; partition++) {
      write(names.demand(), partition, "worker-1", heartbeat("worker-1", 7));
    }

    JsonNode shown = json(get("/admin/workers/worker-1"));
    assertThat(shown.path("window").asInt()).isEqualTo(14);
    assertThat(shown.path("state").asText()).isEqualTo("active");
    HttpResponse<String> drained =
        post("/admin/workers/worker-1/drain", "{\"reason\":\"new card\"}");
    assertThat(drained.statusCode()).as(drained.body()).isEqualTo(202);

    List<ControlCommand> commands = commands();
    assertThat(commands).hasSize(MODEL_PARTITIONS);
    assertThat(commands)
        .allSatisfy(
            each -> {
              assertThat(each.getKind()).isEqualTo(CommandKind.DRAIN);
              assertThat(each.getWorkerId()).contains("worker-1");
              assertThat(each.getReason()).contains("new card");
            });
    assertThat(post("/admin/workers/worker-2/drain", "").statusCode()).isEqualTo(404);
  }

  @Test
  void aDeadLetterIsShownReplayedOnceOrDiscarded() throws Exception {
    cluster.backend().on("dead", _ -> {});
    String replayed = letter("dead-1", request("dead-1"), 0);
    String discarded = letter("dead-2", request("dead-2"), 1);
    String unreadable = letter("dead-3", null, 2);

    assertThat(ids("/admin/dead-letters")).contains(replayed, discarded, unreadable);
    JsonNode shown = json(get("/admin/dead-letters/" + replayed));
    assertThat(shown.at("/request/body").asText()).isEqualTo("{\"model\":\"dead\"}");
    assertThat(shown.path("state").asText()).isEqualTo("dead");

    HttpResponse<String> sent = post("/admin/dead-letters/" + replayed + "/replay", "");
    assertThat(sent.statusCode()).as(sent.body()).isEqualTo(202);
    String as = json(sent).path("replayed_as").asText();
    await().atMost(PATIENCE).until(() -> !cluster.backend().seen("dead").isEmpty());
    InferenceRequest again = cluster.backend().seen("dead").getFirst();
    assertThat(again.getId()).isEqualTo(as).isNotEqualTo("dead-1");
    assertThat(again.getTenant()).isEqualTo("red");
    assertThat(again.getAttributes()).containsEntry("replayOf", "dead-1");

    assertThat(delete("/admin/dead-letters/" + discarded).statusCode()).isEqualTo(204);
    HttpResponse<String> impossible = post("/admin/dead-letters/" + unreadable + "/replay", "");
    assertThat(impossible.statusCode()).isEqualTo(409);
    assertThat(json(impossible).path("code").asText()).isEqualTo("not_possible");
    for (FrontCalls each : List.of(http, other)) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                String list = each.get("/admin/dead-letters", auth(SECRET)).body();
                assertThat(list).contains(unreadable).doesNotContain("\"" + discarded + "\"");
              });
      assertThat(
              each.post("/admin/dead-letters/" + replayed + "/replay", "", auth(SECRET))
                  .statusCode())
          .isEqualTo(409);
      assertThat(each.get("/admin/dead-letters?all=true", auth(SECRET)).body())
          .contains("\"discarded\"", "\"replayed\"");
    }
    assertThat(get("/admin/dead-letters?limit=0").statusCode()).isEqualTo(400);
    assertThat(json(get("/admin/dead-letters?limit=1")).path("data")).hasSize(1);
  }

  @Test
  void whatWaitsIsShownByModelAndClass() throws Exception {
    Instant now = Instant.now();
    FleetReport report =
        FleetReport.newBuilder()
            .setPartition(0)
            .setModel("busy")
            .setHealth(TargetHealth.HEALTHY)
            .setHealthSince(now)
            .setWorkers(2)
            .setSlots(8)
            .setLeased(5)
            .setStartedAt(now)
            .setSentAt(now.plusSeconds(60))
            .setBacklog(
                List.of(
                    ClassBacklog.newBuilder()
                        .setServiceClass(ServiceClass.BATCH)
                        .setRequests(12)
                        .setPromptTokens(100)
                        .setOutputTokens(200)
                        .setOldestAcceptedAt(now.minusSeconds(30))
                        .build()))
            .build();
    write(names.fleet(), 0, FleetView.key(report), report);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode busy = json(get("/admin/backlog")).at("/data/0");
              assertThat(busy.path("model").asText()).isEqualTo("busy");
              assertThat(busy.path("leased").asInt()).isEqualTo(5);
              assertThat(busy.at("/waiting/0/service_class").asText()).isEqualTo("batch");
              assertThat(busy.at("/waiting/0/requests").asInt()).isEqualTo(12);
              assertThat(Instant.parse(busy.at("/waiting/0/oldest_at").asText())).isBefore(now);
            });
  }

  @Test
  void theLimitsOfAKeyAreChangedWhileItIsUsed() throws Exception {
    HttpResponse<String> made =
        post("/admin/keys", "{\"tenant\":\"slow\",\"requests_per_minute\":600}");
    String id = json(made).path("id").asText();
    String key = json(made).path("key").asText();

    HttpResponse<String> changed =
        other.send(
            other
                .request("/admin/keys/" + id, auth(SECRET))
                .method(
                    "PATCH",
                    BodyPublishers.ofString(
                        "{\"requests_per_minute\":2,\"service_class\":\"batch\"}")));
    assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
    assertThat(json(changed).path("requests_per_minute").asInt()).isEqualTo(2);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                http.get("/v1/models", auth(key)).statusCode() == 200
                    && json(get("/admin/keys/" + id)).path("requests_per_minute").asInt() == 2);
    HttpResponse<String> refused =
        http.post(
            "/v1/chat/completions",
            "{\"model\":\"m\",\"messages\":[]}",
            "authorization",
            "Bearer " + key,
            "penstock-class",
            "interactive");
    assertThat(FrontCalls.code(refused)).isEqualTo("class_not_allowed");
    assertThat(json(get("/admin/tenants/slow")).path("keys").asInt()).isEqualTo(1);
  }

  @Test
  void whatAnOperatorsOwnKeyChangesHasItsName() throws Exception {
    String key = key("{\"role\":\"admin\",\"name\":\"olivia\"}");
    HttpResponse<String> changed =
        http.send(
            http.request("/admin/routing/tenant/named", auth(key))
                .PUT(BodyPublishers.ofString("{}")));
    assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
    assertThat(json(changed).path("changed_by").asText()).isEqualTo("olivia");
  }

  private static String letter(String id, InferenceRequest request, int partition)
      throws Exception {
    DeadLetter letter =
        DeadLetter.newBuilder()
            .setRequestId(id)
            .setTenant("red")
            .setStage("dispatch")
            .setFailure(
                Failure.newBuilder()
                    .setCategory(FailureCategory.RETRYABLE)
                    .setCode("engine_failed")
                    .setMessage("The engine failed.")
                    .build())
            .setAttempts(3)
            .setSourceTopic(names.work(ServiceClass.STANDARD))
            .setSourcePartition(0)
            .setSourceOffset(1)
            .setRequest(request)
            .setResultFormat(ResultFormat.AVRO)
            .setDeadAt(Instant.now())
            .build();
    long offset = write(names.deadLetters(), partition, id, letter);
    return partition + "-" + offset;
  }

  private static InferenceRequest request(String id) {
    return InferenceRequest.newBuilder()
        .setId(id)
        .setTenant("red")
        .setEndpoint("/v1/chat/completions")
        .setModel("dead")
        .setBody(ByteBuffer.wrap("{\"model\":\"dead\"}".getBytes(UTF_8)))
        .setCreatedAt(Instant.now())
        .build();
  }

  private static WorkerDemand heartbeat(String id, int window) {
    return WorkerDemand.newBuilder()
        .setWorkerId(id)
        .setSession("1")
        .setSequence(1)
        .setState(WorkerState.ACTIVE)
        .setModels(List.of("m"))
        .setLeaseLimit(10)
        .setLeasesReceived(10 - window)
        .setSlots(4)
        .setRunning(3)
        .setEngine("test")
        .setStartedAt(Instant.now())
        .setSentAt(Instant.now())
        .build();
  }

  private static long write(String topic, int partition, String key, SpecificRecord value)
      throws Exception {
    return producer.send(new ProducerRecord<>(topic, partition, key, value)).get().offset();
  }

  private static List<ControlCommand> commands() {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            penstock.connection().with(Map.of()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int partition = 0; partition < MODEL_PARTITIONS; partition++) {
        all.add(new TopicPartition(names.control(), partition));
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      List<ControlCommand> commands = new ArrayList<>();
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (commands.size() < MODEL_PARTITIONS && System.nanoTime() - until < 0) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(
                each ->
                    commands.add(
                        serdes
                            .deserializer(ControlCommand.class)
                            .deserialize(each.topic(), each.value())));
      }
      return commands;
    }
  }

  private static List<String> ids(String path) throws Exception {
    List<String> ids = new ArrayList<>();
    json(get(path)).path("data").forEach(each -> ids.add(each.path("id").asText()));
    return ids;
  }

  private static String key(String body) throws Exception {
    return json(post("/admin/keys", body)).path("key").asText();
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return http.get(path, auth(SECRET));
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return http.post(path, body, auth(SECRET));
  }

  private static HttpResponse<String> put(String path, String body) throws Exception {
    return http.send(http.request(path, auth(SECRET)).PUT(BodyPublishers.ofString(body)));
  }

  private static HttpResponse<String> delete(String path) throws Exception {
    return http.delete(path, auth(SECRET));
  }

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return FrontCalls.json(response);
  }

  private static String[] auth(String key) {
    return new String[] {"authorization", "Bearer " + key};
  }
}
