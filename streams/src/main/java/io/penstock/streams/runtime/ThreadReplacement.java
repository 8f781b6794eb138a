package io.penstock.streams.runtime;

import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.retry.GrowingPause;
import io.penstock.schemas.retry.PauseRule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a stream thread that failed, at once the first time and after a growing pause when it
 * keeps failing. The pause stays below the transaction time-out: until it ends, the dead thread's
 * transaction is open.
 *
 * <p>After a {@linkplain FatalErrors fatal} error nothing is replaced: the job ends, and says so.
 */
public final class ThreadReplacement implements StreamsUncaughtExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ThreadReplacement.class);
  private static final PauseRule PAUSES =
      new PauseRule(Duration.ofMillis(100), Duration.ofSeconds(2));

  /** The time without a failure after which the pause starts small again. */
  private static final Duration CALM = Duration.ofSeconds(30);

  private final String name;
  private final Consumer<Throwable> failures;
  private final Pause pause;
  private final InstantSource clock;
  private final BooleanSupplier stopping;
  private final GrowingPause pauses = new GrowingPause(PAUSES, CALM);

  /**
   * @param name whose threads they are, for the log
   * @param failures told of each failure, to count it
   * @param stopping whether the job is being closed, so that nothing is replaced any more
   */
  public ThreadReplacement(
      String name,
      Consumer<Throwable> failures,
      Pause pause,
      InstantSource clock,
      BooleanSupplier stopping) {
    this.name = name;
    this.failures = failures;
    this.pause = pause;
    this.clock = clock;
    this.stopping = stopping;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
    failures.accept(failure);
    if (stopping.getAsBoolean()) {
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    if (FatalErrors.isFatal(failure)) {
      LOG.error(
          "{}: the process is damaged and the job ends; restart it, with a larger heap if that was"
              + " exhausted",
          name,
          failure);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    Duration next = pauses.after(clock.instant());
    LOG.error("{}: stream thread failed, a new one takes over in {}", name, next, failure);
    try {
      pause.pause(next);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }
}
