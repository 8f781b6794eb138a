package io.penstock.streams.delivery;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.serde.MalformedRecordException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * A result of the log that is to be copied, as it stands there.
 *
 * @param id the request's id; null where the record cannot be read
 * @param tenant null where the record cannot be read
 * @param topic where it is to be copied to; empty where the record cannot be read
 */
record Copy(
    ConsumerRecord<byte[], byte[]> source,
    @Nullable String id,
    @Nullable String tenant,
    String topic) {

  /** What a record asks for: nothing, a copy, or a dead letter since it cannot be read. */
  static Optional<Copy> of(
      ConsumerRecord<byte[], byte[]> source, Deserializer<InferenceResult> results) {
    if (source.value() == null) {
      return Optional.of(new Copy(source, null, null, ""));
    }
    try {
      InferenceResult result = results.deserialize(source.topic(), source.value());
      return result
          .getReplyTopic()
          .filter(topic -> !topic.equals(source.topic()))
          .map(topic -> new Copy(source, result.getId(), result.getTenant(), topic));
    } catch (MalformedRecordException | StackOverflowError unreadable) {
      return Optional.of(new Copy(source, null, null, ""));
    }
  }

  boolean readable() {
    return id != null;
  }

  TopicPartition partition() {
    return new TopicPartition(source.topic(), source.partition());
  }

  long offset() {
    return source.offset();
  }

  /** Of the value and key, to which Kafka adds about a hundred. */
  int bytes() {
    return source.value().length + (source.key() == null ? 0 : source.key().length);
  }
}
