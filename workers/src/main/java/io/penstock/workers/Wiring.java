package io.penstock.workers;

import io.penstock.schemas.Lease;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.lease.Attempt;
import io.penstock.workers.lease.EngineRunner;
import io.penstock.workers.lease.LeaseDesk;
import io.penstock.workers.lease.LeasePorts;
import io.penstock.workers.lease.LeaseReader;
import io.penstock.workers.lease.Payloads;
import io.penstock.workers.lease.RenewalReason;
import io.penstock.workers.outcome.Outbox;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Connects the lease desk to what acts for it. Connected once, before any thread starts. */
final class Wiring implements LeasePorts {

  private final Payloads payloads;
  private final EngineRunner runner;
  private final Probing probing;
  private final WorkerMeters meters;
  private @Nullable LeaseDesk desk;
  private @Nullable Outbox outbox;
  private @Nullable Pacemaker pacemaker;

  Wiring(Payloads payloads, EngineRunner runner, Probing probing, WorkerMeters meters) {
    this.payloads = payloads;
    this.runner = runner;
    this.probing = probing;
    this.meters = meters;
  }

  void connect(LeaseDesk leaseDesk, Outbox records, Pacemaker pace) {
    desk = leaseDesk;
    outbox = records;
    pacemaker = pace;
  }

  @Override
  public void readPayload(Attempt attempt) {
    payloads.read(attempt, Objects.requireNonNull(desk));
  }

  @Override
  public Attempt.Run run(Attempt attempt, EngineRequest request) {
    return runner.start(attempt, request, Objects.requireNonNull(desk));
  }

  @Override
  public void report(Report report) {
    meters.outcome(report.outcome());
    Objects.requireNonNull(outbox).report(report);
    wake();
  }

  @Override
  public void wake() {
    Objects.requireNonNull(pacemaker).wake();
  }

  @Override
  public void ignored(String why) {
    meters.ignored(why);
  }

  @Override
  public boolean isPaused(Instant now) {
    return probing.pause().pausedUntil(now).isPresent();
  }

  @Override
  public @Nullable EngineReply observed(
      Attempt attempt, @Nullable EngineReply reply, int running, Instant now) {
    EngineReply told = probing.observed(attempt, reply, running, now);
    if (attempt.startedAt() != null) {
      meters.ran(attempt.receivedAt(), attempt.startedAt(), now);
    }
    return told;
  }

  /** What the lease reader tells, with the time of its arrival. */
  record Leases(Wiring wiring, InstantSource clock) implements LeaseReader.Listener {

    @Override
    public void received(Lease lease, @Nullable String traceparent) {
      wiring.meters.received(lease);
      Objects.requireNonNull(wiring.desk).received(lease, traceparent, clock.instant());
    }

    @Override
    public void positioned() {
      wiring.wake();
    }

    @Override
    public void missed() {
      Objects.requireNonNull(wiring.pacemaker).renew(RenewalReason.LEASES_UNREADABLE);
    }
  }
}
