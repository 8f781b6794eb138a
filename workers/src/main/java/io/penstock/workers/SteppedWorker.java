package io.penstock.workers;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.workers.capacity.AdaptiveLimit;
import io.penstock.workers.capacity.CapacityPolicy;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.EngineProbe;
import io.penstock.workers.capacity.GpuReading;
import io.penstock.workers.capacity.ObservedSpeed;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.kafka.Signal;
import io.penstock.workers.lease.LeaseActions;
import io.penstock.workers.lease.LeaseEvent;
import io.penstock.workers.lease.LeaseManager;
import io.penstock.workers.lease.WorkerIdentity;
import io.penstock.workers.outcome.Outbox;
import io.penstock.workers.outcome.OutcomeQueue;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A worker's rules without its threads and consumers, for simulations: leases, windows, capacity,
 * demands, outcomes and sessions are those of {@link Worker}. Its owner tells it what arrives, and
 * calls {@link #turn} when it is woken and when the time that the last turn returned has come. For
 * use by one thread.
 */
public final class SteppedWorker {

  private final LeaseManager leases;
  private final Pacemaker pacemaker;
  private final InstantSource clock;

  /**
   * The parts around the rules.
   *
   * @param payloads reads payloads
   * @param runs runs requests; it tells of each end once
   * @param engine asked for its load only
   * @param producers makes a producer, and another where one has failed
   * @param demands writes demands for the producer
   * @param outcomes writes outcomes for the producer
   * @param wake called when a turn is due at once
   * @param sessions names sessions; a later one should be greater
   */
  public record Surroundings(
      LeaseActions.PayloadReads payloads,
      LeaseActions.Runs runs,
      Engine engine,
      Supplier<Producer<String, byte[]>> producers,
      Serializer<WorkerDemand> demands,
      Serializer<AttemptOutcome> outcomes,
      Runnable wake,
      Supplier<String> sessions) {}

  public SteppedWorker(
      WorkerConfig config, TopicSettings topics, Surroundings around, InstantSource clock) {
    this.clock = clock;
    MeterRegistry unheard = new CompositeMeterRegistry();
    WorkerMeters meters = new WorkerMeters(unheard, Tags.empty());
    EngineMonitor monitor =
        new EngineMonitor(
            new CapacityPolicy(config.slots(), config.prefillChunkTokens(), config.gpu()),
            new EngineProbe(around.engine(), config.probes().staleAfter(), unheard, Tags.empty()),
            _ -> new GpuReading.Absent(),
            new AdaptiveLimit(config.slots()),
            pause(config, around),
            new ObservedSpeed(),
            meters);
    OutcomeQueue queue = new OutcomeQueue(around.wake());
    leases =
        new LeaseManager(
            new WorkerIdentity(
                config.workerId(), config.host(), around.engine().name(), config.slots()),
            config.timing().ofLeases(),
            topics.maxRequestBytes(),
            new LeaseActions(
                around.payloads(), around.runs(), queue::add, around.wake(), _ -> {}, monitor),
            around.sessions(),
            clock.instant());
    Outbox outbox =
        new Outbox(
            queue,
            around.producers(),
            topics.names(),
            around.demands(),
            around.outcomes(),
            demand -> on(new LeaseEvent.DemandAcknowledged(demand.getSession())),
            sent ->
                on(new LeaseEvent.OutcomeDelivered(sent.outcome().getSession(), sent.partition())),
            _ -> {});
    pacemaker =
        new Pacemaker(leases, monitor, outbox, meters, config, () -> true, new Signal(), clock);
  }

  private static EnginePause pause(WorkerConfig config, Surroundings around) {
    EnginePause pause = new EnginePause();
    var _ = pause.join(config.slots(), around.wake());
    return pause;
  }

  /** Tells of something that happened to its leases. */
  public void on(LeaseEvent event) {
    leases.on(event, clock.instant());
  }

  /**
   * Does all that is due.
   *
   * @return when the next turn is due unless it is woken before
   */
  public Instant turn() {
    return pacemaker.turn(clock.instant());
  }

  /** Returns whether it was drained and has told dispatch that it stopped. */
  public boolean hasStopped() {
    return pacemaker.stopped().isDone();
  }

  public LeaseManager.Snapshot snapshot() {
    return leases.snapshot();
  }
}
