package io.penstock.workers.capacity;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The smaller of two limits of Netflix's concurrency-limits: Gradient2, which lowers the limit as
 * durations rise above their long-term mean, and AIMD, which lowers it when the engine refuses.
 * Gradient2 alone ignores refusals.
 */
public final class AdaptiveLimit implements ConcurrencyLimit {

  private final Limit byDuration;
  private final Limit byRefusals;

  /**
   * @param slots the largest limit, 1 or more; the limit begins there, since slots are the
   *     operator's estimate
   */
  public AdaptiveLimit(int slots) {
    this.byDuration =
        Gradient2Limit.newBuilder().initialLimit(slots).minLimit(1).maxConcurrency(slots).build();
    this.byRefusals =
        AIMDLimit.newBuilder()
            .initialLimit(slots)
            .minLimit(1)
            .maxLimit(slots)
            .timeout(1, TimeUnit.DAYS)
            .build();
  }

  @Override
  public int limit() {
    return Math.max(1, Math.min(byDuration.getLimit(), byRefusals.getLimit()));
  }

  @Override
  public void sample(Duration duration, int inFlight, boolean overloaded) {
    long nanos = Math.max(1, duration.toNanos());
    long started = System.nanoTime() - nanos;
    byRefusals.onSample(started, nanos, inFlight, overloaded);
    if (!overloaded) {
      byDuration.onSample(started, nanos, inFlight, false);
    }
  }
}
