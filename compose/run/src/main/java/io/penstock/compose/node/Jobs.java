package io.penstock.compose.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.broker.HttpFront;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.FolderStore;
import io.penstock.broker.blobs.s3.S3Store;
import io.penstock.broker.settings.FileSettings;
import io.penstock.broker.settings.S3Settings;
import io.penstock.compose.operations.HealthCheck;
import io.penstock.compose.reports.ControlReports;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.streams.control.ControlApplication;
import io.penstock.streams.delivery.DeliveryApplication;
import io.penstock.streams.dispatch.DispatchApplication;
import io.penstock.streams.score.ScoreApplication;
import io.penstock.workers.Worker;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of this process, by its roles: score, dispatch, delivery, the control loop, the worker
 * with its engine, and the HTTP front.
 */
final class Jobs {

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final NodeConfig config;

  private final ClusterConnection connection;
  private final MeterRegistry metrics;
  private final InstantSource clock;
  private @Nullable CompletableFuture<Engine> engine;
  private volatile @Nullable HttpFront http;
  private final Map<Role, Job> running = new ConcurrentHashMap<>();

  Jobs(
      NodeConfig config, ClusterConnection connection, MeterRegistry metrics, InstantSource clock) {
    this.config = config;
    this.connection = connection;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Begins to load the engine's weights, on a thread of its own. */
  void loadEngine(StopSequence stops) {
    if (!config.has(Role.WORKER)) {
      return;
    }
    CompletableFuture<Engine> loading =
        CompletableFuture.supplyAsync(
            () -> EngineFactory.create(config.engine(), clock),
            task -> Thread.ofPlatform().name("penstock-engine-load").start(task));
    engine = loading;
    stops.add("the engine", () -> loading.join().close());
  }

  /** Starts what the roles say. Their topics and models must be there. */
  void start(StopSequence stops) {
    // Score stops after dispatch, so it is made first; dispatch is ready before work comes.
    ScoreApplication scoring = config.has(Role.SCORE) ? makeScore(stops) : null;
    if (config.has(Role.DISPATCH)) {
      startDispatch(stops);
    }
    if (scoring != null) {
      scoring.start();
      running.put(Role.SCORE, Job.of(scoring::problem, scoring::failure));
    }
    if (config.has(Role.DELIVERY)) {
      startDelivery(stops);
    }
    if (config.has(Role.CONTROL)) {
      startControl(stops);
    }
    if (config.has(Role.WORKER)) {
      startWorker(stops);
    }
    if (config.has(Role.HTTP)) {
      startHttp(stops);
    }
  }

  /** Where a role keeps its state. */
  static Path state(Path data, Role role) {
    return data.resolve("streams").resolve(role.toString());
  }

  private ScoreApplication makeScore(StopSequence stops) {
    ScoreApplication scoring =
        new ScoreApplication(
            config.score(), connection, config.topics(), state(config.data(), Role.SCORE), metrics);
    stops.add("score", () -> scoring.close(STOP_TIMEOUT));
    return scoring;
  }

  private void startDispatch(StopSequence stops) {
    DispatchApplication dispatching =
        new DispatchApplication(
            config.dispatch(),
            connection,
            config.topics(),
            state(config.data(), Role.DISPATCH),
            metrics);
    stops.add("dispatch", () -> dispatching.close(STOP_TIMEOUT));
    dispatching.start();
    running.put(Role.DISPATCH, Job.of(dispatching::problem, dispatching::failure));
  }

  private void startDelivery(StopSequence stops) {
    DeliveryApplication delivering =
        new DeliveryApplication(config.delivery(), connection, config.topics(), metrics);
    stops.add("delivery", delivering);
    delivering.start();
    running.put(Role.DELIVERY, Job.of(delivering::problem, delivering::failure));
  }

  private void startControl(StopSequence stops) {
    ControlApplication controlling =
        new ControlApplication(config.control(), connection, config.topics(), metrics);
    stops.add("the control loop", controlling);
    controlling.start();
    running.put(Role.CONTROL, Job.of(controlling::problem, controlling::failure));
  }

  private void startWorker(StopSequence stops) {
    Worker working =
        new Worker(config.worker(), connection, config.topics(), loadedEngine(), metrics);
    stops.add("the worker", working::drain);
    working.start();
    running.put(Role.WORKER, Job.ofWorker(working::health, working::failure, working.stopped()));
  }

  /** Last, so that it stops first and those who wait are still answered. */
  private void startHttp(StopSequence stops) {
    HttpFront front =
        HttpFront.start(
            connection,
            config.topics(),
            config.http(),
            files(stops),
            new ControlReports(),
            metrics);
    stops.add("the HTTP front", front);
    running.put(Role.HTTP, Job.of(front::problem, front::failure));
    http = front;
  }

  private BlobStore files(StopSequence stops) {
    FileSettings settings = config.http().files();
    return switch (settings.store()) {
      case FOLDER -> folder(settings.folder().map(Path::of).orElse(config.data().resolve("files")));
      case S3 -> bucket(settings.s3(), stops);
    };
  }

  private static BlobStore folder(Path folder) {
    try {
      return FolderStore.open(folder);
    } catch (IOException failed) {
      throw new UncheckedIOException(
          "cannot keep files in %s; set http.files.folder to a folder that can be written"
              .formatted(folder),
          failed);
    }
  }

  private static BlobStore bucket(S3Settings settings, StopSequence stops) {
    try {
      S3Store store = S3Store.open(settings);
      stops.add("the file store", store);
      return store;
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot keep files: " + failed.getMessage(), failed);
    }
  }

  /** Where the HTTP front is reached, if it runs here. */
  Optional<String> httpUrl() {
    return Optional.ofNullable(http).map(HttpFront::url);
  }

  private Engine loadedEngine() {
    CompletableFuture<Engine> loading = engine;
    if (loading == null) {
      throw new IllegalStateException("the engine was not loaded");
    }
    try {
      return loading.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Returns whether each role that runs here does its work. */
  List<HealthCheck> checks() {
    return checks(Job::problem);
  }

  /** Returns whether each role that runs here is alive, or another process is needed. */
  List<HealthCheck> liveChecks() {
    return checks(Job::failure);
  }

  private List<HealthCheck> checks(Function<Job, Supplier<Optional<String>>> question) {
    return config.roles().stream()
        .sorted()
        .map(role -> new HealthCheck(role.toString(), () -> question.apply(job(role)).get()))
        .toList();
  }

  /** The roles that have ended for good. */
  List<RoleEnd> ended() {
    return config.roles().stream().flatMap(role -> job(role).end(role).stream()).toList();
  }

  private Job job(Role role) {
    return running.getOrDefault(role, Job.NOT_STARTED);
  }
}
