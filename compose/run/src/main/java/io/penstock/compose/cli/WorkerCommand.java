package io.penstock.compose.cli;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.penstock.compose.operations.HealthCheck;
import io.penstock.compose.operations.OperationsServer;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.WorkerHealth;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
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
      "Options of the engines, given as --engine-option KEY=VALUE:",
      "  embedding: threads, max-inputs, max-input-characters",
      "  openai: base-url, api-key-env, api-key-file, connect-timeout, total-timeout,",
      "    served-name.MODEL, header.NAME, endpoints, max-response-bytes, longest-pause,",
      "    metrics (none or vllm),",
      "    metrics-url, metrics-interval, metrics-stale-after",
      "  simulated: profile, profiles-file, speed, speed-up, chunk-tokens, kv-policy, start-up,",
      "    failure-probability, seed, dimensions",
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

  @Option(
      names = "--id",
      paramLabel = "NAME",
      description = "Who it is; one running worker for each id. Default: the host's name.")
  @Nullable String id;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME",
      required = true,
      description = "A model of the registry to serve; may be repeated.")
  List<String> models = List.of();

  @Option(
      names = "--engine",
      paramLabel = "KIND",
      description = "embedding, openai or simulated (default: ${DEFAULT-VALUE}).")
  String engine = "embedding";

  @Option(
      names = {"-E", "--engine-option"},
      paramLabel = "KEY=VALUE",
      description = "An option of the engine; may be repeated.")
  List<String> engineOptions = List.of();

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Requests the engine runs at once. Default: twice the processors.")
  int slots = 2 * Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--operations-port",
      paramLabel = "PORT",
      description = "Health and metrics on 127.0.0.1, 0 for a free port (default: 0).")
  int operationsPort;

  @Option(
      names = "--drain-grace",
      paramLabel = "TIME",
      description = "How long running requests may finish (default: ${DEFAULT-VALUE}).")
  String drainGrace = "30s";

  WorkerCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    LogLevels.forServer(output.verbose);
    config();
    grace();
    EngineSettings.of(engine, engineOptions);
  }

  /** What the options say. */
  WorkerConfig config() {
    String host = hostName();
    return new WorkerConfig(Optional.ofNullable(id).orElse(host), models, slots).withHost(host);
  }

  private Duration grace() {
    return TimeText.duration("--drain-grace", drainGrace);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  @Override
  int run(Cluster cluster) throws InterruptedException {
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Engine running =
        EngineFactory.create(EngineSettings.of(engine, engineOptions), InstantSource.system());
    Worker worker = new Worker(config(), cluster.connection(), cluster.topics(), running, metrics);
    OperationsServer operations =
        new OperationsServer(
            operationsPort,
            metrics,
            List.of(new HealthCheck("worker", () -> problem(worker.health()))));
    Parts parts = new Parts(worker, operations, running);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> parts.close(grace())));
    CompletableFuture<Void> stopped = worker.stopped();
    try {
      worker.start();
      if (awaitReady(() -> worker.health().ready(), stopped)) {
        print(running, operations);
      }
      stopped.get();
      return ExitCodes.OK;
    } catch (ExecutionException e) {
      throw CliException.failure("the worker has died; start it again", e.getCause());
    } finally {
      parts.close(Duration.ZERO);
    }
  }

  /** Waits until it is ready; false if it has stopped before, as one drained at its start does. */
  static boolean awaitReady(BooleanSupplier ready, Future<Void> stopped)
      throws InterruptedException {
    while (!stopped.isDone()) {
      if (ready.getAsBoolean()) {
        return true;
      }
      Thread.sleep(LOOK);
    }
    return false;
  }

  /** What ends together: after a signal, or when the worker has stopped as an operator asked. */
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

  private void print(Engine running, OperationsServer operations) {
    String worker = config().workerId();
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
                  .formatted(worker, running.name(), String.join(",", models), operations.url()));
    }
  }
}
