package io.penstock.streams.delivery;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.json.ResultJson;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.topics.TopicNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * A copy that is to be made of a result in the log.
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

  /**
   * Returns what a record asks for: nothing, a copy to its reply topic, one as JSON to Penstock's
   * own topic, or both; or a dead letter, since it cannot be read.
   */
  static List<Copy> of(
      ConsumerRecord<byte[], byte[]> source, Deserializer<InferenceResult> results) {
    if (source.value() == null) {
      return List.of(unreadable(source));
    }
    try {
      return of(source, results.deserialize(source.topic(), source.value()));
    } catch (MalformedRecordException | StackOverflowError unreadable) {
      return List.of(unreadable(source));
    }
  }

  private static List<Copy> of(ConsumerRecord<byte[], byte[]> source, InferenceResult result) {
    boolean asJson = result.getResultFormat().filter(ResultFormat.JSON::equals).isPresent();
    boolean alsoAsJson = result.getAlsoAsJson().orElse(false);
    Optional<String> reply = result.getReplyTopic().filter(topic -> !topic.equals(source.topic()));
    byte[] json = asJson || alsoAsJson ? ResultJson.write(result) : null;
    List<Copy> copies = new ArrayList<>(2);
    reply.ifPresent(
        topic ->
            copies.add(
                new Copy(source, result.getId(), result.getTenant(), topic, asJson ? json : null)));
    if (alsoAsJson || (asJson && reply.isEmpty())) {
      copies.add(
          new Copy(
              source, result.getId(), result.getTenant(), TopicNames.jsonOf(source.topic()), json));
    }
    return copies;
  }

  private static Copy unreadable(ConsumerRecord<byte[], byte[]> source) {
    return new Copy(source, null, null, "");
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

  /**
   * Returns whether it goes to Penstock's own topic of results as JSON. Every tenant may use it,
   * and delivery stops where that topic takes nothing, so such a copy is never held.
   */
  boolean toOwnTopic() {
    return json != null && topic.equals(TopicNames.jsonOf(source.topic()));
  }

  byte[] value() {
    return json == null ? source.value() : json;
  }

  /** The size of value and key in bytes; Kafka adds about a hundred. */
  int bytes() {
    return value().length + (source.key() == null ? 0 : source.key().length);
  }
}
