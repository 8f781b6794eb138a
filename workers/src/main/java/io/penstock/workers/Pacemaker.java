package io.penstock.workers;

import io.penstock.schemas.WorkerState;
import io.penstock.workers.kafka.Signal;
import io.penstock.workers.lease.LeaseDesk;
import io.penstock.workers.lease.RenewalReason;
import io.penstock.workers.outcome.Outbox;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns the producer and the passing of time: it sends outcomes as they come,
 * demands when there is news and at each heartbeat, stops what takes too long, renews the session
 * and ends the drain. All that is one {@link #turn}; {@link #run} only waits between turns.
 */
final class Pacemaker {

  private static final Logger LOG = LoggerFactory.getLogger(Pacemaker.class);
  private static final Duration TRY_AGAIN = Duration.ofMillis(100);

  private final LeaseDesk desk;
  private final Probing probing;
  private final Outbox outbox;
  private final WorkerMeters meters;
  private final WorkerConfig config;
  private final BooleanSupplier mayDemand;
  private final InstantSource clock;
  private final Signal signal = new Signal();
  private final AtomicReference<@Nullable RenewalReason> renewal = new AtomicReference<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final Thread thread;
  private Instant nextHeartbeat = Instant.MIN;
  private Instant notBefore = Instant.MIN;
  private volatile boolean cut;

  /**
   * @param mayDemand whether leases can be received, so that none asked for is missed; without
   *     demands dispatch takes back what it has granted
   */
  Pacemaker(
      LeaseDesk desk,
      Probing probing,
      Outbox outbox,
      WorkerMeters meters,
      WorkerConfig config,
      BooleanSupplier mayDemand,
      InstantSource clock) {
    this.desk = desk;
    this.probing = probing;
    this.outbox = outbox;
    this.meters = meters;
    this.config = config;
    this.mayDemand = mayDemand;
    this.clock = clock;
    this.thread =
        Thread.ofPlatform().daemon().name("penstock-worker-pacemaker").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Whether the thread runs, or has not been started yet, or came to its proper end. */
  boolean healthy() {
    return !stopped.isCompletedExceptionally()
        && (thread.isAlive() || thread.getState() == Thread.State.NEW || stopped.isDone());
  }

  /** There is something to do. From any thread; never waits. */
  void wake() {
    signal.raise();
  }

  /** Asks for a new session. From any thread; never waits. */
  void renew(RenewalReason reason) {
    renewal.compareAndSet(null, reason);
    wake();
  }

  /** Ends the thread without waiting for what is still held. */
  void cut() {
    cut = true;
    wake();
  }

  /**
   * Complete when dispatch was told that the worker has stopped, or the thread was cut;
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
    Instant next = desk.expire(now);
    boolean again = outbox.flush(desk.snapshot().session());
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
    LeaseDesk.Composed composed = probing.compose(desk, heartbeat, now);
    meters.capacity(composed.capacity());
    composed.demands().forEach(to -> outbox.send(to.partition(), to.demand()));
    if (!composed.demands().isEmpty()) {
      notBefore = now.plus(config.timing().demandSpacing());
    }
    if (heartbeat) {
      nextHeartbeat = now.plus(config.timing().heartbeat());
    }
    // To the second: the heartbeat may come up to one later than the pause ends.
    Instant pauseEnd = probing.pause().pausedUntil(now).orElse(Instant.MAX);
    Instant next = earlier(nextHeartbeat, pauseEnd);
    boolean recheck = composed.capacity().mayRiseByItself() && desk.snapshot().held() > 0;
    return recheck ? earlier(next, now.plus(config.probes().recheckInterval())) : next;
  }

  private void renewIfDue(Instant now) {
    RenewalReason reason = renewal.getAndSet(null);
    if (outbox.hasFailed()) {
      outbox.reset();
      reason = RenewalReason.PRODUCER_FAILED;
    }
    if (reason == null) {
      reason = desk.renewalDue(now).orElse(null);
    }
    if (reason != null) {
      desk.renew(now);
      nextHeartbeat = now;
      meters.renewed(reason);
      LOG.warn("New session {} because of {}", desk.snapshot().session(), reason.tag());
    }
  }

  /** The last demand says that the worker has stopped, after the last outcome was delivered. */
  private boolean endDrain(Instant now) {
    boolean draining = desk.snapshot().state() == WorkerState.DRAINING;
    if (!draining || !desk.settled() || outbox.undelivered() > 0) {
      return false;
    }
    desk.stopped();
    if (mayDemand.getAsBoolean()) {
      probing
          .compose(desk, true, now)
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
