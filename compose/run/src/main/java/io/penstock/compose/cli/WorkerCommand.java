package io.penstock.compose.cli;

import static java.util.Objects.requireNonNull;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.penstock.compose.access.AccessCheck;
import io.penstock.compose.access.AccessRights;
import io.penstock.compose.access.AccessRole;
import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.OperationsSettings;
import io.penstock.compose.node.Role;
import io.penstock.compose.operations.HealthCheck;
import io.penstock.compose.operations.OperationsServer;
import io.penstock.compose.operations.ProcessMetrics;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.WorkerHealth;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock worker}. */
@Command(
    name = "worker",
    description = {
      "Run a worker alone against a cluster until Ctrl-C or SIGTERM.",
      "",
      "Ctrl-C and SIGTERM drain it: it takes nothing new, gives back what it has not started, and"
          + " finishes what runs within --drain-grace. It also ends, with exit code 0, when an"
          + " operator has it drained.",
      "",
      "It reads penstock.yaml in the data folder, except worker.workerId and operations.port, which"
          + " belong to 'penstock up'. It reads all keys of a file that --config names.",
      "",
      "Prints a line when it can take leases. JSON: {\"ready\":true,\"worker\",\"engine\","
          + "\"operations\"}. Logs go to stderr."
    },
    footer = {
      "",
      "Examples:",
      "  penstock worker --model all-minilm-l6-v2",
      "  penstock worker --model llama --engine openai --slots 64 \\",
      "    --engine-option base-url=http://127.0.0.1:8000 --engine-option metrics=vllm"
    })
final class WorkerCommand extends ClusterCommand {

  private static final Duration LOOK = Duration.ofMillis(100);

  /** A worker beside {@code penstock up} has another name and another port. */
  private static final Set<String> OF_UP = Set.of("worker.workerId", "operations.port");

  @Option(
      names = "--id",
      paramLabel = "NAME",
      description =
          "The worker's id, which no other running worker may have. Default: the host's name"
              + " (worker.workerId).")
  @Nullable String id;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME",
      description = "A model of the registry to serve; may be repeated (worker.models).")
  @Nullable List<String> models;

  @Option(
      names = "--engine",
      paramLabel = "KIND",
      description =
          "One of the engines below. Your own come from the folder of jars that"
              + " $$PENSTOCK_EXTENSIONS names. Default: embedding (engine.kind).")
  @Nullable String engine;

  @Option(
      names = {"-E", "--engine-option"},
      paramLabel = "KEY=VALUE",
      description = "An option of the engine; may be repeated (engine.options.KEY).")
  List<String> engineOptions = List.of();

  @Option(
      names = "--slots",
      paramLabel = "N",
      description =
          "Requests the engine runs at once. Default: twice the processors (worker.slots).")
  @Nullable Integer slots;

  @Option(
      names = "--operations-port",
      paramLabel = "PORT",
      description =
          "Where health and metrics are served, 0 for a free port. Default: 0 (operations.port).")
  @Nullable Integer operationsPort;

  @Option(
      names = "--drain-grace",
      paramLabel = "TIME",
      description =
          "How long running requests may finish. Default: 30s (worker.timing.drainGrace).")
  @Nullable String drainGrace;

  private @Nullable NodeConfig chosen;

  WorkerCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    LogLevels.forServer(output.verbose);
  }

  @Override
  ClusterChoice choose() {
    clusterOptions.config.ignoreFileKeys(OF_UP);
    ClusterChoice choice = clusterOptions.choose(environment, options(), WorkerCommand::defaults);
    if (!choice.read().isSet("worker.models")) {
      throw CliException.usage("name a model to serve with --model, or in worker.models");
    }
    choice.read().withKnownNames(Set.of(Role.WORKER));
    chosen = choice.node();
    return choice;
  }

  private List<Given> options() {
    GivenOptions given =
        new GivenOptions()
            .add("--id", "worker.workerId", id)
            .add("--model", "worker.models", models)
            .add("--slots", "worker.slots", slots)
            .add("--drain-grace", "worker.timing.drainGrace", drainGrace)
            .add("--engine", "engine.kind", engine)
            .add("--operations-port", "operations.port", operationsPort);
    // Its own reader names a pair that is none.
    EngineSettings.of("", engineOptions)
        .options()
        .forEach((key, value) -> given.add("--engine-option", "engine.options." + key, value));
    return given.all();
  }

  private static NodeConfig defaults(Path data) {
    NodeConfig usual = NodeDefaults.alone(data);
    String host = NodeDefaults.hostName();
    int slots = 2 * Runtime.getRuntime().availableProcessors();
    return usual.toBuilder()
        .worker(new WorkerConfig(host, usual.worker().models(), slots).withHost(host))
        .operations(OperationsSettings.onLoopback(0))
        .build();
  }

  @Override
  int run(Cluster cluster) throws InterruptedException {
    NodeConfig config = requireNonNull(chosen);
    requireRights(cluster, config);
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Engine running = EngineFactory.create(config.engine(), InstantSource.system());
    Worker worker =
        new Worker(config.worker(), cluster.connection(), cluster.topics(), running, metrics);
    OperationsServer operations =
        new OperationsServer(
            config.operations().host(),
            config.operations().port(),
            metrics,
            List.of(new HealthCheck("worker", () -> problem(worker.health()))),
            List.of(new HealthCheck("worker", worker::failure)));
    Parts parts = new Parts(worker, operations, running);
    Duration grace = config.worker().timing().drainGrace();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> parts.close(grace)));
    CompletableFuture<Void> stopped = worker.stopped();
    try (ProcessMetrics _ = new ProcessMetrics(metrics)) {
      worker.start();
      BooleanSupplier ended = () -> stopped.isDone() || worker.failure().isPresent();
      if (awaitReady(() -> worker.health().ready(), ended)) {
        print(config.worker(), running, operations);
      }
      awaitEnd(ended);
      return exitCode(worker.failure());
    } finally {
      parts.close(Duration.ZERO);
    }
  }

  /** A Kafka that asks for nothing gives every right. */
  private static void requireRights(Cluster cluster, NodeConfig config)
      throws InterruptedException {
    if (!cluster.connection().ofKafka().isEmpty()) {
      AccessCheck.require(
          cluster.connection(),
          AccessRole.WORKER,
          AccessRights.of(AccessRole.WORKER, cluster.names(), config.delivery().replyTopics()));
    }
  }

  private static void awaitEnd(BooleanSupplier ended) throws InterruptedException {
    while (!ended.getAsBoolean()) {
      Thread.sleep(LOOK);
    }
  }

  static int exitCode(Optional<String> failure) {
    if (failure.isPresent()) {
      throw CliException.failure(
          "the worker %s; the log says more. Start it again".formatted(failure.get()), null);
    }
    return ExitCodes.OK;
  }

  /** Waits until it is ready; false if it has ended before, as one drained at its start does. */
  static boolean awaitReady(BooleanSupplier ready, BooleanSupplier ended)
      throws InterruptedException {
    while (!ended.getAsBoolean()) {
      if (ready.getAsBoolean()) {
        return true;
      }
      Thread.sleep(LOOK);
    }
    return false;
  }

  /**
   * The parts that end together: after a signal, or when the worker has stopped as an operator
   * asked.
   */
  private static final class Parts {
    private final Worker worker;
    private final OperationsServer operations;
    private final Engine engine;
    private boolean closed;

    Parts(Worker worker, OperationsServer operations, Engine engine) {
      this.worker = worker;
      this.operations = operations;
      this.engine = engine;
    }

    /** Drains first. A second call only waits for the first. */
    synchronized void close(Duration grace) {
      if (!closed) {
        closed = true;
        worker.drain(grace);
        operations.close();
        engine.close();
      }
    }
  }

  private static Optional<String> problem(WorkerHealth health) {
    return health.ready() ? Optional.empty() : Optional.of(String.join("; ", health.reasons()));
  }

  private void print(WorkerConfig config, Engine running, OperationsServer operations) {
    String worker = config.workerId();
    if (output.json) {
      console()
          .print(
              RecordJson.MAPPER
                  .createObjectNode()
                  .put("ready", true)
                  .put("worker", worker)
                  .put("engine", running.name())
                  .put("operations", operations.url()));
    } else {
      console()
          .print(
              "Worker %s is ready: engine %s, models %s, health and metrics %s"
                  .formatted(
                      worker, running.name(), String.join(",", config.models()), operations.url()));
    }
  }
}
