package io.penstock.compose.node;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.penstock.compose.kafka.FolderLock;
import io.penstock.compose.kafka.HangingTransactions;
import io.penstock.compose.operations.HealthCheck;
import io.penstock.compose.operations.OperationsServer;
import io.penstock.compose.operations.ProcessMetrics;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicAdmin;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs Penstock by the roles of this process: all of it with Kafka and the schema registry beside
 * it, or parts that use a cluster that runs already. Making it takes the data folder and the ports,
 * so what is in use is told at once. Starts once; {@link #close} may be called from any thread,
 * also from a shutdown hook while {@link #start} runs, and then waits for it.
 */
public final class PenstockNode implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PenstockNode.class);
  private static final Duration POLL = Duration.ofMillis(50);

  private final NodeConfig config;
  private final Clock clock = Clock.systemUTC();
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final StopSequence stops = new StopSequence();
  private final Foundation foundation;
  private final Jobs jobs;
  private final KafkaProbe kafkaProbe;
  private final Admin admin;
  private final OperationsServer operations;
  private final List<HealthCheck> checks;
  private volatile boolean started;

  /**
   * Takes the data folder and the ports.
   *
   * @throws io.penstock.compose.kafka.FolderInUseException if another process has the data folder
   * @throws io.penstock.compose.kafka.PortInUseException if a chosen port is taken
   */
  public PenstockNode(NodeConfig config) {
    this.config = config;
    try {
      lockFolders();
      foundation = new Foundation(config, stops);
      jobs = new Jobs(config, foundation.connection(), metrics, clock);
      admin =
          Admin.create(foundation.connection().with(Map.of("client.id", "penstock-node-admin")));
      stops.add("the admin client", () -> admin.close(Duration.ofSeconds(1)));
      kafkaProbe = new KafkaProbe(admin);
      stops.add("the Kafka probe", kafkaProbe);
      checks = checks();
      operations =
          new OperationsServer(
              config.operations().host(),
              config.operations().port(),
              metrics,
              checks,
              jobs.liveChecks());
      stops.add("the operations server", operations);
    } catch (RuntimeException e) {
      stops.run();
      throw e;
    }
    stops.add("the metrics of the process", new ProcessMetrics(metrics, config.data()));
  }

  /**
   * Roles that run in processes of their own may share a data folder, but not what one of them
   * keeps in it.
   */
  private void lockFolders() {
    if (config.kafka().isEmbedded() || config.registry().isEmbedded()) {
      stops.add("the data folder", FolderLock.acquire(config.data()));
    }
    for (Role role : List.of(Role.SCORE, Role.DISPATCH)) {
      if (config.has(role)) {
        stops.add("the folder of " + role, FolderLock.acquire(Jobs.state(config.data(), role)));
      }
    }
  }

  private List<HealthCheck> checks() {
    return Stream.concat(
            Stream.of(
                new HealthCheck("kafka", kafkaProbe::problem),
                foundation.registryCheck(),
                HealthCheck.of("start", () -> started, "the node is starting")),
            jobs.checks().stream())
        .toList();
  }

  /**
   * Starts everything and returns when the jobs are started; they take their partitions up some
   * seconds later, see {@link #awaitReady}. If it fails, {@link #close} cleans up.
   *
   * @throws RuntimeException whatever kept a part from starting, naming the part and the remedy
   */
  public synchronized void start() throws InterruptedException {
    List<ModelSpec> models = ModelsAtStart.of(config, clock.instant());
    jobs.loadEngine(stops);
    foundation.start();
    if (!config.kafka().isEmbedded()) {
      RoleRights.require(config, admin);
    }
    TopicAdmin.ensure(admin, config.topics());
    if (config.kafka().isEmbedded()) {
      stops.add("the watch for hanging transactions", HangingTransactions.watch(admin));
    }
    foundation.awaitRegistry();
    new AvroSerdes(connection()).subjects().register(new TopicCatalog(config.topics()));
    if (!models.isEmpty()) {
      ModelPublisher publisher = new ModelPublisher(connection(), config.topics());
      RepeatedChange.run(() -> publisher.apply(models));
    }
    jobs.start(stops);
    started = true;
  }

  /** Returns why this process is to end, if it is: what ran here has ended for good. */
  public Optional<NodeEnd> end() {
    return started ? NodeEnd.of(config.roles(), jobs.ended()) : Optional.empty();
  }

  /**
   * Returns when every part is ready, or when all that runs here was ended before it was ready.
   *
   * @throws IllegalStateException if some are not in time, or one has failed for good
   */
  public void awaitReady(Duration patience) throws InterruptedException {
    long begin = System.nanoTime();
    List<String> problems = problems();
    while (!problems.isEmpty() && end().isEmpty()) {
      if (System.nanoTime() - begin > patience.toNanos()) {
        throw new IllegalStateException(
            "not ready after %d s: %s".formatted(patience.toSeconds(), problems));
      }
      Thread.sleep(POLL);
      problems = problems();
    }
    if (end().orElse(null) instanceof NodeEnd.Failed(String why)) {
      throw new IllegalStateException(why);
    }
    log.info("Ready");
  }

  /** Returns what is not ready and why, a line for each part; empty if all are. */
  public List<String> problems() {
    return checks.stream()
        .flatMap(check -> check.problem().get().map(why -> check.name() + ": " + why).stream())
        .toList();
  }

  /** Where it is reached. */
  public NodeAddresses addresses() {
    return new NodeAddresses(
        connection().bootstrapServers(),
        connection().registryUrl(),
        operations.url(),
        jobs.httpUrl());
  }

  /** Returns how clients connect. */
  public ClusterConnection connection() {
    return foundation.connection();
  }

  /** Returns how the topics are laid out. */
  public TopicSettings topics() {
    return config.topics();
  }

  /** Returns what all parts count. */
  public PrometheusMeterRegistry metrics() {
    return metrics;
  }

  /** Drains the worker, stops the jobs, then what they stand on. Takes at most about a minute. */
  @Override
  public synchronized void close() {
    started = false;
    stops.run();
  }
}
