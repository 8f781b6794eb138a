package io.penstock.broker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets from time to time what has been kept for long enough. */
final class Sweeps {

  private static final Logger LOG = LoggerFactory.getLogger(Sweeps.class);
  private static final Duration PAUSE = Duration.ofMinutes(10);

  private Sweeps() {}

  /**
   * Begins to sweep.
   *
   * @param sweeps what forgets what is old at a time; one that fails is tried again after the pause
   */
  static void start(ScheduledExecutorService timer, Clock clock, List<Consumer<Instant>> sweeps) {
    for (Consumer<Instant> each : sweeps) {
      var _ =
          timer.scheduleWithFixedDelay(
              () -> sweep(each, clock.instant()),
              PAUSE.toSeconds(),
              PAUSE.toSeconds(),
              TimeUnit.SECONDS);
    }
  }

  private static void sweep(Consumer<Instant> each, Instant now) {
    try {
      each.accept(now);
    } catch (RuntimeException failed) {
      LOG.warn("Forgetting what is old failed; it is tried again", failed);
    }
  }
}
