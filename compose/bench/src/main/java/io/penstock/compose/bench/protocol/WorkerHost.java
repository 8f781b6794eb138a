package io.penstock.compose.bench.protocol;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Lease;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.workers.SteppedWorker;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.lease.Attempt;
import io.penstock.workers.lease.LeaseEvent;
import io.penstock.workers.lease.LeaseEvents;
import io.penstock.workers.lease.LeaseManager;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The processes that run one worker, one after the other, each with the production rules of a
 * worker, a producer on the simulated network and an engine that may fail.
 */
final class WorkerHost {

  private static final Duration DRAIN_GRACE = Duration.ofSeconds(5);
  private static final int MOST_SKEW_MILLIS = 2_000;
  private static final FailureCategory[] CATEGORIES = FailureCategory.values();
  private static final List<String> CODES =
      List.of("engine_failed", "engine_rate_limited", "engine_rejected", "engine_quota_exhausted");

  private final String id;
  private final WorkerConfig config;
  private final Map<Integer, Set<String>> models;
  private final Cluster cluster;
  private final Chance chance;
  private final SimLog<Lease> leases = new SimLog<>(200);
  private long sessions;
  private WorkerProcess process;

  /**
   * @param models by the shard from which it serves them
   */
  WorkerHost(String id, int slots, Map<Integer, Set<String>> models, Cluster cluster) {
    this.id = id;
    this.models = models;
    this.cluster = cluster;
    this.chance = cluster.chance(id);
    this.config =
        new WorkerConfig(
            id, models.values().stream().flatMap(Set::stream).sorted().toList(), slots);
    this.process = new WorkerProcess();
    cluster.readsLeases(id, this::append);
    cluster.clock.after(chance.exponential(1_000), this::disturb);
  }

  private void append(Lease lease) {
    leases.append(lease);
    process.readSoon();
  }

  /** Once in a while something happens to the process. */
  private void disturb() {
    if (!process.dead) {
      if (cluster.weather.brings(FaultKind.CRASH_WORKER, 60)) {
        process.dead = true;
        startAfter(chance.millis(200, 15_000));
      } else if (cluster.weather.brings(FaultKind.PAUSE_WORKER, 60)) {
        process.pausedUntil = cluster.clock.now() + chance.millis(100, 20_000);
      } else if (chance.oneIn(400)) {
        process.drain();
      } else if (chance.oneIn(400)) {
        cluster.command(ShardTopic.CONTROL, drain());
      }
    }
    cluster.clock.after(chance.exponential(1_000), this::disturb);
  }

  /** An operator's command to give everything back and stop. */
  private ControlCommand drain() {
    return ControlCommand.newBuilder()
        .setKind(CommandKind.DRAIN)
        .setWorkerId(id)
        .setIssuedAt(cluster.clock.instant())
        .build();
  }

  private void startAfter(long nanos) {
    cluster.clock.after(nanos, () -> process = new WorkerProcess());
  }

  /** A run of the engine. */
  private static final class Run {
    private final Attempt attempt;
    private boolean ended;

    Run(Attempt attempt) {
      this.attempt = attempt;
    }
  }

  private final class WorkerProcess implements SimProducer.Outgoing {

    private final long skew = cluster.weather.skew(MOST_SKEW_MILLIS);
    private final SteppedWorker worker;
    private long position = leases.end();
    private boolean reads;
    private long nextTurn = Long.MAX_VALUE;
    private int running;
    private long pausedUntil;
    private boolean dead;
    private @Nullable Object written;

    WorkerProcess() {
      worker =
          new SteppedWorker(
              config,
              TopicSettings.DEFAULT,
              new SteppedWorker.Surroundings(
                  this::readPayload,
                  this::start,
                  new NoEngine(),
                  () -> new SimProducer(cluster, chance, this),
                  (_, demand) -> remember(demand),
                  (_, outcome) -> remember(outcome),
                  this::wake,
                  this::newSession),
              this::now);
      worker.on(new LeaseEvent.ModelsChanged(models));
      wake();
    }

    private Instant now() {
      return cluster.instant(skew);
    }

    /** As a UUIDv7, it begins with the time by the worker's own clock. */
    private String newSession() {
      return String.format(Locale.ROOT, "%015d-%s-%d", now().toEpochMilli(), id, sessions++);
    }

    @Override
    public void whenAwake(Runnable action) {
      if (dead) {
        return;
      }
      if (cluster.clock.now() < pausedUntil) {
        cluster.clock.at(pausedUntil + chance.millis(0, 5), () -> whenAwake(action));
      } else {
        action.run();
      }
    }

    private void after(long nanos, Runnable action) {
      cluster.clock.after(nanos, () -> whenAwake(action));
    }

    // Time.

    private void wake() {
      planTurn(cluster.clock.now());
    }

    private void planTurn(long at) {
      if (at < nextTurn) {
        nextTurn = at;
        cluster.clock.at(at, () -> whenAwake(() -> turn(at)));
      }
    }

    private void turn(long planned) {
      if (nextTurn != planned) {
        return;
      }
      nextTurn = Long.MAX_VALUE;
      Instant next = worker.turn();
      check();
      if (worker.hasStopped()) {
        dead = true;
        startAfter(chance.millis(200, 4_000));
      } else if (next.isBefore(Instant.MAX)) {
        long due = Math.max(0, Duration.between(now(), next).toNanos());
        planTurn(cluster.clock.now() + due);
      }
    }

    private void check() {
      LeaseManager.Snapshot now = worker.snapshot();
      if (now.held() + now.open() > config.slots() || running > config.slots()) {
        throw new ViolationException(
            Invariant.WITHIN_SLOTS,
            "%s has %d slots, holds %d, runs %d and may be sent %d"
                .formatted(id, config.slots(), now.held(), running, now.open()));
      }
    }

    void drain() {
      whenAwake(() -> worker.on(new LeaseEvent.DrainBegan(now().plus(DRAIN_GRACE))));
    }

    // What it sends.

    private byte[] remember(Object record) {
      written = record;
      return new byte[0];
    }

    @Override
    public Runnable appending(ProducerRecord<String, byte[]> record) {
      ShardLogs shard = cluster.shard(record.partition());
      return switch (written) {
        case WorkerDemand demand -> {
          cluster.audit.windows().asked(record.partition(), demand);
          yield () -> shard.append(ShardTopic.DEMAND, demand);
        }
        case AttemptOutcome outcome -> () -> shard.append(ShardTopic.OUTCOMES, outcome);
        case null, default -> throw new IllegalStateException("nothing was written");
      };
    }

    // What it reads.

    private void readSoon() {
      if (!reads && !dead) {
        reads = true;
        after(chance.millis(1, 8), this::read);
      }
    }

    private void read() {
      reads = false;
      while (position < leases.end()) {
        Lease lease = leases.get(position++);
        if (cluster.weather.brings(FaultKind.LOST_LEASE, 5_000)) {
          continue;
        }
        worker.on(new LeaseEvent.Arrived(lease, null));
        if (cluster.weather.brings(FaultKind.REPEATED_LEASE, 500)) {
          worker.on(new LeaseEvent.Arrived(lease, null));
        }
      }
      leases.trim(position);
    }

    private void readPayload(Attempt attempt, LeaseEvents events) {
      boolean fails = cluster.weather.brings(FaultKind.ENGINE, 2_000);
      after(
          chance.millis(1, 8),
          () ->
              events.on(
                  fails
                      ? new LeaseEvent.PayloadRefused(attempt, UNREADABLE, null)
                      : new LeaseEvent.PayloadRead(attempt, Requests.PAYLOAD, null),
                  now()));
    }

    // What its engine does.

    private Runnable start(Attempt attempt, EngineRequest request, LeaseEvents events) {
      Run run = new Run(attempt);
      running++;
      cluster.audit.started(RequestIds.number(request.id()));
      EngineReply reply = reply(request);
      after(chance.exponential(120) + chance.millis(5, 20), () -> end(run, reply, events));
      return () -> interrupted(run, events);
    }

    private EngineReply reply(EngineRequest request) {
      if (cluster.weather.brings(FaultKind.ENGINE, 25)) {
        FailureCategory category = CATEGORIES[chance.below(CATEGORIES.length)];
        String code = CODES.get(chance.below(CODES.size()));
        Long retryAfter = chance.oneIn(3) ? (Long) (100L + chance.below(2_000)) : null;
        return new EngineReply.Failed(
            new Failure(category, code, "it failed", null, null, retryAfter));
      }
      String body = "{\"id\":\"%s\"}".formatted(request.id());
      return new EngineReply.Answered(
          200, body.getBytes(StandardCharsets.UTF_8), new TokenUsage(100L, 50L, 0L));
    }

    private void interrupted(Run run, LeaseEvents events) {
      long patience =
          cluster.weather.brings(FaultKind.HANG, 5)
              ? chance.millis(1_000, 30_000)
              : chance.millis(0, 20);
      after(patience, () -> end(run, null, events));
    }

    private void end(Run run, @Nullable EngineReply reply, LeaseEvents events) {
      if (run.ended) {
        return;
      }
      run.ended = true;
      running--;
      if (reply instanceof EngineReply.Answered) {
        cluster.audit.answered(RequestIds.number(run.attempt.lease().getRequestId()));
      }
      events.on(new LeaseEvent.RunEnded(run.attempt, reply), now());
    }
  }

  private static final Failure UNREADABLE =
      new Failure(
          FailureCategory.RETRYABLE, "payload_unavailable", "it was not read", null, null, null);
}
