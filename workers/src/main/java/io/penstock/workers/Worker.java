package io.penstock.workers;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.ConsumerLoop;
import io.penstock.schemas.reading.TopicFollower;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.workers.capacity.AdaptiveLimit;
import io.penstock.workers.capacity.CapacityPolicy;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.EngineProbe;
import io.penstock.workers.capacity.GpuProbe;
import io.penstock.workers.capacity.ObservedSpeed;
import io.penstock.workers.capacity.OshiGpuSource;
import io.penstock.workers.chunks.ChunkPublisher;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.kafka.Clients;
import io.penstock.workers.kafka.Signal;
import io.penstock.workers.lease.EngineRunner;
import io.penstock.workers.lease.LeaseActions;
import io.penstock.workers.lease.LeaseEvent;
import io.penstock.workers.lease.LeaseManager;
import io.penstock.workers.lease.LeaseReader;
import io.penstock.workers.lease.OutgoingOutcome;
import io.penstock.workers.lease.Payloads;
import io.penstock.workers.lease.RenewalReason;
import io.penstock.workers.lease.WorkerIdentity;
import io.penstock.workers.models.ModelFollower;
import io.penstock.workers.models.ServedModels;
import io.penstock.workers.outcome.Outbox;
import io.penstock.workers.outcome.OutcomeQueue;
import io.penstock.workers.payload.PayloadReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for leases as far as its engine has room, runs them and reports how they ended. It has one
 * thread for each consumer (leases, payloads, models), the pacemaker, which owns the producer, one
 * that samples the GPUs, and a virtual one for each run. The engine stays the caller's to close,
 * after the worker.
 */
public final class Worker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** How long the last records may take to be delivered, beyond the grace of the runs. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final WorkerConfig config;
  private final TopicSettings topics;
  private final InstantSource clock;
  private final LeaseManager leases;
  private final Pacemaker pacemaker;
  private final Outbox outbox;
  private final ChunkPublisher chunks;
  private final GpuProbe gpuProbe;
  private final EnginePause enginePause;
  private final Runnable leavePause;
  private final LeaseReader leaseReader;
  private final ConsumerLoop<String> leaseLoop;
  private final ConsumerLoop<String> payloadLoop;
  private final TopicFollower modelFollower;
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile ServedModels served = ServedModels.NONE;

  /** Creates a worker on the real clock. */
  public Worker(
      WorkerConfig config,
      ClusterConnection cluster,
      TopicSettings topics,
      Engine engine,
      MeterRegistry meters) {
    this(config, cluster, topics, engine, meters, InstantSource.system());
  }

  /** Creates a worker on a given clock. This constructor is the list of its parts. */
  public Worker(
      WorkerConfig config,
      ClusterConnection cluster,
      TopicSettings topics,
      Engine engine,
      MeterRegistry registry,
      InstantSource clock) {
    this.config = config;
    this.topics = topics;
    this.clock = clock;
    Tags tags = Tags.of("worker", config.workerId());
    WorkerMeters meters = new WorkerMeters(registry, tags);
    AvroSerdes serdes = new AvroSerdes(cluster);
    Clients clients = new Clients(cluster, topics, config.workerId());

    gpuProbe =
        new GpuProbe(
            new OshiGpuSource(),
            config.probes().gpuInterval(),
            config.probes().staleAfter(),
            clock,
            registry,
            tags);
    enginePause = engine.account().map(EnginePause::ofAccount).orElseGet(EnginePause::new);
    EngineMonitor monitor =
        new EngineMonitor(
            new CapacityPolicy(config.slots(), config.prefillChunkTokens(), config.gpu()),
            new EngineProbe(engine, config.probes().staleAfter(), registry, tags),
            gpuProbe::read,
            new AdaptiveLimit(config.slots()),
            enginePause,
            new ObservedSpeed(),
            meters);
    PayloadReader payloadReader = new PayloadReader(config.timing().payloadTimeout(), clock);
    Payloads payloads =
        new Payloads(
            payloadReader,
            serdes.deserializer(ScoredRequest.class),
            engine::serves,
            topics.names(),
            clock);
    chunks =
        new ChunkPublisher(
            topics.names().chunks(),
            topics.otherPartitions(),
            clients.chunkBufferBytes(),
            () -> clients.chunks(config.timing().chunkLinger()),
            serdes.serializer(TokenChunk.class),
            clock,
            registry,
            tags);
    EngineRunner runs =
        new EngineRunner(
            engine, Thread.ofVirtual().name("penstock-run-", 0).factory(), chunks, clock);
    Signal signal = new Signal();
    OutcomeQueue outcomes = new OutcomeQueue(signal::raise);
    Consumer<OutgoingOutcome> counted =
        outgoing -> {
          meters.outcome(outgoing.outcome());
          chunks.ended(outgoing.outcome());
        };
    leases =
        new LeaseManager(
            new WorkerIdentity(config.workerId(), config.host(), engine.name(), config.slots()),
            config.timing().ofLeases(),
            topics.maxRequestBytes(),
            new LeaseActions(
                payloads,
                runs,
                counted.andThen(outcomes::add),
                signal::raise,
                meters::ignored,
                monitor),
            clock.instant());
    outbox =
        new Outbox(
            outcomes,
            clients::producer,
            topics.names(),
            serdes.serializer(WorkerDemand.class),
            serdes.serializer(AttemptOutcome.class),
            demand ->
                leases.on(new LeaseEvent.DemandAcknowledged(demand.getSession()), clock.instant()),
            outgoing ->
                leases.on(
                    new LeaseEvent.OutcomeDelivered(
                        outgoing.outcome().getSession(), outgoing.partition()),
                    clock.instant()),
            _ -> meters.dropped());
    int leasePartition = ModelPartitions.ofWorker(config.workerId(), topics.otherPartitions());
    leaseReader =
        new LeaseReader(
            config.workerId(),
            new TopicPartition(topics.names().leases(), leasePartition),
            serdes.deserializer(Lease.class),
            leases,
            meters::received,
            signal::raise,
            clock);
    Runnable renew =
        () -> leases.on(new LeaseEvent.SessionLost(RenewalReason.READER_FAILED), clock.instant());
    leaseLoop = new ConsumerLoop<>("penstock-worker-leases", clients::leases, leaseReader, renew);
    payloadLoop =
        new ConsumerLoop<>("penstock-worker-payloads", clients::payloads, payloadReader, renew);
    ModelFollower models = new ModelFollower(this::follow);
    modelFollower =
        new TopicFollower(
            "penstock-worker-models",
            clients::models,
            List.of(models.topic(topics.names().models(), serdes.deserializer(ModelSpec.class))),
            models);
    pacemaker =
        new Pacemaker(leases, monitor, outbox, meters, config, this::canReceive, signal, clock);
    meters.watch(leases::snapshot);
    meters.watch(enginePause, clock);
    leavePause = enginePause.join(config.slots(), signal::raise);
  }

  /** Starts the threads and returns; see {@link #health} for when it can take leases. */
  public void start() {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("the worker was started before");
    }
    gpuProbe.start();
    leaseLoop.start();
    payloadLoop.start();
    modelFollower.start();
    pacemaker.start();
  }

  /** Drains with the configured grace. */
  public void drain() {
    drain(config.timing().drainGrace());
  }

  /**
   * Takes no more leases, gives back those not started, lets the running ones finish, then gives
   * back what is left and ends. Returns when all that is done, or a few seconds after the grace if
   * Kafka does not answer. A second call waits too and can only shorten the grace.
   */
  public void drain(Duration grace) {
    if (started.get() && !ended.get()) {
      Instant now = clock.instant();
      leases.on(new LeaseEvent.DrainBegan(now.plus(grace)), now);
      awaitStopped(grace.plus(config.timing().stopGrace()).plus(FAREWELL));
    }
    end();
  }

  /** Gives everything back at once and ends. */
  @Override
  public void close() {
    drain(Duration.ZERO);
  }

  /**
   * Completes when the worker has told dispatch that it stopped, also if an operator had dispatch
   * drain it. It completes exceptionally if the worker has died and must be replaced. The owner
   * then calls {@link #close}.
   */
  public CompletableFuture<Void> stopped() {
    return pacemaker.stopped().copy();
  }

  /**
   * Returns why the worker must be replaced, as the end of a sentence that begins with it: a thread
   * has ended although nobody asked it to. Cheap; any thread may call it.
   */
  public Optional<String> failure() {
    Map<String, Boolean> died = new LinkedHashMap<>();
    died.put("outcomes and demands", pacemaker.stopped().isCompletedExceptionally());
    died.put("leases", leaseLoop.hasDied());
    died.put("payloads", payloadLoop.hasDied());
    died.put("models", modelFollower.hasDied());
    return died.entrySet().stream()
        .filter(Map.Entry::getValue)
        .findFirst()
        .map(Map.Entry::getKey)
        .map("has died: its thread for %s has ended"::formatted);
  }

  /** The worker's health now. Cheap; any thread may call it. */
  public WorkerHealth health() {
    return WorkerDiagnosis.of(
        config,
        leases.snapshot(),
        served,
        started.get(),
        pacemaker.healthy()
            && leaseLoop.healthy()
            && payloadLoop.healthy()
            && modelFollower.healthy(),
        leaseReader.isPositioned(),
        enginePause,
        clock.instant());
  }

  /**
   * Returns whether leases can be received. If not, the worker sends no demands, and dispatch takes
   * back what it granted.
   */
  private boolean canReceive() {
    return leaseReader.isPositioned() && leaseLoop.healthy() && payloadLoop.healthy();
  }

  private void follow(Map<String, ModelSpec> registry) {
    ServedModels now = ServedModels.of(config.models(), registry, topics.modelPartitions());
    if (now.equals(served) && !now.equals(ServedModels.NONE)) {
      return;
    }
    served = now;
    LOG.info("Serving {} by partition", now.byPartition());
    now.missing()
        .forEach(
            m ->
                LOG.warn(
                    "Model {} is not in the registry; only what still waits for it is served", m));
    now.outOfRange()
        .forEach(
            m -> LOG.error("Model {} names partitions beyond {}", m, topics.modelPartitions()));
    now.noVariants()
        .forEach(
            v ->
                LOG.warn(
                    "Variant {} is not in the registry or is retired; only what still waits for it"
                        + " is served",
                    v));
    leases.on(new LeaseEvent.ModelsChanged(now.byPartition()), clock.instant());
  }

  private void awaitStopped(Duration atMost) {
    try {
      pacemaker.stopped().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.warn("Not all was delivered within {}; dispatch will take back what is left", atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      LOG.warn("The pacemaker has died, so nothing more is delivered", e);
    }
  }

  private void end() {
    if (ended.compareAndSet(false, true) && started.get()) {
      leavePause.run();
      boolean told = leases.snapshot().state() == WorkerState.STOPPED;
      pacemaker.cut();
      awaitStopped(FAREWELL);
      outbox.close(told ? FAREWELL : Duration.ZERO);
      chunks.close();
      leaseLoop.stop();
      payloadLoop.stop();
      modelFollower.stop();
      leaseLoop.close();
      payloadLoop.close();
      modelFollower.close();
      gpuProbe.close();
      LOG.info("Worker {} has ended", config.workerId());
    }
  }
}
