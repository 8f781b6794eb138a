package io.penstock.streams.runtime;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time of Kafka's brokers, which stamp every record of ours at its append. All jobs live by it,
 * so that deadlines, reports and leases that one host writes and another reads are of one clock,
 * however far the hosts' own are apart.
 *
 * <p>Each acknowledgement of a record tells how far this host is ahead of the brokers, or less: the
 * least of several is the truth but for milliseconds. Where that is below {@link #TOLERATED} the
 * host's clock is taken as it is. This class is thread-safe.
 */
public final class LogClock implements InstantSource {

  /** This is longer than any acknowledgement takes, so that a slow one is not taken for a clock. */
  static final Duration TOLERATED = Duration.ofSeconds(5);

  /** The number of acknowledgements, after the first one, that make a judgement. */
  private static final int SAMPLES = 5;

  private static final Logger LOG = LoggerFactory.getLogger(LogClock.class);

  private final InstantSource host;
  private volatile Duration ahead = Duration.ZERO;
  private boolean known;
  private int samples;
  private long leastMillis;

  /**
   * @param host this host's clock
   */
  public LogClock(InstantSource host) {
    this.host = host;
  }

  /**
   * Shows how far this host's clock is ahead, if by more than is tolerated, as the gauge {@code
   * penstock.clock.ahead.seconds}.
   *
   * @param role who goes by this clock, such as {@code score}
   */
  public void show(MeterRegistry registry, String role) {
    Gauge.builder("penstock.clock.ahead", this, clock -> clock.ahead().toMillis() / 1000.0)
        .description(
            "How far this host's clock is ahead of Kafka's; 0 while they differ by 5 s or less")
        .baseUnit("seconds")
        .tag("role", role)
        .strongReference(true)
        .register(registry);
  }

  @Override
  public Instant instant() {
    return host.instant().minus(ahead);
  }

  /**
   * Returns how far this host's clock is ahead of the brokers', if by more than is tolerated; or
   * zero.
   */
  public Duration ahead() {
    return ahead;
  }

  /** A broker has acknowledged, just now, a record that it had stamped with this time. */
  public synchronized void acknowledged(long appendMillis) {
    long aheadMillis = host.millis() - appendMillis;
    leastMillis = samples == 0 ? aheadMillis : Math.min(leastMillis, aheadMillis);
    samples++;
    if (known && samples < SAMPLES) {
      return;
    }
    known = true;
    samples = 0;
    Duration measured = Duration.ofMillis(leastMillis);
    Duration wanted = measured.abs().compareTo(TOLERATED) > 0 ? measured : Duration.ZERO;
    if (wanted.minus(ahead).abs().compareTo(TOLERATED) > 0) {
      LOG.warn(
          "This host's clock differs from Kafka's by {}. Penstock goes by Kafka's clock;"
              + " synchronise the two",
          measured);
      ahead = wanted;
    }
  }
}
