package io.penstock.streams.delivery;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.json.ResultJson;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.topics.TopicNames;
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
 * @param json what is written instead of the record's value, if JSON was asked for
 */
record Copy(
    ConsumerRecord<byte[], byte[]> source,
    @Nullable String id,
    @Nullable String tenant,
    String topic,
    byte @Nullable [] json) {

  /** A copy of the record's value as it is. */
  Copy(
      ConsumerRecord<byte[], byte[]> source,
      @Nullable String id,
      @Nullable String tenant,
      String topic) {
    this(source, id, tenant, topic, null);
  }

  /** What a record asks for: nothing, a copy, or a dead letter since it cannot be read. */
  static Optional<Copy> of(
      ConsumerRecord<byte[], byte[]> source, Deserializer<InferenceResult> results) {
    if (source.value() == null) {
      return Optional.of(new Copy(source, null, null, ""));
    }
    try {
      InferenceResult result = results.deserialize(source.topic(), source.value());
      byte[] json =
          result.getResultFormat().filter(ResultFormat.JSON::equals).isPresent()
              ? ResultJson.write(result)
              : null;
      return result
          .getReplyTopic()
          .filter(topic -> !topic.equals(source.topic()))
          .or(
              () ->
                  json == null ? Optional.empty() : Optional.of(TopicNames.jsonOf(source.topic())))
          .map(topic -> new Copy(source, result.getId(), result.getTenant(), topic, json));
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

  /** Whether it goes to Penstock's own topic of results as JSON, which every tenant may use. */
  boolean own() {
    return json != null && topic.equals(TopicNames.jsonOf(source.topic()));
  }

  byte[] value() {
    return json == null ? source.value() : json;
  }

  /** Of the value and key, to which Kafka adds about a hundred. */
  int bytes() {
    return value().length + (source.key() == null ? 0 : source.key().length);
  }
}
