package io.penstock.compose.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.compose.operations.HealthCheck;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.streams.control.ControlApplication;
import io.penstock.streams.control.ControlConfig;
import io.penstock.streams.delivery.DeliveryApplication;
import io.penstock.streams.dispatch.DispatchApplication;
import io.penstock.streams.score.ScoreApplication;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.WorkerHealth;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What does the work: score, dispatch, delivery, the control loop, and the worker with its engine.
 */
final class Jobs {

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Optional<String> NOT_STARTED = Optional.of("it is not started");

  private final NodeConfig config;
  private final ClusterConnection connection;
  private final MeterRegistry metrics;
  private final InstantSource clock;
  private @Nullable CompletableFuture<Engine> engine;
  private volatile @Nullable ScoreApplication score;
  private volatile @Nullable DispatchApplication dispatch;
  private volatile @Nullable DeliveryApplication delivery;
  private volatile @Nullable ControlApplication control;
  private volatile @Nullable Worker worker;

  Jobs(
      NodeConfig config, ClusterConnection connection, MeterRegistry metrics, InstantSource clock) {
    this.config = config;
    this.connection = connection;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Begins to load the engine's weights, on a thread of its own. */
  void loadEngine(StopSequence stops) {
    if (config.worker().isEmpty()) {
      return;
    }
    CompletableFuture<Engine> loading =
        CompletableFuture.supplyAsync(
            () -> EngineFactory.create(config.engine(), clock),
            task -> Thread.ofPlatform().name("penstock-engine-load").start(task));
    engine = loading;
    stops.add("the engine", () -> loading.join().close());
  }

  /** Starts all. Their topics and models must be there. */
  void start(StopSequence stops) {
    Path state = config.data().resolve("streams");
    ScoreApplication scoring =
        new ScoreApplication(
            config.score(), connection, config.topics(), state.resolve("score"), metrics);
    stops.add("score", () -> scoring.close(STOP_TIMEOUT));
    DispatchApplication dispatching =
        new DispatchApplication(
            config.dispatch(), connection, config.topics(), state.resolve("dispatch"), metrics);
    stops.add("dispatch", () -> dispatching.close(STOP_TIMEOUT));
    dispatching.start();
    dispatch = dispatching;
    scoring.start();
    score = scoring;
    startDelivery(stops);
    startControl(stops);
    config.worker().ifPresent(settings -> startWorker(settings, stops));
  }

  private void startDelivery(StopSequence stops) {
    DeliveryApplication delivering =
        new DeliveryApplication(config.delivery(), connection, config.topics(), metrics);
    stops.add("delivery", delivering);
    delivering.start();
    delivery = delivering;
  }

  /** Pressure is measured against what score promises. */
  private void startControl(StopSequence stops) {
    ControlApplication controlling =
        new ControlApplication(
            ControlConfig.DEFAULT.withLevels(config.score().levels()),
            connection,
            config.topics(),
            metrics);
    stops.add("the control loop", controlling);
    controlling.start();
    control = controlling;
  }

  private void startWorker(WorkerConfig settings, StopSequence stops) {
    Worker working = new Worker(settings, connection, config.topics(), loadedEngine(), metrics);
    stops.add("the worker", working::drain);
    working.start();
    worker = working;
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

  List<HealthCheck> checks() {
    List<HealthCheck> checks = new ArrayList<>();
    checks.add(new HealthCheck("score", this::scoreProblem));
    checks.add(new HealthCheck("dispatch", this::dispatchProblem));
    checks.add(new HealthCheck("delivery", this::deliveryProblem));
    checks.add(new HealthCheck("control", this::controlProblem));
    if (config.worker().isPresent()) {
      checks.add(new HealthCheck("worker", this::workerProblem));
    }
    return checks;
  }

  private Optional<String> scoreProblem() {
    ScoreApplication scoring = score;
    return scoring == null ? NOT_STARTED : scoring.problem();
  }

  private Optional<String> dispatchProblem() {
    DispatchApplication dispatching = dispatch;
    return dispatching == null ? NOT_STARTED : dispatching.problem();
  }

  private Optional<String> deliveryProblem() {
    DeliveryApplication delivering = delivery;
    return delivering == null ? NOT_STARTED : delivering.problem();
  }

  private Optional<String> controlProblem() {
    ControlApplication controlling = control;
    return controlling == null ? NOT_STARTED : controlling.problem();
  }

  private Optional<String> workerProblem() {
    Worker working = worker;
    if (working == null) {
      return NOT_STARTED;
    }
    WorkerHealth health = working.health();
    return health.live() && health.ready()
        ? Optional.empty()
        : Optional.of(String.join("; ", health.reasons()));
  }
}
