package io.penstock.streams.runtime;

import io.penstock.schemas.retry.PauseRule;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the schema registry as long as it takes, pausing 50 ms, then twice as long each time up
 * to a second: for threads that cannot be replaced, such as the one that follows topics.
 *
 * @param deserializer what reads
 * @param stopping ends the waiting, with the failure
 */
public record PatientDeserializer<T>(
    Deserializer<T> deserializer, Pause pause, BooleanSupplier stopping)
    implements Deserializer<T> {

  private static final Logger LOG = LoggerFactory.getLogger(PatientDeserializer.class);
  private static final PauseRule PAUSES =
      new PauseRule(Duration.ofMillis(50), Duration.ofSeconds(1));

  @Override
  public T deserialize(String topic, byte[] data) {
    for (int failures = 1; true; failures++) {
      try {
        return deserializer.deserialize(topic, data);
      } catch (RetriableException e) {
        if (stopping.getAsBoolean()) {
          throw e;
        }
        Duration next = PAUSES.after(failures);
        LOG.warn("{} cannot be read, next try in {}: {}", topic, next, e.getMessage());
        pause(next, e);
      }
    }
  }

  private void pause(Duration length, RetriableException cause) {
    try {
      pause.pause(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cause;
    }
  }
}
