package io.penstock.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What one instance of the front counts of webhooks. Safe for use by many threads. */
public final class WebhookMetrics {

  /** How a receiver answered an attempt. */
  public enum Attempt {
    TAKEN,
    FAILED,
    GONE
  }

  /** How a delivery ended. */
  public enum End {
    /** The receiver has taken it. */
    TAKEN,
    /** It became a dead letter. */
    DEAD,
    /** Its endpoint was deleted. */
    DELETED
  }

  private static final String PREFIX = "penstock.front.webhooks.";
  private static final String OUTCOME = "outcome";

  private final Map<Attempt, Timer> attempts = new EnumMap<>(Attempt.class);
  private final Map<End, Timer> ends = new EnumMap<>(End.class);
  private final Counter dropped;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicInteger deadLetters = new AtomicInteger();

  public WebhookMetrics(MeterRegistry registry) {
    for (Attempt each : Attempt.values()) {
      attempts.put(
          each, timer(registry, "attempts", each, "Attempts to deliver, and how long each took"));
    }
    for (End each : End.values()) {
      ends.put(
          each,
          timer(
              registry,
              "deliveries",
              each,
              "Deliveries that ended, and how long after they were written down"));
    }
    this.dropped =
        Counter.builder(PREFIX + "dropped")
            .description("Dead letters that made room for newer ones")
            .register(registry);
    gauge(registry, "pending", "Deliveries that wait or run in homes of this instance", pending);
    gauge(registry, "dead.letters", "Dead letters in homes of this instance", deadLetters);
  }

  private static Timer timer(
      MeterRegistry registry, String name, Enum<?> outcome, String description) {
    return Timer.builder(PREFIX + name)
        .description(description)
        .tag(OUTCOME, outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry, String name, String description, AtomicInteger count) {
    Gauge.builder(PREFIX + name, count, AtomicInteger::get)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** A receiver was asked once. */
  public void attempted(Attempt outcome, Duration length) {
    attempts.get(outcome).record(length);
  }

  /**
   * A delivery ended.
   *
   * @param since how long ago it was written down
   */
  public void ended(End outcome, Duration since) {
    ends.get(outcome).record(since);
  }

  /** A dead letter made room for a newer one. */
  public void dropped() {
    dropped.increment();
  }

  /** Says how many deliveries and dead letters there are now in homes of this instance. */
  public void kept(int deliveries, int letters) {
    pending.set(deliveries);
    deadLetters.set(letters);
  }
}
