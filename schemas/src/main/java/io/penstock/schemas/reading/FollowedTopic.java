package io.penstock.schemas.reading;

import java.util.function.BiConsumer;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * A compacted topic that somebody follows. One record never ends the following: what cannot be read
 * is left out, and the former entry of its key stays.
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

  /**
   * Passes one record on.
   *
   * @throws RetriableException if it cannot be read now, such as while the registry is away
   */
  public void pass(@Nullable String key, byte @Nullable [] value) {
    if (key == null) {
      ignored.accept("(none)", "its record has no key");
      return;
    }
    RecordFaults.guard(
        () -> follower.accept(key, value == null ? null : deserializer.deserialize(topic, value)),
        fault ->
            ignored.accept(
                key, fault.getMessage() == null ? fault.toString() : fault.getMessage()));
  }
}
