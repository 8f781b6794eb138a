package io.penstock.streams.runtime;

import io.penstock.schemas.retry.PauseRule;
import io.penstock.schemas.serde.RegistryUnavailableException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again while the schema registry is away, pausing 50 ms, then twice as long each time up to
 * a second. A record is never given up for the registry's sake: after the budget the exception goes
 * on, the stream thread is replaced, and the record is read again. A thread that cannot be
 * replaced, such as the one that follows topics, waits {@link #WITHOUT_END}.
 */
public final class RegistryPatience {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryPatience.class);
  private static final PauseRule PAUSES =
      new PauseRule(Duration.ofMillis(50), Duration.ofSeconds(1));

  /** A budget that is never used up. */
  public static final Duration WITHOUT_END = Duration.ofDays(36_500);

  private final Duration budget;
  private final Pause pause;
  private final BooleanSupplier stopping;
  private final Runnable waits;

  /**
   * @param budget pauses in all, on top of the registry client's own time-outs
   * @param stopping ends the waiting at once
   * @param waits hears of each pause
   */
  public RegistryPatience(Duration budget, Pause pause, BooleanSupplier stopping, Runnable waits) {
    this.budget = budget;
    this.pause = pause;
    this.stopping = stopping;
    this.waits = waits;
  }

  public <T> T call(Supplier<T> action) {
    Duration waited = Duration.ZERO;
    for (int failures = 1; true; failures++) {
      try {
        return action.get();
      } catch (RegistryUnavailableException e) {
        Duration next = PAUSES.after(failures);
        if (stopping.getAsBoolean() || waited.plus(next).compareTo(budget) > 0) {
          throw e;
        }
        waits.run();
        LOG.warn("Schema registry unavailable, next try in {}: {}", next, e.getMessage());
        pause(next, e);
        waited = waited.plus(next);
      }
    }
  }

  /** A deserializer that waits. */
  public <T> Deserializer<T> reading(Deserializer<T> deserializer) {
    return (topic, bytes) -> call(() -> deserializer.deserialize(topic, bytes));
  }

  private void pause(Duration length, RegistryUnavailableException cause) {
    try {
      pause.pause(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cause;
    }
  }
}
