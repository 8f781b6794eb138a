package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.HttpFront;
import io.penstock.broker.settings.KeySettings;
import io.penstock.compose.cli.CliHarness;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.serde.AvroSerdes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of operators, by Kafka and over HTTP on the same topics: what it prints is the
 * same. Commands that change something do so to one thing by Kafka and to its twin over HTTP, and
 * with --json to two others.
 */
@ExtendWith(PenstockFixture.class)
class OperatorCommandsIT {

  private static final String SECRET = "an-admin-secret-of-32-characters";
  private static final String BY_KAFKA = "alpha";
  private static final String OVER_HTTP = "omega";
  private static final List<Twins> TWINS =
      List.of(new Twins(BY_KAFKA, OVER_HTTP, ""), new Twins("gamma", "delta", " --json"));
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String MODELS =
      """
      models:
        - name: $1
          aliases: [$1-alias]
          endpoints: [/v1/chat/completions]
          contextWindow: 4096
          maxOutputTokens: 512
          inputPricePerMillion: 0.5
          outputPricePerMillion: 1.5
          quality: 0.7
          variants:
            - {name: blue, weight: 1}
            - {name: green, weight: 0, state: shadow}
        - name: $1/tried
          endpoints: [/v1/chat/completions]
          contextWindow: 4096
          maxOutputTokens: 512
          variants:
            - {name: blue, weight: 1}
            - {name: green, weight: 0, state: shadow}
      """;
  private static final String POLICIES =
      """
      tenants:
        - name: $1
          deniedProviders: [elsewhere]
          budgets: [{period: day, soft: 5, hard: 10}, {period: month, hard: 100}]
      aliases:
        - name: $1-smart
          models: [$1, $1/tried]
      """;
  private static final String EXPERIMENT =
      """
      name: $1-concise
      subject: $1/tried
      metric: feedback
      arms:
        - {name: long, target: $1/tried#blue, weight: 1}
        - {name: short, target: $1/tried#green, weight: 1}
      """;

  private static KafkaProducer<String, SpecificRecord> producer;
  private static FrontCluster cluster;
  private static HttpFront front;
  private static ClusterConnection connection;

  /**
   * Two names for one thing, which is changed by Kafka under the one and over HTTP under the other.
   *
   * @param form the option that chooses what is printed
   */
  private record Twins(String byKafka, String overHttp, String form) {}

  @TempDir Path home;
  private CliHarness cli;

  @BeforeAll
  static void start(PenstockNode node) throws Exception {
    connection = node.connection();
    producer =
        new KafkaProducer<>(
            connection.with(Map.of("linger.ms", 0)),
            new StringSerializer(),
            new AvroSerdes(connection).serializer(SpecificRecord.class));
    cluster = new FrontCluster(node, "operator-commands-it.", 2);
    front =
        cluster.start(FrontCluster.settings().withKeys(new KeySettings(true, Optional.of(SECRET))));
  }

  @AfterAll
  static void stop() throws IOException {
    producer.close();
    cluster.close();
  }

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home).atKafka();
  }

  @Test
  void everyCommandPrintsTheSameByKafkaAndOverHttp() throws Exception {
    file("models.yaml", MODELS);
    file("policies.yaml", POLICIES);
    file("experiment.yaml", EXPERIMENT);
    file("broken.yaml", "models: [{name: $1}]");

    changes(0, "models apply $1-models.yaml");
    refuses(1, "models apply $1-broken.yaml");
    refuses(2, "models apply $1-nowhere.yaml");
    shows("models list");
    changes(0, "models remove $1");
    refuses(1, "models remove $1");
    shows("models history");
    String before = latestRevision(3);
    changes(0, "models remove $1/tried");
    rollsBack("models rollback " + before);
    changes(0, "models apply $1-models.yaml");
    refuses(1, "models rollback 999");

    fleet();
    shows("models health");

    changes(0, "routing apply $1-policies.yaml --reason contract");
    shows("routing list");
    shows("routing list --kind tenant");
    refuses(1, "routing remove tenant $1-nobody");
    refuses(2, "routing remove colour red");
    shows("budgets");
    shows("budgets --tenant omega");

    changes(0, "rollout start $1 --from blue --to green --steps 5,100 --warm-timeout 5m");
    changes(1, "rollout start $1 --from blue --to green");
    shows("rollout status omega");
    changes(0, "rollout pause $1");
    changes(0, "rollout resume $1 --reason better");
    changes(0, "rollout pause $1 --reason look");
    shows("rollout list");
    changes(0, "rollout resume $1");
    changes(0, "rollout force $1");
    changes(0, "rollout rollback $1");
    refuses(1, "rollout status $1-nobody");
    changes(0, "routing remove rollout $1");

    changes(0, "experiment start $1-experiment.yaml");
    shows("experiment list");
    changes(1, "experiment promote $1-concise nobody");
    results();
    shows("experiment report omega-concise");
    shows("costs");
    shows("costs --by day,class --since 2h --limit 1");
    shows("costs --by model --against omega --until " + Instant.now().minusSeconds(60));
    changes(1, "experiment report $1-nothing");
    changes(0, "experiment promote $1-concise short");
    changes(1, "experiment stop $1-concise");
    changes(0, "routing remove alias $1-smart");
    shows("routing list");
    shows("models list");
  }

  @Test
  void aQuestionAboutCostsIsRefusedInTheSameWordsEitherWay() {
    for (String wrong : List.of("costs --against nobody", "costs --by tenant,tenant")) {
      assertThat(byKafka(wrong)).as(wrong).isEqualTo("exit 2\n");
      String said = cli.err();
      assertThat(overHttp(wrong)).as(wrong).isEqualTo("exit 2\n");
      assertThat(cli.err()).as(wrong).isNotEmpty().isEqualTo(said);
    }
  }

  @Test
  void whatIsStoredIsShownAndTheSameReasonsAreRecordedEitherWay() throws Exception {
    file("stored.yaml", MODELS.replace("$1", "stored-$1"));
    // The second time changes nothing, so what is shown keeps its time.
    for (int i = 0; i < 2; i++) {
      for (String twin : List.of(BY_KAFKA, OVER_HTTP)) {
        String shown = either(twin, "models apply %s-stored.yaml --json".formatted(twin));
        List<String> models = cli.out().lines().toList();
        assertThat(shown).as(cli.err()).startsWith("exit 0\n");
        assertThat(models).hasSize(2);
        assertThat(overHttp("models list --json")).startsWith("exit 0\n");
        assertThat(cli.out().lines()).containsAll(models);
      }
    }
    assertThat(reasons("rollout start stored-%s --from blue --to green")).containsOnly("started");
    assertThat(reasons("rollout pause stored-%s")).containsOnly("paused by hand");
    assertThat(reasons("rollout resume stored-%s")).containsOnly("resumed by hand");
    assertThat(reasons("rollout force stored-%s")).containsOnly("forced by hand");
    assertThat(reasons("rollout pause stored-%s --reason lunch")).containsOnly("lunch");
    assertThat(reasons("rollout rollback stored-%s")).containsOnly("rolled back by hand");
  }

  private String either(String twin, String command) {
    return twin.equals(BY_KAFKA) ? byKafka(command) : overHttp(command);
  }

  /** Does something to the rollouts of both twins, and returns the reasons that are recorded. */
  private List<String> reasons(String command) {
    for (String twin : List.of(BY_KAFKA, OVER_HTTP)) {
      assertThat(either(twin, command.formatted(twin))).as(cli.err()).startsWith("exit 0\n");
    }
    assertThat(overHttp("routing list --kind rollout --json")).startsWith("exit 0\n");
    return cli.json().stream()
        .filter(entry -> entry.path("name").asText().startsWith("stored-"))
        .map(entry -> entry.path("reason").asText())
        .toList();
  }

  private void file(String name, String text) throws IOException {
    for (Twins twins : TWINS) {
      for (String twin : List.of(twins.byKafka(), twins.overHttp())) {
        Files.writeString(home.resolve(twin + "-" + name), text.replace("$1", twin));
      }
    }
  }

  /** A command that finds something prints the same table and the same JSON either way. */
  private void shows(String command) {
    for (String form : List.of("", " --json")) {
      String byKafka = byKafka(command + form);
      assertThat(byKafka).as(command).startsWith("exit 0\n");
      assertThat(overHttp(command + form)).as(command + form).isEqualTo(byKafka);
    }
  }

  /** A command that changes something, or fails to, prints the same of twins either way. */
  private void changes(int exit, String command) {
    for (Twins twins : TWINS) {
      changes(exit, command, twins);
    }
  }

  /** One that refuses says why in the same words. */
  private void refuses(int exit, String command) {
    for (Twins twins : TWINS) {
      String byKafka = changes(exit, command, twins);
      assertThat(why().replace(twins.overHttp(), twins.byKafka()))
          .as("what %s says", command + twins.form())
          .isEqualTo(byKafka);
    }
  }

  /** Returns what was said by Kafka beside the result. */
  private String changes(int exit, String command, Twins twins) {
    String byKafka = timeless(byKafka(command.replace("$1", twins.byKafka()) + twins.form()));
    String why = why();
    assertThat(byKafka)
        .as(command + twins.form() + ": " + cli.err())
        .startsWith("exit " + exit + "\n");
    String overHttp = timeless(overHttp(command.replace("$1", twins.overHttp()) + twins.form()));
    assertThat(overHttp.replace(twins.overHttp(), twins.byKafka()))
        .as(command + twins.form())
        .isEqualTo(byKafka);
    return why;
  }

  /** The first line of what the last command told beside its result. */
  private String why() {
    return cli.err().lines().findFirst().orElse("");
  }

  /** When something was changed is no part of what twins have in common. */
  private static String timeless(String out) {
    return out.replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME");
  }

  /** Models go back over HTTP; doing it again by Kafka changes nothing. */
  private void rollsBack(String command) {
    String overHttp = overHttp(command);
    assertThat(overHttp).as(command + ": " + cli.err()).startsWith("exit 0\n");
    for (Twins twins : TWINS) {
      assertThat(overHttp).contains(twins.byKafka(), twins.overHttp());
    }
    assertThat(byKafka(command)).isEqualTo("exit 0\n");
  }

  private String latestRevision(int atLeast) {
    assertThat(overHttp("models history --json")).startsWith("exit 0\n");
    List<JsonNode> revisions = cli.json();
    assertThat(revisions).hasSizeGreaterThanOrEqualTo(atLeast);
    assertThat(revisions.getFirst().path("models")).isNotEmpty();
    return revisions.getFirst().path("revision").asText();
  }

  private String byKafka(String command) {
    return run(
        command,
        "--kafka",
        connection.bootstrapServers(),
        "--registry",
        connection.registryUrl(),
        "--prefix",
        cluster.topics().names().prefix());
  }

  private String overHttp(String command) {
    return run(command, "--url", front.url(), "--admin-key", SECRET);
  }

  private String run(String command, String... way) {
    List<String> words = new ArrayList<>();
    for (String word : List.of(command.split(" ", -1))) {
      words.add(word.endsWith(".yaml") ? home.resolve(word).toString() : word);
    }
    words.addAll(List.of(way));
    int exit = cli.run(words.toArray(String[]::new));
    return "exit %d\n%s".formatted(exit, steady(cli.out()));
  }

  /** What depends on the moment of a call, and on who makes it, is left out. */
  private static String steady(String out) {
    return out.replaceAll("\"(spentAt|ends)\":\"[^\"]*\"", "\"$1\":TIME")
        .replaceAll("[0-9.]+(ms|s|m|h|d)([0-9]+[smh])?\\b", "AGE")
        .replaceAll(" +", " ");
  }

  /** Results of the experiment over HTTP, and a judgement of each. */
  private static void results() throws Exception {
    Instant now = Instant.now().minusSeconds(120);
    for (int i = 0; i < 40; i++) {
      String arm = i % 2 == 0 ? "long" : "short";
      InferenceResult result =
          InferenceResult.newBuilder()
              .setId("judged-" + i)
              .setTenant("tenant-" + i % 3)
              .setEndpoint("/v1/chat/completions")
              .setStatus(TerminalStatus.SUCCEEDED)
              .setStatusCode(200)
              .setRequestedModel("omega/tried")
              .setAttempts(1)
              .setAcceptedAt(now.minusSeconds(1))
              .setServiceClass(i % 4 == 0 ? ServiceClass.BATCH : ServiceClass.STANDARD)
              .setChoice(
                  ModelChoice.newBuilder()
                      .setModel("omega/tried")
                      .setReason("named")
                      .setVariant(arm.equals("long") ? "blue" : "green")
                      .setExperiment("omega-concise")
                      .setArm(arm)
                      .setExperimentUnit("unit-" + i)
                      .build())
              .setUsage(new TokenUsage(1000L + i, 10L, 0L))
              .setCost(0.001 * i)
              .setFinishedAt(i == 39 ? Instant.now() : now)
              .build();
      Feedback feedback =
          Feedback.newBuilder()
              .setRequestId(result.getId())
              .setTenant(result.getTenant())
              .setScore(i % 2)
              .setSource("review")
              .setGivenAt(now)
              .build();
      write(cluster.topics().names().results(), result.getId(), result);
      write(cluster.topics().names().feedback(), feedback.getRequestId(), feedback);
    }
  }

  private static void write(String topic, String key, SpecificRecord value) throws Exception {
    producer.send(new ProducerRecord<>(topic, 0, key, value)).get();
  }

  private static void fleet() throws Exception {
    Instant now = Instant.now();
    FleetReport report =
        FleetReport.newBuilder()
            .setPartition(0)
            .setModel("busy")
            .setVariant("v1")
            .setHealth(TargetHealth.UNHEALTHY)
            .setReason("too many errors")
            .setHealthSince(now)
            .setWorkers(2)
            .setSlots(8)
            .setLeased(5)
            .setSucceeded(90)
            .setFailed(10)
            .setErrorRate(0.1)
            .setFirstTokenMillis(12.5)
            .setServiceMillis(250.0)
            .setStartedAt(now)
            .setSentAt(now.plusSeconds(600))
            .setBacklog(
                List.of(
                    ClassBacklog.newBuilder()
                        .setServiceClass(ServiceClass.BATCH)
                        .setRequests(12)
                        .setDeferred(3)
                        .setPromptTokens(100)
                        .setOutputTokens(200)
                        .build()))
            .build();
    write(cluster.topics().names().fleet(), FleetView.key(report), report);
    try (FrontCalls http = new FrontCalls(front.url())) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  http.get("/admin/backlog", "authorization", "Bearer " + SECRET)
                      .body()
                      .contains("busy"));
    }
  }
}
