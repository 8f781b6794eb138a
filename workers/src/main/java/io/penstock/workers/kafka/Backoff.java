package io.penstock.workers.kafka;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits between attempts to reach Kafka: doubling from 100 ms to 5 s, each with jitter. */
public final class Backoff {

  private static final long FIRST_MILLIS = 100;
  private static final long LAST_MILLIS = 5_000;

  private long millis = FIRST_MILLIS;

  /** How long to wait now: half to the whole of the current step. */
  public Duration next() {
    long wait = millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
    millis = Math.min(LAST_MILLIS, millis * 2);
    return Duration.ofMillis(wait);
  }

  public void reset() {
    millis = FIRST_MILLIS;
  }
}
