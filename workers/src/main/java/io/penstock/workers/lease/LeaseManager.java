package io.penstock.workers.lease;

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
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Synchronises a worker's threads. Every event goes through {@link #on}: under one lock {@link
 * LeaseTable} decides, and {@link #apply} does at once what it decided. A lease's way is one
 * direction:
 *
 * <ol>
 *   <li>The lease reader tells {@code Arrived}; the payload is asked for.
 *   <li>The payload reader tells {@code PayloadRead}; the run starts on a thread of its own.
 *   <li>The run's thread tells {@code RunEnded}; the outcome goes into the queue.
 *   <li>The pacemaker sends it.
 * </ol>
 *
 * The lock is held for microseconds: nothing that is called under it waits.
 */
public final class LeaseManager implements LeaseEvents {

  private final ReentrantLock lock = new ReentrantLock();
  private final LeaseTable table;
  private final DemandComposer composer;
  private final LeaseActions actions;
  private final Supplier<String> sessions;
  private final Map<Attempt, Runnable> interrupts = new HashMap<>();

  /**
   * @param maxAnswerBytes the largest answer the topics take
   */
  public LeaseManager(
      WorkerIdentity identity,
      LeaseTiming timing,
      int maxAnswerBytes,
      LeaseActions actions,
      Instant now) {
    this(identity, timing, maxAnswerBytes, actions, Ids::next, now);
  }

  /**
   * A manager whose sessions are named by others, so that a simulation repeats itself.
   *
   * @param maxAnswerBytes the largest answer the topics take
   * @param sessions names sessions; a later one should be greater
   */
  public LeaseManager(
      WorkerIdentity identity,
      LeaseTiming timing,
      int maxAnswerBytes,
      LeaseActions actions,
      Supplier<String> sessions,
      Instant now) {
    this.table =
        new LeaseTable(
            identity.slots(), timing, new Outcomes(identity, maxAnswerBytes), sessions.get(), now);
    this.composer = new DemandComposer(identity);
    this.actions = actions;
    this.sessions = sessions;
  }

  @Override
  public void on(LeaseEvent event, Instant now) {
    lock.lock();
    try {
      LeaseEvent known = event instanceof LeaseEvent.RunEnded ended ? learned(ended, now) : event;
      apply(table.on(known, actions.engine().isPaused(now), now), now);
    } finally {
      lock.unlock();
    }
  }

  /** A reply may begin a pause, so the engine's state learns from it before the table decides. */
  private LeaseEvent learned(LeaseEvent.RunEnded ended, Instant now) {
    // From here on nothing may interrupt the thread that ran it.
    interrupts.remove(ended.attempt());
    return new LeaseEvent.RunEnded(
        ended.attempt(),
        actions.engine().learn(ended.attempt(), ended.reply(), table.running(), now));
  }

  private void apply(List<LeaseEffect> effects, Instant now) {
    for (LeaseEffect effect : effects) {
      switch (effect) {
        case LeaseEffect.ReadPayload(Attempt attempt) -> actions.payloads().read(attempt, this);
        case LeaseEffect.StartRun start -> start(start, now);
        case LeaseEffect.InterruptRun(Attempt attempt) -> interrupt(attempt);
        case LeaseEffect.SendOutcome(OutgoingOutcome outcome) -> actions.outcomes().accept(outcome);
        case LeaseEffect.Wake() -> actions.wake().run();
        case LeaseEffect.Ignore(LeaseEffect.Reason reason) ->
            actions.ignored().accept(reason.tag());
      }
    }
  }

  /** Where no thread can be had, the attempt stays unstarted and ends by its time. */
  private void start(LeaseEffect.StartRun start, Instant now) {
    boolean started = false;
    try {
      interrupts.put(start.attempt(), actions.runs().start(start.attempt(), start.request(), this));
      started = true;
    } finally {
      if (!started) {
        apply(table.on(new LeaseEvent.RunNotStarted(start.attempt()), false, now), now);
      }
    }
  }

  private void interrupt(Attempt attempt) {
    Runnable interrupt = interrupts.remove(attempt);
    if (interrupt != null) {
      interrupt.run();
    }
  }

  /** Stops what has run too long; returns when to call again at the latest. */
  public Instant expire(Instant now) {
    return locked(
        () -> {
          on(new LeaseEvent.TimePassed(), now);
          return table.nextCheck();
        });
  }

  /** Starts a new session; nothing of the former one is reported any more. */
  public void renew(Instant now) {
    on(new LeaseEvent.SessionBegan(sessions.get()), now);
  }

  /** Returns why the session must be renewed, if it must. */
  public Optional<RenewalReason> renewalDue(Instant now) {
    return locked(() -> table.renewalDue(now));
  }

  /**
   * Ends the drain if the worker drains, has reported every lease, and Kafka has every outcome. The
   * lock is held over all of it: a lease that comes in between would bring another outcome, which
   * nobody would send.
   *
   * @param delivered whether Kafka has every outcome
   * @return whether the drain has ended
   */
  public boolean endDrain(BooleanSupplier delivered, Instant now) {
    return locked(
        () -> {
          boolean ends =
              table.state() == WorkerState.DRAINING
                  && table.isSettled()
                  && delivered.getAsBoolean();
          if (ends) {
            on(new LeaseEvent.DrainEnded(), now);
          }
          return ends;
        });
  }

  /** Opens windows as far as the probes allow and writes the demands. */
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
          Holdings holdings = HoldingsCount.of(table.held(), engine);
          Capacity capacity = policy.decide(holdings, engine, gpu, adaptiveLimit, admission);
          if (heartbeat) {
            table.session().partitions().forEach(PartitionDemand::beat);
          }
          DemandComposer.Facts facts =
              new DemandComposer.Facts(
                  table.state(),
                  capacity,
                  holdings,
                  table.meanLease(),
                  speed.prefillTokensPerSecond(),
                  speed.decodeTokensPerSecond(),
                  queued(engine),
                  admission);
          return new Composed(capacity, composer.compose(table.session(), facts, heartbeat, now));
        });
  }

  private static long queued(EngineReading engine) {
    return engine instanceof EngineReading.Reported(EngineLoad load)
        ? load.queuedPrefillTokens().orElse(0)
        : 0;
  }

  /** The demand to send, and the capacity on which it rests. */
  public record Composed(Capacity capacity, List<AddressedDemand> demands) {}

  /** The present state, for health and metrics. */
  public Snapshot snapshot() {
    return locked(
        () ->
            new Snapshot(
                table.session().id(),
                table.state(),
                table.session().partitions().stream()
                    .filter(PartitionDemand::served)
                    .map(PartitionDemand::partition)
                    .toList(),
                table.held().size(),
                table.running(),
                table.session().partitions().stream().mapToInt(p -> p.window().open()).sum(),
                table.session().acknowledgedAt(),
                table.lastLease()));
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

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
