package io.penstock.compose.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.compose.operations.HealthCheck;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.streams.control.ControlApplication;
import io.penstock.streams.delivery.DeliveryApplication;
import io.penstock.streams.dispatch.DispatchApplication;
import io.penstock.streams.score.ScoreApplication;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerHealth;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What does the work, by the roles of this process: score, dispatch, delivery, the control loop,
 * and the worker with its engine.
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
      score = scoring;
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
    dispatch = dispatching;
  }

  private void startDelivery(StopSequence stops) {
    DeliveryApplication delivering =
        new DeliveryApplication(config.delivery(), connection, config.topics(), metrics);
    stops.add("delivery", delivering);
    delivering.start();
    delivery = delivering;
  }

  private void startControl(StopSequence stops) {
    ControlApplication controlling =
        new ControlApplication(config.control(), connection, config.topics(), metrics);
    stops.add("the control loop", controlling);
    controlling.start();
    control = controlling;
  }

  private void startWorker(StopSequence stops) {
    Worker working =
        new Worker(config.worker(), connection, config.topics(), loadedEngine(), metrics);
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

  /** One for each role that runs here. */
  List<HealthCheck> checks() {
    return config.roles().stream()
        .sorted()
        .map(role -> new HealthCheck(role.toString(), problem(role)))
        .toList();
  }

  private Supplier<Optional<String>> problem(Role role) {
    return switch (role) {
      case SCORE -> this::scoreProblem;
      case DISPATCH -> this::dispatchProblem;
      case DELIVERY -> this::deliveryProblem;
      case CONTROL -> this::controlProblem;
      case WORKER -> this::workerProblem;
    };
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
