package io.penstock.workers;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Lease;
import io.penstock.workers.capacity.Capacity;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.LimitingFactor;
import io.penstock.workers.lease.LeaseManager;
import io.penstock.workers.lease.RenewalReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Counts and measures what a worker does. This class is thread-safe. */
final class WorkerMeters {

  private static final String PREFIX = "penstock.worker.";

  private final MeterRegistry meters;
  private final Tags tags;
  private final Timer payloadTime;
  private final Timer engineTime;
  private volatile @Nullable Capacity capacity;

  WorkerMeters(MeterRegistry meters, Tags tags) {
    this.meters = meters;
    this.tags = tags;
    this.payloadTime = timer("payload.read", "From lease in hand to the engine's start");
    this.engineTime = timer("engine.run", "From the engine's start until it let go");
    for (LimitingFactor factor : LimitingFactor.values()) {
      Gauge.builder(PREFIX + "capacity", this, meter -> meter.allowedBy(factor))
          .description("Leases this factor would allow beyond those held; NaN: it sets no limit")
          .tags(tags.and("factor", factor.tag()))
          .register(meters);
    }
  }

  /** Registers gauges of the leases. */
  void watch(Supplier<LeaseManager.Snapshot> leases) {
    gauge(leases, "running", "Requests the engine runs", LeaseManager.Snapshot::running);
    gauge(leases, "held", "Leases held", LeaseManager.Snapshot::held);
    gauge(leases, "window.open", "Leases asked for and not received", LeaseManager.Snapshot::open);
  }

  /** Registers the engine's pauses: their number, and how long the present one lasts. */
  void watch(EnginePause pause, InstantSource clock) {
    Gauge.builder(
            PREFIX + "paused",
            pause,
            now ->
                now.pausedUntil(clock.instant())
                    .map(until -> Duration.between(clock.instant(), until).toMillis() / 1000.0)
                    .orElse(0.0))
        .description("How much longer the engine or its provider is paused; 0 if it is not")
        .baseUnit("seconds")
        .tags(tags)
        .strongReference(true)
        .register(meters);
    FunctionCounter.builder(PREFIX + "pauses", pause, EnginePause::count)
        .description("How often the engine or its provider asked for a pause")
        .tags(tags)
        .register(meters);
  }

  private void gauge(
      Supplier<LeaseManager.Snapshot> leases,
      String name,
      String description,
      ToIntFunction<LeaseManager.Snapshot> value) {
    Gauge.builder(PREFIX + name, leases, now -> value.applyAsInt(now.get()))
        .description(description)
        .tags(tags)
        // A gauge's own reference is weak, and nobody else holds the supplier.
        .strongReference(true)
        .register(meters);
  }

  void capacity(Capacity now) {
    capacity = now;
  }

  private double allowedBy(LimitingFactor factor) {
    Capacity now = capacity;
    Integer leases = now == null ? null : now.byFactor().get(factor);
    return leases == null ? Double.NaN : leases;
  }

  void received(Lease lease) {
    count("leases", "Lease records received", "kind", lower(lease.getAction()));
  }

  void ignored(String why) {
    count("leases.ignored", "Lease records that led to no attempt", "why", why);
  }

  void outcome(AttemptOutcome outcome) {
    String category =
        outcome.getFailure().map(failure -> lower(failure.getCategory())).orElse("none");
    Counter.builder(PREFIX + "outcomes")
        .description("Outcomes reported")
        .tags(tags.and("kind", lower(outcome.getKind()), "category", category))
        .register(meters)
        .increment();
  }

  void dropped() {
    Counter.builder(PREFIX + "outcomes.dropped")
        .description("Outcomes of a session that was over before Kafka had them")
        .tags(tags)
        .register(meters)
        .increment();
  }

  void renewed(RenewalReason reason) {
    count("sessions", "New sessions after the first", "reason", reason.tag());
  }

  void ran(Instant receivedAt, Instant startedAt, Instant endedAt) {
    payloadTime.record(Duration.between(receivedAt, startedAt));
    engineTime.record(Duration.between(startedAt, endedAt));
  }

  private void count(String name, String description, String tag, String value) {
    Counter.builder(PREFIX + name)
        .description(description)
        .tags(tags.and(tag, value))
        .register(meters)
        .increment();
  }

  private Timer timer(String name, String description) {
    return Timer.builder(PREFIX + name)
        .description(description)
        .tags(tags)
        .publishPercentileHistogram()
        .register(meters);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
