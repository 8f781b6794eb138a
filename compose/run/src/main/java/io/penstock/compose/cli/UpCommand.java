package io.penstock.compose.cli;

import io.penstock.compose.node.NodeAddresses;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.NodeConfig.KafkaSource;
import io.penstock.compose.node.NodeConfig.RegistrySource;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock up}. */
@Command(
    name = "up",
    description = {
      "Run Penstock on this machine until Ctrl-C.",
      "",
      "One process with Kafka, score, dispatch and a worker with a small embedding model, and the"
          + " schema registry beside it. Everything listens on 127.0.0.1 only. What is queued is"
          + " kept in the data folder and served after the next start. Other terminals find it"
          + " without options, by ~/.penstock/cluster.properties, unless another one runs, which"
          + " they go on finding.",
      "",
      "Prints a line with the addresses when it is ready. JSON: {\"ready\":true,\"kafka\","
          + "\"registry\",\"operations\",\"data\"}. Logs go to stderr."
    },
    footer = {
      "",
      "Examples:",
      "  penstock up",
      "  penstock up --data /var/lib/penstock --models models.yaml",
      "  penstock up --kafka broker:9092 --replication 3 --registry http://registry:8081"
          + " --no-worker"
    })
final class UpCommand implements Callable<Integer> {

  private static final Duration START = Duration.ofMinutes(2);

  private final Environment environment;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "What is kept; one process at a time. Default: ~/.penstock.")
  @Nullable Path data;

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT",
      description = "Use this Kafka instead of starting one.")
  @Nullable String kafka;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "With --kafka: a properties file with further client settings.")
  @Nullable Path kafkaConfig;

  @Option(
      names = "--replication",
      paramLabel = "N",
      description =
          "With --kafka: copies of each partition of topics it creates; with 3, one broker may be"
              + " lost (default: ${DEFAULT-VALUE}).")
  int replication = TopicSettings.DEFAULT.replicationFactor();

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "Use this schema registry instead of starting one.")
  @Nullable String registry;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description = "What the topics' names begin with (default: ${DEFAULT-VALUE}).")
  String prefix = TopicNames.DEFAULT.prefix();

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description = "Kafka's port, 0 for a free one (default: ${DEFAULT-VALUE}).")
  int kafkaPort = 9092;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      description = "The registry's port, 0 for a free one (default: ${DEFAULT-VALUE}).")
  int registryPort = 8081;

  @Option(
      names = "--operations-port",
      paramLabel = "PORT",
      description = "Health and metrics, 0 for a free port (default: ${DEFAULT-VALUE}).")
  int operationsPort = 9095;

  @Option(
      names = "--models",
      paramLabel = "FILE",
      description = "A YAML or JSON file of models to put into the registry at the start.")
  @Nullable Path models;

  @Option(names = "--no-worker", description = "Start no worker; run some with 'penstock worker'.")
  boolean noWorker;

  @Option(
      names = "--begin-anew",
      description =
          "Start although Kafka no longer knows what was read, and read everything again that is"
              + " kept. Requests whose ids are remembered are not run again.")
  boolean beginAnew;

  @Mixin final OutputOptions output = new OutputOptions();

  UpCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    NodeConfig config = config();
    LogLevels.forServer(output.verbose);
    ClusterClaim claim = ClusterClaim.take(environment.clusterFile());
    PenstockNode node = new PenstockNode(config);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread hook = Thread.ofPlatform().unstarted(() -> stop(node, claim, stopped));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      node.start();
      node.awaitReady(START);
    } catch (RuntimeException e) {
      node.close();
      claim.close();
      throw e;
    }
    publish(claim, clusterFile(node, config));
    print(config, node.addresses());
    stopped.await();
    return ExitCodes.OK;
  }

  /** What the options say. */
  NodeConfig config() {
    TopicSettings usual = TopicSettings.DEFAULT;
    TopicSettings topics =
        new TopicSettings(
            new TopicNames(prefix),
            usual.modelPartitions(),
            usual.otherPartitions(),
            copies(),
            usual.maxDeadline(),
            usual.resultRetention(),
            usual.maxRequestBytes());
    if (kafka == null && kafkaConfig != null) {
      throw CliException.usage("--kafka-config needs --kafka");
    }
    NodeConfig config =
        NodeConfig.of(Optional.ofNullable(data).orElse(environment.clusterFile().getParent()))
            .withKafka(
                kafka == null
                    ? new KafkaSource.Embedded(kafkaPort)
                    : new KafkaSource.External(kafka, ClusterOptions.kafkaSettings(kafkaConfig)))
            .withRegistry(
                registry == null
                    ? new RegistrySource.Embedded(registryPort, true)
                    : new RegistrySource.External(registry))
            .withOperationsPort(operationsPort)
            .withTopics(topics);
    if (models != null) {
      config = config.withModelsFile(models);
    }
    if (beginAnew) {
      config = config.beginningAnew();
    }
    return noWorker ? config.withoutWorker() : config;
  }

  private short copies() {
    if (replication < 1 || replication > Short.MAX_VALUE) {
      throw CliException.usage("--replication is %d; it must be 1 or more".formatted(replication));
    }
    if (kafka == null && replication > 1) {
      throw CliException.usage("--replication needs --kafka: the embedded Kafka is one broker");
    }
    return (short) replication;
  }

  private static ClusterFile clusterFile(PenstockNode node, NodeConfig config) {
    return ClusterFile.of(node.connection(), config.topics().names().prefix());
  }

  /** Other terminals stay with the Penstock that they found first. */
  private void publish(ClusterClaim claim, ClusterFile own) throws IOException {
    if (claim.isHeld()) {
      claim.publish(own);
      return;
    }
    environment
        .console()
        .warn(
            "another 'penstock up'%s runs, and other terminals go on finding that one; to reach this one, give them --kafka %s --registry %s --prefix %s"
                .formatted(
                    ClusterFile.read(environment.clusterFile())
                        .map(file -> " (process %d, %s)".formatted(file.pid(), file.kafka()))
                        .orElse(""),
                    own.kafka(),
                    own.registry(),
                    own.prefix()));
  }

  private void stop(PenstockNode node, ClusterClaim claim, CountDownLatch stopped) {
    try {
      claim.close();
    } catch (IOException e) {
      environment
          .console()
          .warn("%s could not be removed: %s".formatted(environment.clusterFile(), e.getMessage()));
    }
    node.close();
    stopped.countDown();
  }

  private void print(NodeConfig config, NodeAddresses addresses) {
    if (output.json) {
      environment
          .console()
          .print(
              RecordJson.MAPPER
                  .createObjectNode()
                  .put("ready", true)
                  .put("kafka", addresses.bootstrapServers())
                  .put("registry", addresses.registryUrl())
                  .put("operations", addresses.operationsUrl())
                  .put("data", config.data().toString()));
    } else {
      environment
          .console()
          .print(
              "Penstock is ready: Kafka %s, registry %s, health and metrics %s, data %s"
                  .formatted(
                      addresses.bootstrapServers(),
                      addresses.registryUrl(),
                      addresses.operationsUrl(),
                      config.data()));
    }
  }
}
