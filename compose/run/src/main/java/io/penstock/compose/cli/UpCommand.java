package io.penstock.compose.cli;

import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.config.Secrets;
import io.penstock.compose.node.NodeAddresses;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.NodeEnd;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
      "One process with Kafka, the schema registry, the jobs that score, dispatch and deliver"
          + " requests, a worker with a small embedding model, and the HTTP front, which speaks"
          + " OpenAI's API on port 8080. Everything listens on 127.0.0.1 only. What is queued is"
          + " kept in the data folder and served after the next start. Other terminals find it"
          + " without options, by ~/.penstock/cluster.properties, unless another one runs, which"
          + " they go on finding.",
      "",
      "Parts can also run in processes of their own against a cluster that they share: --roles,"
          + " --kafka and --registry. Most options are short forms of keys of the configuration,"
          + " which stand behind them in brackets; 'penstock config init' explains all keys.",
      "",
      "It ends with exit code 1 when a part has failed for good, so that whoever watches it starts"
          + " it again, and with 0 when an operator has had a worker drained that ran alone.",
      "",
      "Prints a line with the addresses when it is ready. JSON: {\"ready\":true,\"kafka\","
          + "\"registry\",\"operations\",\"http\",\"data\"}. Logs go to stderr."
    },
    footer = {
      "",
      "Examples:",
      "  penstock up",
      "  penstock up --data /var/lib/penstock --models models.yaml",
      "  penstock up --config penstock.yaml --set topics.modelPartitions=8",
      "  penstock up --kafka broker:9092 --replication 3 --registry http://registry:8081"
          + " --no-worker",
      "  penstock up --roles dispatch --kafka broker:9092 --registry http://registry:8081"
    })
final class UpCommand implements Callable<Integer> {

  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Environment environment;

  @Mixin final ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--roles",
      paramLabel = "NAME",
      description =
          "The parts to run, with commas: score, dispatch, delivery, control, worker, http."
              + " Default: all (roles).")
  @Nullable String roles;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "What is kept; one process at a time. Default: ~/.penstock (data).")
  @Nullable Path data;

  @Option(
      names = {"--kafka", "--bootstrap-servers"},
      paramLabel = "HOST:PORT",
      description = "Use this Kafka instead of starting one (kafka.bootstrapServers).")
  @Nullable String kafka;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description =
          "With --kafka: a properties file with further client settings (kafka.settings).")
  @Nullable Path kafkaConfig;

  @Option(
      names = "--replication",
      paramLabel = "N",
      description =
          "With --kafka: copies of each partition of topics it creates; with 3, one broker may be"
              + " lost. Default: 1 (topics.replicationFactor).")
  @Nullable Integer replication;

  @Option(
      names = {"--registry", "--registry-url"},
      paramLabel = "URL",
      description = "Use this schema registry instead of starting one (registry.url).")
  @Nullable String registry;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description =
          "What the topics' names begin with. Default: penstock. with its dot"
              + " (topics.names.prefix).")
  @Nullable String prefix;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description =
          "Kafka's port, 0 for a free one. Default: " + NodeDefaults.KAFKA_PORT + " (kafka.port).")
  @Nullable Integer kafkaPort;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      description =
          "The registry's port, 0 for a free one. Default: "
              + NodeDefaults.REGISTRY_PORT
              + " (registry.port).")
  @Nullable Integer registryPort;

  @Option(
      names = "--operations-port",
      paramLabel = "PORT",
      description =
          "Health and metrics, 0 for a free port. Default: "
              + NodeDefaults.OPERATIONS_PORT
              + " (operations.port).")
  @Nullable Integer operationsPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description =
          "The HTTP front, which speaks OpenAI's API, 0 for a free port. Default: "
              + NodeDefaults.HTTP_PORT
              + " (http.port).")
  @Nullable Integer httpPort;

  @Option(
      names = "--models",
      paramLabel = "FILE",
      description =
          "A YAML or JSON file of models to put into the registry at the start; role score must run"
              + " here (models).")
  @Nullable Path models;

  @Option(names = "--no-worker", description = "Start no worker; run some with 'penstock worker'.")
  boolean noWorker;

  @Option(
      names = "--begin-anew",
      description =
          "Start although Kafka no longer knows what was read, and read everything again that is"
              + " kept. Requests whose ids are remembered are not run again (score.beginAnew,"
              + " dispatch.beginAnew).")
  boolean beginAnew;

  @Mixin final OutputOptions output = new OutputOptions();

  UpCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    NodeConfig config = config();
    LogLevels.forServer(output.verbose);
    KafkaCluster.requireReachable(config);
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
    if (node.end().isEmpty()) {
      publish(claim, clusterFile(node, config));
      print(config, node.addresses());
    }
    Optional<NodeEnd> end = awaitEnd(stopped, node::end);
    if (end.isPresent()) {
      stop(node, claim, stopped);
    }
    return exitCode(end);
  }

  /** Waits for a signal, in which case there is nothing to say, or until nothing is left to do. */
  static Optional<NodeEnd> awaitEnd(CountDownLatch stopped, Supplier<Optional<NodeEnd>> look)
      throws InterruptedException {
    while (!stopped.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      Optional<NodeEnd> end = look.get();
      if (end.isPresent()) {
        return end;
      }
    }
    return Optional.empty();
  }

  static int exitCode(Optional<NodeEnd> end) {
    return switch (end.orElseGet(NodeEnd.Drained::new)) {
      case NodeEnd.Drained() -> ExitCodes.OK;
      case NodeEnd.Failed(String why) ->
          throw CliException.failure(why + "; the log says more. Start it again", null);
    };
  }

  /** Returns what the file, the environment and the options say. */
  NodeConfig config() {
    Configuration read = NodeDefaults.read(config, environment, options());
    if (!noWorker) {
      return read.withKnownNames().node();
    }
    if (roles != null) {
      throw CliException.usage("--no-worker and --roles contradict each other; give --roles alone");
    }
    Set<Role> others = EnumSet.copyOf(read.node().roles());
    others.remove(Role.WORKER);
    return read.withRoles(others).withKnownNames().node();
  }

  /** The options as the keys that they are short forms of. */
  private List<Given> options() {
    Boolean anew = beginAnew ? Boolean.TRUE : null;
    return new GivenOptions()
        .add("--roles", "roles", roles)
        .add("--data", "data", data)
        .add("--models", "models", models)
        .add("--prefix", "topics.names.prefix", prefix)
        .add("--replication", "topics.replicationFactor", replication)
        .add("--begin-anew", "score.beginAnew", anew)
        .add("--begin-anew", "dispatch.beginAnew", anew)
        .add("--kafka", "kafka.bootstrapServers", kafka)
        .add("--kafka-port", "kafka.port", kafkaPort)
        .addKafkaSettings(kafkaConfig)
        .add("--registry", "registry.url", registry)
        .add("--registry-port", "registry.port", registryPort)
        .add("--operations-port", "operations.port", operationsPort)
        .add("--http-port", "http.port", httpPort)
        .all();
  }

  private static ClusterFile clusterFile(PenstockNode node, NodeConfig config) {
    return ClusterFile.of(node.connection(), config.topics(), node.addresses().httpUrl());
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
                    Secrets.address(own.registry()),
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
                  .put("registry", Secrets.address(addresses.registryUrl()))
                  .put("operations", addresses.operationsUrl())
                  .put("http", addresses.httpUrl().orElse(null))
                  .put("data", config.data().toString()));
    } else {
      environment
          .console()
          .print(
              "Penstock is ready: Kafka %s, registry %s, health and metrics %s, %sdata %s"
                  .formatted(
                      addresses.bootstrapServers(),
                      Secrets.address(addresses.registryUrl()),
                      addresses.operationsUrl(),
                      addresses.httpUrl().map("HTTP %s/v1, "::formatted).orElse(""),
                      config.data()));
    }
  }
}
