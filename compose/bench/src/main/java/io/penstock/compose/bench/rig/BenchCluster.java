package io.penstock.compose.bench.rig;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.HttpFront;
import io.penstock.broker.blobs.FolderStore;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.kafka.EmbeddedKafka;
import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.registry.RegistryConfig;
import io.penstock.compose.registry.RegistryDistribution;
import io.penstock.compose.registry.RegistryProcess;
import io.penstock.compose.registry.RegistryStorage;
import io.penstock.compose.reports.ControlReports;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicAdmin;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.DispatchApplication;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.score.ScoreApplication;
import io.penstock.streams.score.ScoreConfig;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.Engine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;

/**
 * The parts of {@code penstock up}, with their default settings, in a temporary folder: Kafka,
 * score, dispatch and workers in this JVM, the schema registry beside it. Kafka may also be several
 * brokers in processes of their own. Dispatch may be left out, stopped and started. For one thread;
 * {@link #close} also from a shutdown hook.
 */
public final class BenchCluster implements AutoCloseable {

  /** How long a part may take to be ready. */
  public static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final Duration STOP = Duration.ofSeconds(10);
  private static final Duration STALL = Duration.ofSeconds(60);
  private static final int COPIES = 3;
  static final int MAX_RECORD_BYTES = 18 * 1024 * 1024;

  private final Path folder;
  private final TopicSettings topics;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final StartedParts parts = new StartedParts();
  private final ClusterConnection connection;
  private DispatchApplication dispatch;
  private Optional<HttpFront> front = Optional.empty();

  private BenchCluster(Path folder, Optional<BenchBrokers> brokers)
      throws IOException, InterruptedException {
    this.folder = folder;
    this.topics = TopicSettings.DEFAULT.withReplicationFactor(brokers.isPresent() ? COPIES : 1);
    parts.add(() -> BenchFolder.remove(folder));
    RegistryProcess registry =
        new RegistryProcess(
            new RegistryConfig(
                RegistryDistribution.find(),
                folder.resolve("registry"),
                0,
                new RegistryStorage.InMemory()));
    parts.add(registry);
    registry.launch();
    connection =
        new ClusterConnection(
            brokers.isPresent() ? launch(brokers.get()) : startKafka(), registry.url());
    try (Admin admin = Admin.create(connection.with(java.util.Map.of()))) {
      TopicAdmin.ensure(admin, topics);
    }
    registry.awaitReady(PATIENCE);
    new AvroSerdes(connection).subjects().register(new TopicCatalog(topics));
  }

  private String launch(BenchBrokers brokers) throws IOException {
    parts.add(brokers);
    brokers.start(folder);
    return brokers.bootstrapServers();
  }

  private String startKafka() {
    EmbeddedKafka kafka =
        new EmbeddedKafka(new EmbeddedKafkaConfig(folder.resolve("kafka"), 0, MAX_RECORD_BYTES));
    parts.add(kafka);
    kafka.start();
    return kafka.bootstrapServers();
  }

  /** Starts Kafka, the registry and score; dispatch is to follow. */
  public static BenchCluster start() throws IOException, InterruptedException {
    return start(ScoreConfig.DEFAULT);
  }

  /** Starts Kafka, the registry and score as told; dispatch is to follow. */
  public static BenchCluster start(ScoreConfig config) throws IOException, InterruptedException {
    return start(config, Optional.empty());
  }

  /**
   * The same on these brokers, which it starts and, when it is closed, kills; every topic has three
   * copies.
   */
  public static BenchCluster start(BenchBrokers brokers) throws IOException, InterruptedException {
    return start(ScoreConfig.DEFAULT, Optional.of(brokers));
  }

  /** Starts Kafka, the registry, score and dispatch, and registers these chat models. */
  public static BenchCluster serving(BenchProgress progress, String... models)
      throws IOException, InterruptedException {
    return serving(progress, ScoreConfig.DEFAULT, DispatchConfig.DEFAULT, models);
  }

  /** The same with score and dispatch as told. */
  public static BenchCluster serving(
      BenchProgress progress, ScoreConfig score, DispatchConfig dispatch, String... models)
      throws IOException, InterruptedException {
    progress.at("starting Kafka, the registry and the jobs", 0);
    BenchCluster cluster = start(score);
    try {
      cluster.startDispatch(dispatch);
      for (String model : models) {
        cluster.register(model, List.of());
      }
      return cluster;
    } catch (RuntimeException | InterruptedException e) {
      cluster.close();
      throw e;
    }
  }

  private static BenchCluster start(ScoreConfig config, Optional<BenchBrokers> brokers)
      throws IOException, InterruptedException {
    BenchCluster cluster = new BenchCluster(BenchFolder.make(), brokers);
    try {
      cluster.startScore(config);
      return cluster;
    } catch (RuntimeException | InterruptedException e) {
      cluster.close();
      throw e;
    }
  }

  private void startScore(ScoreConfig config) throws InterruptedException {
    ScoreApplication score =
        new ScoreApplication(config, connection, topics, folder.resolve("score"), metrics);
    parts.add(() -> score.close(STOP));
    score.start();
    await("score", () -> score.problem().isEmpty());
  }

  /** Starts dispatch in this JVM and returns when it has its partitions. */
  public void startDispatch(DispatchConfig config) throws InterruptedException {
    DispatchApplication starting =
        new DispatchApplication(config, connection, topics, folder.resolve("dispatch"), metrics);
    dispatch = starting;
    parts.add(() -> starting.close(STOP));
    starting.start();
    await("dispatch", () -> starting.problem().isEmpty());
  }

  /**
   * Stops dispatch.
   *
   * @param forget whether its folder is removed too, as on a new machine
   */
  public void stopDispatch(boolean forget) throws IOException {
    dispatch.close(STOP);
    if (forget) {
      BenchFolder.remove(folder.resolve("dispatch"));
    }
  }

  /** Puts a chat model into the registry. */
  public void register(String model, List<Integer> partitions) throws InterruptedException {
    new ModelPublisher(connection, topics)
        .apply(
            List.of(
                ModelSpec.newBuilder()
                    .setName(model)
                    .setEndpoints(List.of("/v1/chat/completions"))
                    .setContextWindow(8192)
                    .setMaxOutputTokens(1024)
                    .setPartitions(partitions)
                    .setUpdatedAt(Instant.now())
                    .build()));
  }

  /** Starts a worker in this JVM and returns when it can take leases. It takes the engine over. */
  public Worker startWorker(WorkerConfig config, Engine engine) throws InterruptedException {
    Worker worker = startingWorker(config, engine);
    await(config.workerId(), () -> worker.health().ready());
    return worker;
  }

  /** Starts a worker in this JVM and does not wait for it. It takes the engine over. */
  public Worker startingWorker(WorkerConfig config, Engine engine) {
    parts.add(engine);
    Worker worker = new Worker(config, connection, topics, engine, metrics);
    parts.add(worker);
    worker.start();
    return worker;
  }

  /** Starts an instance of the HTTP front in this JVM, and returns when it serves. */
  public URI startFront() throws IOException, InterruptedException {
    return startFront(HttpSettings.DEFAULT);
  }

  /** The same as told, on a free port. */
  public URI startFront(HttpSettings settings) throws IOException, InterruptedException {
    HttpFront starting =
        HttpFront.start(
            connection,
            topics,
            settings.withPort(0),
            FolderStore.open(folder.resolve("files")),
            new ControlReports(),
            metrics);
    front = Optional.of(starting);
    parts.add(starting);
    await("the HTTP front", () -> starting.problem().isEmpty());
    return URI.create(starting.url());
  }

  /** Stops the HTTP front of this JVM, if there is one. */
  public void stopFront() {
    front.ifPresent(
        running -> {
          parts.remove(running);
          running.close();
        });
    front = Optional.empty();
  }

  /** Requests that wait, as of dispatch's last tick. */
  public long waiting() {
    return (long)
        metrics.find("penstock.dispatch.waiting").gauges().stream()
            .mapToDouble(Gauge::value)
            .filter(Double::isFinite)
            .sum();
  }

  /**
   * Returns when so many requests wait.
   *
   * @param changed is told each new number that is below
   * @throws IllegalStateException if the number stands still for a minute
   */
  public void awaitWaiting(long target, LongConsumer changed) throws InterruptedException {
    long last = waiting();
    long lastChange = System.nanoTime();
    while (last < target) {
      Thread.sleep(20);
      long now = waiting();
      if (now != last) {
        last = now;
        lastChange = System.nanoTime();
        changed.accept(now);
      } else if (System.nanoTime() - lastChange > STALL.toNanos()) {
        throw new IllegalStateException(
            "the backlog stands at %d of %d for %d s".formatted(now, target, STALL.toSeconds()));
      }
    }
  }

  public ClusterConnection connection() {
    return connection;
  }

  public TopicSettings topics() {
    return topics;
  }

  /** A folder that goes with the cluster. */
  public Path folder(String name) {
    return folder.resolve(name);
  }

  /** Something to close before the parts so far. */
  public void closeFirst(AutoCloseable part) {
    parts.add(part);
  }

  /** Returns when it is so. */
  public static void await(String what, BooleanSupplier ready) throws InterruptedException {
    await(what, PATIENCE, ready);
  }

  /**
   * Returns when it is so.
   *
   * @throws IllegalStateException if it is not in this time
   */
  static void await(String what, Duration patience, BooleanSupplier ready)
      throws InterruptedException {
    long begin = System.nanoTime();
    while (!ready.getAsBoolean()) {
      if (System.nanoTime() - begin > patience.toNanos()) {
        throw new IllegalStateException(
            "%s was not ready after %d s".formatted(what, patience.toSeconds()));
      }
      Thread.sleep(5);
    }
  }

  @Override
  public void close() {
    parts.close();
  }
}
