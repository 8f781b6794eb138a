package io.penstock.compose.node;

import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.delivery.DeliveryConfig;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.score.ScoreConfig;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.EngineSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator decides about a single-process Penstock. Contradictions are refused at start.
 *
 * @param data the folder of everything that outlives the process; one process at a time
 * @param kafka where Kafka comes from
 * @param registry where the schema registry comes from
 * @param operationsPort for health and metrics on 127.0.0.1, 1 to 65535, or 0 for a free one
 * @param topics how topics are laid out
 * @param modelsFile models to apply beside the built-in ones
 * @param score how scoring runs
 * @param dispatch how dispatch runs
 * @param delivery how results are copied to reply topics; with score's reply topics
 * @param worker the worker in this process, if there is to be one
 * @param engine what that worker runs
 */
public record NodeConfig(
    Path data,
    KafkaSource kafka,
    RegistrySource registry,
    int operationsPort,
    TopicSettings topics,
    Optional<Path> modelsFile,
    ScoreConfig score,
    DispatchConfig dispatch,
    DeliveryConfig delivery,
    Optional<WorkerConfig> worker,
    EngineSettings engine) {

  /** The built-in embedding model's name in the registry. */
  public static final String EMBEDDING_MODEL = "all-minilm-l6-v2";

  /** Where Kafka comes from. */
  public sealed interface KafkaSource {

    /**
     * A broker in this process, on the data folder.
     *
     * @param port on 127.0.0.1, or 0 for a free one
     */
    record Embedded(int port) implements KafkaSource {}

    /**
     * A cluster that runs already.
     *
     * @param bootstrapServers its {@code host:port} list
     * @param settings further Kafka client settings, such as security
     */
    record External(String bootstrapServers, Map<String, String> settings) implements KafkaSource {

      public External {
        settings = Map.copyOf(settings);
      }
    }
  }

  /** Where the schema registry comes from. */
  public sealed interface RegistrySource {

    /**
     * A child process.
     *
     * @param port on 127.0.0.1, or 0 for a free one
     * @param durable whether it keeps the schemas on Kafka; otherwise they are gone when it stops,
     *     and records of the data folder cannot be read again
     */
    record Embedded(int port, boolean durable) implements RegistrySource {}

    /**
     * A registry that runs already.
     *
     * @param url its base in Confluent's API
     */
    record External(String url) implements RegistrySource {}
  }

  public NodeConfig {
    if (!score.replyTopics().equals(delivery.replyTopics())) {
      throw new IllegalArgumentException(
          "score takes requests for the reply topics %s, but delivery copies to %s; give both the same"
              .formatted(score.replyTopics(), delivery.replyTopics()));
    }
    if (operationsPort < 0 || operationsPort > 65_535) {
      throw new IllegalArgumentException(
          "operationsPort is %d; it must be from 1 to 65535, or 0 for a free one"
              .formatted(operationsPort));
    }
    if (registry instanceof RegistrySource.Embedded(int _, boolean durable)
        && durable
        && kafka instanceof KafkaSource.External(String _, Map<String, String> settings)
        && !settings.isEmpty()) {
      throw new IllegalArgumentException(
          "the registry cannot keep its schemas on a Kafka that needs client settings; name a"
              + " running registry with --registry");
    }
  }

  /** All in one process, on free ports, with the embedding model. */
  public static NodeConfig of(Path data) {
    return new NodeConfig(
        data,
        new KafkaSource.Embedded(0),
        new RegistrySource.Embedded(0, true),
        0,
        TopicSettings.DEFAULT,
        Optional.empty(),
        ScoreConfig.DEFAULT,
        DispatchConfig.DEFAULT,
        DeliveryConfig.DEFAULT,
        Optional.of(embeddingWorker()),
        new EngineSettings("embedding", Map.of()));
  }

  /**
   * A worker with some requests ready for each that runs: a small embedding takes less time than a
   * lease to come.
   */
  private static WorkerConfig embeddingWorker() {
    int slots = 4 * Runtime.getRuntime().availableProcessors();
    return new WorkerConfig("worker-1", List.of(EMBEDDING_MODEL), slots);
  }

  public NodeConfig withKafka(KafkaSource other) {
    return new NodeConfig(
        data,
        other,
        registry,
        operationsPort,
        topics,
        modelsFile,
        score,
        dispatch,
        delivery,
        worker,
        engine);
  }

  public NodeConfig withRegistry(RegistrySource other) {
    return new NodeConfig(
        data,
        kafka,
        other,
        operationsPort,
        topics,
        modelsFile,
        score,
        dispatch,
        delivery,
        worker,
        engine);
  }

  /** The same, reading everything again that is kept where it is not known what was read. */
  public NodeConfig beginningAnew() {
    return new NodeConfig(
        data,
        kafka,
        registry,
        operationsPort,
        topics,
        modelsFile,
        score.withBeginAnew(true),
        dispatch.withBeginAnew(true),
        delivery,
        worker,
        engine);
  }

  public NodeConfig withOperationsPort(int port) {
    return new NodeConfig(
        data, kafka, registry, port, topics, modelsFile, score, dispatch, delivery, worker, engine);
  }

  public NodeConfig withTopics(TopicSettings other) {
    return new NodeConfig(
        data,
        kafka,
        registry,
        operationsPort,
        other,
        modelsFile,
        score,
        dispatch,
        delivery,
        worker,
        engine);
  }

  public NodeConfig withModelsFile(Path file) {
    return new NodeConfig(
        data,
        kafka,
        registry,
        operationsPort,
        topics,
        Optional.of(file),
        score,
        dispatch,
        delivery,
        worker,
        engine);
  }

  public NodeConfig withoutWorker() {
    return new NodeConfig(
        data,
        kafka,
        registry,
        operationsPort,
        topics,
        modelsFile,
        score,
        dispatch,
        delivery,
        Optional.empty(),
        engine);
  }
}
