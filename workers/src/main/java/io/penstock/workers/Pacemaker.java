package io.penstock.workers;

import io.penstock.workers.kafka.Signal;
import io.penstock.workers.lease.LeaseManager;
import io.penstock.workers.lease.RenewalReason;
import io.penstock.workers.outcome.Outbox;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the producer, and acts when time passes. One thread sends outcomes as they come, sends
 * demands when something changed and at each heartbeat, stops what takes too long, renews the
 * session and ends the drain. One {@link #turn} does all of it; {@link #run} only waits between
 * turns.
 */
final class Pacemaker {

  private static final Logger LOG = LoggerFactory.getLogger(Pacemaker.class);
  private static final Duration TRY_AGAIN = Duration.ofMillis(100);

  private final LeaseManager leases;
  private final EngineMonitor monitor;
  private final Outbox outbox;
  private final WorkerMeters meters;
  private final WorkerConfig config;
  private final BooleanSupplier mayDemand;
  private final InstantSource clock;
  private final Signal signal;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final Thread thread;
  private Instant nextHeartbeat = Instant.MIN;
  private Instant notBefore = Instant.MIN;
  private volatile boolean cut;

  /**
   * @param mayDemand whether leases can be received, so that none asked for is missed; without
   *     demands dispatch takes back what it has granted
   * @param signal wakes the thread; it is raised when there is something to do
   */
  Pacemaker(
      LeaseManager leases,
      EngineMonitor monitor,
      Outbox outbox,
      WorkerMeters meters,
      WorkerConfig config,
      BooleanSupplier mayDemand,
      Signal signal,
      InstantSource clock) {
    this.leases = leases;
    this.monitor = monitor;
    this.outbox = outbox;
    this.meters = meters;
    this.config = config;
    this.mayDemand = mayDemand;
    this.signal = signal;
    this.clock = clock;
    this.thread =
        Thread.ofPlatform().daemon().name("penstock-worker-pacemaker").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Returns whether the thread runs, or has not been started yet, or came to its proper end. */
  boolean healthy() {
    return !stopped.isCompletedExceptionally()
        && (thread.isAlive() || thread.getState() == Thread.State.NEW || stopped.isDone());
  }

  /** Ends the thread without waiting for what is still held. */
  void cut() {
    cut = true;
    signal.raise();
  }

  /**
   * Completes when dispatch knows that the worker has stopped, or the thread was cut. It completes
   * exceptionally if the thread died before.
   */
  CompletableFuture<Void> stopped() {
    return stopped;
  }

  private void run() {
    try {
      while (!stopped.isDone() && !cut) {
        Instant next = safeTurn();
        Duration wait = Duration.between(clock.instant(), next);
        if (wait.isPositive()) {
          boolean _ = signal.await(wait);
        }
      }
      stopped.complete(null);
    } catch (InterruptedException | Error e) {
      LOG.error("The pacemaker died; dispatch will take back what the worker holds", e);
      stopped.completeExceptionally(e);
    }
  }

  private Instant safeTurn() {
    try {
      return turn(clock.instant());
    } catch (RuntimeException e) {
      LOG.error("A turn of the pacemaker failed; the next one is due soon", e);
      return clock.instant().plus(TRY_AGAIN);
    }
  }

  /**
   * Does all that is due.
   *
   * @return when the next turn is due unless woken before
   */
  Instant turn(Instant now) {
    renewIfDue(now);
    Instant next = leases.expire(now);
    boolean again = outbox.flush(leases.snapshot().session());
    if (outbox.hasFailed()) {
      return now;
    }
    if (endDrain(now)) {
      return Instant.MAX;
    }
    next = earlier(next, demand(now));
    return again ? earlier(next, now.plus(TRY_AGAIN)) : next;
  }

  private Instant demand(Instant now) {
    if (!mayDemand.getAsBoolean()) {
      return now.plus(config.timing().heartbeat());
    }
    if (now.isBefore(notBefore)) {
      return notBefore;
    }
    boolean heartbeat = !now.isBefore(nextHeartbeat);
    LeaseManager.Composed composed = monitor.compose(leases, heartbeat, now);
    composed.demands().forEach(to -> outbox.send(to.partition(), to.demand()));
    if (!composed.demands().isEmpty()) {
      notBefore = now.plus(config.timing().demandSpacing());
    }
    if (heartbeat) {
      nextHeartbeat = now.plus(config.timing().heartbeat());
    }
    // The worker asks for work as soon as a pause ends; the next heartbeat may be a second later.
    Instant pauseEnd = monitor.pause().pausedUntil(now).orElse(Instant.MAX);
    Instant next = earlier(nextHeartbeat, pauseEnd);
    boolean recheck = composed.capacity().mayRiseByItself() && leases.snapshot().held() > 0;
    return recheck ? earlier(next, now.plus(config.probes().recheckInterval())) : next;
  }

  private void renewIfDue(Instant now) {
    Optional<RenewalReason> due = leases.renewalDue(now);
    if (outbox.hasFailed()) {
      outbox.reset();
      due = Optional.of(RenewalReason.PRODUCER_FAILED);
    }
    due.ifPresent(reason -> renew(reason, now));
  }

  private void renew(RenewalReason reason, Instant now) {
    leases.renew(now);
    nextHeartbeat = now;
    meters.renewed(reason);
    LOG.warn("New session {} because of {}", leases.snapshot().session(), reason.tag());
  }

  /** The last demand says that the worker has stopped, after the last outcome was delivered. */
  private boolean endDrain(Instant now) {
    if (!leases.endDrain(() -> outbox.undelivered() == 0, now)) {
      return false;
    }
    if (mayDemand.getAsBoolean()) {
      monitor
          .compose(leases, true, now)
          .demands()
          .forEach(to -> outbox.send(to.partition(), to.demand()));
    }
    stopped.complete(null);
    return true;
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
