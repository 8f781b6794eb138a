package io.penstock.workers.lease;

import io.penstock.schemas.Failure;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.ids.Ids;
import io.penstock.workers.capacity.Capacity;
import io.penstock.workers.capacity.CapacityPolicy;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.EngineReading;
import io.penstock.workers.capacity.GpuReading;
import io.penstock.workers.capacity.Holdings;
import io.penstock.workers.capacity.ObservedSpeed;
import io.penstock.workers.demand.PartitionDemand;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker's threads meet: the lock around its leases and windows. No call waits for anything
 * but the lock, which is held for microseconds.
 */
public final class LeaseDesk {

  private final ReentrantLock lock = new ReentrantLock();
  private final LeaseBook book;
  private final DemandComposer composer;
  private final Duration leaseTimeout;
  private Map<Integer, Set<String>> models = Map.of();
  private @Nullable Instant lastLease;

  /**
   * @param maxAnswerBytes the largest answer the topics take
   */
  public LeaseDesk(
      WorkerIdentity identity,
      LeaseTiming timing,
      int maxAnswerBytes,
      LeasePorts ports,
      Instant now) {
    this.book =
        new LeaseBook(
            identity.slots(),
            timing,
            new Outcomes(identity, maxAnswerBytes),
            ports,
            new Session(Ids.next(), now));
    this.composer = new DemandComposer(identity);
    this.leaseTimeout = timing.leaseTimeout();
  }

  /**
   * How long things may take; see the worker's configuration.
   *
   * @param leaseTimeout the silence after which dispatch takes leases back
   * @param payloadTimeout the longest the read of a payload may take
   * @param attemptTimeout the longest run
   * @param stopGrace the longest an interrupted run may take to end
   * @param drainGrace the longest runs may take when dispatch asks for a drain
   */
  public record LeaseTiming(
      Duration leaseTimeout,
      Duration payloadTimeout,
      Duration attemptTimeout,
      Duration stopGrace,
      Duration drainGrace) {}

  /** A lease record of this worker arrived. */
  public void received(Lease lease, @Nullable String traceparent, Instant now) {
    locked(
        () -> {
          lastLease = now;
          book.received(lease, traceparent, now);
        });
  }

  /** The attempt's payload was read. */
  public void payloadRead(
      Attempt attempt, ScoredRequest payload, @Nullable String traceparent, Instant now) {
    locked(() -> book.payloadRead(attempt, payload, traceparent, now));
  }

  /** The attempt cannot start; the request goes along if it is known. */
  public void refused(
      Attempt attempt, Failure failure, @Nullable InferenceRequest request, Instant now) {
    locked(() -> book.refused(attempt, failure, request, now));
  }

  public void firstToken(Attempt attempt, Instant now) {
    locked(() -> book.firstToken(attempt, now));
  }

  /** The engine has let go of the attempt; a null reply says that it was interrupted. */
  public void ended(Attempt attempt, @Nullable EngineReply reply, Instant now) {
    locked(() -> book.ended(attempt, reply, now));
  }

  /** Stops what has run too long; returns when to look again at the latest. */
  public Instant expire(Instant now) {
    return locked(() -> book.expire(now));
  }

  /** Begins to drain, or shortens the grace of a drain under way. */
  public void drain(Instant until, Instant now) {
    locked(() -> book.drain(until, now));
  }

  /** Ends the drain. */
  public void stopped() {
    locked(book::stopped);
  }

  /** Whether everything that was held has been reported. */
  public boolean settled() {
    return locked(book::settled);
  }

  /** Serves these models, by partition. */
  public void serve(Map<Integer, Set<String>> modelsByPartition) {
    locked(
        () -> {
          models = Map.copyOf(modelsByPartition);
          book.session().serve(models);
        });
  }

  /** Starts a new session; nothing of the one before is reported any more. */
  public void renew(Instant now) {
    locked(
        () -> {
          Session next = new Session(Ids.next(), now);
          next.serve(models);
          book.renew(next, now);
        });
  }

  /** Kafka has a demand of this session. */
  public void acknowledged(String session, Instant now) {
    locked(
        () -> {
          if (book.session().id().equals(session)) {
            book.session().acknowledged(now);
          }
        });
  }

  /** Kafka has an outcome of this session. */
  public void delivered(String session, int partition) {
    locked(
        () -> {
          PartitionDemand demand = book.session().partition(partition);
          if (demand != null && book.session().id().equals(session)) {
            demand.outcomeDelivered();
          }
        });
  }

  /** Why the session must be renewed, if it must. */
  public Optional<RenewalReason> renewalDue(Instant now) {
    return locked(
        () -> {
          Session session = book.session();
          if (session.acknowledgedAt().filter(at -> isOver(at, now)).isPresent()) {
            return Optional.of(RenewalReason.HEARTBEATS_LOST);
          }
          if (session.gapSince(now).filter(at -> isOver(at, now)).isPresent()) {
            return Optional.of(RenewalReason.LEASE_MISSED);
          }
          return Optional.empty();
        });
  }

  private boolean isOver(Instant since, Instant now) {
    return since.plus(leaseTimeout).isBefore(now);
  }

  /** Opens windows as far as the probes allow and words the demands. */
  public Composed compose(
      CapacityPolicy policy,
      EngineReading engine,
      GpuReading gpu,
      OptionalInt adaptiveLimit,
      EnginePause.Admission admission,
      ObservedSpeed speed,
      boolean heartbeat,
      Instant now) {
    return locked(
        () -> {
          Holdings holdings = HoldingsCount.of(book.held(), engine);
          Capacity capacity = policy.decide(holdings, engine, gpu, adaptiveLimit, admission);
          if (heartbeat) {
            book.session().partitions().forEach(PartitionDemand::beat);
          }
          DemandComposer.Facts facts =
              new DemandComposer.Facts(
                  book.state(),
                  capacity,
                  holdings,
                  book.meanLease(),
                  speed.prefillTokensPerSecond(),
                  speed.decodeTokensPerSecond(),
                  queued(engine),
                  admission);
          return new Composed(capacity, composer.compose(book.session(), facts, heartbeat, now));
        });
  }

  private static long queued(EngineReading engine) {
    return engine instanceof EngineReading.Told(EngineLoad load)
        ? load.queuedPrefillTokens().orElse(0)
        : 0;
  }

  /** What to send, and the capacity it rests on. */
  public record Composed(Capacity capacity, List<AddressedDemand> demands) {}

  /** The present state, for health and metrics. */
  public Snapshot snapshot() {
    return locked(
        () ->
            new Snapshot(
                book.session().id(),
                book.state(),
                book.session().partitions().stream()
                    .filter(PartitionDemand::served)
                    .map(PartitionDemand::partition)
                    .toList(),
                book.held().size(),
                book.running(),
                book.session().partitions().stream().mapToInt(p -> p.window().open()).sum(),
                book.session().acknowledgedAt(),
                Optional.ofNullable(lastLease)));
  }

  /** See {@code WorkerHealth}. */
  public record Snapshot(
      String session,
      WorkerState state,
      List<Integer> partitions,
      int held,
      int running,
      int open,
      Optional<Instant> acknowledgedAt,
      Optional<Instant> lastLease) {}

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
