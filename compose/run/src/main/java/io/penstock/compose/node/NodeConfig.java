package io.penstock.compose.node;

import io.penstock.broker.settings.HttpSettings;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.control.ControlConfig;
import io.penstock.streams.delivery.DeliveryConfig;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.score.ScoreConfig;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.EngineSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a process of Penstock. Contradictions are refused at start.
 *
 * @param data the folder of everything that outlives the process; one process at a time
 * @param roles the parts that this process runs: score, dispatch, delivery, control, worker, http
 * @param models a YAML or JSON file of models that score puts into the registry at its start,
 *     beside the built-in ones
 * @param topics how topics are laid out
 * @param score how scoring runs
 * @param dispatch how dispatch runs
 * @param delivery how results are copied to reply topics
 * @param control how rollouts, experiments, overload and spend are watched
 * @param worker the worker in this process, if it has that role
 * @param engine what that worker runs
 * @param http how requests are served over HTTP
 * @param kafka where Kafka comes from
 * @param registry where the schema registry comes from
 * @param operations where health and metrics are served
 */
public record NodeConfig(
    Path data,
    Set<Role> roles,
    Optional<Path> models,
    TopicSettings topics,
    ScoreConfig score,
    DispatchConfig dispatch,
    DeliveryConfig delivery,
    ControlConfig control,
    WorkerConfig worker,
    EngineSettings engine,
    HttpSettings http,
    KafkaSettings kafka,
    RegistrySettings registry,
    OperationsSettings operations) {

  /** The built-in embedding model's name in the registry. */
  public static final String EMBEDDING_MODEL = "all-minilm-l6-v2";

  public NodeConfig {
    roles = Set.copyOf(roles);
    requireAgreement(score, dispatch, delivery, control, worker);
    requireReachable(roles, kafka, registry);
    if (kafka.isEmbedded() && topics.replicationFactor() > 1) {
      throw new IllegalArgumentException(
          "topics.replicationFactor is %d, but the Kafka in this process is one broker; set it to 1 (--replication needs --kafka, or kafka.bootstrapServers)"
              .formatted(topics.replicationFactor()));
    }
  }

  private static void requireAgreement(
      ScoreConfig score,
      DispatchConfig dispatch,
      DeliveryConfig delivery,
      ControlConfig control,
      WorkerConfig worker) {
    requireEqual(
        "score.replyTopics", score.replyTopics(), "delivery.replyTopics", delivery.replyTopics());
    requireEqual("score.levels", score.levels(), "control.levels", control.levels());
    requireEqual(
        "dispatch.shard.leaseTimeout",
        dispatch.shard().leaseTimeout(),
        "worker.timing.leaseTimeout",
        worker.timing().leaseTimeout());
  }

  private static void requireEqual(String one, Object value, String other, Object otherValue) {
    if (!value.equals(otherValue)) {
      throw new IllegalArgumentException(
          "%s is %s, but %s is %s; give both the same".formatted(one, value, other, otherValue));
    }
  }

  /** A part without the others needs a cluster that they can reach, too. */
  private static void requireReachable(
      Set<Role> roles, KafkaSettings kafka, RegistrySettings registry) {
    if (roles.isEmpty()) {
      throw new IllegalArgumentException(
          "roles is empty; name one at least of "
              + String.join(", ", Role.all().stream().map(Role::toString).toList()));
    }
    if (roles.containsAll(Set.of(Role.SCORE, Role.DISPATCH))) {
      return;
    }
    String named = String.join(",", roles.stream().sorted().map(Role::toString).toList());
    if (kafka.isEmbedded()) {
      throw new IllegalArgumentException(
          "roles is %s, and kafka.bootstrapServers is missing: these need a Kafka cluster that the other roles use, too; name it with --bootstrap-servers or kafka.bootstrapServers"
              .formatted(named));
    }
    if (registry.isEmbedded()) {
      throw new IllegalArgumentException(
          "roles is %s, and registry.url is missing: these need the schema registry that the other roles use, too; name it with --registry-url or registry.url"
              .formatted(named));
    }
  }

  /** All in one process, on free ports, with the embedding model. */
  public static NodeConfig of(Path data) {
    return new NodeConfig(
        data,
        Role.all(),
        Optional.empty(),
        TopicSettings.DEFAULT,
        ScoreConfig.DEFAULT,
        DispatchConfig.DEFAULT,
        DeliveryConfig.DEFAULT,
        ControlConfig.DEFAULT,
        embeddingWorker(),
        new EngineSettings("embedding", Map.of()),
        HttpSettings.DEFAULT.withPort(0),
        KafkaSettings.embedded(0),
        RegistrySettings.embedded(0, true),
        OperationsSettings.onLoopback(0));
  }

  /**
   * A worker with some requests ready for each that runs: a small embedding takes less time than a
   * lease to come.
   */
  private static WorkerConfig embeddingWorker() {
    int slots = 4 * Runtime.getRuntime().availableProcessors();
    return new WorkerConfig("worker-1", List.of(EMBEDDING_MODEL), slots);
  }

  public boolean has(Role role) {
    return roles.contains(role);
  }

  /** Begins with these values. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Changes what a command or a test has its own mind about. */
  public static final class Builder {

    private final NodeConfig usual;
    private Set<Role> roles;
    private Optional<Path> models;
    private TopicSettings topics;
    private WorkerConfig worker;
    private HttpSettings http;
    private KafkaSettings kafka;
    private RegistrySettings registry;
    private OperationsSettings operations;

    private Builder(NodeConfig usual) {
      this.usual = usual;
      roles = usual.roles;
      models = usual.models;
      topics = usual.topics;
      worker = usual.worker;
      http = usual.http;
      kafka = usual.kafka;
      registry = usual.registry;
      operations = usual.operations;
    }

    public Builder roles(Set<Role> others) {
      roles = others;
      return this;
    }

    public Builder models(Path file) {
      models = Optional.of(file);
      return this;
    }

    public Builder topics(TopicSettings others) {
      topics = others;
      return this;
    }

    public Builder worker(WorkerConfig other) {
      worker = other;
      return this;
    }

    public Builder http(HttpSettings other) {
      http = other;
      return this;
    }

    public Builder kafka(KafkaSettings other) {
      kafka = other;
      return this;
    }

    public Builder registry(RegistrySettings other) {
      registry = other;
      return this;
    }

    public Builder operations(OperationsSettings other) {
      operations = other;
      return this;
    }

    public NodeConfig build() {
      return new NodeConfig(
          usual.data,
          roles,
          models,
          topics,
          usual.score,
          usual.dispatch,
          usual.delivery,
          usual.control,
          worker,
          usual.engine,
          http,
          kafka,
          registry,
          operations);
    }
  }
}
