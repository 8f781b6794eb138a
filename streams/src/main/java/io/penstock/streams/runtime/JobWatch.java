package io.penstock.streams.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A job's progress with what is shown of it: the gauge {@code penstock.JOB.stalled}, 1 while it is
 * stalled, and a counter of failures. This class is thread-safe.
 */
public final class JobWatch {

  /** The one part of a job that is a loop. */
  private static final String LOOP = "its loop";

  private final Progress progress;
  private final Counter failures;
  private final LongSupplier nanoTime;

  /**
   * A watch for a job of stream threads, whose failures are {@code penstock.JOB.thread.failures}
   * and whose gauge {@code penstock.JOB.lag} says how many records of its topics wait.
   *
   * @param job such as {@code score}
   * @param tags that tell this part of the job from others, such as its class
   */
  public JobWatch(
      String job,
      Tags tags,
      ProgressSettings settings,
      MeterRegistry registry,
      LongSupplier nanoTime) {
    this(job, "thread.failures", tags, settings, registry, nanoTime);
    Gauge.builder("penstock." + job + ".lag", progress, Progress::backlog)
        .description("Records of its topics that are written and not processed yet")
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private JobWatch(
      String job,
      String failures,
      Tags tags,
      ProgressSettings settings,
      MeterRegistry registry,
      LongSupplier nanoTime) {
    this.progress = new Progress(settings);
    this.nanoTime = nanoTime;
    String name = "penstock." + job;
    this.failures =
        Counter.builder(name + "." + failures)
            .description("Failures after which the work began anew")
            .tags(tags)
            .register(registry);
    Gauge.builder(name + ".stalled", this, watch -> watch.problem().isPresent() ? 1 : 0)
        .description("1 while work waits and none is completed, or threads fail again and again")
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  /**
   * A watch for a job that is a {@link LoopThread}.
   *
   * @param failures the counter's name behind the job's, such as {@code restarts}
   */
  public static JobWatch ofLoop(
      String job, String failures, MeterRegistry registry, LongSupplier nanoTime) {
    return new JobWatch(job, failures, Tags.empty(), ProgressSettings.LOOP, registry, nanoTime);
  }

  /** Returns what the job tells of its work. */
  public Progress progress() {
    return progress;
  }

  /** A loop has a turn before it from now on. */
  void loopBegins() {
    progress.waiting(LOOP, 1, nanoTime.getAsLong());
  }

  /** A loop has completed a turn and has the next one before it. */
  void loopTurned() {
    progress.completed(LOOP, nanoTime.getAsLong());
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

  /** Returns why the job is stalled, if it is. */
  public Optional<String> problem() {
    return progress.problem(nanoTime.getAsLong());
  }
}
