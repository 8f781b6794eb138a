package io.penstock.streams.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A job's progress with what is shown of it: the gauge {@code penstock.JOB.stalled}, 1 while it is
 * stalled, and the counter {@code penstock.JOB.thread.failures}. Safe for use by many threads.
 */
public final class JobWatch {

  private final Progress progress;
  private final Counter failures;
  private final LongSupplier nanoTime;

  /**
   * @param job such as {@code score}
   * @param tags that tell this part of the job from others, such as its class
   */
  public JobWatch(
      String job,
      Tags tags,
      ProgressSettings settings,
      MeterRegistry registry,
      LongSupplier nanoTime) {
    this.progress = new Progress(settings);
    this.nanoTime = nanoTime;
    String name = "penstock." + job;
    this.failures =
        Counter.builder(name + ".thread.failures")
            .description("Threads that failed, each of which was replaced")
            .tags(tags)
            .register(registry);
    Gauge.builder(name + ".stalled", this, watch -> watch.problem().isPresent() ? 1 : 0)
        .description("1 while work waits and none is completed, or threads fail again and again")
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  /** What the job tells of its work. */
  public Progress progress() {
    return progress;
  }

  /** Counts a thread's failure. */
  public void threadFailed(Throwable failure) {
    failures.increment();
    Throwable root = failure;
    for (int depth = 0; root.getCause() != null && depth < 100; depth++) {
      root = root.getCause();
    }
    progress.failed(root.toString(), nanoTime.getAsLong());
  }

  /** Why the job is stalled, if it is. */
  public Optional<String> problem() {
    return progress.problem(nanoTime.getAsLong());
  }
}
