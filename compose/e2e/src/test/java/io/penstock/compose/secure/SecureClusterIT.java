package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.access.AccessCheck;
import io.penstock.compose.access.AccessRole;
import io.penstock.compose.access.AclAdmin;
import io.penstock.compose.access.MissingRightsException;
import io.penstock.compose.access.Right;
import io.penstock.compose.cli.CliHarness;
import io.penstock.compose.config.ConfigSources;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.Role;
import io.penstock.compose.secure.RecordingAuthorizer.Asked;
import io.penstock.compose.secure.SecureCluster.Listener;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.client.RequestSender;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every role and every kind of client by a user of its own, on a Kafka that denies what it was not
 * told to permit.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecureClusterIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODELS =
      """
      models:
        - name: m
          endpoints: [/v1/chat/completions, /v1/completions]
          contextWindow: 4096
          maxOutputTokens: 512
          inputPricePerMillion: 0.5
          outputPricePerMillion: 1.5
      """;

  /**
   * What a role needs seldom, and this test does not bring about: it hands a request over to
   * another class or partition, runs requests again, or writes what it decides.
   */
  private static final List<String> SELDOM =
      List.of(
          "score WRITE on topic guarded.requests.",
          "dispatch WRITE on topic guarded.transfers",
          "delivery WRITE on topic guarded.dead-letters",
          "control READ on topic guarded.work.",
          "control WRITE on topic guarded.requests.batch",
          "control WRITE on topic guarded.models",
          "operator WRITE on topic guarded.requests.",
          // Used by commands and paths that nobody calls here.
          "auditor READ on topic guarded.fleet",
          "operator READ on topic guarded.fleet",
          "control WRITE on topic guarded.routing",
          "http WRITE on topic guarded.cancellations",
          "http WRITE on topic guarded.feedback",
          "http WRITE on topic guarded.requests.interactive",
          "http-admin ");

  @TempDir static Path folder;
  private static SecureCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new SecureCluster(folder);
    for (AccessRole role : AccessRole.values()) {
      if (role != AccessRole.REGISTRY) {
        cluster.user(role.toString());
      }
    }
    cluster.user("nobody");
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  private static CliHarness cli(Path home, int expected, String... arguments) throws Exception {
    CliHarness cli = new CliHarness(Files.createDirectories(home)).atKafka();
    int exit = cli.run(arguments);
    assertThat(exit).as("%s: %s%s", List.of(arguments), cli.out(), cli.err()).isEqualTo(expected);
    return cli;
  }

  /** Runs a command as a user. */
  private static CliHarness as(String user, String command) throws Exception {
    return as(user, 0, command);
  }

  private static CliHarness as(String user, int expected, String command) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
    arguments.addAll(List.of("--config", cluster.configuration(user, "").toString()));
    return cli(folder.resolve("home"), expected, arguments.toArray(String[]::new));
  }

  private static CliHarness asAdministrator(int expected, String command) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
    arguments.addAll(
        List.of(
            "--kafka",
            cluster.administrator().bootstrapServers(),
            "--prefix",
            SecureCluster.NAMES.prefix()));
    return cli(folder.resolve("home"), expected, arguments.toArray(String[]::new));
  }

  @Test
  @Order(1)
  void whatIsGrantedIsSaidAndGrantedOnce() throws Exception {
    String apply = "acls apply --json --role dispatch --principal User:dispatch";

    List<JsonNode> planned = asAdministrator(0, apply + " --dry-run").json();
    assertThat(planned).hasSameSizeAs(SecureCluster.rights(AccessRole.DISPATCH));
    assertThat(asAdministrator(0, apply).json()).isEqualTo(planned);
    assertThat(asAdministrator(0, apply).json()).isEmpty();

    String remove = "acls remove --json --role dispatch --principal User:dispatch";
    assertThat(asAdministrator(0, remove + " --keep dispatch").json()).isEmpty();
    assertThat(asAdministrator(0, remove).json()).isEqualTo(planned);
    assertThat(asAdministrator(0, remove).json()).isEmpty();
  }

  @Test
  @Order(2)
  void whoeverWasGrantedNothingIsToldWhatIsMissing() throws Exception {
    assertThat(as("nobody", 1, "topics apply").err())
        .contains("Kafka does not permit")
        .contains("penstock acls");
    assertThat(as("nobody", 1, "acls apply --role score --principal User:score").err())
        .contains("ALTER on the cluster");
    Path config =
        cluster.configuration(
            "nobody", "data: %s\nroles: [dispatch]\n".formatted(folder.resolve("nobody")));
    try (PenstockProcess process =
        PenstockProcess.start(
            folder.resolve("home-nobody"),
            "up",
            "--config",
            config.toString(),
            "--operations-port",
            "0")) {
      assertThat(process.awaitEnd(PATIENCE)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
      assertThat(process.log())
          .contains("Kafka does not permit what dispatch needs")
          .contains("penstock acls apply --role dispatch --principal User:NAME");
    }
  }

  @Test
  @Order(3)
  void everyRoleAndEveryClientWorksWithExactlyItsRights() throws Exception {
    for (AccessRole role : AccessRole.values()) {
      if (role != AccessRole.REGISTRY) {
        asAdministrator(0, "acls apply --role %s --principal User:%s".formatted(role, role));
      }
    }
    // The front that serves /admin has both.
    asAdministrator(0, "acls apply --role http-admin --principal User:http");
    as("setup", "topics apply");
    Path models = folder.resolve("models.yaml");
    Files.writeString(models, MODELS);
    as("operator", "models apply " + models);
    RecordingAuthorizer.ASKED.removeIf(each -> each.result() == AuthorizationResult.DENIED);

    Deque<PenstockNode> nodes = new ArrayDeque<>();
    try {
      String url = null;
      for (Role role : Role.values()) {
        PenstockNode node = new PenstockNode(config(role));
        nodes.push(node);
        node.start();
        node.awaitReady(PATIENCE);
        url = node.addresses().httpUrl().orElse(url);
      }
      new Callers(url).work();
      requester();
      operator();
      auditor();
    } finally {
      nodes.forEach(PenstockNode::close);
    }

    assertThat(RecordingAuthorizer.ASKED)
        .as("what was denied")
        .filteredOn(each -> each.result() == AuthorizationResult.DENIED)
        .filteredOn(each -> !each.principal().equals("nobody"))
        .filteredOn(each -> !isOnlyAProbe(each))
        // It is refused on purpose above.
        .filteredOn(
            each ->
                !each.principal().equals("auditor")
                    || !each.name().equals(SecureCluster.NAMES.results()))
        .isEmpty();
    assertThat(unused()).as("rights that nothing needed").isEmpty();
  }

  /**
   * Whether the broker only looks whether the wider right is there, and goes on without. It lists
   * its own topics to those who may see them, makes topics for whoever may make these, and lets
   * whoever may write to any topic do it idempotently. Scoring asks for the broker's shortest
   * session, and takes a longer one where it may not know.
   */
  private static boolean isOnlyAProbe(Asked asked) {
    return asked.name().startsWith("__")
        || asked.name().equals("hardcode")
        || asked.operation() == AclOperation.DESCRIBE_CONFIGS
        || (asked.type() == ResourceType.CLUSTER
            && (asked.operation() == AclOperation.IDEMPOTENT_WRITE
                || asked.operation() == AclOperation.CREATE));
  }

  private static NodeConfig config(Role role) throws Exception {
    Path file =
        cluster.configuration(
            role.toString(),
            """
            data: %s
            roles: [%s]
            worker: {models: [m], slots: 8}
            engine: {kind: simulated, options: {speed-up: 100}}
            http: {port: 0, keys: {adminSecret: '${file:%s:secret}'}}
            operations: {port: 0}
            """
                .formatted(folder.resolve("data"), role, adminSecret()));
    return Configuration.read(
            new ConfigSources(Optional.of(file), Map.of(), List.of()),
            NodeConfig.of(folder.resolve("data")))
        .withKnownNames()
        .node();
  }

  private static Path adminSecret() throws Exception {
    Path file = folder.resolve("admin.properties");
    Files.writeString(file, "secret=" + Callers.SECRET + "\n");
    return file;
  }

  /** Callers of the front, and an operator of it. */
  private record Callers(String url) {

    static final String SECRET = "the-password-of-the-operators-of-the-front";

    void work() throws Exception {
      try (HttpClient client = HttpClient.newHttpClient()) {
        String body =
            "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        assertThat(send(client, post("/v1/chat/completions", body))).contains("[DONE]");
        batch(client, body.replace("\"stream\":true,", ""));
        send(client, admin("/admin/workers").GET());
        send(client, admin("/admin/dead-letters").GET());
        send(client, admin("/admin/models").GET());
      }
    }

    private void batch(HttpClient client, String body) throws Exception {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        lines.append(
            "{\"custom_id\":\"c%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":%s}\n"
                .formatted(i, body));
      }
      String form =
          "--b\r\n"
              + "Content-Disposition: form-data; name=\"purpose\"\r\n\r\n"
              + "batch\r\n"
              + "--b\r\n"
              + "Content-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n"
              + lines
              + "\r\n--b--\r\n";
      String file =
          JSON.readTree(
                  send(
                      client,
                      request("/v1/files")
                          .header("content-type", "multipart/form-data; boundary=b")
                          .POST(HttpRequest.BodyPublishers.ofString(form))))
              .get("id")
              .asText();
      String batch =
          JSON.readTree(
                  send(
                      client,
                      post(
                          "/v1/batches",
                          "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
                              .formatted(file))))
              .get("id")
              .asText();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(send(client, request("/v1/batches/" + batch).GET()))
                      .contains("\"status\":\"completed\"")
                      .contains("\"completed\":20"));
    }

    private HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
    }

    private HttpRequest.Builder admin(String path) {
      return request(path).header("authorization", "Bearer " + SECRET);
    }

    private HttpRequest.Builder post(String path, String body) {
      return request(path)
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static String send(HttpClient client, HttpRequest.Builder request) throws Exception {
      var answer = client.send(request.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
      return answer.body();
    }
  }

  private static void requester() throws Exception {
    ClusterConnection connection = cluster.connection("requester");
    TopicSettings topics = TopicSettings.DEFAULT.withNames(SecureCluster.NAMES);
    try (Admin admin =
        Admin.create(cluster.administrator().with(Map.of("client.id", "test-replies")))) {
      admin
          .createTopics(
              List.of(new NewTopic("replies.default", Optional.of(1), Optional.of((short) 1))))
          .all()
          .get();
    }
    try (PenstockClient client = PenstockClient.open(PenstockClientConfig.of(connection, topics))) {
      for (ServiceClass each : ServiceClass.values()) {
        InferenceResult result =
            client
                .submit(InferenceRequests.completion("m", "hello").setServiceClass(each).build())
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.getStatus()).as(result.toString()).isEqualTo(TerminalStatus.SUCCEEDED);
      }
      InferenceRequest json = InferenceRequests.completion("m", "as json").build();
      client.sendWanting(json, ResultFormat.JSON).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      awaitRecord("requester", SecureCluster.NAMES.resultsJson());
      client
          .send(
              InferenceRequests.completion("m", "elsewhere")
                  .setReplyTopic("replies.default")
                  .build())
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      // Refused at once.
      client
          .submit(InferenceRequests.completion("no-such-model", "hello").build())
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      client.cancel("default", "nothing").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    as("requester", 1, "status nothing");
    as("requester", "models list");
    as("requester", "feedback some-request --score 1");
    // What nobody can serve becomes a dead letter, on either side of scoring.
    unreadable(SecureCluster.NAMES.requests(ServiceClass.INTERACTIVE));
    unreadable(SecureCluster.NAMES.outcomes());
    awaitRecord("operator", SecureCluster.NAMES.deadLetters());
    awaitAdministered("replies.default");
  }

  private static void operator() throws Exception {
    as("operator", "models list");
    as("operator", "models history");
    as("operator", "routing list");
    as("operator", "backlog");
    as("operator", "workers");
    as("operator", "costs");
    as("operator", "feedback export --cheap m --strong n --out " + folder.resolve("out.csv"));
    as("operator", "dead-letters list --from 1h");
    try (RequestSender sender =
        RequestSender.open(
            PenstockClientConfig.of(
                cluster.connection("operator"),
                TopicSettings.DEFAULT.withNames(SecureCluster.NAMES)))) {
      sender.drain("nobody", "a test").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    String letters = as("operator", "dead-letters list --json --from 1h").out();
    assertThat(letters).isNotEmpty();
    Path routing = folder.resolve("routing.yaml");
    Files.writeString(routing, "aliases: [{name: smart, models: [m]}]\n");
    as("operator", "routing apply " + routing);
  }

  private static void auditor() throws Exception {
    as("auditor", "workers");
    as("auditor", "backlog");
    as("auditor", "models list");
    as("auditor", "routing list");
    awaitRecord("auditor", SecureCluster.NAMES.control());
    awaitRecord("auditor", SecureCluster.NAMES.cancellations());
    assertThat(as("auditor", 1, "results --from 1h").err())
        .contains("Kafka does not permit this")
        .contains(SecureCluster.NAMES.results())
        .contains("penstock acls");
  }

  private static void unreadable(String topic) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            cluster.administrator().with(Map.of()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, new byte[] {1}, new byte[] {2})).get();
    }
  }

  private static void awaitRecord(String user, String topic) {
    awaitRecord(cluster.connection(user), topic);
  }

  private static void awaitAdministered(String topic) {
    awaitRecord(cluster.administrator(), topic);
  }

  private static void awaitRecord(ClusterConnection connection, String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            connection.with(Map.of("auto.offset.reset", "earliest")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      await().atMost(PATIENCE).until(() -> !consumer.poll(Duration.ofMillis(200)).isEmpty());
    }
  }

  /** The rights that no principal used, but for those that are used seldom. */
  private static Set<String> unused() {
    Set<String> unused = new TreeSet<>();
    for (AccessRole role : AccessRole.values()) {
      // The front's user has both.
      String user = role == AccessRole.HTTP_ADMIN ? "http" : role.toString();
      for (Right right : SecureCluster.rights(role)) {
        boolean used =
            RecordingAuthorizer.ASKED.stream()
                .filter(each -> each.principal().equals(user))
                .filter(each -> each.result() == AuthorizationResult.ALLOWED)
                .anyMatch(each -> uses(each, right));
        String named = role + " " + right;
        if (!used && SELDOM.stream().noneMatch(named::startsWith)) {
          unused.add(named);
        }
      }
    }
    return unused;
  }

  private static boolean uses(Asked asked, Right right) {
    return asked.operation() == right.operation() && right.covers(asked.type(), asked.name());
  }

  /** After the test that ran everything, so that what Streams keeps is there. */
  @Test
  @Order(4)
  void eachRightThatIsLeftOutIsNamedAtTheStart() throws Exception {
    for (Role role : Role.values()) {
      AccessRole access = AccessRole.named(role.toString());
      List<Right> rights = SecureCluster.rights(access);
      try (AclAdmin acls = new AclAdmin(cluster.administrator());
          Admin admin =
              Admin.create(
                  cluster.connection(role.toString()).with(Map.of("client.id", "test-check")))) {
        AccessCheck check = new AccessCheck(admin);
        assertThat(check.missing(rights)).as("missing to %s", role).isEmpty();
        // The front has those of its paths under /admin too, which may be the same.
        for (Right right : rights) {
          acls.revoke(List.of(right), "User:" + role);
          await()
              .pollInterval(Duration.ofMillis(10))
              .atMost(Duration.ofSeconds(20))
              .untilAsserted(
                  () -> assertThat(check.missing(rights)).as("without %s", right).contains(right));
          assertThat(check.missing(rights)).containsExactly(right);
          acls.grant(List.of(right), "User:" + role);
          await()
              .pollInterval(Duration.ofMillis(10))
              .atMost(Duration.ofSeconds(20))
              .until(() -> check.missing(rights).isEmpty());
        }
      }
    }
  }

  /** Which one follows from a seed; all of them with -Dpenstock.acls.all=true. */
  @Test
  @Order(5)
  void aProcessWithoutOneRightEndsAndSaysWhich() throws Exception {
    long seed = Long.getLong("penstock.acls.seed", System.nanoTime());
    for (Role role : Role.values()) {
      List<Right> rights = new ArrayList<>(SecureCluster.rights(AccessRole.named(role.toString())));
      Collections.shuffle(rights, new Random(seed));
      List<Right> tried = Boolean.getBoolean("penstock.acls.all") ? rights : rights.subList(0, 1);
      for (Right right : tried) {
        leftOut(role, right, seed);
      }
    }
  }

  private static void leftOut(Role role, Right right, long seed) throws Exception {
    try (AclAdmin acls = new AclAdmin(cluster.administrator())) {
      acls.revoke(List.of(right), "User:" + role);
      try (PenstockNode node = new PenstockNode(config(role))) {
        assertThatThrownBy(node::start)
            .as("%s without %s, seed %d", role, right, seed)
            .isInstanceOf(MissingRightsException.class)
            .hasMessageContaining(right.toString())
            .hasMessageContaining("penstock acls apply --role " + role);
      } finally {
        acls.grant(List.of(right), "User:" + role);
      }
    }
  }

  @Test
  @Order(6)
  void whoeverPresentsATokenIsServedToo() throws Exception {
    Map<String, String> settings = new HashMap<>(cluster.ofToken("setup"));
    settings.putAll(cluster.ofRegistry());
    Path config =
        cluster.configuration(
            "token", cluster.bootstrap(Listener.SECURED), cluster.registryUrl(), settings, "");
    cli(folder.resolve("home"), 0, "topics", "apply", "--config", config.toString());
  }

  @Test
  @Order(7)
  void eachFaultOfSecurityIsNamedWithItsRemedy() throws Exception {
    Map<String, String> usual = cluster.settings("operator");
    refused(
        Listener.SECURED,
        with(
            usual,
            "sasl.jaas.config",
            usual
                .get("sasl.jaas.config")
                .replace(SecureCluster.password("operator"), "the-password-of-none")),
        "Kafka refused the credentials",
        "kafka.settings.sasl.jaas.config");
    refused(
        Listener.SECURED,
        with(usual, "sasl.mechanism", "PLAIN")
            .changed(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"a\""
                    + " password=\"the-password-of-none\";"),
        "does not take this way to log in",
        "kafka.settings.sasl.mechanism");
    refused(
        Listener.SECURED,
        new Changed(usual).changed("sasl.jaas.config", null).settings(),
        "no Kafka client can be made of kafka.settings",
        "give kafka.settings.sasl.jaas.config");
    refused(
        Listener.SECURED,
        with(usual, "ssl.truststore.location", cluster.stranger().toString()),
        "not signed by an authority that this process trusts",
        "kafka.settings.ssl.truststore.location");
    refused(Listener.EXPIRED, usual, "has expired", "renew it");
    refused(
        Listener.ELSEWHERE, usual, "is not for the host that was called", "kafka.bootstrapServers");
    refused(
        Listener.SECURED,
        with(usual, "ssl.truststore.location", "/nowhere.pem"),
        "no Kafka client can be made of kafka.settings",
        "/nowhere.pem");
    refused(
        Listener.SECURED,
        with(usual, "basic.auth.user.info", "penstock:the-password-of-none"),
        "the schema registry answered 401",
        "kafka.settings.basic.auth.user.info");
    refused(
        Listener.SECURED,
        new Changed(usual)
            .changed("schema.registry.ssl.truststore.location", null)
            .changed("schema.registry.ssl.truststore.password", null)
            .changed("schema.registry.ssl.truststore.type", null)
            .settings(),
        "the certificate of the schema registry is not signed",
        "kafka.settings.schema.registry.ssl.truststore.location");
  }

  private static void refused(Listener listener, Changed settings, String fault, String remedy)
      throws Exception {
    refused(listener, settings.settings(), fault, remedy);
  }

  private static void refused(
      Listener listener, Map<String, String> settings, String fault, String remedy)
      throws Exception {
    Path config =
        cluster.configuration(
            "refused", cluster.bootstrap(listener), cluster.registryUrl(), settings, "");
    CliHarness cli =
        cli(folder.resolve("home"), 3, "models", "list", "--config", config.toString());
    assertThat(cli.err()).contains(fault).contains(remedy).doesNotContain("the-password");
  }

  private static Changed with(Map<String, String> usual, String name, String value) {
    return new Changed(usual).changed(name, value);
  }

  /** Settings with some changed, or left out. */
  private record Changed(Map<String, String> settings) {

    Changed changed(String name, @Nullable String value) {
      Map<String, String> changed = new HashMap<>(settings);
      if (value == null) {
        changed.remove(name);
      } else {
        changed.put(name, value);
      }
      return new Changed(changed);
    }
  }

  /** One process with every role, that says all it can. */
  @Test
  @Order(8)
  void noSecretIsPrintedOrLogged() throws Exception {
    cluster.user("all");
    for (Role role : Role.values()) {
      cluster.grant(AccessRole.named(role.toString()), "all");
    }
    Path config =
        cluster.configuration(
            "all",
            """
            data: %s
            worker: {models: [m], slots: 8}
            engine: {kind: simulated}
            http: {port: 0, keys: {adminSecret: '${file:%s:secret}'}}
            operations: {port: 0}
            """
                .formatted(folder.resolve("all"), adminSecret()));
    assertThat(
            cli(folder.resolve("home"), 0, "config", "show", "--config", config.toString()).out())
        .contains("kafka.settings.sasl.jaas.config")
        .doesNotContain("the-password");
    try (PenstockProcess process =
        PenstockProcess.start(
            folder.resolve("home-all"),
            "up",
            "--verbose",
            "--json",
            "--config",
            config.toString())) {
      assertThat(process.awaitReady().get("ready").asBoolean()).isTrue();
      assertThat(process.arguments()).doesNotContain("the-password");
      process.terminate();
      assertThat(process.awaitEnd(PATIENCE)).isTrue();
      assertThat(process.log()).contains("ConsumerConfig values").doesNotContain("the-password");
    }
    try (Stream<Path> files = Files.walk(folder.resolve("all"))) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1))
            .as(each.toString())
            .doesNotContain("the-password");
      }
    }
  }
}
