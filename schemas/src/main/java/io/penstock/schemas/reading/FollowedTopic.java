package io.penstock.schemas.reading;

import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.text.Printable;
import java.util.function.BiConsumer;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted topic that somebody follows. One record never ends the following: what cannot be read
 * is left out, and the former entry of its key stays. A fault that is not the record's, such as one
 * of the follower, is logged as an error with its stack and the record's place.
 *
 * @param <T> the topic's values
 * @param topic its name
 * @param deserializer reads the values
 * @param follower receives each key and its value, null for a removal; on one thread
 * @param ignored receives the key and the reason for each record that cannot be read
 */
public record FollowedTopic<T>(
    String topic,
    Deserializer<T> deserializer,
    BiConsumer<String, @Nullable T> follower,
    BiConsumer<String, String> ignored) {

  private static final Logger LOG = LoggerFactory.getLogger(FollowedTopic.class);

  /**
   * Passes one record on.
   *
   * @param partition where it lies, for the log
   * @throws RetriableException if it cannot be read now, such as while the registry is away
   */
  public void pass(int partition, long offset, @Nullable String key, byte @Nullable [] value) {
    if (key == null) {
      ignored.accept("(none)", "its record has no key");
      return;
    }
    RecordFaults.guard(
        () -> follower.accept(key, value == null ? null : deserializer.deserialize(topic, value)),
        fault -> ignore(partition, offset, key, fault));
  }

  private void ignore(int partition, long offset, String key, Throwable fault) {
    if (!(fault instanceof MalformedRecordException)) {
      LOG.error(
          "{}-{}@{}, key {}: unexpected failure; please report it",
          topic,
          partition,
          offset,
          Printable.brief(key),
          fault);
    }
    ignored.accept(key, fault.getMessage() == null ? fault.toString() : fault.getMessage());
  }
}
