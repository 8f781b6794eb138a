package io.penstock.compose.bench.load;

import java.time.Duration;

/**
 * An open loop's schedule: request n is due at n divided by the rate, whatever became of the
 * requests before it. Latency counted from when a request was due leaves nothing out that a stalled
 * system kept from being sent (coordinated omission), so no histogram needs correction afterwards.
 *
 * @param perSecond requests per second, above 0
 */
public record Pacing(double perSecond) {

  public Pacing {
    if (!(perSecond > 0) || Double.isInfinite(perSecond)) {
      throw new IllegalArgumentException("a rate is above 0 per second, not " + perSecond);
    }
  }

  /** Nanoseconds from the start at which the request of this number, from 0, is due. */
  public long dueNanos(long number) {
    return Math.round(number * 1e9 / perSecond);
  }

  /** Returns how many requests are due within this time, at least one. */
  public int count(Duration time) {
    return Math.toIntExact(Math.max(1, Math.round(time.toNanos() / 1e9 * perSecond)));
  }
}
