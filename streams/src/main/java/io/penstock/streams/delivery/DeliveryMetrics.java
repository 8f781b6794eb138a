package io.penstock.streams.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts what delivery does. Its thread writes, and any thread may read. */
final class DeliveryMetrics {

  private final MeterRegistry registry;
  private final Counter copied;
  private volatile int held;
  private volatile int setAside;
  private volatile @Nullable Instant oldestHeld;
  private volatile @Nullable Instant oldestRead;

  DeliveryMetrics(MeterRegistry registry, InstantSource clock) {
    this.registry = registry;
    this.copied = registry.counter("penstock.delivery.copied");
    for (Trouble each : Trouble.values()) {
      // An alert can see the first increase only of a counter that was there before.
      counter(each);
    }
    Gauge.builder("penstock.delivery.held", () -> held)
        .description("Results that wait for their reply topics")
        .register(registry);
    Gauge.builder("penstock.delivery.topics.set.aside", () -> setAside)
        .description("Reply topics that take nothing at present")
        .register(registry);
    Gauge.builder("penstock.delivery.oldest.seconds", () -> oldest(clock.instant()))
        .description("Age of the oldest result that was read and is neither copied nor a letter")
        .register(registry);
  }

  void copied(int count) {
    copied.increment(count);
  }

  void failed(Trouble trouble) {
    counter(trouble).increment();
  }

  private Counter counter(Trouble trouble) {
    return registry.counter(
        "penstock.delivery.failed", "reason", trouble.name().toLowerCase(Locale.ROOT));
  }

  /** Results were read whose oldest came into the log then; null: all that were read are done. */
  void reading(@Nullable Instant oldest) {
    oldestRead = oldest;
  }

  void waiting(int results, Optional<Instant> oldest, int topics) {
    held = results;
    oldestHeld = oldest.orElse(null);
    setAside = topics;
  }

  private double oldest(Instant now) {
    return Math.max(age(oldestHeld, now), age(oldestRead, now));
  }

  private static double age(@Nullable Instant since, Instant now) {
    return since == null ? 0 : Math.max(0, Duration.between(since, now).toMillis() / 1000.0);
  }
}
