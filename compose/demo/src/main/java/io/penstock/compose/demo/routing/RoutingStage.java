package io.penstock.compose.demo.routing;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.ModelFile;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.policies.RoutingFile;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.simulated.GpuProfiles;
import io.penstock.workers.engine.simulated.SimulatedConfig;
import io.penstock.workers.engine.simulated.SimulatedEngine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Simulated GPU workers and the registries of a running Penstock, to play on. For one thread; what
 * it began ends with {@link #close}.
 */
public final class RoutingStage implements AutoCloseable {

  private static final String PROFILE = "llama3.1-8b_a100tp2";
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ClusterConnection connection;
  private final TopicSettings topics;
  private final Map<String, Player> players = new LinkedHashMap<>();

  private record Player(Worker worker, FaultyEngine engine) {}

  public RoutingStage(ClusterConnection connection, TopicSettings topics) {
    this.connection = connection;
    this.topics = topics;
  }

  public ClusterConnection connection() {
    return connection;
  }

  public TopicSettings topics() {
    return topics;
  }

  public ModelPublisher models() {
    return new ModelPublisher(connection, topics);
  }

  public RoutingPublisher routing() {
    return new RoutingPublisher(connection, topics);
  }

  /** Applies models, as a file of {@code penstock models apply} has them. */
  public void applyModels(String yaml) {
    models().apply(ModelFile.parse("models.yaml", yaml, topics.modelPartitions(), Instant.now()));
  }

  /** Applies policies, as a file of {@code penstock routing apply} has them. */
  public void applyRouting(String yaml) {
    routing().put(RoutingFile.parse("routing.yaml", yaml), "demo", null);
  }

  /**
   * Starts a worker.
   *
   * @param id its id, free until {@link #stop}
   * @param target the model, or {@code MODEL#VARIANT}, that it serves
   * @param slots requests that it runs at once
   * @param speedUp how many times as fast as the GPU that it simulates
   */
  public void start(String id, String target, int slots, double speedUp) {
    FaultyEngine engine =
        new FaultyEngine(
            new SimulatedEngine(
                SimulatedConfig.of(GpuProfiles.builtIn().named(PROFILE)).withSpeedUp(speedUp),
                Clock.systemUTC()));
    Worker worker =
        new Worker(
            new WorkerConfig(id, List.of(target), slots),
            connection,
            topics,
            engine,
            new SimpleMeterRegistry());
    players.put(id, new Player(worker, engine));
    worker.start();
  }

  /** Makes a share of a worker's requests fail, from 0 to 1. */
  public void fail(String id, double share) {
    players.get(id).engine().fail(share);
  }

  /** Stops a worker, as if its machine had been shut down. */
  public void stop(String id) {
    Player player = players.remove(id);
    player.worker().drain(GRACE);
    player.engine().close();
  }

  @Override
  public void close() {
    List.copyOf(players.keySet()).forEach(this::stop);
  }
}
